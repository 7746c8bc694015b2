"""What an order's page shows: who did what and why, its stages, its money, what may be done."""

from scenarios.shop import Shop, eventually


def test_the_timeline_says_who_what_and_what_was_before(shop):
    sku, near, far = shop.item(), shop.store("NEAR"), shop.node("FAR", "newark")
    shop.stock(sku, near, 5)
    shop.stock(sku, far, 5)
    order = shop.buy([(sku, 2)])
    shop.did(shop.released(order)[0], "reject", {"reason": "not on the shelf"})
    [again] = shop.released(order)
    number = shop.ship(again)
    shop.scan((number, "delivered", "2026-11-21T18:00:00Z"))
    shop.becomes(order, "closed")

    page = shop.read(order)

    by_type = {}
    for entry in page["timeline"]:
        by_type.setdefault(entry["type"], []).append(entry)
    assert by_type["order.captured"][0]["who"]["kind"] == "channel"
    assert by_type["fulfillment.rejected"][0]["who"]["kind"] == "node"
    assert by_type["fulfillment.rejected"][0]["who"]["name"] == near
    [change] = by_type["fulfillment.rejected"][0]["changes"]
    assert (change["field"], change["to"]) == ("work", "rejected")
    assert change["from"] in {"released", "accepted"}
    assert by_type["delivery.delivered"][0]["who"]["kind"] == "carrier"
    first, second = by_type["sourcing.planned"]
    assert first["changes"] == [{"field": "nodes", "from": None, "to": [near]}]
    assert second["changes"] == [{"field": "nodes", "from": [near], "to": [far]}]
    decisions = shop.client.get(f"/v1/orders/{order['id']}/decisions").expect(200).json["items"]
    assert [first["decision"], second["decision"]] == [each["id"] for each in decisions]
    assert all(entry["minor"] for entry in by_type["fulfillment.planned"])
    assert not any(entry["minor"] for entry in by_type["sourcing.planned"])
    assert page["nodes"][near]["time_zone"] == "America/Chicago"
    assert page["shipments"][0]["scans"][-1]["status"] == "delivered"
    assert [stage["id"] for stage in page["stages"]] == [
        "placed", "planned", "in_fulfillment", "shipped", "delivered",
    ]  # fmt: skip
    assert {stage["state"] for stage in page["stages"]} == {"done"}
    assert page["can"] == {"hold": [], "unhold": [], "cancel": False}
    assert {work["cost"] for work in page["fulfillment_orders"]} >= {second["data"]["cost"]}


def test_stages_follow_the_units(shop):
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 2)])
    shop.released(order)

    states = {stage["id"]: stage["state"] for stage in shop.read(order)["stages"]}

    assert states == {
        "placed": "done", "planned": "done", "in_fulfillment": "current", "shipped": "todo",
        "delivered": "todo",
    }  # fmt: skip


def test_money_is_added_up_and_follows_what_is_canceled(shop):
    sku, _ = shop.stocked(9)
    order = shop.buy([(sku, 3)])
    before = shop.read(order)["money"]

    shop.cancel(order, [(1, 1)]).expect(200)

    after = shop.read(order)["money"]
    assert before["total"] == order["total"]
    assert before["canceled"] == 0
    assert after["canceled"] == after["lines"][0]["canceled"] > 0
    assert after["standing"] == after["total"] - after["canceled"]
    goods = sum(line["total"] for line in after["lines"])
    assert goods + after["shipping"] + after["shipping_tax"] == after["total"]


def preview(shop, order, lines=None):
    body = {} if lines is None else {"lines": [{"line": n, "quantity": q} for n, q in lines]}
    return shop.client.post(f"/v1/orders/{order['id']}/cancel/preview", body)


def test_a_preview_says_what_the_cancellation_then_does_and_writes_nothing(shop):
    sku, node = shop.stocked(9)
    order = shop.buy([(sku, 3)])
    [work] = shop.released(order)
    before = shop.read(order)

    seen = preview(shop, order, [(1, 2)]).expect(200).json

    assert seen["possible"]
    assert not seen["all"]
    assert seen["lines"][0]["canceled"] == 2
    assert seen["lines"][0]["cancelable"] == 3
    assert seen["work"] == [
        {
            "fulfillment_order": work["id"], "node": node,
            "node_name": seen["work"][0]["node_name"], "state": "released", "ends": False,
            "lines": [{"line": 1, "sku": sku, "quantity": 2}],
        }
    ]  # fmt: skip
    after = shop.read(order)
    for part in ("version", "lines", "fulfillment_orders", "plan", "money", "phase"):
        assert after[part] == before[part]
    assert shop.balance(sku, node) == (9, 3)
    shop.cancel(order, [(1, 2)]).expect(200)
    assert shop.read(order)["money"]["canceled"] == seen["money"]
    assert shop.balance(sku, node) == (9, 1)
    assert preview(shop, order).expect(200).json["all"]


