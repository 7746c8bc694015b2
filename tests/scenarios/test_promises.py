"""What is shown is what is reserved: options, and the order's own promise, are one function."""

from datetime import datetime

import pytest

MEMBERS = {"method", "service", "earliest", "latest", "confidence", "cost", "nodes", "order_by"}
DESTINATION = {"country": "US", "postal_code": "78701", "region": "TX", "city": "Austin"}


@pytest.fixture
def two(shop):
    """One sku in a store around the corner and in a center far away."""
    sku = shop.item()
    near, far = shop.store("NEAR", "austin"), shop.node("FAR", "newark")
    shop.stock(sku, near, 5)
    shop.stock(sku, far, 50)
    return sku, near, far


def options(shop, lines, **body):
    told = {
        "channel": shop.web,
        "destination": DESTINATION,
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines],
        **body,
    }
    return shop.client.post("/v1/promises", told).expect(200).json["options"]


def test_options_come_by_method_and_service_with_dates_cost_and_nodes(shop, two):
    sku, near, _ = two
    found = options(shop, [(sku, 1)])

    ships = [each for each in found if each["method"] == "ship"]
    assert {each["service"] for each in ships} >= {"standard"}
    assert len({(each["method"], each["service"], *each["nodes"]) for each in found}) == len(found)
    for each in found:
        assert set(each) >= MEMBERS
        earliest, latest = (datetime.fromisoformat(each[name]) for name in ("earliest", "latest"))
        assert earliest <= latest
        assert earliest.tzinfo is not None
        assert each["cost"] >= 0
    assert [each["nodes"] for each in ships if each["service"] == "standard"] == [[near]]


def test_the_chosen_option_is_the_orders_own_promise_and_node(shop, two):
    sku, _, _ = two
    for service in ("standard", "expedited", "next_day"):
        [option] = [
            each for each in options(shop, [(sku, 2)], methods=["ship"])
            if each["service"] == service
        ]  # fmt: skip

        order = shop.buy([(sku, 2)], service=service)

        assert order["promise"]["earliest"] == option["earliest"]
        assert order["promise"]["latest"] == option["latest"]
        assert [s["node"] for s in order["plan"]["shipments"]] == option["nodes"]
        assert order["plan"]["cost"] == option["cost"]
        shop.cancel(order).expect(200)


def test_pickup_options_name_the_stores_that_have_everything(shop, two):
    sku, near, _ = two
    found = options(shop, [(sku, 5)], methods=["pickup"])
    assert [(each["method"], each["nodes"]) for each in found] == [("pickup", [near])]

    order = shop.place(shop.pickup([(sku, 5)], near)).expect(201).json

    assert order["promise"]["earliest"] == found[0]["earliest"]
    assert options(shop, [(sku, 1)], methods=["pickup"]) == []


def test_a_cart_that_cannot_be_had_has_no_option(shop, two):
    sku, _, _ = two
    assert options(shop, [(sku, 56)]) == []


def test_a_promise_writes_and_reserves_nothing(shop, two):
    sku, near, far = two
    for _ in range(3):
        options(shop, [(sku, 5)])
    assert (shop.balance(sku, near), shop.balance(sku, far)) == ((5, 0), (50, 0))
    assert shop.client.get(f"/v1/orders?channel={shop.web}").json["items"] == []


def test_a_split_is_promised_when_its_last_parcel_arrives(shop, two):
    sku, near, far = two
    found = options(shop, [(sku, 53)], methods=["ship"])
    assert {tuple(sorted(each["nodes"])) for each in found} == {tuple(sorted((near, far)))}
