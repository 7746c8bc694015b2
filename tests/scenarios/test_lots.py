"""Lots: what expires first leaves first, what has expired is not sold, and a recall is answered."""

from scenarios.goods import day, lot, lots, moved, received
from scenarios.shop import Body, Shop, eventually, feed, parcel, unchanged

LATE, SOON = day(300), day(90)


def tracked(shop: Shop, **item: object) -> tuple[str, str]:
    """Put an item that is tracked by lot, and a node."""
    return shop.item("MILK", tracking="lot", **item), shop.node("DC")


def test_what_expires_first_is_picked_first_and_the_order_says_which_lots_it_got(shop):
    sku, node = tracked(shop)
    received(shop, sku, node, lot("L2", 5, LATE), lot("L1", 2, SOON))
    order = shop.buy([(sku, 3)])
    [work] = shop.released(order)

    [listed] = shop.client.get(f"/v1/fulfillment-orders?node={node}").expect(200).json["items"]
    assert listed["lines"][0]["pick"] == [lot("L1", 2, SOON), lot("L2", 1, LATE)]

    shop.pack(work)
    shop.hand_over(work)
    eventually(lambda: shop.balance(sku, node) == (4, 0), what="it has left")
    assert lots(shop, sku) == {(node, "L2"): 4}
    [line] = shop.works(order)[0]["lines"]
    assert line["lots"] == [lot("L1", 2), lot("L2", 1)]


def test_the_node_says_which_lots_it_picked_and_they_leave(shop):
    sku, node = tracked(shop)
    received(shop, sku, node, lot("L1", 5, SOON), lot("L2", 5, LATE))
    order = shop.buy([(sku, 3)])
    [work] = shop.released(order)
    shop.did(work, "accept")
    picked = {"line": 1, "quantity": 2, "lots": [lot("L2", 2)]}
    after = shop.did(work, "pick", {"lines": [picked]})
    assert after["lines"][0]["lots"] == [lot("L2", 2)]
    assert after["lines"][0]["pick"] == [lot("L1", 1, SOON)]
    shop.did(work, "pick", {"lines": [{"line": 1, "quantity": 1, "lots": [lot("L1", 1)]}]})
    shop.did(work, "pack")
    shop.hand_over(work)
    eventually(lambda: shop.balance(sku, node) == (7, 0), what="it has left")
    assert lots(shop, sku) == {(node, "L1"): 4, (node, "L2"): 3}
    [told] = shop.told(order, "fulfillment.shipped")
    assert told["data"]["lines"][0]["lots"] == [lot("L1", 1), lot("L2", 2)]


def test_what_is_shipped_may_be_named_otherwise_than_what_was_picked(shop):
    sku, node = tracked(shop)
    received(shop, sku, node, lot("L1", 5, SOON), lot("L2", 5, LATE))
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    shop.did(work, "accept")
    shop.did(work, "pick", {"lines": [{"line": 1, "quantity": 2, "lots": [lot("L1", 2)]}]})
    shop.did(work, "pack")
    line = {"line": 1, "quantity": 2, "lots": [lot("L2", 2)]}
    shop.did(work, "ship", {"packages": [parcel("P-1", [line])]})
    eventually(lambda: shop.balance(sku, node) == (8, 0), what="it has left")
    assert lots(shop, sku) == {(node, "L1"): 5, (node, "L2"): 3}
    assert shop.works(order)[0]["lines"][0]["lots"] == [lot("L2", 2)]


