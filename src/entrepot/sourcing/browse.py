"""What others may know of sourcing: decisions, the networks they saw, days' work, bars."""

from entrepot.sourcing.store import (
    bars_of,
    decisions_made,
    decisions_of,
    decisions_of_orders,
    node_days_from,
    node_days_of,
    snapshot,
)

__all__ = [
    "bars_of",
    "decisions_made",
    "decisions_of",
    "decisions_of_orders",
    "node_days_from",
    "node_days_of",
    "snapshot",
]
