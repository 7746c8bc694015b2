"""Carriers say where parcels are: twice, late, and in no order; the end is the same."""

import pytest

from scenarios.shop import eventually

SAID = (
    ("in_transit", "2026-11-21T08:00:00Z"),
    ("out_for_delivery", "2026-11-21T09:00:00Z"),
    ("delivered", "2026-11-21T10:00:00Z"),
)


@pytest.fixture
def parcel(shop):
    """An order on its way: the order and its tracking number."""
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    return order, shop.ship(shop.released(order)[0])


def test_in_order_then_delivered_then_closed(shop, parcel):
    order, number = parcel
    for status, at in SAID:
        shop.scan((number, status, at))
    shop.becomes(order, "closed")
    [fact] = shop.told(order, "delivery.delivered")
    assert number in str(fact["data"])


def test_out_of_order_the_latest_by_the_carriers_clock_counts(shop, parcel):
    order, number = parcel
    for status, at in reversed(SAID):
        shop.scan((number, status, at))
    shop.becomes(order, "closed")
    assert len(shop.told(order, "delivery.delivered")) == 1


def test_doubled_scans_are_told_once(shop, parcel):
    order, number = parcel
    delivered = (number, *SAID[2])
    results = shop.scan(delivered, delivered, (number, *SAID[0]))
    assert [each["status"] == "duplicate" for each in results] == [False, True, False]
    assert [each["status"] for each in shop.scan(delivered)] == ["duplicate"]
    shop.becomes(order, "closed")
    assert len(shop.told(order, "delivery.delivered")) == 1


def test_late_scans_after_the_end_change_nothing(shop, parcel):
    order, number = parcel
    shop.scan((number, *SAID[2]))
    shop.becomes(order, "closed")
    shop.scan((number, *SAID[0]), (number, *SAID[1]))
    assert shop.phase(order) == "closed"
    assert len(shop.told(order, "order.closed")) == 1


def test_a_scan_before_the_hand_over_is_kept_and_counts_then(shop):
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    [work] = shop.released(order)
    shop.pack(work)
    number = f"EARLY-{shop.tag}"

    [result] = shop.scan((number, *SAID[2]))
    assert result["status"] == "unknown_parcel"
    packages = [{"tracking_number": number, "carrier": "acme"}]
    shop.did(work, "ship", {"packages": packages})

    shop.becomes(order, "closed")


def test_a_parcel_of_nobody_is_no_error(shop):
    [result] = shop.scan((f"NOBODY-{shop.tag}", *SAID[0]))
    assert result["status"] == "unknown_parcel"


def test_an_order_of_two_parcels_is_delivered_with_the_second(shop):
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    shop.pack(work)
    one, two = f"ONE-{shop.tag}", f"TWO-{shop.tag}"
    lines = [{"line": 1, "sku": sku, "quantity": 1}]
    packages = [{"tracking_number": n, "carrier": "acme", "lines": lines} for n in (one, two)]
    shop.did(work, "ship", {"packages": packages})

    shop.scan((one, *SAID[2]))
    shop.told(order, "delivery.delivered")
    assert shop.phase(order) == "shipped"

    shop.scan((two, *SAID[2]))
    shop.becomes(order, "closed")


def test_packages_hold_exactly_what_was_picked(shop):
    sku, _ = shop.stocked(5)
    [work] = shop.released(shop.buy([(sku, 2)]))
    shop.pack(work)
    for quantity in (1, 3):
        lines = [{"line": 1, "sku": sku, "quantity": quantity}]
        packages = [{"tracking_number": f"X-{shop.tag}", "carrier": "acme", "lines": lines}]
        shop.do(work, "ship", {"packages": packages}).expect(409, 422)
    assert (
        eventually(
            lambda: shop.did(
                work,
                "ship",
                {"packages": [{"tracking_number": f"X-{shop.tag}", "carrier": "acme"}]},
            )
        )["state"]
        == "shipped"
    )
