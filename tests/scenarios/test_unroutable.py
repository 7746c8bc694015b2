"""When the only node rejects, the order waits for a person, with the reason, and nothing loops."""

import time

from scenarios.shop import eventually

LOOP_WOULD_SHOW_S = 1.0


def test_the_only_node_rejects_and_the_order_waits_for_a_person(shop):
    sku, node = shop.stocked(5)
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)

    shop.did(work, "reject", {"reason": "flooded"})

    stuck = shop.stuck(order)
    assert stuck["line"] == 1
    assert "unroutable" in stuck["kind"]
    assert len(stuck["reason"]) > 10
    shop.becomes(order, "pending")
    shop.told(order, "exception.opened")
    told = shop.events(order)
    time.sleep(LOOP_WOULD_SHOW_S)
    assert shop.events(order) == told
    assert [w["state"] for w in shop.works(order)] == ["rejected"]
    assert len(shop.exceptions(order)) == 1
    assert shop.position(sku, node)["reserved"] == 0


def test_what_waits_for_a_person_is_canceled_by_one(shop):
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 2)])
    shop.did(shop.released(order)[0], "reject", {"reason": "flooded"})
    shop.stuck(order)

    shop.cancel(order, reason="nothing to be had").expect(200)

    shop.becomes(order, "canceled")
    eventually(lambda: not shop.exceptions(order), what="exception closed")


def test_an_order_that_no_lane_reaches_is_refused_with_the_reason(shop):
    sku, node = shop.stocked(5)

    answer = shop.place(shop.order([(sku, 1)], service="pigeon")).expect(409, 422)

    assert "/service" in answer.pointers
    assert shop.balance(sku, node) == (5, 0)


def test_a_node_that_is_switched_off_sells_nothing(shop):
    sku, _ = shop.stocked(5, enabled=False)

    assert shop.available(sku) == 0
    assert shop.place(shop.order([(sku, 1)])).expect(409).code == "not-sourceable"
