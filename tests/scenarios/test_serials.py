"""Serial numbers: each unit is somewhere, leaves once, and its order says which it got."""

import json

import pytest

from scenarios.goods import moved, state, unit
from scenarios.shop import Shop, eventually, parcel, unchanged


def phones(shop: Shop, *serials: str, units: int | None = None) -> tuple[str, str]:
    """Receive units by serial number at a node; give item and node."""
    sku, node = shop.item("PHONE", tracking="serial"), shop.store("DC")
    took = moved(shop, sku, node, units or len(serials), serials=list(serials))
    assert took == "applied"
    return sku, node


def numbered(*serials: str, line: int = 1) -> dict:
    """Name units of a line."""
    return {"line": line, "quantity": len(serials), "serials": list(serials)}


def test_a_unit_is_in_stock_picked_and_shipped_and_its_order_names_it(shop):
    sku, node = phones(shop, "S1", "S2", "S3")
    assert state(shop, sku, "S2") == "in_stock"
    order = shop.buy([(sku, 1)])
    [work] = shop.released(order)
    shop.did(work, "accept")
    after = shop.did(work, "pick", {"lines": [numbered("S2")]})
    assert after["lines"][0]["serials"] == ["S2"]
    picked = unit(shop, sku, "S2")
    assert (picked["state"], picked["order_id"], picked["line"]) == ("picked", order["id"], 1)
    shop.did(work, "pack")
    shop.hand_over(work)  # what was named at picking need not be named again
    gone = eventually(lambda: (u := unit(shop, sku, "S2"))["state"] == "shipped" and u)
    assert (gone["order_number"], gone["line"]) == (order["number"], 1)
    assert shop.works(order)[0]["lines"][0]["serials"] == ["S2"]
    [told] = shop.told(order, "fulfillment.shipped")
    assert told["data"]["lines"][0]["serials"] == ["S2"]
    left = shop.client.get(f"/v1/inventory/serials?sku={sku}&in_stock=true").expect(200).json
    assert [each["serial"] for each in left["items"]] == ["S1", "S3"]
    steps = shop.client.get(f"/v1/inventory/serials/S2?sku={sku}").expect(200).json["steps"]
    assert [(step["kind"], step["quantity"]) for step in steps] == [("ship", -1), ("receipt", 1)]
    assert shop.balance(sku, node) == (2, 0)


def test_nothing_is_handed_over_without_its_number(shop):
    sku, _ = phones(shop, "S1", "S2", "S3")
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    shop.pack(work)
    with unchanged(lambda: shop.works(order)):
        wrong = shop.do(work, "ship", {"packages": [parcel("P-1")]}).expect(422)
    assert wrong.json["errors"][0]["pointer"] == "/packages"
    assert "2 serial numbers" in wrong.json["detail"]
    one = [{"line": 1, "quantity": 2, "serials": ["S1"]}]
    wrong = shop.do(work, "ship", {"packages": [parcel("P-1", one)]}).expect(422)
    assert wrong.json["errors"][0]["pointer"] == "/packages/0/lines/0"
    shop.did(work, "ship", {"packages": [parcel("P-1", [numbered("S3", "S1")])]})
    eventually(lambda: state(shop, sku, "S3") == "shipped", what="S3 has left")
    assert shop.works(order)[0]["lines"][0]["serials"] == ["S1", "S3"]


@pytest.mark.parametrize(
    ("serial", "status", "said"),
    [
        ("NONE", 422, "is not known"),
        ("ELSEWHERE", 409, "is at FAR"),
        ("GONE", 409, "has left with order"),
        ("OUT", 409, "is not in stock"),
        ("OTHERS", 409, "is picked for other work"),
        ("ASIDE", 409, "is set aside (quarantine)"),
    ],
)
def test_a_unit_that_cannot_leave_is_refused_and_why(shop, serial, status, said):
    sku, node = phones(shop, "GONE", "OUT", "OTHERS", "ASIDE", "S1", "S2")
    far = shop.node("FAR", "newark")
    assert moved(shop, sku, far, 1, serials=["ELSEWHERE"]) == "applied"
    assert moved(shop, sku, node, -1, serials=["OUT"]) == "applied"
    aside = {"sku": sku, "node": node, "reason": "quarantine", "serials": ["ASIDE"]}
    told = shop.client.post("/v1/inventory/set-asides", {"rows": [aside]}).expect(200)
    assert told.json["results"][0]["status"] == "applied"
    shop.channel(nodes=[node])
    first, other, mine = (shop.buy([(sku, 1)]) for _ in range(3))
    [gone] = shop.released(first)
    shop.pack(gone)
    shop.did(gone, "ship", {"packages": [parcel("P-1", [numbered("GONE")])]})
    eventually(lambda: state(shop, sku, "GONE") == "shipped", what="it has left")
    [taken] = shop.released(other)
    shop.did(taken, "accept")
    shop.did(taken, "pick", {"lines": [numbered("OTHERS")]})
    [work] = shop.released(mine)
    shop.did(work, "accept")
    with unchanged(lambda: shop.works(mine)):
        refused = shop.do(work, "pick", {"lines": [numbered(serial)]}).expect(status)
    assert refused.json["errors"][0]["pointer"] == "/lines/0/serials/0"
    assert said in refused.json["errors"][0]["detail"]