def test_a_lot_that_cannot_be_is_refused_line_by_line_and_nothing_is_picked(shop):
    sku, node = tracked(shop)
    plain = shop.item("PLAIN")
    shop.stock(plain, node, 5)
    received(shop, sku, node, lot("L1", 1, SOON), lot("L2", 5, LATE))
    order = shop.buy([(sku, 3), (plain, 1)])
    [work] = shop.released(order)
    shop.did(work, "accept")
    lines = [
        {"line": 1, "quantity": 2, "lots": [lot("L2", 1), lot("NONE", 1)]},
        {"line": 2, "quantity": 1, "lots": [lot("L1", 1)]},
    ]
    with unchanged(lambda: shop.works(order)):
        wrong = shop.do(work, "pick", {"lines": lines}).expect(422)
    assert [error["pointer"] for error in wrong.json["errors"]] == [
        "/lines/0/lots/1", "/lines/1/lots/0",
    ]  # fmt: skip
    with unchanged(lambda: shop.works(order)):
        few = {"lines": [{"line": 1, "quantity": 3, "lots": [lot("L1", 3)]}]}
        clash = shop.do(work, "pick", few).expect(409)
    assert clash.json["errors"][0]["pointer"] == "/lines/0/lots/0"
    assert "1 may be taken" in clash.json["errors"][0]["detail"]
    many = {"lines": [{"line": 1, "quantity": 1, "lots": [lot("L2", 2)]}]}
    assert shop.do(work, "pick", many).expect(422).json["errors"][0]["pointer"] == "/lines/0/lots"


def test_what_another_has_picked_cannot_be_picked_again(shop):
    sku, node = tracked(shop)
    received(shop, sku, node, lot("L1", 1, SOON), lot("L2", 5, LATE))
    first, second = shop.buy([(sku, 1)]), shop.buy([(sku, 1)])
    line = {"lines": [{"line": 1, "quantity": 1, "lots": [lot("L1", 1)]}]}
    [mine] = shop.released(first)
    [other] = shop.released(second)
    for work in (mine, other):
        shop.did(work, "accept")
    shop.did(mine, "pick", line)
    shop.do(other, "pick", line).expect(409)
    seen = shop.client.get(f"/v1/fulfillment-orders/{other['id']}").expect(200).json
    assert seen["lines"][0]["pick"] == [lot("L2", 1, LATE)]


def expired(shop: Shop, sku: str) -> Body | None:
    """Find the fact that units of an item have expired."""
    facts = feed(shop.client, shop.began)
    found = [each for each in facts if each["type"] == "inventory.expired"]
    return next((each for each in found if each["data"]["sku"] == sku), None)


def test_what_has_expired_is_set_aside_and_its_orders_go_elsewhere(shop):
    sku = shop.item("MILK", tracking="lot", min_remaining_days=30)
    near, far = shop.store("NEAR"), shop.node("FAR", "newark")
    received(shop, sku, near, lot("L1", 5, day(40)), lot("L2", 1, LATE))
    received(shop, sku, far, lot("L3", 5, LATE))
    order = shop.buy([(sku, 3)])
    [work] = shop.released(order)
    assert work["node"] == near

    body = {"name": "MILK", "tracking": "lot", "weight_g": 500, "min_remaining_days": 60}
    shop.client.put(f"/v1/items/{sku}", body).expect(200)  # from now on it must last two months

    eventually(lambda: shop.position(sku, near)["unavailable_by"] == {"expired": 5})
    told = eventually(lambda: expired(shop, sku), what="told")
    assert told["data"] == {
        "sku": sku, "node": near, "lot": "L1", "expires_on": day(40), "quantity": 5,
    }  # fmt: skip
    eventually(lambda: {w["node"] for w in shop.works(order, "released")} == {near, far})
    assert shop.position(sku, near)["shortage"] == 0
    query = f"sku={sku}&channel={shop.web}&explain=true"
    [item] = shop.client.get(f"/v1/availability?{query}").expect(200).json["items"]
    bill = {node["node"]: node["less"] for node in item["bills"][0]["nodes"]}
    assert {"what": "unavailable", "units": 5, "why": "expired"} in bill[near]

    shop.client.put(f"/v1/items/{sku}", body | {"min_remaining_days": 0}).expect(200)
    eventually(lambda: shop.position(sku, near)["unavailable_by"] == {})


