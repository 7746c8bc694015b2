"""A count below what is sold: the newest orders are met elsewhere, or a person is told."""

from scenarios.shop import eventually


def mended(shop, sku, node):
    """Wait until nothing that is claimed is missing."""
    eventually(lambda: shop.position(sku, node)["shortage"] == 0, what="no shortage")


def test_three_of_eight_are_sent_from_another_node(shop):
    sku, near, far = shop.item(), shop.store("NEAR"), shop.node("FAR", "newark")
    shop.stock(sku, near, 10)
    shop.stock(sku, far, 10)
    bought = [shop.buy([(sku, 1)]) for _ in range(8)]
    for order in bought:
        assert shop.released(order)[0]["node"] == near

    assert shop.stock(sku, near, 5)["short"] == 3

    mended(shop, sku, near)
    assert shop.balance(sku, near) == (5, 5)
    assert shop.balance(sku, far) == (10, 3)
    for order in bought[:5]:
        assert [work["node"] for work in shop.works(order, "released")] == [near]
    for order in bought[5:]:
        [again] = shop.released(order)
        assert again["node"] == far
        assert [work["node"] for work in shop.works(order, "canceled")] == [near]
        assert shop.exceptions(order) == []
        number = shop.ship(again)
        shop.scan((number, "delivered", "2026-11-21T18:00:00Z"))
        shop.becomes(order, "closed")


def test_with_no_other_node_the_order_waits_with_its_reason_and_is_served_first(shop):
    sku, node = shop.stocked(10)
    first, last = shop.buy([(sku, 5)]), shop.buy([(sku, 3)])
    assert shop.stock(sku, node, 5)["short"] == 3
    mended(shop, sku, node)
    stuck = shop.stuck(last)
    assert stuck["reason"] == f"no other node has the units: 3 of {sku}"
    assert shop.read(last)["lines"][0]["quantities"]["waiting"] == 3
    assert shop.exceptions(first) == []
    assert shop.place(shop.order([(sku, 1)])).expect(409).code == "insufficient-stock"

    shop.move("receipt", sku, node, 3)

    assert [work["lines"][0]["quantity"] for work in shop.released(last)] == [3]
    eventually(lambda: not shop.exceptions(last), what="exception closed")
    assert shop.balance(sku, node) == (8, 8)


def test_what_is_picked_stays_and_the_exception_names_its_order(shop):
    sku, node = shop.stocked(10)
    order = shop.buy([(sku, 4)])
    [work] = shop.released(order)
    shop.did(work, "accept")
    shop.did(work, "pick")

    assert shop.stock(sku, node, 1)["short"] == 3

    def asked():
        items = shop.client.get("/v1/exceptions?limit=200").expect(200).json["items"]
        return [each for each in items if each["subject"] == f"positions/{sku}/{node}"]

    [stuck] = eventually(asked, what="exception")
    assert [each["order_id"] for each in stuck["detail"]["orders"]] == [order["id"]]
    assert stuck["detail"]["shortage"] == 3
    assert shop.works(order)[0]["state"] == "picked"

    shop.did(work, "pack")
    shop.hand_over(work)  # they were in the picker's tote all along

    eventually(lambda: not asked(), what="exception closed")
    seen = shop.position(sku, node)
    assert (seen["on_hand"], seen["reserved"], seen["shortage"]) == (0, 0, 0)
