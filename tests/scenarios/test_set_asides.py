"""Units that are there and not for sale say why, and come back by their own name."""

import pytest

from scenarios.shop import eventually, unchanged


def aside(shop, *rows):
    """Set units aside as (sku, node, reason, units); give what became of the rows."""
    told = [
        {"sku": sku, "node": node, "reason": reason, "quantity": units}
        for sku, node, reason, units in rows
    ]
    return shop.client.post("/v1/inventory/set-asides", {"rows": told}).expect(200).json["results"]


def test_a_position_shows_what_is_not_for_sale_by_reason(shop):
    sku, node = shop.stocked(10)
    rows = [(sku, node, "damaged", 2), (sku, node, "display", 1), (sku, node, "quarantine", 3)]
    assert [row["status"] for row in aside(shop, *rows)] == ["applied"] * 3
    seen = shop.position(sku, node)
    assert seen["unavailable_by"] == {"damaged": 2, "display": 1, "quarantine": 3}
    assert (seen["on_hand"], seen["unavailable"], seen["available"]) == (10, 6, 4)
    assert shop.available(sku) == 4

    aside(shop, (sku, node, "quarantine", -3))  # the inspection found nothing
    assert shop.position(sku, node)["unavailable_by"] == {"damaged": 2, "display": 1}
    assert shop.available(sku) == 7


def test_each_row_is_answered_in_order_and_a_bad_one_stops_no_other(shop):
    sku, node = shop.stocked(5)
    shop.buy([(sku, 3)])
    told = aside(
        shop,
        (f"NONE-{shop.tag}", node, "damaged", 1), (sku, f"NONE-{shop.tag}", "damaged", 1),
        (sku, node, "display", 3), (sku, node, "damaged", 6), (sku, node, "display", -1),
        (sku, node, "doubt", 0), (sku, node, "display", 2),
    )  # fmt: skip
    assert [row["status"] for row in told] == [
        "unknown_sku", "unknown_node", "claimed", "insufficient_stock", "not_set_aside",
        "wrong_sign", "applied",
    ]  # fmt: skip
    assert shop.position(sku, node)["unavailable_by"] == {"display": 2}
    assert shop.available(sku) == 0


def test_a_kit_has_nothing_to_set_aside(shop):
    sku, node = shop.stocked(5)
    kit = shop.item("KIT", components=[{"sku": sku, "quantity": 2}])
    assert [row["status"] for row in aside(shop, (kit, node, "display", 1))] == ["kit_has_no_stock"]


def test_the_same_call_again_is_answered_again_and_done_once(shop):
    sku, node = shop.stocked(5)
    body = {"rows": [{"sku": sku, "node": node, "reason": "display", "quantity": 2}]}
    first, again = (
        shop.client.post("/v1/inventory/set-asides", body, key=f"again-{shop.tag}") for _ in "ab"
    )
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert shop.position(sku, node)["unavailable_by"] == {"display": 2}


def test_a_cycle_count_ends_doubt_and_the_shelf_piece_stays_set_aside(shop):
    sku, node = shop.stocked(10)
    shop.buy([(sku, 2)])
    aside(shop, (sku, node, "display", 1))
    [work] = shop.released(shop.buy([(sku, 1)]))
    shop.did(work, "accept")
    shop.did(work, "short", {"lines": [{"line": 1, "quantity": 1}], "reason": "shelf empty"})
    eventually(
        lambda: shop.position(sku, node)["unavailable_by"] == {"display": 1, "doubt": 7},
        what="the rest is in doubt",
    )
    assert shop.available(sku) == 0

    shop.stock(sku, node, 9, source="cycle_count")

    assert shop.position(sku, node)["unavailable_by"] == {"display": 1}
    # of nine, one is shown, two are sold, and one waits for the order that came up short
    assert shop.available(sku) == 5


def test_the_ledger_says_what_for(shop):
    sku, node = shop.stocked(5)
    aside(shop, (sku, node, "damaged", 2))
    row = {"kind": "damage", "sku": sku, "node": node, "quantity": -2, "set_aside": "damaged"}
    shop.client.post("/v1/inventory/movements", {"movements": [row]}).expect(200)
    told = (
        shop.client.get(f"/v1/inventory/movements?sku={sku}&node={node}").expect(200).json["items"]
    )
    assert [
        (e["kind"], e["on_hand_delta"], e["unavailable_delta"], e["reason"]) for e in told[:2]
    ] == [("damage", -2, -2, "damaged"), ("set_aside", 0, 2, "damaged")]
    assert shop.position(sku, node)["unavailable_by"] == {}
    assert shop.available(sku) == 3


@pytest.mark.parametrize("kind", ["damage", "transfer_out", "adjustment"])
def test_more_than_was_set_aside_cannot_leave_from_there(shop, kind):
    sku, node = shop.stocked(5)
    aside(shop, (sku, node, "damaged", 2))
    row = {"kind": kind, "sku": sku, "node": node, "quantity": -3, "set_aside": "damaged"}
    with unchanged(lambda: shop.position(sku, node)):
        told = shop.client.post("/v1/inventory/movements", {"movements": [row]}).expect(200)
    assert [each["status"] for each in told.json["results"]] == ["insufficient_stock"]
