"""The customer fetches the order at the store of their choice."""

from scenarios.shop import eventually


def test_a_pickup_waits_ready_and_is_collected(shop):
    sku, near, chosen = shop.item(), shop.store("NEAR"), shop.store("CHOSEN", "reno")
    shop.stock(sku, near, 5)
    shop.stock(sku, chosen, 5)

    order = shop.place(shop.pickup([(sku, 2)], chosen)).expect(201).json

    assert order["pickup_node"] == chosen
    [work] = shop.released(order)
    assert (work["node"], work["method"]) == (chosen, "pickup")
    shop.did(work, "accept")
    shop.did(work, "pick")
    assert shop.did(work, "ready")["state"] == "ready_for_pickup"
    assert shop.becomes(order, "ready_for_pickup")
    shop.told(order, "fulfillment.ready")
    assert shop.did(work, "collect", {"collected_by": "Kim Doe"})["state"] == "collected"
    shop.becomes(order, "closed")
    eventually(lambda: shop.balance(sku, chosen) == (3, 0), what="collected units consumed")
    assert shop.balance(sku, near) == (5, 0)


def test_a_pickup_is_refused_where_the_chosen_store_has_too_few(shop):
    sku, near, chosen = shop.item(), shop.store("NEAR"), shop.store("CHOSEN", "reno")
    shop.stock(sku, near, 5)
    shop.stock(sku, chosen, 1)

    answer = shop.place(shop.pickup([(sku, 2)], chosen)).expect(409)

    assert answer.code == "insufficient-stock"
    assert [pointer.startswith("/lines/0") for pointer in answer.pointers] == [True]
    assert shop.balance(sku, chosen) == (1, 0)


def test_a_pickup_is_refused_where_the_node_does_not_hand_over(shop):
    sku, node = shop.stocked(5)

    answer = shop.place(shop.pickup([(sku, 1)], node)).expect(409, 422)

    assert "/pickup_node" in answer.pointers
    assert shop.balance(sku, node) == (5, 0)


def test_pickup_work_cannot_be_shipped(shop):
    sku, store = shop.item(), shop.store("STORE")
    shop.stock(sku, store, 5)
    order = shop.place(shop.pickup([(sku, 1)], store)).expect(201).json
    [work] = shop.released(order)
    shop.did(work, "accept")
    shop.did(work, "pick")
    shop.did(work, "pack")

    packages = [{"tracking_number": "T1", "carrier": "acme"}]
    assert shop.do(work, "ship", {"packages": packages}).expect(409).code == "illegal-transition"
    assert shop.did(work, "ready")["state"] == "ready_for_pickup"


def test_curbside_is_brought_to_the_car(shop):
    sku, store = shop.item(), shop.store("STORE")
    shop.stock(sku, store, 5)

    order = shop.place(shop.pickup([(sku, 1)], store, method="curbside")).expect(201).json

    [work] = shop.released(order)
    assert (work["node"], work["method"]) == (store, "curbside")
    for verb in ("accept", "pick", "ready", "collect"):
        shop.did(work, verb)
    closed = shop.becomes(order, "closed")
    assert [each["state"] for each in closed["fulfillment_orders"]] == ["collected"]
    eventually(lambda: shop.balance(sku, store) == (4, 0), what="collected units consumed")


def test_a_pickup_not_fetched_is_canceled_and_for_sale_again(shop):
    sku, store = shop.item(), shop.store("STORE")
    shop.stock(sku, store, 5)
    order = shop.place(shop.pickup([(sku, 2)], store)).expect(201).json
    [work] = shop.released(order)
    for verb in ("accept", "pick", "ready"):
        shop.did(work, verb)

    shop.cancel(order, reason="not fetched").expect(200)

    shop.becomes(order, "canceled")
    eventually(lambda: shop.balance(sku, store) == (5, 0), what="units free again")
    assert shop.do(work, "collect").expect(409).code == "illegal-transition"
