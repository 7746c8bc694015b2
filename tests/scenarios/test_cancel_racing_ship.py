"""A customer cancels while the node ships: one of them wins, and the quantities add up."""

from scenarios.shop import at_once, eventually, parcel

RUNS = 24


def test_one_of_them_wins_and_the_quantities_add_up(shop):
    sku, node = shop.stocked(RUNS * 2)
    orders = [shop.buy([(sku, 2)]) for _ in range(RUNS)]
    works = [shop.released(order)[0] for order in orders]
    for work in works:
        shop.pack(work)

    def shipping(number):
        return lambda: shop.do(
            works[number], "ship", {"packages": [parcel(f"{shop.tag}-{number}")]}
        )

    def canceling(number):
        return lambda: shop.cancel(orders[number])

    calls = [make(number) for number in range(RUNS) for make in (canceling, shipping)]
    answers = at_once(calls)

    won = []
    for number in range(RUNS):
        canceled, shipped = answers[2 * number], answers[2 * number + 1]
        assert {canceled.status, shipped.status} == {200, 409}, (canceled.body, shipped.body)
        assert canceled.code in {"", "too-late"}
        assert shipped.code in {"", "illegal-transition"}
        won.append(shipped.status == 200)
        phase = "shipped" if won[-1] else "canceled"
        shop.becomes(orders[number], phase)
    gone = 2 * sum(won)
    eventually(lambda: shop.balance(sku, node) == (2 * RUNS - gone, 0), what="units consumed")
    assert shop.available(sku) == 2 * RUNS - gone


def test_two_cancels_at_once_take_each_unit_once(shop):
    sku, node = shop.stocked(10)
    order = shop.buy([(sku, 4)])
    shop.released(order)

    answers = at_once([lambda: shop.cancel(order, [(1, 3)])] * 4)

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert shop.read(order)["lines"][0]["quantities"]["canceled"] == 3
    assert shop.balance(sku, node) == (10, 1)
