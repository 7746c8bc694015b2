from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.ports.amount import exponent, minor_units


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.34", "USD", 1234),
        ("12.345", "USD", 1235),
        ("-12.345", "USD", -1235),
        ("12.344999", "USD", 1234),
        ("1000", "JPY", 1000),
        ("999.5", "JPY", 1000),
        ("1.234", "KWD", 1234),
        ("1E+3", "EUR", 100_000),
        ("999999999999999999.99", "USD", 99_999_999_999_999_999_999),
        ("1E-999999", "USD", 0),
    ],
)
def test_major_units_become_minor_units_of_the_currency(amount, currency, minor):
    assert minor_units(Decimal(amount), currency) == minor


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "1E+18", "1E+999999"])
def test_what_is_no_amount_of_money_raises(amount):
    with pytest.raises(ValueError, match="no amount of money"):
        minor_units(Decimal(amount), "USD")


@settings(deadline=None)
@given(minor=st.integers(-(10**17), 10**17), currency=st.sampled_from(["USD", "JPY", "BHD"]))
def test_minor_units_written_as_a_decimal_come_back(minor, currency):
    written = str(Decimal(minor).scaleb(-exponent(currency)))
    assert minor_units(Decimal(written), currency) == minor
