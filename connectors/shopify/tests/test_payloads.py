"""What no fixture foresees: wire errors, junk, sums of any size, and what others recorded."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.ports.channel import SoldOrder, Unmapped
from entrepot.ports.conformance import Recorded, amounts_keep_their_limits
from entrepot_shopify.mapper import read_order
from entrepot_shopify.plugin import Shopify

Payload = dict[str, Any]
Fixture = Callable[[str], Payload]

FIXTURES = Path(__file__).parent / "fixtures"
CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "shopify"


def sold(payload: Payload) -> SoldOrder:
    answer = read_order(json.dumps(payload).encode())
    assert isinstance(answer, SoldOrder), answer
    return answer


# Wire errors to Unmapped, each at its place.


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": None}, "/id"),
        ({"id": True}, "/id"),
        ({"id": 1.5}, "/id"),
        ({"id": "9" * 300}, "/id"),
        ({"currency": None}, "/currency"),
        ({"currency": "dollars"}, "/currency"),
        ({"line_items": None}, "/line_items"),
        ({"line_items": {}}, "/line_items"),
        ({"line_items": []}, "/line_items"),
        ({"line_items": [None]}, "/line_items/0"),
        ({"line_items": [{"id": 1}]}, "/line_items/0/quantity"),
        ({"line_items": [{"quantity": -1}]}, "/line_items/0/quantity"),
        ({"line_items": [{"quantity": 1.5}]}, "/line_items/0/quantity"),
        ({"line_items": [{"quantity": 2**31}]}, "/line_items/0/quantity"),
        ({"line_items": [{"quantity": 1, "price": "ten"}]}, "/line_items/0/price"),
        ({"line_items": [{"quantity": 1, "price": "NaN"}]}, "/line_items/0/price"),
        ({"line_items": [{"quantity": 1, "price": "-1.00"}]}, "/line_items/0/price"),
        ({"line_items": [{"quantity": 1, "price": 1e300}]}, "/line_items/0/price"),
        ({"line_items": [{"quantity": 2**30, "price": "9999"}]}, "/line_items/0/price"),
        (
            {"line_items": [{"quantity": 1, "tax_lines": [{"price": []}]}]},
            "/line_items/0/tax_lines/0/price",
        ),
        ({"shipping_lines": "none"}, "/shipping_lines"),
        ({"shipping_lines": [{"price": {}}]}, "/shipping_lines/0/price"),
        ({"total_price": "much"}, "/total_price"),
    ],
)
def test_what_makes_no_sense_is_unmapped_at_its_place(
    changes: Payload, pointer: str, payload: Fixture
) -> None:
    answer = read_order(json.dumps(payload("old") | changes).encode())
    assert isinstance(answer, Unmapped), answer
    assert answer.pointer == pointer
    assert answer.reason


@pytest.mark.parametrize(
    "body", [b"", b"null", b"7", b"[]", b'"order"', b"<order/>", b'{"id":\xff}']
)
def test_what_is_no_json_object_is_unmapped_as_a_whole(body: bytes) -> None:
    answer = read_order(body)
    assert isinstance(answer, Unmapped)
    assert answer.pointer == ""


# What holds for every payload.

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["1.00", "-5", "\x00", "1e5", "9" * 5000, "2026-01-01", "0001-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["price", "amount", "id", "quantity"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: object) -> Iterator[tuple[Any, Any]]:
    """Find every (container, key) in a JSON value."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for key, member in pairs:
        yield value, key
        yield from places(member)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_payload_raises_and_whatever_is_sold_keeps_the_ports_limits(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(FIXTURES.glob("*.json"))))
    order = json.loads(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(places(order))))
        container[key] = data.draw(JUNK)
    body = json.dumps(order).encode()
    if isinstance(read_order(body), SoldOrder):
        delivery = Recorded({"x-shopify-topic": "orders/create"}, body, "")
        amounts_keep_their_limits(Shopify(), delivery)


@pytest.mark.parametrize("member", ["id", "currency", "sku", "price", "quantity", "note"])
def test_a_number_of_four_thousand_digits_is_an_answer_too(member: str) -> None:
    huge = b"1" * 4000
    item = {"id": 7, "quantity": 1} | ({} if member == "id" else {member: "HUGE"})
    order = {"currency": "USD", "line_items": [item], "id": 1} | {member: "HUGE"}
    answer = read_order(json.dumps(order).encode().replace(b'"HUGE"', huge))
    assert isinstance(answer, Unmapped) == (member in {"id", "currency", "price", "quantity"})


@st.composite
def items(draw: st.DrawFn) -> Payload:
    quantity, price = draw(st.integers(1, 9)), draw(st.integers(0, 99_999))
    discount = draw(st.integers(0, quantity * price))
    tax = draw(st.integers(0, quantity * price - discount))
    return {
        "id": draw(st.integers(1, 10**15)),
        "quantity": quantity,
        "price": str(Decimal(price).scaleb(-2)),
        "discount_allocations": [{"amount": str(Decimal(discount).scaleb(-2))}],
        "tax_lines": [{"price": str(Decimal(tax).scaleb(-2))}],
        "cost": (quantity * price - discount, tax),
    }


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(items(), min_size=1, max_size=6), included=st.booleans())
def test_lines_add_up_to_the_total_however_tax_is_told(
    lines: list[Payload], *, included: bool
) -> None:
    costs = [item.pop("cost") for item in lines]
    order = sold(
        {"id": 1, "currency": "USD", "taxes_included": included, "line_items": lines},
    )
    assert [each.total for each in order.lines] == [
        paid + (0 if included else tax) for paid, tax in costs
    ]
    assert [each.tax for each in order.lines] == [tax for _, tax in costs]


# Payloads that others recorded.


def orders_in(value: object) -> Iterator[Payload]:
    """Find every object that is shaped like an order, however deep."""
    if isinstance(value, dict) and "id" in value and isinstance(value.get("line_items"), list):
        yield value
    for container, key in places(value):
        found = container[key]
        if isinstance(found, dict) and "id" in found and isinstance(found.get("line_items"), list):
            yield found


def agrees_with_itself(order: Payload) -> bool:
    """Say whether an order's total is what its own lines, discounts, tax and shipping make."""
    goods = sum(Decimal(item["price"]) * int(item["quantity"]) for item in order["line_items"])
    shipping = order.get("shipping_lines") or [order.get("shipping_line") or {}]
    carried = sum(Decimal(each.get("price") or 0) for each in shipping)
    off = order.get("total_discounts") or (order.get("applied_discount") or {}).get("amount") or 0
    tax = 0 if order.get("taxes_included") else order.get("total_tax") or 0
    total = Decimal(order["total_price"])
    return total == goods + carried - Decimal(off) + Decimal(tax)


@pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"no recorded payloads beside the project: {CORPUS}"
)
def test_every_recorded_order_is_read_and_reconciles_where_it_agrees_with_itself() -> None:
    orders = [
        order
        for path in sorted(CORPUS.rglob("*.json"))
        for order in orders_in(json.loads(path.read_bytes()))
        if "currency" in order
    ]
    read = [sold(order) for order in orders]
    reconciled = [
        order.total == order.channel_total
        for order, payload in zip(read, orders, strict=True)
        if agrees_with_itself(payload)
    ]
    assert [order.external_id for order in read] == [str(order["id"]) for order in orders]
    assert reconciled == [True, True]
    assert {order.external_id: order.total for order in read} == {
        "123456": 1000,
        "1234567890": 20625,
    }
