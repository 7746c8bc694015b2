"""A package costs more than its weight: carriers bill its volume, nodes its making up."""

import secrets

import pytest


@pytest.fixture
def bulk(shop):
    """Make a service of this test only, whose carrier has 5,000 cubic centimeters weigh 1 kg."""
    service = f"bulk-{secrets.token_hex(4)}"
    prices = [{"up_to_g": 1000, "cost": 500}, {"up_to_g": 5000, "cost": 900}]
    cost = {"breaks": prices, "cm3_per_kg": 5000, "cost_min": 600}
    for zone in range(1, 9):
        lane = {"carrier": "acme", "service": service, "zone": zone, "transit_days": 2}
        shop.client.put(f"/v1/lanes/{service}-{zone}", {**lane, "cost": cost}).expect(200)
    return service


def parts(shop, order):
    [decision] = shop.client.get(f"/v1/orders/{order['id']}/decisions").expect(200).json["items"]
    assert decision["reproduced"] is True
    return decision["explanation"]["parts"]


def test_a_small_parcel_pays_the_least_price_and_a_bulky_one_its_volume(shop, bulk):
    small, bulky = (
        shop.item("PEN", weight_g=100),
        shop.item("PILLOW", weight_g=300, volume_cm3=9000),
    )
    node = shop.node("D", handling_cost=10)
    shop.stock(small, node, 5)
    shop.stock(bulky, node, 5)
    assert parts(shop, shop.buy([(small, 1)], service=bulk))["shipping"] == 600
    assert parts(shop, shop.buy([(bulky, 1)], service=bulk))["shipping"] == 900


def test_a_node_that_makes_parcels_up_more_cheaply_is_chosen(shop):
    sku = shop.item()
    dear = shop.node("A-DEAR", handling_cost=10, parcel_cost=300)
    cheap = shop.node("B-CHEAP", handling_cost=150)
    for node in (dear, cheap):
        shop.stock(sku, node, 5)
    one, three = shop.buy([(sku, 1)]), shop.buy([(sku, 3)])
    assert (parts(shop, one)["handling"], parts(shop, three)["handling"]) == (150, 330)
    assert shop.balance(sku, dear) == (5, 3)
    assert shop.balance(sku, cheap) == (5, 1)


def test_nothing_steers_where_nothing_was_said(shop):
    sku, _ = shop.stocked()
    told = parts(shop, shop.buy([(sku, 1)]))
    assert (told["late"], told["rating"], told["shadow"], told["split"]) == (0, 0, 0, 0)