def test_a_unit_lasts_its_shelf_life_from_its_receipt_where_its_lot_does_not_say(shop):
    sku, node = tracked(shop, shelf_life_days=20)
    received(shop, sku, node, lot("L1", 5))
    [row] = shop.client.get(f"/v1/inventory/lots?sku={sku}").expect(200).json["items"]
    assert row["expires_on"] in {day(19), day(20), day(21)}  # the node's own day
    before = shop.client.get(f"/v1/inventory/lots?sku={sku}&expires_before={day(30)}")
    assert len(before.expect(200).json["items"]) == 1
    assert lots(shop, sku, expires_before=day(5)) == {}


def test_a_recall_says_where_a_lot_is_and_who_got_it_and_takes_it_off_sale_at_once(shop):
    sku = shop.item("MILK", tracking="lot")
    one, two = shop.node("ONE"), shop.node("TWO", "newark")
    received(shop, sku, one, lot("BAD", 5, SOON))
    received(shop, sku, two, lot("BAD", 4, SOON), lot("GOOD", 3, LATE))
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    shop.ship(work)
    eventually(lambda: sum(lots(shop, sku).values()) == 10, what="it has left")

    ask = {"rows": [{"sku": sku, "lot": "BAD", "reason": "quarantine", "reference": "recall 7"}]}
    told = shop.client.post("/v1/inventory/set-asides", ask).expect(200).json["results"]
    assert {row["status"] for row in told} == {"applied"}
    assert len(told) == 2
    assert shop.available(sku) == 3

    seen = shop.client.get(f"/v1/inventory/lots/BAD?sku={sku}").expect(200).json
    assert seen["expires_on"] == SOON
    left = {place["node"]: place["set_aside"] for place in seen["nodes"]}
    assert sum(each["quarantine"] for each in left.values()) == 7
    assert left.keys() == {one, two}
    [got] = seen["orders"]
    assert (got["order_id"], got["line"], got["quantity"]) == (order["id"], 1, 2)
    assert got["order_number"] == order["number"]
    again = shop.client.post("/v1/inventory/set-asides", ask).expect(200).json["results"]
    assert [row["status"] for row in again] == ["unknown_lot"]  # none of it is sellable any more


def test_a_transfer_brings_the_lots_it_took(shop):
    sku, one, two = shop.item("MILK", tracking="lot"), shop.node("ONE"), shop.node("TWO", "newark")
    received(shop, sku, one, lot("L1", 5, SOON), lot("L2", 5, LATE))
    trip = f"T-{shop.tag}"
    plan = {"transfer": trip, "from": one, "to": two, "lines": [{"sku": sku, "quantity": 4}]}
    shop.client.post("/v1/transfers", plan).expect(201)
    path = f"/v1/transfers/{trip}"
    unknown = {"lines": [{"sku": sku, "quantity": 4, "lots": [lot("NONE", 4)]}]}
    shop.client.post(f"{path}/send", unknown).expect(409)
    some = {"lines": [{"sku": sku, "quantity": 4, "lots": [lot("L2", 3)]}]}
    shop.client.post(f"{path}/send", some).expect(200)
    assert lots(shop, sku) == {(one, "L1"): 4, (one, "L2"): 2}
    seen = shop.client.get(f"/v1/inventory/lots/L2?sku={sku}").expect(200).json
    assert seen["in_transit"] == [{"transfer": trip, "to": two, "quantity": 3}]
    shop.client.post(f"{path}/receive", {}).expect(200)
    assert lots(shop, sku, node=two) == {(two, "L1"): 1, (two, "L2"): 3}


