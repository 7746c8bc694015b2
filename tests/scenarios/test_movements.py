"""Movements are signed deltas: each row whole or not at all, each in the ledger."""

import pytest

from scenarios.shop import at_once


@pytest.mark.parametrize(
    ("kind", "quantity", "after"),
    [("receipt", 5, 15), ("transfer_in", 5, 15), ("damage", -4, 6), ("transfer_out", -10, 0),
     ("adjustment", 2, 12), ("adjustment", -2, 8)],
)  # fmt: skip
def test_each_kind_moves_its_way(shop, kind, quantity, after):
    sku, node = shop.stocked(10)
    row = shop.move(kind, sku, node, quantity)
    assert (row["status"], row["on_hand"]) == ("applied", after)
    assert shop.balance(sku, node) == (after, 0)
    assert shop.available(sku) == after


@pytest.mark.parametrize(
    ("kind", "quantity"),
    [("receipt", -5), ("transfer_in", -1), ("damage", 4), ("transfer_out", 1), ("adjustment", 0),
     ("receipt", 0)],
)  # fmt: skip
def test_a_sign_that_does_not_fit_its_kind_is_refused(shop, kind, quantity):
    sku, node = shop.stocked(10)
    movement = {"kind": kind, "sku": sku, "node": node, "quantity": quantity}
    answer = shop.client.post("/v1/inventory/movements", {"movements": [movement]}).expect(200, 422)
    if answer.status == 200:
        assert [row["status"] for row in answer.json["results"]] == ["wrong_sign"]
    assert shop.balance(sku, node) == (10, 0)


def test_more_than_is_there_cannot_leave(shop):
    sku, node = shop.stocked(10)
    assert shop.move("damage", sku, node, -11)["status"] == "insufficient_stock"
    assert shop.balance(sku, node) == (10, 0)


def test_a_row_that_is_refused_stops_no_other(shop):
    sku, node = shop.stocked(10)
    rows = [("damage", -4), ("damage", -7), ("receipt", 1), ("damage", -7)]
    movements = [{"kind": k, "sku": sku, "node": node, "quantity": q} for k, q in rows]

    answer = shop.client.post("/v1/inventory/movements", {"movements": movements}).expect(200)

    told = [row["status"] for row in answer.json["results"]]
    assert told == ["applied", "insufficient_stock", "applied", "applied"]
    assert shop.balance(sku, node) == (0, 0)


def test_damage_to_reserved_units_is_a_shortage(shop):
    sku, node = shop.stocked(10)
    shop.buy([(sku, 8)])
    assert shop.move("damage", sku, node, -5)["short"] == 3
    seen = shop.position(sku, node)
    assert (seen["on_hand"], seen["reserved"], seen["shortage"]) == (5, 8, 3)
    assert shop.available(sku) == 0


def test_movements_at_once_all_count(shop):
    sku, node = shop.stocked(0)
    at_once([lambda: shop.move("receipt", sku, node, 3)] * 16)
    assert shop.balance(sku, node) == (48, 0)


def test_receipts_and_orders_at_once_add_up(shop):
    sku, node = shop.stocked(5)
    buyers = [lambda: shop.place(shop.order([(sku, 1)])).status] * 20
    receipts = [lambda: shop.move("receipt", sku, node, 1)["status"]] * 10

    answers = at_once([*buyers, *receipts])

    taken = answers.count(201)
    assert answers.count("applied") == 10
    assert 5 <= taken <= 15
    assert answers.count(409) == 20 - taken
    assert shop.balance(sku, node) == (15, taken)
