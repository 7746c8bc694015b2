"""The grid of skus and nodes: its axes, its windows, and what is behind a cell."""

import json

import pytest

PLACE = {"country": "US", "postal_code": "75201"}


def node(kind: str, name: str = "Somewhere", **more) -> dict:
    """Describe a node."""
    said = {"name": name, "kind": kind, "address": PLACE, "time_zone": "America/Chicago"}
    return {**said, "services": ["ship"], **more}


@pytest.fixture
async def shop(call):
    """Two stores and a center; a tee at all of them, a cap at one, a mug nowhere, and a kit."""
    await call.ok("PUT", "/v1/items/TEE-1", {"name": "Linen tee, sand", "category": "tops"})
    await call.ok("PUT", "/v1/items/CAP-1", {"name": "Cord cap", "category": "hats"})
    await call.ok("PUT", "/v1/items/MUG-1", {"name": "Sand mug"})
    kit = {"name": "Tee and cap", "components": [{"sku": "TEE-1", "quantity": 1}]}
    await call.ok("PUT", "/v1/items/KIT-1", kit)
    await call.ok("PUT", "/v1/nodes/S1", node("store"))
    await call.ok("PUT", "/v1/nodes/S2", node("store"))
    await call.ok("PUT", "/v1/nodes/ZDC", node("dc"))
    await call.ok("PUT", "/v1/node-groups/near", {"name": "Near", "nodes": ["S1", "ZDC"]})
    counts = [("TEE-1", "S1", 4), ("TEE-1", "S2", 3), ("TEE-1", "ZDC", 50), ("CAP-1", "S2", 2)]
    await call.ok("POST", "/v1/inventory/counts", {
        "counts": [{"sku": sku, "node": at, "on_hand": units} for sku, at, units in counts]
    })  # fmt: skip
    return call


async def axes(shop, query: str = "") -> tuple[list[str], list[str]]:
    """Give the skus and the nodes."""
    shown = await shop.ok("GET", f"/v1/inventory/grid/axes?{query}")
    return shown["skus"], [each["node"] for each in shown["nodes"]]


async def test_rows_are_what_has_stock_of_its_own_and_centers_stand_first(shop):
    assert await axes(shop) == (["CAP-1", "MUG-1", "TEE-1"], ["ZDC", "S1", "S2"])


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ("q=TEE", ["TEE-1"]),
        ("q=sand", ["MUG-1", "TEE-1"]),
        ("q=lin%20sa", ["TEE-1"]),
        ("q=and", []),
        ("q=%27%26%21", []),
        ("category=hats", ["CAP-1"]),
        ("category=hats&q=TEE", []),
        ("category=tops&q=linen", ["TEE-1"]),
        ("only=low&low=2", ["CAP-1", "MUG-1"]),
        ("only=low&low=0&node=S1", ["CAP-1", "MUG-1"]),
        ("only=short", []),
        ("only=negative", []),
        ("order=available", ["MUG-1", "CAP-1", "TEE-1"]),
        ("order=-available&kind=store", ["TEE-1", "CAP-1", "MUG-1"]),
    ],
)
async def test_rows_are_narrowed_and_ordered(shop, query, skus):
    assert (await axes(shop, query))[0] == skus


@pytest.mark.parametrize(
    ("query", "nodes"),
    [
        ("kind=store", ["S1", "S2"]),
        ("group=near", ["ZDC", "S1"]),
        ("group=near&kind=store", ["S1"]),
        ("node=S2&node=ZDC", ["ZDC", "S2"]),
        ("group=nowhere", []),
    ],
)
async def test_columns_are_narrowed(shop, query, nodes):
    assert (await axes(shop, query))[1] == nodes


async def test_categories_are_given_to_choose_from(shop):
    assert (await shop.ok("GET", "/v1/inventory/grid/axes"))["categories"] == ["hats", "tops"]


async def test_a_window_has_a_row_for_each_sku_asked_and_a_cell_for_each_node(shop):
    shown = await shop.ok("GET", "/v1/inventory/grid?sku=TEE-1&sku=CAP-1&sku=NONE")
    assert shown == {
        "nodes": ["ZDC", "S1", "S2"],
        "skus": ["TEE-1", "CAP-1", "NONE"],
        "names": ["Linen tee, sand", "Cord cap", ""],
        "categories": ["tops", "hats", ""],
        "cells": {"available": [[50, 4, 3], [None, None, 2], [None, None, None]]},
        "totals": {"available": [57, 2, 0]},
        "waiting": [0, 0, 0],
    }


