"""What an order comes to, line by line, as it was agreed and as it stands. Pure; minor units."""

from collections.abc import Mapping, Sequence
from typing import Any

from entrepot.orders.model import Line
from entrepot.terms.money import share_of_units


def money(order: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """Add up the order: what was captured, what of it was canceled, and what stands.

    The shares of canceled units are those that were frozen at capture, the last units' first.
    """
    canceled = [worth(line, line.quantity - line.canceled, line.canceled) for line in lines]
    goods = sum(line.unit_price * line.quantity for line in lines)
    payment = order.get("payment")
    return {
        "currency": order["currency"],
        "goods": goods,
        "discount": sum(line.discount for line in lines),
        "tax": sum(line.tax for line in lines),
        "shipping": order["shipping"],
        "shipping_tax": order["shipping_tax"],
        "total": order["total"],
        "canceled": sum(canceled),
        "standing": order["total"] - sum(canceled),
        "authorized": payment["authorized"] if payment else None,
        "lines": [
            {
                "line": line.line_no,
                "goods": line.unit_price * line.quantity,
                "discount": line.discount,
                "tax": line.tax,
                "total": worth(line, 0, line.quantity),
                "canceled": less,
            }
            for line, less in zip(lines, canceled, strict=True)
        ],
    }


def worth(line: Line, first: int, count: int) -> int:
    """Say what `count` units from the `first` (of 0) on come to: price less discount plus tax."""
    if not count:
        return 0
    discount = share_of_units(line.discount, line.quantity, first, count)
    tax = share_of_units(line.tax, line.quantity, first, count)
    return line.unit_price * count - discount + tax
