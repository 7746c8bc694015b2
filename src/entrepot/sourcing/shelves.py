"""The stock of a batch as dense rows, and what is left of it as the batch goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import Compiled
from entrepot.sourcing.cost import Ints
from entrepot.sourcing.model import Ask, Prices, Stock
from entrepot.sourcing.withhold import Keep, Noted, Withheld
from entrepot.terms.ids import Sku

PRICE_MAX: Final = (1 << 31) - 1
"""The most that a unit or a shipment's room is worth to others: four bytes of a record hold it."""

_NOWHERE: Final = (np.empty(0, np.int32), np.empty(0, np.int32))


@dataclass(frozen=True, slots=True)
class Seen:
    """The stock as a batch found it, one shelf after the other.

    `counts` says per shelf how many nodes hold some; `nodes` (int32) and `units` (int64) are of
    all shelves in their order; `owed` is per shelf the units that are owed to others.
    """

    counts: list[int]
    nodes: npt.NDArray[np.int32]
    units: Ints
    owed: list[int]


class Shelves:
    """The stock of a batch as dense rows, and what is left of it as the batch goes on.

    `row` numbers the skus; `free` is int64[S, N]; `total` and `owed`, the rows of `stock`, are
    int64[S], the market's units and those owed. `seen` stays as it was at the beginning. `withheld`
    says who may not take what; `noted` is per decision what it had to leave of each want, where
    that is more than a buffer. `prices` say what units are worth to others: `worth` is int64[S, N]
    of what was seen, `room` int64[N] of one more shipment; None where nothing is known.
    """

    def __init__(
        self, asks: Iterable[Ask], stock: Stock, compiled: Compiled, prices: Prices | None = None
    ) -> None:
        asks = list(asks)
        skus = dict.fromkeys(want.sku for ask in asks for want in ask.wants)
        self.row: dict[Sku, int] = {sku: row for row, sku in enumerate(skus)}
        self.free: Ints = np.zeros((len(skus), len(compiled.network.nodes)), np.int64)
        self.seen = _seen(skus, stock)
        rows = np.repeat(np.arange(len(skus)), self.seen.counts)
        self.free[rows, self.seen.nodes] = self.seen.units
        self.stock: Ints = np.array([self.free.sum(axis=1), self.seen.owed], np.int64)
        self.total, self.owed = self.stock
        self.prices = prices
        self.worth: Ints | None = None
        self.room: Ints | None = None
        if prices is not None:
            self.worth = _worth(skus, prices, self.seen, len(compiled.network.nodes))
            if prices.nodes is not None:
                self.room = np.clip(prices.nodes, 0, PRICE_MAX)
        self.withheld = Withheld(asks, stock, compiled)
        self.noted: list[tuple[Noted, ...]] = []

    def of(self, ask: Ask) -> Ints:
        """Give int64[L, N], what is free of each want now."""
        return self.free[[self.row[want.sku] for want in ask.wants]]

    def allowed(self, ask: Ask) -> tuple[int | None, ...]:
        """Give per want the most one order may have, where units are owed to others."""
        rows = [self.row[want.sku] for want in ask.wants]
        return tuple(
            max(int(self.total[r] - self.owed[r]), 0) if self.owed[r] else None for r in rows
        )

    def worth_of(self, ask: Ask) -> Ints | None:
        """Give int64[L, N], what a unit of each want is worth to others; None: nothing."""
        if self.worth is None:
            return None
        return self.worth[[self.row[want.sku] for want in ask.wants]]

    def keeps(self, ask: Ask) -> tuple[Keep, ...]:
        """Give per want what the ask must leave at each node now."""
        return tuple(self.withheld.of(ask))

    def note(self, ask: Ask) -> None:
        """Remember what the next decision had to leave."""
        if not self.withheld.plain:
            self.noted.append(self.withheld.note(ask))

    def note_nothing(self, count: int) -> None:
        """Remember that so many decisions in turn had nothing to leave that changes."""
        if not self.withheld.plain:
            self.noted += [()] * count

    def take(self, node: int, items: Iterable[tuple[Sku, int]], ask: Ask) -> None:
        """Take units off a node's shelves, for who asked."""
        for sku, units in items:
            if not self.withheld.plain:
                self.withheld.take(ask, node, sku, units)
            row = self.row[sku]
            self.free[row, node] -= units
            self.total[row] -= units


def _worth(skus: Iterable[Sku], prices: Prices, seen: Seen, count: int) -> Ints | None:
    """Give int64[S, N], what a unit is worth at the nodes seen; None: nothing anywhere."""
    if not any(sku in prices.stock for sku in skus):
        return None
    worth = np.zeros((len(seen.counts), count), np.int64)
    ends = np.cumsum(seen.counts).tolist()
    for row, sku in enumerate(skus):
        if sku in prices.stock:
            nodes = seen.nodes[ends[row] - seen.counts[row] : ends[row]]
            worth[row, nodes] = np.clip(prices.stock[sku][nodes], 0, PRICE_MAX)
    return worth


def _seen(skus: Iterable[Sku], stock: Stock) -> Seen:
    found = [stock.free.get(sku, _NOWHERE) for sku in skus]
    nodes = np.concatenate([_NOWHERE[0], *(nodes for nodes, _ in found)])
    units = np.concatenate([_NOWHERE[1], *(units for _, units in found)]).astype(np.int64)
    np.maximum(units, 0, out=units)
    owed = [max(stock.owed.get(sku, 0), 0) for sku in skus] if stock.owed else [0] * len(found)
    return Seen([len(nodes) for nodes, _ in found], nodes, units, owed)