def test_a_unit_is_received_once_and_comes_back_after_it_has_left(shop):
    sku, node = phones(shop, "S1", "S2")
    assert moved(shop, sku, node, 1, serials=["S1"]) == "serial_in_stock"
    assert moved(shop, sku, shop.node("TWO"), 1, serials=["S1"]) == "serial_in_stock"
    assert shop.balance(sku, node) == (2, 0)
    assert moved(shop, sku, node, -1, serials=["S1"]) == "applied"
    assert state(shop, sku, "S1") == "adjusted_out"
    assert moved(shop, sku, node, 1, serials=["S1"]) == "applied"
    assert state(shop, sku, "S1") == "in_stock"


def test_units_that_came_before_numbers_were_told_leave_by_the_number_that_is_on_them(shop):
    sku, node = phones(shop, "S1", units=2)
    order = shop.buy([(sku, 1)])
    [work] = shop.released(order)
    shop.pack(work)
    shop.did(work, "ship", {"packages": [parcel("P-1", [numbered("OLD")])]})
    eventually(lambda: shop.balance(sku, node) == (1, 0), what="it has left")
    assert state(shop, sku, "OLD") == "shipped"
    assert state(shop, sku, "S1") == "in_stock"
    again = shop.buy([(sku, 1)])
    [work] = shop.released(again)
    shop.pack(work)
    packages = {"packages": [parcel("P-2", [numbered("OTHER")])]}
    shop.do(work, "ship", packages).expect(422)  # the only unit that is left has a number


def test_a_count_that_finds_fewer_units_than_numbers_leaves_some_missing_until_they_turn_up(shop):
    sku, node = phones(shop, "S1", "S2", "S3")
    shop.stock(sku, node, 2)
    assert [state(shop, sku, each) for each in ("S1", "S2", "S3")] == [
        "missing", "in_stock", "in_stock",
    ]  # fmt: skip
    assert shop.stock(sku, node, 2, serials=["S1", "S3"])["status"] == "applied"
    assert [state(shop, sku, each) for each in ("S1", "S2", "S3")] == [
        "in_stock", "missing", "in_stock",
    ]  # fmt: skip
    shop.client.get(f"/v1/inventory/serials/NONE?sku={sku}").expect(404)


def test_a_unit_travels_by_its_number(shop):
    sku, one = phones(shop, "S1", "S2")
    two, trip = shop.node("TWO", "newark"), f"T-{shop.tag}"
    plan = {"transfer": trip, "from": one, "to": two, "lines": [{"sku": sku, "quantity": 1}]}
    shop.client.post("/v1/transfers", plan).expect(201)
    line = {"sku": sku, "quantity": 1, "serials": ["S2"]}
    shop.client.post(f"/v1/transfers/{trip}/send", {"lines": [line]}).expect(200)
    seen = unit(shop, sku, "S2")
    assert (seen["state"], seen["transfer"]) == ("in_transit", trip)
    shop.client.post(f"/v1/transfers/{trip}/receive", {}).expect(200)
    assert (unit(shop, sku, "S2")["node"], state(shop, sku, "S2")) == (two, "in_stock")


def test_who_fetches_a_unit_is_given_its_number(shop):
    sku, node = phones(shop, "S1")
    order = dict(shop.place(shop.pickup([(sku, 1)], node)).expect(201).json)
    [work] = shop.released(order)
    for verb in ("accept", "pick", "ready"):
        shop.did(work, verb)
    shop.do(work, "collect").expect(422)
    shop.did(work, "collect", {"lines": [numbered("S1")]})
    eventually(lambda: state(shop, sku, "S1") == "shipped", what="it was fetched")


def test_a_feed_tells_numbers_row_by_row(shop):
    sku, node = shop.item("PHONE", tracking="serial"), shop.node("DC")
    line = {
        "type": "movement", "kind": "receipt", "sku": sku, "node": node, "quantity": 2,
        "source": f"wms-{shop.tag}", "sequence": 1, "occurred_at": "2026-11-20T10:00:00Z",
        "serials": ["S1", "S2"],
    }  # fmt: skip
    body, headers = json.dumps(line).encode(), {"content-type": "application/x-ndjson"}
    answer = shop.client.send("POST", "/v1/inventory/feed", body, headers=headers).expect(200)
    assert b'"status":"applied"' in answer.body
    assert state(shop, sku, "S2") == "in_stock"
