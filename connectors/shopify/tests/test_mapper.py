"""Wire to ours: whole orders with every value stated, then rule by rule."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from entrepot.ports.channel import Doubt, DoubtKind, Ignored, SoldLine, SoldOrder
from entrepot.ports.sale import Customer, Payment, ShipTo
from entrepot.terms.ids import Sku
from entrepot_shopify.mapper import read_order

Payload = dict[str, Any]
Fixture = Callable[[str], Payload]


def sold(payload: Payload) -> SoldOrder:
    answer = read_order(json.dumps(payload).encode())
    assert isinstance(answer, SoldOrder), answer
    return answer


def line(external_id: str, sku: str, quantity: int, unit_price: int, **more: Any) -> SoldLine:
    return SoldLine(external_id, Sku(sku), quantity, unit_price, **more)


# Whole orders, every value.


def test_an_order_of_today_with_discounts_edits_and_a_gift_card(payload: Fixture) -> None:
    assert sold(payload("web")) == SoldOrder(
        external_id="5501",
        placed_at=datetime(2026, 11, 20, 16, tzinfo=UTC),
        currency="USD",
        customer=Customer("kim@example.com", "Kim Doe", "+12025550123"),
        ship_to=ShipTo(
            name="Kim Doe",
            line1="1 Main St",
            line2="Doe & Co, Suite 4",
            city="Austin",
            region="TX",
            postal_code="78701",
            country="US",
            latitude=30.2672,
            longitude=-97.7431,
        ),
        method="ship",
        service="expedited",
        shipping=1000,
        shipping_tax=83,
        lines=(
            line("1001", "TEE-M-BLK", 2, 1999, discount=400, tax=297, name="Tee - M / Black"),
            line("1002", "shopify:variant:502", 1, 2500, discount=250, tax=207, name="Mug"),
            line("1004", "GIFT-50", 1, 5000, name="Gift card", digital=True),
        ),
        payment=Payment("shopify_payments", "5501", 18247),
        note="Leave it with the neighbor",
        number="#2041",
        channel_total=12435,
    )


def test_tax_inside_the_price_is_taken_out_and_the_total_stays(payload: Fixture) -> None:
    order = sold(payload("vat"))
    assert order.lines == (
        line("1", "TEE", 3, 841, discount=422, tax=399, name="Tee"),
        line("2", "COAT", 1, 10000, tax=1900, name="Coat"),
    )
    assert [each.total for each in order.lines] == [2500, 11900]
    assert (order.shipping, order.shipping_tax) == (500, 95)
    assert order.total == order.channel_total == 14995
    assert order.placed_at == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert order.customer == Customer("jo@example.de", "Jo", "+49 40 0000")
    assert order.ship_to == ShipTo("", "Kai 3", "Hamburg", "20457", "DE")
    assert order.payment == Payment("paypal", "5502", 14995)


def test_a_pickup_names_its_node_and_is_never_sent_to_the_billing_address(payload: Fixture) -> None:
    order = sold(payload("yen"))
    assert (order.method, order.pickup_node, order.ship_to) == ("pickup", "GINZA", None)
    assert order.lines == (line("8", "CUP", 2, 1000, tax=200, name="Cup"),)
    assert order.total == order.channel_total == 2200
    assert order.payment == Payment("shopify", "5503", 0)
    assert order.doubts == ()


def test_an_order_of_ten_years_ago_tells_discount_and_tax_only_once(payload: Fixture) -> None:
    order = sold(payload("old"))
    assert order.lines == (
        line("70", "shopify:variant:900", 1, 1000, discount=100, tax=90, name="Lamp"),
        line("71", "shopify:line:71", 1, 2000, discount=200, tax=180, name="Custom rug"),
    )
    assert order.total == order.channel_total == 3470
    assert order.ship_to == ShipTo("Bo Li", "2 Oak St", "Reno", "89501", "US", region="Nevada")
    assert order.customer == Customer(email="", name="Bo Li", phone="")
    assert order.payment == Payment("bogus", "7", 3000)


def test_the_least_an_order_can_be() -> None:
    least = {"id": 1, "currency": "USD", "line_items": [{"quantity": 1}]}
    assert sold(least) == SoldOrder(
        external_id="1",
        placed_at=None,
        currency="USD",
        lines=(line("line-1", "shopify:line:line-1", 1, 0),),
        payment=Payment("shopify", "1", 0),
    )


# Rule by rule.


@pytest.mark.parametrize(
    ("currency", "price", "minor"),
    [
        ("USD", "19.99", 1999),
        ("USD", 19.99, 1999),
        ("USD", "0.1", 10),
        ("USD", "5", 500),
        ("USD", "1.005", 101),
        ("USD", "90071992547.93", 9007199254793),
        ("JPY", "1000", 1000),
        ("JPY", "1000.00", 1000),
        ("KWD", "1.234", 1234),
        ("usd", None, 0),
        ("USD", " ", 0),
    ],
)
def test_amounts_become_minor_units_exactly(
    currency: str, price: str | float | None, minor: int
) -> None:
    item = {"id": 9, "quantity": 1, "price": price}
    order = sold({"id": 1, "currency": currency, "line_items": [item]})
    assert [each.unit_price for each in order.lines] == [minor]
    assert order.currency == currency.upper()


@pytest.mark.parametrize(
    ("code", "title", "service"),
    [
        ("UPS_GROUND", "UPS Ground", "standard"),
        ("", "Standard (5-7 business days)", "standard"),
        ("01", "UPS Next Day Air", "next_day"),
        ("STANDARD_OVERNIGHT", "", "next_day"),
        ("", "Same-day delivery", "next_day"),
        ("FEDEX_2_DAY", "", "expedited"),
        ("", "Priority Mail", "expedited"),
        ("", "Expressions of joy", "standard"),
        (None, None, "standard"),
    ],
)
def test_the_service_is_read_from_the_words_of_the_shipping_line(
    code: str | None, title: str | None, service: str, payload: Fixture
) -> None:
    order = payload("old") | {"shipping_lines": [{"code": code, "title": title}]}
    assert sold(order).service == service


def test_the_fastest_of_several_shipping_lines_counts(payload: Fixture) -> None:
    lines = [{"title": "Ground", "price": "1.00"}, {"title": "Overnight", "price": "9.00"}]
    order = sold(payload("old") | {"shipping_lines": lines})
    assert (order.service, order.shipping) == ("next_day", 1000)


@pytest.mark.parametrize(
    ("shipping_line", "location", "method", "node"),
    [
        ({"title": "Store pickup"}, 88, "pickup", "88"),
        ({"title": "Downtown", "delivery_category": "pick-up"}, 88, "pickup", "88"),
        ({"title": "Curbside pickup"}, 88, "curbside", "88"),
        ({"title": "Pickup point, Rue 9"}, 88, "ship", None),
        ({"title": "Downtown"}, 88, "ship", None),
    ],
)
def test_a_pickup_is_told_by_its_words(
    shipping_line: Payload, location: int, method: str, node: str | None, payload: Fixture
) -> None:
    order = sold(payload("old") | {"shipping_lines": [shipping_line], "location_id": location})
    assert (order.method, order.pickup_node) == (method, node)


def test_a_pickup_without_a_place_is_doubted_and_not_sent_home(payload: Fixture) -> None:
    order = sold(payload("old") | {"shipping_lines": [{"title": "Local pickup"}]})
    assert (order.method, order.pickup_node, order.ship_to) == ("ship", None, None)
    detail = "the customer picks up, and Shopify does not say where: Local pickup"
    assert order.doubts == (Doubt(DoubtKind.PICKUP_PLACE_UNKNOWN, detail),)


def test_a_canceled_order_is_a_fact_with_a_doubt(payload: Fixture) -> None:
    changes = {"cancelled_at": "2026-11-20T11:00:00Z", "cancel_reason": "fraud"}
    order = sold(payload("web") | changes)
    detail = "canceled in Shopify at 2026-11-20T11:00:00Z: fraud"
    assert order.doubts == (Doubt(DoubtKind.CANCELED, detail),)
    assert len(order.lines) == 3


def test_what_was_handed_over_at_the_till_is_doubted(payload: Fixture) -> None:
    order = sold(payload("old") | {"fulfillment_status": "fulfilled", "source_name": "pos"})
    detail = "Shopify says that units of this order were handed over already"
    assert order.doubts == (Doubt(DoubtKind.HANDED_OVER, detail),)


@pytest.mark.parametrize(
    ("absent", "street"),
    [
        ((), "1 Main St"),
        (("shipping_address",), "9 Bill Rd"),
        (("shipping_address", "billing_address"), "5 Home Ln"),
        (("shipping_address", "billing_address", "customer"), None),
    ],
)
def test_the_address_falls_back_and_may_be_none(
    absent: tuple[str, ...], street: str | None, payload: Fixture
) -> None:
    order = payload("web")
    order["customer"]["default_address"] = {"address1": "5 Home Ln", "country_code": "US"}
    ship_to = sold(order | dict.fromkeys(absent)).ship_to
    assert (ship_to and ship_to.line1) == street


@pytest.mark.parametrize(
    ("status", "authorized"),
    [
        ("paid", 3470),
        ("authorized", 3470),
        ("partially_paid", 3000),
        ("partially_refunded", 1200),
        ("refunded", 0),
        ("voided", 0),
        ("pending", 0),
        (None, 0),
    ],
)
def test_the_financial_status_says_what_is_vouched_for(
    status: str | None, authorized: int, payload: Fixture
) -> None:
    changes = {"financial_status": status, "current_total_price": "12.00"}
    payment = sold(payload("old") | changes).payment
    assert payment == Payment("bogus", "7", authorized)


def test_a_shipping_code_reduces_the_shipping_and_not_the_goods(payload: Fixture) -> None:
    code = {"code": "FREESHIP", "amount": "5.00", "type": "shipping"}
    changes = {"discount_codes": [code], "total_discounts": "5.00", "total_price": "32.70"}
    order = sold(payload("old") | changes)
    assert [each.discount for each in order.lines] == [0, 0]
    assert order.shipping == 0
    assert order.total == order.channel_total == 3270


def test_duties_are_tax_on_top_of_the_price(payload: Fixture) -> None:
    order = payload("yen")
    duty = {"shop_money": {"amount": "150"}, "tax_lines": [{"price": "15"}]}
    order["line_items"][0]["duties"] = [duty]
    assert sold(order | {"total_price": "2365"}).lines[0].tax == 365


def test_a_tax_told_for_the_order_only_falls_on_its_taxable_lines(payload: Fixture) -> None:
    order = payload("old")
    order["line_items"][1]["taxable"] = False
    assert [each.tax for each in sold(order).lines] == [270, 0]


@pytest.mark.parametrize(("latitude", "longitude"), [(30.5, None), (None, 30.5), (91, 0), ("x", 0)])
def test_half_a_coordinate_is_none(latitude: object, longitude: object, payload: Fixture) -> None:
    order = payload("web")
    order["shipping_address"] |= {"latitude": latitude, "longitude": longitude}
    ship_to = sold(order).ship_to
    assert ship_to is not None
    assert (ship_to.latitude, ship_to.longitude) == (None, None)


def test_what_is_searched_by_is_kept_short(payload: Fixture) -> None:
    order = payload("old") | {"email": "e" * 9000, "note": "n" * 9000}
    order["line_items"][0]["sku"] = "s" * 9000
    read = sold(order)
    assert (read.customer.email, read.lines[0].sku) == ("e" * 255, "s" * 255)
    assert read.note == "n" * 5000


def test_line_ids_stay_unique_where_shopify_repeats_or_leaves_them_out(payload: Fixture) -> None:
    order = payload("old")
    order["line_items"] = [{"id": 7, "quantity": 1}, {"id": 7, "quantity": 1}, {"quantity": 1}]
    assert [each.external_id for each in sold(order).lines] == ["7", "7-2", "line-3"]


def test_a_line_without_units_is_left_out(payload: Fixture) -> None:
    order = payload("old")
    order["line_items"][0]["quantity"] = 0
    assert [each.external_id for each in sold(order).lines] == ["71"]


def test_a_canceled_order_of_which_nothing_is_left_asks_nothing(payload: Fixture) -> None:
    order = payload("old") | {"cancelled_at": "2026-11-20T11:00:00Z"}
    order["line_items"] = [{"id": 7, "quantity": 2, "current_quantity": 0}]
    answer = read_order(json.dumps(order).encode())
    assert answer == Ignored("the order was canceled in Shopify and nothing of it is left")
