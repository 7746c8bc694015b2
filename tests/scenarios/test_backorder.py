"""What cannot be had now: refused, waited for, or left out, as the order says."""

from datetime import UTC, datetime, timedelta

from scenarios.shop import eventually


def test_refuse_is_the_default_and_writes_nothing(shop):
    sku, node = shop.stocked(1)
    answer = shop.place(shop.order([(sku, 2)])).expect(409)
    assert (answer.code, answer.pointers) == ("insufficient-stock", ["/lines/0/quantity"])
    assert shop.balance(sku, node) == (1, 0)


def test_allow_reserves_what_is_there_and_lets_the_rest_wait(shop):
    sku, node = shop.stocked(2)

    order = shop.buy([(sku, 5)], backorder="allow")

    quantities = order["lines"][0]["quantities"]
    assert (quantities["reserved"], quantities["waiting"]) == (2, 3)
    assert shop.balance(sku, node) == (2, 2)
    assert shop.available(sku) == 0


def test_who_waits_comes_before_who_asks_later(shop):
    sku, node = shop.stocked(0)
    order = shop.buy([(sku, 3)], backorder="allow")
    assert shop.phase(order) == "backordered"

    shop.move("receipt", sku, node, 2)  # all of it is spoken for
    assert shop.available(sku) == 0
    assert shop.place(shop.order([(sku, 1)])).expect(409).code == "insufficient-stock"

    shop.move("receipt", sku, node, 3)
    eventually(lambda: shop.balance(sku, node) == (5, 3), what="three reserved for who waited")
    assert shop.available(sku) == 2
    shop.buy([(sku, 2)])


def test_supply_that_arrives_is_planned_released_and_shipped(shop):
    sku, node = shop.stocked(0)
    order = shop.buy([(sku, 2)], backorder="allow")
    assert order["plan"] is None

    shop.move("receipt", sku, node, 10)

    [work] = shop.released(order)
    assert (work["node"], work["lines"][0]["quantity"]) == (node, 2)
    number = shop.ship(work)
    shop.scan((number, "delivered", "2026-11-21T18:00:00Z"))
    shop.becomes(order, "closed")
    assert shop.balance(sku, node) == (8, 0)


def test_a_count_brings_supply_too(shop):
    sku, node = shop.stocked(0)
    order = shop.buy([(sku, 2)], backorder="allow")
    shop.stock(sku, node, 4)
    shop.released(order)
    assert shop.balance(sku, node) == (4, 2)


def test_first_come_first_served_among_those_who_wait(shop):
    sku, node = shop.stocked(0)
    first = shop.buy([(sku, 2)], backorder="allow")
    second = shop.buy([(sku, 2)], backorder="allow")

    shop.move("receipt", sku, node, 2)

    shop.released(first)
    assert shop.phase(second) == "backordered"
    shop.move("receipt", sku, node, 2)
    shop.released(second)


def test_partial_takes_what_there_is_and_cancels_the_rest(shop):
    sku, node = shop.stocked(2)

    order = shop.buy([(sku, 5)], backorder="partial")

    quantities = order["lines"][0]["quantities"]
    assert (quantities["ordered"], quantities["canceled"], quantities["reserved"]) == (5, 3, 2)
    assert shop.balance(sku, node) == (2, 2)
    [work] = shop.released(order)
    number = shop.ship(work)
    shop.scan((number, "delivered", "2026-11-21T18:00:00Z"))
    shop.becomes(order, "closed")


def test_partial_of_nothing_is_refused(shop):
    sku, node = shop.stocked(0)
    answer = shop.place(shop.order([(sku, 1)], backorder="partial")).expect(409)
    assert answer.code == "insufficient-stock"
    assert shop.balance(sku, node) == (0, 0)


def test_units_that_wait_can_be_canceled(shop):
    sku, node = shop.stocked(0)
    order = shop.buy([(sku, 3)], backorder="allow")

    shop.cancel(order, [(1, 2)]).expect(200)

    assert shop.read(order)["lines"][0]["quantities"]["waiting"] == 1
    shop.move("receipt", sku, node, 5)
    eventually(lambda: shop.balance(sku, node) == (5, 1), what="one reserved")
    assert shop.available(sku) == 4


def test_what_one_customer_cancels_goes_to_the_one_who_waits(shop):
    sku, node = shop.stocked(2)
    owner = shop.buy([(sku, 2)])
    waiter = shop.buy([(sku, 1)], backorder="allow")
    assert shop.phase(waiter) == "backordered"

    shop.cancel(owner).expect(200)

    shop.released(waiter)
    assert shop.balance(sku, node) == (2, 1)


def test_no_more_units_wait_than_the_terms_of_their_sku_allow(shop):
    sku, node = shop.stocked(1)
    shop.client.put(f"/v1/inventory/terms/{sku}", {"backorder_limit": 3}).expect(200)
    first = shop.buy([(sku, 3)], backorder="allow")  # one is there, two wait
    assert first["lines"][0]["quantities"]["waiting"] == 2

    refused = shop.place(shop.order([(sku, 2)], backorder="allow")).expect(409)
    assert (refused.code, refused.pointers) == ("insufficient-stock", ["/lines/0/quantity"])
    assert shop.balance(sku, node) == (1, 1)

    last = shop.buy([(sku, 1)], backorder="allow")
    assert last["lines"][0]["quantities"]["waiting"] == 1
    shop.place(shop.order([(sku, 1)], backorder="allow")).expect(409)

    shop.client.put(f"/v1/inventory/terms/{sku}", {"backorder_limit": 4}).expect(200)
    shop.buy([(sku, 1)], backorder="allow")


def test_a_preorder_has_a_limit_of_its_own_until_the_item_is_on_sale(shop):
    sku, _ = shop.stocked(0)
    ahead = datetime.now(UTC) + timedelta(days=30)  # noqa: TID251 - a launch on the real clock
    launch = ahead.isoformat()
    terms = {"preorder_limit": 1, "backorder_limit": 5, "on_sale_from": launch}
    shop.client.put(f"/v1/inventory/terms/{sku}", terms).expect(200)
    shop.place(shop.order([(sku, 2)], backorder="allow")).expect(409)
    shop.buy([(sku, 1)], backorder="allow")
    on_sale = {**terms, "on_sale_from": "2020-01-01T00:00:00Z"}
    shop.client.put(f"/v1/inventory/terms/{sku}", on_sale).expect(200)
    shop.buy([(sku, 4)], backorder="allow")
    shop.place(shop.order([(sku, 1)], backorder="allow")).expect(409)
