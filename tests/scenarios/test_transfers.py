"""Goods travel between nodes: what was sent is received, written off or still on its way."""

import pytest

from scenarios.shop import eventually, feed, unchanged


@pytest.fixture
def road(shop):
    """Ten tees and four caps in Dallas, none in Newark; nobody sells yet."""
    tee, cap = shop.item("TEE"), shop.item("CAP")
    dallas, newark = shop.node("DALLAS"), shop.node("NEWARK", "newark")
    shop.stock(tee, dallas, 10)
    shop.stock(cap, dallas, 4)
    return tee, cap, dallas, newark


def plan(shop, road, tees=5, caps=2, name="T", **more):
    tee, cap, dallas, newark = road
    lines = [{"sku": tee, "quantity": tees}, {"sku": cap, "quantity": caps}]
    told = {"transfer": f"{name}-{shop.tag}", "from": dallas, "to": newark, "lines": lines}
    return shop.client.post("/v1/transfers", {**told, **more})


def step(shop, verb, *lines, name="T", **more):
    told = [
        {"sku": each[0], "quantity": each[1], **({"set_aside": each[2]} if each[2:] else {})}
        for each in lines
    ]
    body = {**({"lines": told} if told else {}), **more}
    return shop.client.post(f"/v1/transfers/{name}-{shop.tag}/{verb}", body)


def read(shop, name="T"):
    return shop.client.get(f"/v1/transfers/{name}-{shop.tag}").expect(200).json


def line(shop, sku):
    return next(each for each in read(shop)["transfer"]["lines"] if each["sku"] == sku)


def facts(shop):
    return [
        each["type"]
        for each in feed(shop.client, shop.client.heard)
        if each["subject"] == f"transfers/T-{shop.tag}"
    ]


def test_goods_leave_are_on_their_way_and_arrive(shop, road):
    tee, cap, dallas, newark = road
    made = plan(shop, road, expected_at="2026-12-24T10:00:00Z").expect(201)
    assert (made.json["state"], made.headers["etag"]) == ("planned", '"1"')
    assert shop.balance(tee, dallas) == (10, 0)

    sent = step(shop, "send").expect(200)
    assert (sent.json["state"], sent.headers["etag"]) == ("sent", '"2"')
    assert shop.balance(tee, dallas) == (5, 0)
    there = shop.position(cap, newark)
    assert (there["on_hand"], there["in_transit"], there["available"]) == (0, 2, 0)
    assert shop.available(tee) == 5

    step(shop, "receive", (tee, 3), (tee, 1, "damaged")).expect(200)
    there = shop.position(tee, newark)
    assert (there["on_hand"], there["in_transit"], there["available"]) == (4, 1, 3)
    assert there["unavailable_by"] == {"damaged": 1}

    step(shop, "receive", (cap, 2)).expect(200)
    closed = step(shop, "write-off", reason="fell off the truck").expect(200).json
    assert closed["state"] == "closed"
    figures = ("sent", "received", "written_off", "in_transit", "surplus")
    assert [line(shop, tee)[each] for each in figures] == [5, 4, 1, 0, 0]
    assert shop.position(tee, newark)["in_transit"] == 0
    assert [move["verb"] for move in read(shop)["moves"]] == [
        "send", "receive", "receive", "write_off", "close",
    ]  # fmt: skip
    eventually(lambda: len(facts(shop)) >= 6, what="the transfer's facts")
    assert facts(shop) == [
        "transfer.planned", "transfer.sent", "transfer.received", "transfer.received",
        "transfer.written_off", "transfer.closed",
    ]  # fmt: skip


def test_the_ledger_names_the_transfer_at_both_ends(shop, road):
    tee, _, dallas, newark = road
    plan(shop, road)
    step(shop, "send")
    step(shop, "receive")
    for node, kind, units in ((dallas, "transfer_out", -5), (newark, "transfer_in", 5)):
        path = f"/v1/inventory/movements?sku={tee}&node={node}&limit=1"
        [entry] = shop.client.get(path).expect(200).json["items"]
        assert (entry["kind"], entry["on_hand_delta"]) == (kind, units)
        assert entry["reference"] == f"T-{shop.tag}"


def test_never_more_leaves_than_is_free(shop, road):
    tee, cap, dallas, _ = road
    shop.buy([(tee, 6)])
    plan(shop, road)
    with unchanged(lambda: (shop.position(tee, dallas), shop.position(cap, dallas), read(shop))):
        told = step(shop, "send").expect(409)
    assert (told.code, told.pointers) == ("insufficient-stock", ["/lines"])
    step(shop, "send", (tee, 4)).expect(200)
    assert shop.balance(tee, dallas) == (6, 6)
    assert line(shop, cap)["sent"] == 0