async def test_what_is_on_hand_is_claimed_set_aside_kept_back_or_for_sale(shop):
    await shop.ok("POST", "/v1/inventory/set-asides", {
        "rows": [{"sku": "TEE-1", "node": "ZDC", "reason": "damaged", "quantity": 5}]
    })  # fmt: skip
    buckets = ["on_hand", "reserved", "unavailable", "safety", "available"]
    asked = "&".join(f"bucket={each}" for each in buckets)
    cells = (await shop.ok("GET", f"/v1/inventory/grid?sku=TEE-1&{asked}"))["cells"]
    assert [cells[each][0][0] for each in buckets] == [50, 0, 5, 0, 45]


async def test_units_on_the_road_and_on_order_stand_where_they_go(shop):
    trip = {"transfer": "T-1", "from": "ZDC", "to": "S1",
            "lines": [{"sku": "TEE-1", "quantity": 7}]}  # fmt: skip
    await shop("POST", "/v1/transfers", trip)
    await shop.ok("POST", "/v1/transfers/T-1/send", {})
    order = {"kind": "purchase", "node": "ZDC", "expected_at": "2027-01-20T10:00:00Z",
             "lines": [{"sku": "TEE-1", "quantity": 90}]}  # fmt: skip
    await shop.ok("PUT", "/v1/supplies/PO-1", order)
    query = "sku=TEE-1&bucket=in_transit&bucket=on_order"
    cells = (await shop.ok("GET", f"/v1/inventory/grid?{query}"))["cells"]
    assert cells == {"in_transit": [[None, 7, None]], "on_order": [[90, None, None]]}


async def test_who_has_the_same_window_is_told_no_more_until_something_changes(shop):
    url = "/v1/inventory/grid?sku=TEE-1"
    first = await shop("GET", url)
    tag = dict(first.headers)["etag"]
    again = await shop("GET", url, if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    moved = {"kind": "adjustment", "sku": "TEE-1", "node": "S1", "quantity": -1, "reason": "lost"}
    await shop.ok("POST", "/v1/inventory/movements", {"movements": [moved]})
    other = await shop("GET", url, if_none_match=tag)
    assert other.status == 200
    assert json.loads(other.body)["cells"]["available"] == [[50, 3, 3]]


async def test_an_adjustment_says_why_and_who(shop):
    moved = {"kind": "adjustment", "sku": "TEE-1", "node": "S1", "quantity": 2, "reason": "found",
             "reference": "behind the till"}  # fmt: skip
    await shop.ok("POST", "/v1/inventory/movements", {"movements": [moved]})
    steps = await shop.ok("GET", "/v1/inventory/movements?sku=TEE-1&node=S1")
    assert (steps["items"][0]["reference"], steps["items"][0]["actor"]) == (
        "found: behind the till", "kim",
    )  # fmt: skip


async def test_a_reason_is_for_adjustments(shop):
    moved = {"kind": "receipt", "sku": "TEE-1", "node": "S1", "quantity": 2, "reason": "found"}
    told = await shop.refused("POST", "/v1/inventory/movements", {"movements": [moved]})
    assert told == (422, "invalid-request", ["/movements/0/reason"])


async def test_a_window_is_bounded(shop):
    many = "&".join(f"sku=S{number}" for number in range(201))
    answer = await shop("GET", f"/v1/inventory/grid?{many}")
    assert answer.status == 422
    assert [each["parameter"] for each in json.loads(answer.body)["errors"]] == ["sku"]


async def test_claims_at_a_position_are_named(shop):
    await shop.ok("PUT", "/v1/channels/web", {"name": "Web"})
    kept = {"channel": "web", "lines": [{"sku": "CAP-1", "quantity": 1}], "ttl_s": 600}
    cart = await shop("POST", "/v1/reservations", kept)
    assert cart.status == 201, cart.body
    claims = await shop.ok("GET", "/v1/inventory/claims?sku=CAP-1&node=S2")
    assert [(each["channel"], each["units"]) for each in claims["carts"]] == [("web", 1)]
    assert (claims["orders"], claims["more"]) == ([], False)
    cells = await shop.ok("GET", "/v1/inventory/grid?sku=CAP-1&bucket=reserved")
    assert cells["cells"]["reserved"] == [[None, None, 1]]