def test_a_count_by_lot_says_what_is_there_and_one_in_sum_takes_what_expires_first(shop):
    sku, node = tracked(shop)
    received(shop, sku, node, lot("L1", 5, SOON), lot("L2", 5, LATE))
    found = [lot("L1", 2, SOON), lot("L3", 1, LATE)]
    assert shop.stock(sku, node, 6, lots=found)["status"] == "applied"
    assert lots(shop, sku) == {(node, "L1"): 2, (node, "L3"): 1}  # three are of an unknown lot
    assert shop.stock(sku, node, 1)["status"] == "applied"
    assert lots(shop, sku) == {}
    wrong = [{"sku": sku, "node": node, "on_hand": 1, "lots": [lot("L1", 2)]}]
    told = shop.client.post("/v1/inventory/counts", {"counts": wrong}).expect(422)
    assert told.json["errors"][0]["pointer"] == "/counts/0/lots"


def test_what_cannot_be_of_a_lot_is_refused_row_by_row(shop):
    sku, node = tracked(shop)
    plain = shop.item("PLAIN")
    received(shop, sku, node, lot("L1", 5, SOON))
    assert moved(shop, plain, node, 1, lots=[lot("L1", 1)]) == "not_tracked_so"
    assert moved(shop, sku, node, 1, serials=["S1"]) == "not_tracked_so"
    assert moved(shop, sku, node, 1, lots=[lot("L1", 1, LATE)]) == "lot_expires_otherwise"
    assert moved(shop, sku, node, -1, lots=[lot("NONE", 1)]) == "unknown_lot"
    assert moved(shop, sku, node, -6, lots=[lot("L1", 6)]) == "insufficient_lot"
    assert lots(shop, sku) == {(node, "L1"): 5}
    assert moved(shop, sku, node, -2, lots=[lot("L1", 2)]) == "applied"
    assert lots(shop, sku) == {(node, "L1"): 3}


def test_what_a_supplier_sends_comes_with_its_lots(shop):
    sku, node = tracked(shop)
    plan = {
        "kind": "purchase", "node": node, "expected_at": "2027-01-05T10:00:00Z",
        "lines": [{"sku": sku, "quantity": 6}],
    }  # fmt: skip
    path = f"/v1/supplies/PO-{shop.tag}"
    shop.client.put(path, plan).expect(200, 201)
    came = {"lines": [{"sku": sku, "quantity": 4, "lots": [lot("L1", 3, SOON)]}]}
    shop.client.post(f"{path}/receive", came).expect(200)
    assert lots(shop, sku) == {(node, "L1"): 3}
    assert shop.position(sku, node)["on_hand"] == 4
    wrong = {"lines": [{"sku": sku, "quantity": 1, "lots": [lot("L1", 1, LATE)]}]}
    refused = shop.client.post(f"{path}/receive", wrong).expect(422)
    assert refused.json["errors"][0]["pointer"] == "/lines/0/lots"


def test_lots_are_listed_a_page_at_a_time(shop):
    sku, node = tracked(shop)
    received(shop, sku, node, *(lot(f"L{number}", 1, SOON) for number in range(5)))
    seen, path = [], f"/v1/inventory/lots?sku={sku}&limit=2"
    cursor = ""
    while True:
        page = shop.client.get(f"{path}&cursor={cursor}" if cursor else path).expect(200).json
        seen += [row["lot"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["L0", "L1", "L2", "L3", "L4"]
    shop.client.get(f"{path}&cursor=none-of-ours").expect(422)
    shop.client.get(f"/v1/inventory/lots/NONE?sku={sku}").expect(404)


def test_stock_that_came_before_its_item_was_tracked_is_of_an_unknown_lot_and_blocks_nothing(shop):
    sku, node = shop.stocked(5)
    shop.client.put(f"/v1/items/{sku}", {"name": "TEE", "tracking": "lot"}).expect(200)
    received(shop, sku, node, lot("L1", 2, SOON))
    order = shop.buy([(sku, 6)])
    [work] = shop.released(order)
    shop.ship(work)
    eventually(lambda: shop.balance(sku, node) == (1, 0), what="it has left")
    assert lots(shop, sku) == {}  # what expires first left first, then what nobody knew
    shop.client.put(f"/v1/items/{sku}", {"name": "TEE"}).expect(200)
    shop.stock(sku, node, 3)
