"""People work exceptions: queues, causes, choices; what is chosen is done and ends it at once."""

from datetime import datetime, timedelta

from scenarios.shop import Shop, eventually


def stuck_order(shop, on_hand=5, units=2):
    """Place an order that its only node rejects; give it, its node, sku and exception."""
    sku, node = shop.stocked(on_hand)
    order = shop.buy([(sku, units)])
    shop.did(shop.released(order)[0], "reject", {"reason": "flooded"})
    shop.stuck(order)
    return order, sku, node, one_of(shop, order)


def one_of(shop, order):
    [found] = shop.client.get(f"/v1/exceptions?order={order['id']}").expect(200).json["items"]
    return found


def resolve(shop, exception, choice, **more):
    return shop.client.post(f"/v1/exceptions/{exception['id']}/resolve", {"choice": choice, **more})


def test_an_exception_says_its_cause_its_order_and_what_can_be_done(shop):
    order, sku, node, found = stuck_order(shop)

    assert found["order"]["number"] == order["number"]
    assert found["order"]["customer"] == "Kim Doe"
    assert found["order"]["promise_latest"]
    assert any("flooded" in said for said in found["cause"])
    ids = [each["id"] for each in found["choices"]]
    assert ids == ["plan_again", "ask_all", "wait", "cancel", "done"]
    for each in found["choices"]:
        assert each["command"] == {
            "method": "POST", "path": f"/v1/exceptions/{found['id']}/resolve",
            "body": {"choice": each["id"]},
        }  # fmt: skip
        assert each["allowed"]
        assert each["says"]
    assert [f["pointer"] for f in found["choices"][3]["fields"]] == ["/reason"]
    assert sku in found["choices"][0]["says"]
    assert node


def test_planning_again_where_nothing_is_to_be_had_changes_nothing(shop):
    order, _, _, found = stuck_order(shop)

    answer = resolve(shop, found, "plan_again").expect(409)

    assert answer.code == "conflict"
    assert one_of(shop, order)["id"] == found["id"]


def test_units_that_came_back_are_planned_by_one_call_and_the_exception_ends_with_it(shop):
    order, sku, node, found = stuck_order(shop)
    shop.stock(sku, node, 5)  # its node has it, but refused: nobody asks it again by itself

    resolve(shop, found, "plan_again").expect(409)
    done = resolve(shop, found, "ask_all").expect(200).json

    assert done == {
        "id": found["id"], "choice": "ask_all", "words": "2 units are planned", "open": False,
    }  # fmt: skip
    closed = shop.client.get(f"/v1/exceptions/{found['id']}").expect(200).json
    assert closed["closed_by"]
    assert closed["close_reason"] == "planned again"
    assert closed["choices"] == []
    assert [work["node"] for work in shop.released(order)] == [node]
    again = resolve(shop, found, "ask_all").expect(409)
    assert "planned again" in again.json["detail"]


def test_the_units_are_canceled_with_the_exception(shop):
    order, _, _, found = stuck_order(shop)

    resolve(shop, found, "cancel", reason="sold out everywhere").expect(200)

    shop.becomes(order, "canceled")
    [told] = shop.told(order, "order.canceled")
    assert told["data"]["reason"] == "sold out everywhere"
    closed = shop.client.get(f"/v1/exceptions/{found['id']}").expect(200).json
    assert closed["close_reason"] == "sold out everywhere"


def test_letting_it_wait_keeps_it_in_line_and_it_is_served_when_stock_comes(shop):
    order, sku, node, found = stuck_order(shop)
    other = shop.node("LATE", "newark")
    shop.client.put(f"/v1/channels/{shop.web}", {"name": "web", "nodes": shop.nodes}).expect(200)

    resolve(shop, found, "wait").expect(200)
    shop.stock(sku, other, 2)

    assert [work["node"] for work in shop.released(order)] == [other]
    assert node != other


def test_a_choice_that_is_none_and_a_word_that_is_missing_are_named(shop):
    _, _, _, found = stuck_order(shop)

    assert resolve(shop, found, "enable").expect(422).pointers == ["/choice"]
    assert resolve(shop, found, "no-such-choice").expect(422).pointers == ["/choice"]
    assert resolve(shop, found, "done", until="2020-01-01T00:00:00Z").expect(422).pointers == [
        "/until"
    ]


