"""An order's rows to a past order: every choice, and every rule by name."""

from datetime import datetime, timedelta, timezone

import pytest

from entrepot.ports.history import Effect, PastLine, Stage
from entrepot.ports.sale import Payment, ShipTo
from entrepot_olist.files import Row
from entrepot_olist.mapper import Bundle, Known, minor, past_order
from entrepot_olist.places import Centroids
from entrepot_olist.rules import RULES

BRT = timezone(timedelta(hours=-3))
ANA, BIA, LAMP, MUG = "a" * 32, "b" * 32, "1" * 32, "2" * 32


def at(day: int, clock: str = "00:00:00") -> datetime:
    return datetime.fromisoformat(f"2025-03-{day:02} {clock}").replace(tzinfo=BRT)


@pytest.fixture
def told(shop):
    """Map one order, its rows changed as asked; answers it and the rules that were named."""

    def read(*, items=None, payments=None, customer=None, **changes):
        centroids = Centroids()
        centroids.add("01037", -23.55, -46.65)
        bundle = Bundle(
            Row(2, shop.order(**changes)),
            Row(2, shop.customer(**(customer or {}))) if customer is not False else None,
            tuple(Row(n, shop.item(**i)) for n, i in enumerate(items or [{}], start=2)),
            tuple(Row(n, shop.payment(**p)) for n, p in enumerate(payments or [{}], start=2)),
        )
        order, found = past_order(bundle, Known({ANA, BIA}, {LAMP, MUG}, centroids))
        assert {finding.rule for finding in found} <= RULES.keys()
        return order, [(finding.rule, finding.effect) for finding in found]

    return read


def test_a_delivered_order_keeps_every_time_and_amount(told):
    order, found = told()
    assert found == []
    assert order.stage is Stage.DELIVERED
    assert (order.placed_at, order.released_at) == (at(1, "10:00:00"), at(1, "11:00:00"))
    assert (order.handed_over_at, order.delivered_at) == (at(3, "09:30:00"), at(9, "18:00:00"))
    assert (order.ship_by, order.promised_by) == (at(5, "11:00:00"), at(20, "23:59:59"))
    assert order.lines == (PastLine("1", LAMP, 1, 14400, ANA),)
    assert (order.currency, order.shipping) == ("BRL", 877)
    assert order.payment == Payment("credit_card", "", 15277)
    assert order.ship_to == ShipTo(
        "", "", "sao paulo", "01037", "BR", region="SP", latitude=-23.55, longitude=-46.65
    )
    assert order.note == "Olist customer u1"


@pytest.mark.parametrize(
    ("status", "dates", "stage"),
    [
        ("created", 0, Stage.UNPAID),
        ("approved", 1, Stage.PLANNED),
        ("processing", 1, Stage.ACCEPTED),
        ("invoiced", 1, Stage.ACCEPTED),
        ("shipped", 2, Stage.SHIPPED),
        ("delivered", 3, Stage.DELIVERED),
        ("canceled", 0, Stage.CANCELED),
        ("canceled", 1, Stage.CANCELED),
        ("unavailable", 1, Stage.MISSING),
    ],
)
def test_each_status_is_a_stage_and_nothing_is_found_wrong(told, status, dates, stage):
    columns = (
        "order_approved_at", "order_delivered_carrier_date", "order_delivered_customer_date",
    )  # fmt: skip
    order, found = told(status=status, **dict.fromkeys(columns[dates:], ""))
    assert (order.stage, order.status, found) == (stage, status, [])


def test_units_of_one_product_seller_and_price_are_one_line(told):
    items = [
        {"number": 1},
        {"number": 2},
        {"number": 3, "price": "100"},
        {"number": 4, "seller_id": BIA},
        {"number": 5, "product_id": MUG, "freight_value": "0"},
    ]
    order, _ = told(items=items)
    assert [(x.external_id, x.sku, x.quantity, x.unit_price, x.node_id) for x in order.lines] == [
        ("1", LAMP, 2, 14400, ANA),
        ("3", LAMP, 1, 10000, ANA),
        ("4", LAMP, 1, 14400, BIA),
        ("5", MUG, 1, 14400, ANA),
    ]
    assert order.shipping == 4 * 877


def test_payments_add_up_and_name_their_kinds(told):
    payments = [{"value": "100"}, {"value": "52.77", "payment_type": "voucher"}]
    order, found = told(payments=payments)
    assert (order.payment, found) == (Payment("credit_card+voucher", "", 15277), [])


def test_nothing_is_authorized_of_an_order_that_was_not_approved(told):
    order, _ = told(
        status="created", order_approved_at="", order_delivered_carrier_date="",
        order_delivered_customer_date="",
    )  # fmt: skip
    assert order.payment == Payment("credit_card", "", 0)
    assert order.reason == "its payment was never approved"


REPAIRED, NOTED = Effect.REPAIRED, Effect.NOTED


