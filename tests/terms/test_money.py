"""Money divides without losing or inventing a minor unit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.terms.money import CURRENCIES, share_of_units, shares, unit_shares

TOTALS = st.integers(-(10**12), 10**12)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # what is left over goes to the earlier
        (100, [1, 1, 2], [25, 25, 50]),
        (5, [3, 1, 1], [3, 1, 1]),
        (10, [1, 5], [2, 8]),  # 1.67 and 8.33: to the larger remainder, not to the earlier
        (-100, [1, 1, 1], [-34, -33, -33]),
        (7, [0, 0], [4, 3]),  # nothing to go by: even
        (0, [4, 2], [0, 0]),
        (3, [0, 9], [0, 3]),
    ],
)
def test_each_gets_a_fair_share(total, weights, parts):
    assert shares(total, weights) == parts


def test_nothing_cannot_be_shared():
    with pytest.raises(ValueError, match="shares of nothing"):
        shares(5, [])


@settings(deadline=None)
@given(TOTALS, WEIGHTS)
def test_the_parts_add_up_and_none_is_a_unit_away_from_exact(total, weights):
    parts = shares(total, weights)
    whole = sum(weights) or len(weights)
    used = weights if sum(weights) else [1] * len(weights)
    assert sum(parts) == total
    assert all(abs(p * whole - total * w) < whole for p, w in zip(parts, used, strict=True))


@settings(deadline=None)
@given(st.integers(0, 10**12), st.integers(1, 10**6), st.data())
def test_refunds_in_any_pieces_come_to_what_was_paid(total, quantity, data):
    cut = data.draw(st.integers(0, quantity))
    first = share_of_units(total, quantity, 0, cut)
    rest = share_of_units(total, quantity, cut, quantity - cut)
    share, more = unit_shares(total, quantity)
    assert first + rest == total
    assert 0 <= more < quantity
    assert share * quantity + more == total


def test_the_first_units_bear_what_is_left_over():
    assert [share_of_units(11, 4, unit, 1) for unit in range(4)] == [3, 3, 3, 2]


def test_currencies_are_codes_of_three_letters():
    assert {"USD", "EUR", "BRL", "JPY"} <= CURRENCIES
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