def test_it_is_taken_on_put_off_and_taken_up_again(shop):
    order, _, _, found = stuck_order(shop)
    path = f"/v1/exceptions/{found['id']}"

    taken = shop.client.post(f"{path}/assign", {}).expect(200).json
    given = shop.client.post(f"{path}/assign", {"to": "mia"}).expect(200).json
    asleep = shop.client.post(f"{path}/snooze", {"until": "2099-01-01T00:00:00Z"}).expect(200).json

    assert taken["assignee"]
    assert given["assignee"] == "mia"
    assert asleep["snoozed_until"].startswith("2099-01-01T00:00:00")
    listed = f"/v1/exceptions?order={order['id']}"
    assert shop.client.get(f"{listed}&state=waiting").expect(200).json["items"] == []
    [put_off] = shop.client.get(f"{listed}&state=snoozed").expect(200).json["items"]
    assert put_off["id"] == found["id"]
    shop.client.post(f"{path}/snooze", {"until": None}).expect(200)
    [waits] = shop.client.get(f"{listed}&state=waiting&assignee=mia").expect(200).json["items"]
    assert waits["assignee"] == "mia"
    shop.client.post(f"{path}/assign", {"to": None}).expect(200)
    assert one_of(shop, order)["assignee"] is None
    whats = [e["data"]["what"] for e in shop.told(order, "exception.attended", 5)]
    assert whats == ["assigned", "assigned", "snoozed", "snoozed", "assigned"]


def test_the_queues_count_what_waits_and_how_well_they_are_kept(shop):
    before = queue(shop)
    _, _, _, found = stuck_order(shop)

    now = queue(shop)
    assert now["waiting"] == before["waiting"] + 1
    assert now["raised"] == before["raised"] + 1
    assert now["in_time"] >= before["in_time"] + 1
    assert now["oldest_at"] <= found["opened_at"]
    assert now["within_min"] == 60
    shop.client.post(f"/v1/exceptions/{found['id']}/snooze", {"until": "2099-01-01T00:00:00Z"})
    asleep = queue(shop)
    assert (asleep["waiting"], asleep["snoozed"]) == (now["waiting"] - 1, now["snoozed"] + 1)


def queue(shop, kind="sourcing.unroutable"):
    items = shop.client.get("/v1/exceptions/queues").expect(200).json["items"]
    return next(each for each in items if each["kind"] == kind)


def test_the_list_is_narrowed_by_kind_age_and_state(shop):
    order, _, _, found = stuck_order(shop)
    listed = f"/v1/exceptions?order={order['id']}"

    def ids(more):
        items = shop.client.get(listed + more).expect(200).json["items"]
        return [each["id"] for each in items]

    assert ids("&kind=sourcing.unroutable") == [found["id"]]
    assert ids("&kind=promise.undated") == []
    assert ids("&node=no-such-node") == []
    assert ids("&opened_before=2020-01-01T00:00:00Z") == []
    assert ids("&opened_before=2099-01-01T00:00:00Z") == [found["id"]]
    resolve(shop, found, "done", reason="called the customer").expect(200)
    assert ids("") == []
    assert ids("&state=closed") == [found["id"]]
    eventually(lambda: shop.told(order, "exception.closed"), what="told that it is closed")


def test_a_market_sets_its_own_service_levels(other_market):
    shop = Shop(other_market("service-levels"))
    levels = {"sourcing.unroutable": 5}
    policy = {"document": {"today": {"exceptions_within_minutes": levels}}, "reason": "peak"}
    shop.client.put("/v1/policy", policy).expect(200)

    def led():
        return queue(shop)["within_min"] == levels["sourcing.unroutable"]

    eventually(led, what="the policy is in force")
    _, _, _, found = stuck_order(shop)

    allowed = datetime.fromisoformat(found["due_at"]) - datetime.fromisoformat(found["opened_at"])
    assert allowed == timedelta(minutes=5)
    assert queue(shop, "inventory.short")["within_min"] == 120
    policy["document"]["today"]["exceptions_within_minutes"] = {"sourcing.unrouteable": 5}
    refused = shop.client.put("/v1/policy", policy).expect(422)
    assert refused.pointers[0].startswith("/document/today/exceptions_within_minutes")
