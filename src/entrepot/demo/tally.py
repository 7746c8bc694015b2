"""What the simulated people have seen so far: the figures the view shows and the run ends by."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

LATENCIES_KEPT = 5_000
"""Enough for a steady 99th percentile, few enough to sort twice a second."""


class End(StrEnum):
    """How a placed order ended, as far as the people can tell."""

    DELIVERED = "delivered"
    COLLECTED = "collected"
    CANCELED = "canceled"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from sending an order to its answer, over the latest orders."""

    p50_ms: float
    p99_ms: float


@dataclass(slots=True)
class Tally:
    """Shared by all people of one run.

    `seen` counts what they did and met, by name (`placed`, `refused`, `shipped`, ...); `faults`
    counts the answers that should not have been, by what was asked and what came. `orders` are the
    orders placed in this run, `how` every order's end as far as it was heard of; `ended` counts the
    orders that have one. `troubled` are the orders with open exceptions. `oversold` counts the
    positions seen with more claimed than there was, of those `looked_at`: it must stay zero.
    """

    wanted: int | None = None
    doing: str = ""
    seen: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    orders: dict[str, None] = field(default_factory=dict)
    how: dict[str, End] = field(default_factory=dict)
    ended: int = 0
    troubled: set[str] = field(default_factory=set)
    place_ms: deque[float] = field(default_factory=lambda: deque(maxlen=LATENCIES_KEPT))
    oversold: int = 0
    looked_at: int = 0

    def placed(self, order_id: str) -> None:
        """Note an order that was taken; its end may have been heard of before its answer came."""
        self.seen["placed"] += 1
        self.orders[order_id] = None
        self.ended += order_id in self.how

    def end(self, order_id: str, how: End) -> None:
        """Note an order's end; a better one takes the place of an exception."""
        if how is End.EXCEPTION and order_id in self.how:
            return
        self.ended += order_id in self.orders and order_id not in self.how
        self.how[order_id] = how

    def reopen(self, order_id: str) -> None:
        """Note that an exception was dealt with: the order goes on."""
        if self.how.get(order_id) is End.EXCEPTION:
            del self.how[order_id]
            self.ended -= order_id in self.orders

    def unfinished(self) -> list[str]:
        """Name the placed orders that have no end yet."""
        return [order_id for order_id in self.orders if order_id not in self.how]

    def ends(self) -> Counter[str]:
        """Count the placed orders by how they ended; `open` are those that have not."""
        return Counter(
            self.how[order_id].value if order_id in self.how else "open" for order_id in self.orders
        )

    def latency(self) -> Latency:
        """Give the median and the 99th percentile of placing, by the nearest rank."""
        return Latency(_nearest(sorted(self.place_ms), 50), _nearest(sorted(self.place_ms), 99))


def _nearest(ascending: Sequence[float], percent: int) -> float:
    if not ascending:
        return 0.0
    return ascending[max(0, -(-len(ascending) * percent // 100) - 1)]
