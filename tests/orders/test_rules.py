"""What is wrong with an order in itself, field by field, and what it comes to."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.model import Method
from entrepot.orders.model import AMOUNT_MAX, Address, Customer
from entrepot.orders.rules import AHEAD_MAX, EARLIEST, faults, is_person, service_of, total
from orders.orders import NOON, line, order

PICKUP = {"method": Method.PICKUP, "pickup_node": "AUSTIN", "ship_to": None}
NOWHERE = Address(postal_code=" ", country="US")
DOUBLE = [line(external_id="a"), line("CAP", external_id="a")]
SECOND_IS_FIRST = [line(external_id="2"), line("CAP")]


@pytest.mark.parametrize(
    ("changes", "pointer", "detail"),
    [
        ({"currency": "XXX"}, "/currency", "XXX is not a currency we know"),
        ({"placed_at": EARLIEST - timedelta(1)}, "/placed_at", "lies before the year 2000"),
        ({"placed_at": NOON + timedelta(hours=25)}, "/placed_at", "lies more than a day ahead"),
        ({"customer": Customer(email="kim")}, "/customer/email", "is not an e-mail address"),
        ({"customer": Customer(email="@x.com")}, "/customer/email", "is not an e-mail address"),
        ({"customer": Customer(email="k m@x.com")}, "/customer/email", "is not an e-mail address"),
        ({"shipping": AMOUNT_MAX}, "/lines", f"the order's total is beyond {AMOUNT_MAX}"),
        ({"ship_to": None}, "/ship_to", "is needed to ship"),
        ({"ship_to": NOWHERE}, "/ship_to/postal_code", "is empty"),
        ({"pickup_node": "AUSTIN"}, "/pickup_node", "belongs to pickup and curbside only"),
        (PICKUP | {"pickup_node": None}, "/pickup_node", "is needed for pickup"),
        (PICKUP | {"service": "express"}, "/service", "there is no carrier service in pickup"),
        ({"lines": [line(), line("CAP", 2, discount=3999)]}, "/lines/1/discount",
         "is more than the line is worth"),
        ({"lines": DOUBLE}, "/lines/1/external_id", "stands on another line too"),
        ({"lines": SECOND_IS_FIRST}, "/lines/1/external_id", "stands on another line too"),
    ],
)  # fmt: skip
def test_every_fault_names_its_field(changes, pointer, detail):
    assert [(f.pointer, f.detail) for f in faults(order(**changes), NOON)] == [(pointer, detail)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"customer": None},
        {"customer": Customer(email="")},
        {"placed_at": EARLIEST},
        {"placed_at": NOON + AHEAD_MAX},
        PICKUP,
        PICKUP | {"method": Method.CURBSIDE, "service": "standard"},
        {"lines": [line(discount=3998), line("TEE", external_id="x")]},
    ],
)
def test_what_is_right_has_no_fault(changes):
    assert faults(order(**changes), NOON) == []


def test_everything_that_is_wrong_is_said_at_once():
    wrong = order(line(discount=9999), currency="XXX", ship_to=None)
    assert [f.pointer for f in faults(wrong, NOON)] == [
        "/currency",
        "/ship_to",
        "/lines/0/discount",
    ]


AMOUNTS = st.integers(0, 10**6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 99), AMOUNTS, AMOUNTS, AMOUNTS), min_size=1), AMOUNTS)
def test_the_total_is_lines_less_discounts_plus_taxes_and_shipping(rows, shipping):
    lines = [line("TEE", q, unit_price=p, discount=d, tax=t) for q, p, d, t in rows]
    paid = total(order(*lines, shipping=shipping, shipping_tax=7))
    assert (
        paid == sum(q * p for q, p, _, _ in rows) + sum(t - d for _, _, d, t in rows) + shipping + 7
    )


@pytest.mark.parametrize(
    ("changes", "service"),
    [({}, "standard"), ({"service": "express"}, "express"), (PICKUP | {"service": "standard"}, "")],
)
def test_the_carrier_service_asked_for(changes, service):
    assert service_of(order(**changes)) == service


def test_a_parcel_needs_at_least_a_postal_code():
    assert is_person(order().ship_to)
    assert not is_person(NOWHERE)
    assert not is_person(None)
