"""A window for second thoughts: until it has passed, nothing reaches the node."""

import time

import pytest

from scenarios.shop import Shop, eventually


def publish(client, **document):
    body = {"document": document, "reason": "a window for second thoughts"}
    return client.put("/v1/policy", body).expect(200).json


@pytest.fixture
def patient(other_market):
    """A shop in a market whose work is released an hour after the order."""
    client = other_market("second-thoughts")
    publish(client, release_after_s=3600)
    return Shop(client)


def test_before_release_a_cancel_undoes_everything_and_the_node_never_hears_of_it(patient):
    sku, node = patient.stocked(10, capacity_per_day=1)
    order = patient.buy([(sku, 3)])
    assert patient.becomes(order, "planned")
    assert patient.balance(sku, node) == (10, 3)

    patient.cancel(order, reason="changed my mind").expect(200)

    canceled = patient.becomes(order, "canceled")
    assert {w["state"] for w in canceled["fulfillment_orders"]} <= {"canceled"}
    assert patient.balance(sku, node) == (10, 0)
    assert patient.available(sku) == 10
    patient.told(order, "order.canceled")
    assert "fulfillment.released" not in patient.events(order)


def overflows(shop, order):
    """Say whether an order had to use a node beyond its capacity of the day."""
    path = f"/v1/orders/{order['id']}/decisions"
    [decision] = shop.client.get(path).expect(200).json["items"]
    return decision["explanation"]["overflow"]


def fits(shop, sku):
    """Say whether an order fits into the day of the only node; the order is canceled again."""
    order = shop.buy([(sku, 1)])
    shop.becomes(order, "planned")
    shop.cancel(order).expect(200)
    return not overflows(shop, order)


def test_a_cancel_of_planned_work_gives_its_place_in_the_nodes_day_back(patient):
    sku, _ = patient.stocked(10, capacity_per_day=1)
    first = patient.buy([(sku, 1)])
    second = patient.buy([(sku, 1)])
    assert (overflows(patient, first), overflows(patient, second)) == (False, True)
    patient.becomes(first, "planned")

    patient.cancel(first).expect(200)

    eventually(lambda: fits(patient, sku), what="the day's only place free again")


def test_a_cancel_right_after_capture_gives_its_place_in_the_nodes_day_back(patient):
    sku, _ = patient.stocked(10, capacity_per_day=4)
    for _ in range(4):
        patient.cancel(patient.buy([(sku, 1)])).expect(200)

    eventually(lambda: fits(patient, sku), what="a place free again", within_s=5)


def test_in_the_window_work_is_on_nobodys_list(patient):
    sku, node = patient.stocked(10)
    order = patient.buy([(sku, 1)])
    path = f"/v1/fulfillment-orders?node={node}&state=released"
    assert patient.client.get(path).expect(200).json["items"] == []
    for work in patient.works(order):
        assert patient.do(work, "accept").expect(409).code == "illegal-transition"


def test_when_the_window_has_passed_the_work_is_released(patient):
    sku, _ = patient.stocked(10)
    publish(patient.client, release_after_s=1)
    placed = time.monotonic()
    order = patient.buy([(sku, 1)])
    assert patient.works(order, "released") == []

    patient.released(order)

    assert time.monotonic() - placed >= 1


def test_a_line_less_in_the_window_is_a_line_less_for_the_node(patient):
    shirt, node = patient.stocked(10)
    hat = patient.item("HAT")
    patient.stock(hat, node, 10)
    publish(patient.client, release_after_s=1)
    order = patient.buy([(shirt, 2), (hat, 1)])

    patient.cancel(order, [(1, 2)]).expect(200)

    [work] = patient.released(order)
    live = [(each["sku"], each["quantity"] - each["canceled"]) for each in work["lines"]]
    assert [each for each in live if each[1]] == [(hat, 1)]
    assert patient.balance(shirt, node) == (10, 0)
