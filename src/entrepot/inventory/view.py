"""The stock view: a market's free units in memory, to route by.

It may be late: it chooses nodes and it may suspect that there is nothing left. The locked row alone
decides what is sold, and no refusal is given before the rows themselves were read.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from entrepot.inventory.model import Claim, DrawnAt, Free, FreeRow
from entrepot.inventory.protection import read
from entrepot.terms.ids import NodeId, Sku

Ints = npt.NDArray[np.int32]
_NOTHING: tuple[Ints, Ints] = (np.empty(0, np.int32), np.empty(0, np.int32))


class StockView:
    """Per sku: ascending node indexes (int32) and the free units there (int32).

    `index` numbers the market's nodes in the order the network lists them. `drawn` is per sku and
    segment what was drawn at each node (int32[N]) where anything is protected, as
    `inventory.protection` says. `scarce` are skus whose rows were read and had too little, until
    when that is remembered; it is forgotten at once when more of one comes free.
    """

    def __init__(self, index: Mapping[NodeId, int]) -> None:
        self._index = dict(index)
        self._rows: dict[Sku, tuple[Ints, Ints]] = {}
        self.owed: dict[Sku, int] = {}
        self.scarce: dict[Sku, datetime] = {}
        self.drawn: dict[Sku, dict[str, Ints]] = {}

    def load(self, rows: Sequence[FreeRow]) -> None:
        """Take a whole market at once; a node that the network does not know is left out."""
        self._rows.clear()
        index = self._index
        for row in rows:
            known = [(index[NodeId(n)], f) for n, f in zip(row.nodes, row.free, strict=True) if n in index]  # fmt: skip  # noqa: E501 - one thought
            known.sort()
            pairs = np.array(known, np.int32).reshape(-1, 2)
            self._rows[row.sku] = (pairs[:, 0].copy(), pairs[:, 1].copy())

    def load_drawn(self, rows: Iterable[DrawnAt]) -> None:
        """Take what was drawn in a whole market at once."""
        self.drawn.clear()
        for row in rows:
            self._drew(row.sku, row.node_id, row.drawn)

    def renumber(self, index: Mapping[NodeId, int]) -> None:
        """Follow a network whose nodes have other numbers now."""
        if index == self._index:
            return
        moved = np.full(max(len(self._index), 1), -1, np.int32)
        for node, old in self._index.items():
            moved[old] = index.get(node, -1)
        for sku, (nodes, free) in self._rows.items():
            now = moved[nodes]
            order = np.argsort(now[now >= 0], kind="stable")
            self._rows[sku] = (now[now >= 0][order], free[now >= 0][order])
        there = moved >= 0
        for drawn in self.drawn.values():
            for segment, units in drawn.items():
                drawn[segment] = np.zeros(len(index), np.int32)
                drawn[segment][moved[there]] = units[there[: len(units)]]
        self._index = dict(index)

    def of(self, skus: Iterable[Sku]) -> dict[Sku, tuple[Ints, Ints]]:
        """Give the arrays of some skus; they are the view's own and not to be written to."""
        rows = self._rows
        return {sku: rows.get(sku, _NOTHING) for sku in skus}

    def state(self, skus: Iterable[Sku]) -> dict[Sku, tuple[object, ...]]:
        """Give what is believed of some skus now, to be compared with what is believed later."""
        found: dict[Sku, tuple[object, ...]] = {}
        for sku in skus:
            nodes, free = self._rows.get(sku, _NOTHING)
            drawn = {name: units.tobytes() for name, units in self.drawn.get(sku, {}).items()}
            found[sku] = (nodes.tobytes(), free.tobytes(), drawn, self.owed.get(sku, 0))
        return found

    def take(self, sku: Sku, node: NodeId, quantity: int, draws: str | None = None) -> None:
        """Units were reserved here (or, negative, came free), drawn by a segment or by none."""
        at, free = self._find(sku, node)
        if at >= 0:
            free[at] = max(0, int(free[at]) - quantity)
        if quantity < 0 and self.scarce:
            self.scarce.pop(sku, None)
        if draws is not None and node in self._index:
            self._drawn_by(sku, draws)[self._index[node]] += quantity

    def give_back(self, claims: Iterable[Claim]) -> None:
        """These claims were freed: their units can be had again."""
        for claim in claims:
            self.take(claim.sku, claim.node_id, -claim.quantity)

    def put(self, rows: Iterable[Free]) -> None:
        """Positions were read: this is what is free there."""
        new: dict[Sku, dict[int, int]] = {}
        for row in rows:
            at, free = self._find(row.sku, row.node_id)
            if row.drawn is not None:
                self._drew(row.sku, row.node_id, row.drawn)
            if self.scarce and row.free > (free[at] if at >= 0 else 0):
                self.scarce.pop(row.sku, None)
            if at >= 0:
                free[at] = row.free
            elif row.node_id in self._index:
                new.setdefault(row.sku, {})[self._index[row.node_id]] = row.free
        for sku, found in new.items():
            nodes, free = self._rows.get(sku, _NOTHING)
            nodes = np.concatenate([nodes, np.fromiter(found.keys(), np.int32, len(found))])
            free = np.concatenate([free, np.fromiter(found.values(), np.int32, len(found))])
            order = nodes.argsort(kind="stable")
            self._rows[sku] = (nodes[order], free[order])

    def owe(self, skus: Sequence[Sku], owed: Mapping[Sku, int]) -> bool:
        """Some skus' waiting units were read; answers whether they were other than believed."""
        changed = any(self.owed.get(sku, 0) != owed.get(sku, 0) for sku in skus)
        for sku in skus:
            self.owed[sku] = owed.get(sku, 0)
        return changed

    def replace(self, skus: Sequence[Sku], rows: Iterable[Free]) -> bool:
        """Some skus were read whole; answers whether anything was other than believed."""
        changed = False
        found: dict[Sku, list[tuple[int, int]]] = {sku: [] for sku in skus}
        for row in rows:
            if row.node_id in self._index:
                found[row.sku].append((self._index[row.node_id], row.free))
                changed |= self._drew(row.sku, row.node_id, row.drawn)
        for sku, pairs in found.items():
            table = np.array(sorted(pairs), np.int32).reshape(-1, 2)
            nodes, free = self._rows.get(sku, _NOTHING)
            if not (np.array_equal(table[:, 0], nodes) and np.array_equal(table[:, 1], free)):
                changed = True
                self.scarce.pop(sku, None)
                self._rows[sku] = (table[:, 0].copy(), table[:, 1].copy())
        return changed

    def _drew(self, sku: Sku, node: NodeId, drawn: str | None) -> bool:
        """A position said what was drawn there (None: nothing new); answers if that is news."""
        at = self._index.get(node)
        if drawn is None or at is None:
            return False
        news = False
        for segment, units in read(drawn).items():
            at_nodes = self._drawn_by(sku, segment)
            news |= bool(at_nodes[at] != units)
            at_nodes[at] = units
        return news

    def _drawn_by(self, sku: Sku, segment: str) -> Ints:
        drawn = self.drawn.setdefault(sku, {})
        if segment not in drawn:
            drawn[segment] = np.zeros(len(self._index), np.int32)
        return drawn[segment]

    def _find(self, sku: Sku, node: NodeId) -> tuple[int, Ints]:
        nodes, free = self._rows.get(sku, _NOTHING)
        number = self._index.get(node, -1)
        at = bisect_left(nodes, number)
        return (at if at < len(nodes) and nodes[at] == number else -1), free
