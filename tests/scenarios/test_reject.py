"""A node rejects: it is barred for the order, its position is in doubt, another node sends it."""

from scenarios.shop import eventually


def test_what_a_node_rejects_is_sourced_again_elsewhere(shop):
    sku, near, far = shop.item(), shop.store("NEAR"), shop.node("FAR", "newark")
    shop.stock(sku, near, 5)
    shop.stock(sku, far, 5)
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    assert work["node"] == near
    assert shop.available(sku) == 8

    rejected = shop.did(work, "reject", {"reason": "not found on the shelf"})

    assert rejected["state"] == "rejected"
    [again] = shop.released(order)
    assert again["node"] == far
    assert again["id"] != work["id"]
    assert [(each["line"], each["sku"], each["quantity"]) for each in again["lines"]] == [
        (1, sku, 2)
    ]
    assert shop.balance(sku, far) == (5, 2)

    # Nothing at the node that could not find it is for sale until somebody has looked.
    assert shop.position(sku, near)["reserved"] == 0
    assert shop.available(sku) == 3
    assert shop.stock(sku, near, 4)["status"] == "applied"
    assert shop.available(sku) == 7

    number = shop.ship(again)
    shop.scan((number, "delivered", "2026-11-21T18:00:00Z"))
    shop.becomes(order, "closed")
    eventually(lambda: shop.balance(sku, far) == (3, 0), what="consumed where it was sent from")


def test_a_node_that_rejected_is_not_asked_again_for_this_order_but_is_for_others(shop):
    sku, near, far = shop.item(), shop.store("NEAR"), shop.node("FAR", "newark")
    shop.stock(sku, near, 5)
    shop.stock(sku, far, 5)
    order = shop.buy([(sku, 1)])
    shop.did(shop.released(order)[0], "reject", {"reason": "not found"})
    [again] = shop.released(order)
    shop.stock(sku, near, 5)

    shop.did(again, "reject", {"reason": "closed early"})

    assert shop.stuck(order)["line"] == 1
    assert [w["state"] for w in shop.works(order)] == ["rejected", "rejected"]
    shop.stock(sku, far, 5)
    other = shop.buy([(sku, 1)])
    assert [s["node"] for s in other["plan"]["shipments"]] == [near]


def test_the_reason_and_the_actor_of_a_rejection_are_told(shop):
    sku, near, far = shop.item(), shop.store("NEAR"), shop.node("FAR", "newark")
    shop.stock(sku, near, 5)
    shop.stock(sku, far, 5)
    order = shop.buy([(sku, 1)])
    shop.did(shop.released(order)[0], "reject", {"reason": "water damage"})

    [fact] = shop.told(order, "fulfillment.rejected")

    assert fact["data"]["reason"] == "water damage"
    assert fact["data"]["node"] == near
    assert fact["data"]["actor"]
    shop.released(order)