def test_what_arrives_beyond_what_was_sent_is_sellable_and_a_person_is_asked_to_count(shop, road):
    tee, _, dallas, newark = road
    plan(shop, road)
    step(shop, "send")
    step(shop, "receive", (tee, 7)).expect(200)
    assert shop.balance(tee, newark) == (7, 0)
    assert (line(shop, tee)["received"], line(shop, tee)["surplus"]) == (5, 2)

    def asked():
        items = shop.client.get("/v1/exceptions?limit=200").expect(200).json["items"]
        return [each for each in items if each["subject"] == f"transfers/T-{shop.tag}"]

    [stuck] = asked()
    assert stuck["kind"] == "inventory.surplus"
    assert stuck["reason"] == f"2 of {tee} more arrived at {newark} than {dallas} sent"
    assert stuck["detail"]["node"] == dallas


def test_stock_that_arrives_goes_to_who_waits_for_it(shop, road):
    tee, _, dallas, newark = road
    shop.stock(tee, dallas, 5)
    plan(shop, road)
    step(shop, "send")
    order = shop.buy([(tee, 3)], backorder="allow")
    assert shop.phase(order) == "backordered"
    step(shop, "receive")
    [work] = shop.released(order)
    assert work["node"] == newark


def test_a_name_is_taken_once(shop, road):
    plan(shop, road).expect(201)
    with unchanged(lambda: read(shop)):
        told = plan(shop, road, tees=1).expect(409)
    assert (told.code, told.pointers) == ("conflict", ["/transfer"])


@pytest.mark.parametrize(
    ("before", "verb"),
    [
        ([], "receive"), ([], "write-off"), (["send"], "send"), (["send"], "cancel"),
        (["cancel"], "send"), (["send", "receive"], "receive"), (["send", "receive"], "write-off"),
    ],
)  # fmt: skip
def test_a_step_that_its_state_does_not_allow_changes_nothing(shop, road, before, verb):
    plan(shop, road)
    said = {"cancel": {"reason": "no"}, "write-off": {"reason": "no"}}
    for each in before:
        step(shop, each, **said.get(each, {})).expect(200)
    with unchanged(lambda: (read(shop), shop.balance(road[0], road[2]))):
        assert step(shop, verb, **said.get(verb, {})).expect(409).code == "illegal-transition"


def test_units_that_are_not_part_of_it_are_refused_by_name(shop, road):
    tee, cap, dallas, _ = road
    other = shop.item("MUG")
    plan(shop, road)
    with unchanged(lambda: (read(shop), shop.balance(tee, dallas))):
        assert step(shop, "send", (other, 1)).expect(422).pointers == ["/lines"]
        assert step(shop, "send", (tee, 6)).expect(409).pointers == ["/lines"]
        assert step(shop, "send", (tee, 3), (tee, 3)).expect(409).pointers == ["/lines"]
    step(shop, "send").expect(200)
    with unchanged(lambda: read(shop)):
        assert step(shop, "write-off", (cap, 3), reason="no").expect(409).pointers == ["/lines"]


def test_every_mistake_in_a_plan_is_named_at_once(shop, road):
    tee, _, dallas, _ = road
    kit = shop.item("KIT", components=[{"sku": tee, "quantity": 2}])
    lines = [{"sku": s, "quantity": 1} for s in (tee, kit, tee, f"NONE-{shop.tag}")]
    told = plan(shop, road, to=dallas, lines=lines).expect(422)
    assert told.pointers == ["/to", "/lines/1/sku", "/lines/2/sku", "/lines/3/sku"]
    shop.client.get(f"/v1/transfers/T-{shop.tag}").expect(404)


def test_a_step_is_taken_only_at_the_version_that_was_seen(shop, road):
    plan(shop, road)
    path = f"/v1/transfers/T-{shop.tag}/send"
    late = shop.client.send("POST", path, {}, headers={"if-match": '"9"'}).expect(412)
    assert late.code == "precondition-failed"
    shop.client.send("POST", path, {}, headers={"if-match": '"1"'}).expect(200)


def test_the_same_call_again_sends_once(shop, road):
    tee, _, dallas, _ = road
    plan(shop, road)
    path = f"/v1/transfers/T-{shop.tag}/send"
    first, again = (shop.client.post(path, {}, key=f"send-{shop.tag}") for _ in "ab")
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert shop.balance(tee, dallas) == (5, 0)


def test_transfers_are_listed_by_either_end_and_by_state_a_page_at_a_time(shop, road):
    _, _, dallas, newark = road
    for name in ("A", "B", "C"):
        plan(shop, road, name=name, tees=1, caps=1)
    step(shop, "send", name="B")

    def listed(query):
        answer = shop.client.get(f"/v1/transfers?{query}").expect(200)
        return [each["transfer"][0] for each in answer.json["items"]], answer

    assert listed(f"node={newark}")[0] == ["A", "B", "C"]
    assert listed(f"node={dallas}&state=sent")[0] == ["B"]
    assert listed(f"node={dallas}&state=planned&state=sent&limit=2")[0] == ["A", "B"]
    link = listed(f"node={dallas}&limit=2")[1].headers["link"]
    assert listed(link.partition("?")[2].partition(">")[0])[0] == ["C"]
    shop.client.get("/v1/transfers?state=lost").expect(422)