@pytest.mark.parametrize(
    ("changes", "found", "times"),
    [
        (
            {"order_approved_at": ""},
            [("approval_missing", REPAIRED)],
            (at(1, "10:00:00"), at(3, "09:30:00"), at(9, "18:00:00")),
        ),
        (
            {"order_approved_at": "2025-02-28 10:00:00"},
            [("approved_before_placed", REPAIRED)],
            (at(1, "10:00:00"), at(3, "09:30:00"), at(9, "18:00:00")),
        ),
        (
            {"order_approved_at": "soon"},
            [("time_unreadable", REPAIRED), ("approval_missing", REPAIRED)],
            (at(1, "10:00:00"), at(3, "09:30:00"), at(9, "18:00:00")),
        ),
        (
            {"order_delivered_carrier_date": ""},
            [("hand_over_missing", REPAIRED)],
            (at(1, "11:00:00"), at(5, "11:00:00"), at(9, "18:00:00")),
        ),
        (
            {"order_delivered_carrier_date": "", "order_delivered_customer_date": "2025-03-04"},
            [("hand_over_missing", REPAIRED)],
            (at(1, "11:00:00"), at(4), at(4)),
        ),
        (
            {"order_delivered_carrier_date": "2025-02-27 10:00:00"},
            [("handed_over_before_placed", REPAIRED)],
            (at(1, "11:00:00"), at(1, "11:00:00"), at(9, "18:00:00")),
        ),
        (
            {"order_delivered_carrier_date": "2025-03-01 10:30:00"},
            [("handed_over_before_approved", REPAIRED)],
            (at(1, "10:30:00"), at(1, "10:30:00"), at(9, "18:00:00")),
        ),
        (
            {"order_delivered_customer_date": "2025-03-02 08:00:00"},
            [("delivered_before_handed_over", REPAIRED)],
            (at(1, "11:00:00"), at(2, "08:00:00"), at(2, "08:00:00")),
        ),
        (
            {"order_delivered_customer_date": ""},
            [("delivery_missing", REPAIRED)],
            (at(1, "11:00:00"), at(3, "09:30:00"), at(20, "23:59:59")),
        ),
        (
            {"status": "invoiced"},
            [("status_behind", REPAIRED)],
            (at(1, "11:00:00"), at(3, "09:30:00"), at(9, "18:00:00")),
        ),
    ],
)
def test_times_are_mended_until_they_follow_each_other(told, changes, found, times):
    order, noted = told(**changes)
    assert noted == found
    assert (order.released_at, order.handed_over_at, order.delivered_at) == times
    assert order.stage is Stage.DELIVERED


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"payments": [{"value": "150"}]}, [("payment_differs", NOTED)]),
        (
            {"payments": [{"value": "?"}]},
            [("payment_unreadable", REPAIRED), ("payment_missing", NOTED)],
        ),
        ({"items": [{"price": "0.00"}], "payments": [{"value": "8.77"}]}, [("price_zero", NOTED)]),
        ({"items": [{"product_id": "9"}]}, [("product_unknown", REPAIRED)]),
        ({"customer": {"customer_zip_code_prefix": "1038"}}, [("postal_code_unknown", REPAIRED)]),
        ({"customer": False}, [("customer_unknown", NOTED)]),
        ({"order_estimated_delivery_date": ""}, [("estimate_missing", NOTED)]),
    ],
)  # fmt: skip
def test_what_is_odd_is_noted_and_the_order_taken(told, changes, found):
    order, noted = told(**changes)
    assert order is not None
    assert noted == found


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"status": "lost"}, "status_unknown"),
        ({"order_purchase_timestamp": ""}, "placed_unreadable"),
        ({"order_delivered_customer_date": "2025-02-28 10:00:00"}, "delivered_before_placed"),
        ({"items": [{"price": "-1"}]}, "amount_unreadable"),
        ({"items": [{"freight_value": "NaN"}]}, "amount_unreadable"),
        ({"items": [{"seller_id": "c" * 32}]}, "seller_unknown"),
    ],
)
def test_what_cannot_be_taken_is_rejected_by_its_rule(told, changes, rule):
    order, noted = told(**changes)
    assert order is None
    assert noted[-1] == (rule, Effect.REJECTED)


def test_an_order_of_nothing_is_rejected(shop):
    bundle = Bundle(Row(2, shop.order()), Row(2, shop.customer()), (), ())
    order, found = past_order(bundle, Known(set(), set()))
    assert order is None
    assert [(f.rule, f.row, f.subject) for f in found] == [("order_without_items", 2, "o1")]


def test_a_cancellation_counts_though_it_had_left_and_says_so(told):
    order, found = told(status="canceled")
    assert (order.stage, order.handed_over_at, order.delivered_at) == (Stage.CANCELED, None, None)
    assert order.canceled_at == at(9, "18:00:00")
    assert order.reason == (
        "canceled after it was handed over (2025-03-03 09:30) and delivered (2025-03-09 18:00)"
    )
    assert found == [("canceled_after_hand_over", NOTED)]


@pytest.mark.parametrize("status", ["canceled", "unavailable"])
def test_an_unknown_seller_is_nothing_to_an_order_that_left_from_nowhere(told, status):
    order, _ = told(
        status=status, items=[{"seller_id": "c" * 32}], order_delivered_carrier_date="",
        order_delivered_customer_date="",
    )  # fmt: skip
    assert order.lines[0].node_id is None


@pytest.mark.parametrize(
    ("text", "centavos"),
    [
        ("144.0", 14400), ("8.77", 877), ("58.9", 5890), ("0", 0), ("0.005", 1),
        ("-0.01", None), ("", None), ("1e9999", None), ("Infinity", None), ("R$ 5", None),
    ],
)  # fmt: skip
def test_reais_are_centavos_exactly(text, centavos):
    assert minor(text) == centavos