def test_what_has_left_is_too_late_and_the_preview_says_so_as_the_command_does(shop):
    sku, _ = shop.stocked(9)
    order = shop.buy([(sku, 2)])
    shop.ship(shop.released(order)[0])

    seen = preview(shop, order, [(1, 1)]).expect(200).json
    refused = shop.cancel(order, [(1, 1)]).expect(409)

    assert not seen["possible"]
    assert seen["refusal"] == refused.json["detail"]
    assert seen["lines"][0]["why"] == "2 of 2 are shipped already"
    assert seen["money"] == 0
    assert preview(shop, {"id": "0" * 8}).expect(404)


def note(shop, order, text, **more):
    return shop.client.post(f"/v1/orders/{order['id']}/notes", {"text": text, **more})


def test_a_note_stands_in_the_timeline_and_is_its_authors_to_mend(shop):
    sku, _ = shop.stocked(9)
    order = shop.buy([(sku, 1)])
    version = shop.read(order)["version"]

    left = note(shop, order, "called Kim: leave at the door", mentions=["mia"]).expect(201).json

    [entry] = [e for e in shop.read(order)["timeline"] if e["type"] == "note"]
    assert entry["data"]["words"] == "called Kim: leave at the door"
    assert entry["who"] == {"kind": "person", "name": left["author"]}
    path = f"/v1/orders/{order['id']}/notes/{left['id']}"
    shop.client.put(path, {"text": "called Kim: bell is broken"}).expect(200)
    [shown] = shop.client.get(f"/v1/orders/{order['id']}/notes").expect(200).json["items"]
    assert shown["text"] == "called Kim: bell is broken"
    assert shown["edited_at"]
    shop.client.send("DELETE", path).expect(200)
    assert shop.client.get(f"/v1/orders/{order['id']}/notes").expect(200).json["items"] == []
    assert not [e for e in shop.read(order)["timeline"] if e["type"] == "note"]
    facts = eventually(lambda: shop.told(order, "order.noted", 3), what="told of the note")
    assert [f["data"]["what"] for f in facts] == ["added", "changed", "taken_back"]
    assert not any("bell" in str(f["data"]) for f in facts)
    now = shop.read(order)
    assert now["version"] >= version
    assert now["version"] == sum(e["type"] != "note" for e in now["timeline"])


def test_a_note_says_something_and_belongs_to_an_order(shop):
    sku, _ = shop.stocked(9)
    order = shop.buy([(sku, 1)])

    assert note(shop, order, "   ").expect(422).pointers == ["/text"]
    assert note(shop, order, "x" * 4_001).expect(422).pointers == ["/text"]
    note(shop, {"id": "01912d68-783e-7000-8000-000000000000"}, "hello").expect(404)
    path = f"/v1/orders/{order['id']}/notes/01912d68-783e-7000-8000-000000000000"
    shop.client.put(path, {"text": "x"}).expect(404)


def test_the_panel_draws_a_decision_up(other_market):
    shop = Shop(other_market("panel"))  # where nobody else switches nodes off
    sku, near, far = shop.item(), shop.store("NEAR"), shop.node("FAR", "newark")
    off = shop.node("OFF", "reno", enabled=False)
    shop.stock(sku, near, 5)
    shop.stock(sku, far, 5)
    order = shop.buy([(sku, 2)])

    [made] = shop.client.get(f"/v1/orders/{order['id']}/decisions").expect(200).json["items"]

    panel = made["panel"]
    chosen, other = panel["candidates"]
    assert [n["node"] for n in chosen["nodes"]] == [near]
    assert chosen["nodes"][0]["name"] == "NEAR"
    assert chosen["chosen"]
    assert other["runner_up"]
    assert other["more"] == other["weighed"] - chosen["weighed"] > 0
    assert sum(part["amount"] for part in chosen["parts"]) == chosen["weighed"]
    assert panel["weighed_max"] == other["weighed"]
    [out] = [each for each in panel["eliminated"] if each["reason"] == "disabled"]
    assert (out["count"], out["nodes"][0]["node"]) == (1, off)
    assert panel["sentence"].startswith("Shipped from NEAR: ")
    assert "FAR was next at" in panel["sentence"]
    assert panel["flips"]
    assert all(flip["words"] for flip in panel["flips"])
