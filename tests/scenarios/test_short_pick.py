"""A picker finds less than the books say: the rest ships, the missing units are sourced again."""

from scenarios.shop import eventually

AT = "2026-11-21T18:00:00Z"


def short(line, quantity):
    return {"lines": [{"line": line, "quantity": quantity}], "reason": "shelf empty"}


def test_the_rest_ships_and_the_missing_unit_comes_from_another_node(shop):
    sku, near, far = shop.item(), shop.store("NEAR"), shop.node("FAR", "newark")
    shop.stock(sku, near, 5)
    shop.stock(sku, far, 5)
    order = shop.buy([(sku, 3)])
    [work] = shop.released(order)
    assert work["node"] == near
    shop.did(work, "accept")
    shop.did(work, "pick", {"lines": [{"line": 1, "quantity": 2}]})

    shorted = shop.did(work, "short", short(1, 1))

    assert shorted["state"] == "picked"
    [again] = shop.released(order)
    assert (again["node"], again["lines"][0]["quantity"]) == (far, 1)
    shop.did(work, "pack")
    first, second = shop.hand_over(work), shop.ship(again)
    shop.scan((first, "delivered", AT), (second, "delivered", AT))
    shop.becomes(order, "closed")
    eventually(lambda: shop.balance(sku, far) == (4, 0), what="one unit left the other node")
    assert shop.position(sku, near)["reserved"] == 0
    assert shop.available(sku) == 4  # what is left at the node that came up short is in doubt


def test_a_short_pick_that_nobody_can_make_good_waits_for_a_person(shop):
    sku, node = shop.stocked(5)
    order = shop.buy([(sku, 3)])
    [work] = shop.released(order)
    shop.did(work, "accept")
    shop.did(work, "pick", {"lines": [{"line": 1, "quantity": 2}]})

    shop.did(work, "short", short(1, 1))

    stuck = shop.stuck(order)
    assert stuck["line"] == 1
    assert stuck["reason"]
    shop.did(work, "pack")
    number = shop.hand_over(work)
    shop.scan((number, "delivered", AT))
    eventually(lambda: shop.works(order, "delivered"), what="delivered")
    assert shop.phase(order) != "closed"
    assert len(shop.exceptions(order)) == 1
    assert shop.position(sku, node)["reserved"] == 0

    shop.cancel(order, [(1, 1)], "customer agreed to do without").expect(200)
    closed = shop.becomes(order, "closed")
    assert closed["lines"][0]["quantities"]["canceled"] == 1
    assert closed["lines"][0]["quantities"]["delivered"] == 2
    eventually(lambda: not shop.exceptions(order), what="exception closed")


def test_short_of_everything_is_a_rejection(shop):
    sku, near, far = shop.item(), shop.store("NEAR"), shop.node("FAR", "newark")
    shop.stock(sku, near, 5)
    shop.stock(sku, far, 5)
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    shop.did(work, "accept")

    assert shop.did(work, "short", short(1, 2))["state"] == "rejected"

    [again] = shop.released(order)
    assert (again["node"], again["lines"][0]["quantity"]) == (far, 2)


def test_nobody_is_short_of_more_than_is_left_to_pick(shop):
    sku, _ = shop.stocked(5)
    [work] = shop.released(shop.buy([(sku, 2)]))
    shop.did(work, "accept")

    shop.do(work, "short", short(1, 3)).expect(409, 422)
    shop.do(work, "short", short(2, 1)).expect(409, 422)
    assert shop.did(work, "pick")["lines"][0]["picked"] == 2
