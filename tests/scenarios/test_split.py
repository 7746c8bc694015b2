"""One order, two nodes: split only when that is the only way, or the cheaper one."""

from scenarios.shop import eventually

AT = "2026-11-21T18:00:00Z"


def test_two_nodes_each_send_what_only_they_have(shop):
    shirt, hat = shop.item("SHIRT"), shop.item("HAT")
    east, south = shop.node("EAST", "newark"), shop.node("SOUTH", "dallas")
    shop.stock(shirt, east, 5)
    shop.stock(hat, south, 5)

    order = shop.buy([(shirt, 2), (hat, 1)])

    works = shop.released(order, 2)
    assert [(w["node"], w["lines"][0]["sku"], w["lines"][0]["quantity"]) for w in works] == [
        (east, shirt, 2),
        (south, hat, 1),
    ]
    first = shop.ship(works[0])
    assert shop.becomes(order, "partially_shipped")
    second = shop.ship(works[1])
    assert shop.becomes(order, "shipped")
    shop.scan((first, "delivered", AT))
    eventually(lambda: [w["state"] for w in shop.works(order, "delivered")] == ["delivered"])
    assert shop.phase(order) == "shipped"
    shop.scan((second, "delivered", AT))
    shop.becomes(order, "closed")
    assert shop.balance(shirt, east) == (3, 0)
    assert shop.balance(hat, south) == (4, 0)


def test_one_line_is_shared_by_two_nodes_when_neither_has_enough(shop):
    sku = shop.item()
    east, south = shop.node("EAST", "newark"), shop.node("SOUTH", "dallas")
    shop.stock(sku, east, 3)
    shop.stock(sku, south, 3)

    order = shop.buy([(sku, 5)])

    assert sum(shop.balance(sku, node)[1] for node in (east, south)) == 5
    assert shop.available(sku) == 1
    assert len(shop.released(order, 2)) == 2


def test_a_node_that_has_everything_is_preferred_to_a_split(shop):
    shirt, hat = shop.item("SHIRT"), shop.item("HAT")
    near, far = shop.node("NEAR", "austin"), shop.node("FAR", "newark")
    shop.stock(shirt, near, 5)
    shop.stock(shirt, far, 5)
    shop.stock(hat, far, 5)

    order = shop.buy([(shirt, 1), (hat, 1)])

    assert [s["node"] for s in order["plan"]["shipments"]] == [far]
    assert shop.balance(shirt, near) == (5, 0)


def test_the_cheaper_of_two_nodes_is_chosen(shop):
    sku = shop.item()
    dear, cheap = shop.node("A-DEAR", handling_cost=500), shop.node("B-CHEAP", handling_cost=100)
    shop.stock(sku, dear, 5)
    shop.stock(sku, cheap, 5)

    order = shop.buy([(sku, 1)])

    assert [s["node"] for s in order["plan"]["shipments"]] == [cheap]
    assert (shop.balance(sku, dear), shop.balance(sku, cheap)) == ((5, 0), (5, 1))
