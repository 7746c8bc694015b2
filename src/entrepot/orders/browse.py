"""What others may know of orders: no locks, no writes."""

from entrepot.orders.store import (
    closed_among,
    documents,
    heads,
    holds_of,
    lines_of,
    parts_of,
)
from entrepot.orders.store import known_orders as known
from entrepot.orders.store import lock_orders as lock

__all__ = [
    "closed_among",
    "documents",
    "heads",
    "holds_of",
    "known",
    "lines_of",
    "lock",
    "parts_of",
]
