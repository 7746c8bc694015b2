"""A hold stops the way to the node until it is lifted or has expired."""

import time
from datetime import UTC, datetime, timedelta

from scenarios.shop import eventually

RELEASE_WOULD_SHOW_S = 0.7


def hold(shop, order, kind="fraud", **body):
    told = {"kind": kind, "reason": "score 87", **body}
    return shop.client.post(f"/v1/orders/{order['id']}/hold", told)


def unhold(shop, order, kind="fraud"):
    told = {"kind": kind, "reason": "checked by phone"}
    return shop.client.post(f"/v1/orders/{order['id']}/unhold", told)


def waiting(shop):
    """An order that waits for supply, so that nothing of it can have been released yet."""
    sku, node = shop.stocked(0)
    return shop.buy([(sku, 1)], backorder="allow"), sku, node


def test_nothing_is_released_while_it_stands_and_all_is_when_it_is_lifted(shop):
    order, sku, node = waiting(shop)
    hold(shop, order).expect(200, 201)
    assert shop.phase(order) == "on_hold"
    assert shop.move("receipt", sku, node, 5)["status"] == "applied"
    eventually(lambda: shop.position(sku, node)["reserved"] == 1, what="planned under the hold")
    time.sleep(RELEASE_WOULD_SHOW_S)
    assert shop.works(order, "released") == []
    assert shop.phase(order) == "on_hold"

    unhold(shop, order).expect(200)

    assert len(shop.released(order)) == 1
    shop.becomes(order, "released")
    [held], [lifted] = shop.told(order, "order.held"), shop.told(order, "order.unheld")
    assert (held["data"]["kind"], held["data"]["reason"]) == ("fraud", "score 87")
    assert held["data"]["actor"]
    assert lifted["data"]["reason"] == "checked by phone"


def test_of_two_holds_both_have_to_go(shop):
    order, sku, node = waiting(shop)
    hold(shop, order, "fraud").expect(200, 201)
    hold(shop, order, "address").expect(200, 201)
    shop.move("receipt", sku, node, 5)

    unhold(shop, order, "fraud").expect(200)
    time.sleep(RELEASE_WOULD_SHOW_S)
    assert (shop.phase(order), shop.works(order, "released")) == ("on_hold", [])

    unhold(shop, order, "address").expect(200)
    shop.released(order)


def test_it_expires_by_itself(shop):
    order, sku, node = waiting(shop)
    until = datetime.now(UTC) + timedelta(seconds=1.5)  # noqa: TID251 - a hold on the real clock
    hold(shop, order, until=until.isoformat()).expect(200, 201)
    shop.move("receipt", sku, node, 5)
    assert shop.phase(order) == "on_hold"

    assert len(shop.released(order)) == 1

    assert datetime.now(UTC) >= until  # noqa: TID251 - as above
    shop.told(order, "order.unheld")


def test_released_work_waits_for_the_hold_too(shop):
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    [work] = shop.released(order)
    hold(shop, order).expect(200, 201)

    assert shop.phase(order) == "on_hold"

    unhold(shop, order).expect(200)
    assert shop.did(work, "accept")["state"] == "accepted"


def test_the_same_hold_twice_and_a_lift_of_none_are_refused(shop):
    order, _, _ = waiting(shop)
    assert unhold(shop, order).expect(409).code == "conflict"
    hold(shop, order).expect(200, 201)
    assert hold(shop, order).expect(409).code == "conflict"
    assert unhold(shop, order, "payment").expect(409).code == "conflict"
    assert [each["kind"] for each in shop.read(order)["holds"]] == ["fraud"]


def test_a_held_order_can_be_canceled(shop):
    order, _, _ = waiting(shop)
    hold(shop, order).expect(200, 201)
    shop.cancel(order).expect(200)
    shop.becomes(order, "canceled")
