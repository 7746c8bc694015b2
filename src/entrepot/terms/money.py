"""Money is integer minor units in one currency per document; nothing here becomes a float."""

from collections.abc import Sequence

CURRENCIES = frozenset(
    [
        "AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP",
        "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "KWD", "MXN", "MYR", "NOK", "NZD",
        "PEN", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND",
        "ZAR",
    ]
)  # fmt: skip
"""The ISO 4217 codes orders may be placed in."""


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` minor units in proportion to `weights` so that the parts sum to it exactly.

    The largest-remainder method (Hamilton): everyone gets the floor of their share, the units left
    over go one each to the largest remainders, ties to the earlier. With no weight at all the
    division is even. `total` may be negative; weights may not.
    """
    if not weights:
        raise ValueError("shares of nothing")
    if total < 0:
        return [-share for share in shares(-total, weights)]
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    floors = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    owed = total - sum(floors)
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:owed]:
        floors[index] += 1
    return floors


def unit_shares(total: int, quantity: int) -> tuple[int, int]:
    """Freeze a line's amount per unit: the first `more` units bear `share + 1`, the rest `share`.

    Returns (share, more); `share * quantity + more == total`. Every later refund is made of these.
    """
    return divmod(total, quantity)


def share_of_units(total: int, quantity: int, first: int, count: int) -> int:
    """Sum the frozen shares of `count` units from unit number `first` (counted from 0)."""
    share, more = unit_shares(total, quantity)
    return share * count + max(0, min(more, first + count) - first)
