"""Canceling after release: whole or by line and quantity; too late once it has shipped."""

from scenarios.shop import eventually


def test_after_release_the_work_is_canceled_and_the_stock_is_free(shop):
    sku, node = shop.stocked(10)
    order = shop.buy([(sku, 3)])
    [work] = shop.released(order)
    shop.did(work, "accept")

    shop.cancel(order, reason="found it cheaper").expect(200)

    canceled = shop.becomes(order, "canceled")
    assert [w["state"] for w in canceled["fulfillment_orders"]] == ["canceled"]
    assert canceled["lines"][0]["quantities"]["canceled"] == 3
    assert shop.balance(sku, node) == (10, 0)
    assert shop.available(sku) == 10
    [fact] = shop.told(order, "order.canceled")
    assert fact["data"]["reason"] == "found it cheaper"
    assert fact["data"]["lines"] == [{"line": 1, "quantity": 3}]
    assert shop.do(work, "pick").expect(409).code == "illegal-transition"


def test_units_of_a_line_are_canceled_and_the_rest_goes_on(shop):
    shirt, node = shop.stocked(10)
    hat = shop.item("HAT")
    shop.stock(hat, node, 10)
    order = shop.buy([(shirt, 3), (hat, 2)])
    [work] = shop.released(order)

    shop.cancel(order, [(1, 2)]).expect(200)

    assert shop.balance(shirt, node) == (10, 1)
    assert shop.balance(hat, node) == (10, 2)
    seen = shop.read(order)
    assert [line["quantities"]["canceled"] for line in seen["lines"]] == [2, 0]
    number = shop.ship(work)
    eventually(lambda: shop.balance(shirt, node) == (9, 0), what="one shirt left")
    assert shop.balance(hat, node) == (8, 0)
    shop.scan((number, "delivered", "2026-11-21T18:00:00Z"))
    closed = shop.becomes(order, "closed")
    assert [line["quantities"]["delivered"] for line in closed["lines"]] == [1, 2]


def test_canceling_every_line_one_by_one_cancels_the_order(shop):
    shirt, node = shop.stocked(10)
    hat = shop.item("HAT")
    shop.stock(hat, node, 10)
    order = shop.buy([(shirt, 1), (hat, 1)])

    shop.cancel(order, [(1, 1)]).expect(200)
    shop.cancel(order, [(2, 1)]).expect(200)

    shop.becomes(order, "canceled")
    assert shop.balance(shirt, node) == (10, 0)
    assert shop.balance(hat, node) == (10, 0)


def test_what_has_shipped_can_not_be_canceled(shop):
    sku, node = shop.stocked(10)
    order = shop.buy([(sku, 2)])
    shop.ship(shop.released(order)[0])

    assert shop.cancel(order).expect(409).code == "too-late"
    assert shop.cancel(order, [(1, 1)]).expect(409).code == "too-late"
    shop.becomes(order, "shipped")
    eventually(lambda: shop.balance(sku, node) == (8, 0), what="shipped units consumed")
    assert shop.read(order)["lines"][0]["quantities"]["canceled"] == 0


def test_a_cancel_that_makes_no_sense_is_refused_and_changes_nothing(shop):
    sku, node = shop.stocked(10)
    order = shop.buy([(sku, 2)])

    for lines in ([(2, 1)], [(1, 3)], [(1, 0)], [(1, -1)], [(1, 1), (1, 2)], [(0, 1)]):
        answer = shop.cancel(order, lines).expect(409, 422)
        assert answer.pointers, lines
    assert shop.balance(sku, node) == (10, 2)
    assert shop.read(order)["lines"][0]["quantities"]["canceled"] == 0


def test_canceling_what_is_canceled_already_changes_nothing(shop):
    sku, node = shop.stocked(10)
    order = shop.buy([(sku, 2)])
    shop.cancel(order).expect(200)

    shop.cancel(order).expect(200, 409)

    assert shop.balance(sku, node) == (10, 0)
    assert len(shop.told(order, "order.canceled")) == 1


def test_units_canceled_are_sold_to_the_next_customer(shop):
    sku, _ = shop.stocked(2)
    first = shop.buy([(sku, 2)])
    assert shop.place(shop.order([(sku, 1)])).status == 409

    shop.cancel(first, [(1, 1)]).expect(200)

    shop.buy([(sku, 1)])
    assert shop.place(shop.order([(sku, 1)])).status == 409
