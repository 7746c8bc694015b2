"""What an order comes to: the shares of canceled units are those that were frozen at capture."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from entrepot.journey.money import money, worth
from entrepot.orders.model import Line
from entrepot.terms.ids import LineNo, OrderId, Sku


def line(quantity, canceled=0, price=1000, discount=0, tax=0, number=1):
    return Line(
        OrderId(UUID(int=1)), LineNo(number), str(number), Sku("A"), quantity, canceled, price,
        discount, tax, digital=False,
    )  # fmt: skip


def test_the_units_of_a_line_come_to_the_line():
    whole = line(3, price=1000, discount=100, tax=50)

    assert worth(whole, 0, 3) == 2950
    assert [worth(whole, unit, 1) for unit in range(3)] == [983, 984, 983]


@given(
    st.integers(1, 50), st.integers(0, 50), st.integers(0, 10_000), st.integers(0, 10_000),
    st.integers(0, 10_000),
)  # fmt: skip
def test_what_stands_and_what_is_canceled_are_all_of_it(quantity, canceled, price, discount, tax):
    canceled = min(canceled, quantity)
    one = line(quantity, canceled, price, discount, tax)
    total = price * quantity - discount + tax + 500

    told = money(
        {"currency": "USD", "shipping": 500, "shipping_tax": 0, "total": total, "payment": None},
        [one],
    )

    assert told["standing"] + told["canceled"] == total
    assert told["standing"] == worth(one, 0, quantity - canceled) + 500
    assert told["lines"][0]["total"] + 500 == total
