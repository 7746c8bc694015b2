"""Decimal amounts, as channels write them, to minor units: exact, and never through a float."""

from decimal import ROUND_HALF_UP, Decimal

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS = dict.fromkeys(_NO_DECIMALS.split(), 0) | dict.fromkeys(_THREE_DECIMALS.split(), 3)
"""ISO 4217 currencies whose minor unit is not a hundredth: how many decimals they have."""


def exponent(currency: str) -> int:
    """Say how many decimals the currency has (ISO 4217)."""
    return EXPONENTS.get(currency, 2)


def minor_units(amount: Decimal, currency: str) -> int:
    """Convert major units to minor units; what is finer than a minor unit rounds half up.

    `amount` must be finite and below 10^18, so that nothing is lost on the way.
    """
    if not amount.is_finite() or amount.adjusted() > 17:
        raise ValueError("no amount of money")
    scaled = amount.scaleb(exponent(currency))
    return int(scaled.to_integral_value(rounding=ROUND_HALF_UP))
