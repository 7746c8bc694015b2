"""Planning many orders together: column generation over (order, subset of its lines, node).

A column is one parcel. The least cost of covering every line once within stock and room is found by
a restricted master problem (`master`) over the parcels known so far; its prices tell `offers`,
which looks at every node and subset, which parcels are missing. The incumbents' parcels are among
the columns from the beginning, so that what is found is never dearer than they are.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.sourcing import master
from entrepot.sourcing.questions import (
    Held,
    Nodes,
    Out,
    Parcels,
    Priced,
    Questions,
    Rows,
    Used,
    answering,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ROUNDS_MAX: Final = 30
"""Rounds of pricing at most: what is then still missing stands in the gap."""

ASCENT: Final = 40
"""Steps of dual ascent before the first round: they make most of the columns, cheaply."""

CLOSE: Final = 5e-5
"""Pricing ends when a round has brought the master's cost down by no more than this part of it."""

GAP: Final = 4e-4
"""What the choice of whole parcels may be from the least one of these columns."""

LIKELY: Final = 0.02
"""Columns whose reduced cost is more than this part of a parcel's are left out at first."""

ENOUGH: Final = 8e-4
"""A choice among the likely columns so near to the bound is good enough."""

STEP: Final = 0.3
"""Ascent's first step, as a part of what a parcel costs, where a price is off by all there is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Orders to be planned together. `stock` and `room` float64[N] hold what incumbents hold, too.

    `prices` are look-ahead's, for what others will want; `incumbents` cover every line once.
    """

    questions: Questions
    nodes: Nodes
    stock: Held
    room: Floats
    prices: Priced
    incumbents: Parcels


@dataclass(frozen=True, slots=True)
class Solved:
    """The parcels chosen, their cost, that of the incumbents, and what no choice can go below.

    Costs hold look-ahead's prices and an extra shipment's price for every parcel.
    """

    parcels: Parcels
    cost: float
    before: float
    bound: float


def solved(problem: Problem) -> Solved:
    """Find parcels that cover every line once, within stock and room, at the least cost."""
    pool = _Pool(problem)
    known = pool.add(problem.incumbents)
    _ascend(problem, pool, float(pool.cost.mean()))
    bound = _generate(problem, pool)
    chosen = pool.whole(known, bound)
    cost = pool.cost
    before = float(cost[:known].sum())
    return Solved(pool.parcels(chosen), float(cost[chosen].sum()), before, bound)


class _Pool:
    """The columns known so far, and the master problem over them."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        questions, stock = problem.questions, problem.stock
        lines, nodes = len(questions.sku), len(problem.room)
        asked = np.bincount(questions.sku, questions.units, len(stock.first) - 1)
        scarce = stock.units < np.repeat(asked, np.diff(stock.first))
        self._rows = Rows(
            np.where(scarce, lines + np.cumsum(scarce) - 1, -1),
            lines + int(scarce.sum()) + np.arange(nodes),
        )
        free = np.full(int(scarce.sum()) + nodes, -np.inf)
        self._low = np.concatenate([np.ones(lines), free])
        self._high = np.concatenate([np.ones(lines), stock.units[scarce], problem.room])
        self._master = master.Master(self._low, self._high)
        self._known: set[int] = set()
        self._parts: list[Parcels] = []
        self._costs: list[Floats] = []
        self._reduced = np.empty(0)

    def add(self, parcels: Parcels) -> int:
        """Add those that are not known yet; says how many."""
        keys = self._problem.questions.row[parcels.order] + parcels.subset
        keys = keys * (len(self._problem.room) + 1) + parcels.node + 1
        _, first = np.unique(keys, return_index=True)
        first.sort()
        fresh = [at for at in first.tolist() if int(keys[at]) not in self._known]
        if fresh:
            self._known.update(keys[fresh].tolist())
            new = Parcels(parcels.order[fresh], parcels.subset[fresh], parcels.node[fresh])
            columns = self._columns(new)
            self._master.add(columns)
            self._parts.append(new)
            self._costs.append(columns.cost)
        return len(fresh)

    @property
    def cost(self) -> Floats:
        """What each column costs, float64[C]."""
        return np.concatenate(self._costs)

    def priced(self) -> tuple[float, Floats, Priced]:
        """Solve the master: its cost, what covering each line costs, what stock and room do."""
        value, duals, self._reduced = self._master.priced()
        stock, room = self._problem.prices
        scarce = self._rows.stock >= 0
        more = np.zeros(len(stock))
        more[scarce] = np.maximum(-duals[self._rows.stock[scarce]], 0)
        room_more = np.maximum(-duals[self._rows.room], 0)
        lines = len(self._problem.questions.sku)
        return value, duals[:lines], Priced(stock + more, room + room_more)

    def parcels(self, chosen: Ints) -> Parcels:
        """Give the parcels of these columns."""
        return Parcels(
            np.concatenate([each.order for each in self._parts])[chosen],
            np.concatenate([each.subset for each in self._parts])[chosen],
            np.concatenate([each.node for each in self._parts])[chosen],
        )

    def whole(self, known: int, bound: float) -> Ints:
        """Choose whole columns: of the likely ones first, then, if that is not close, of all."""
        cost = self.cost
        likely = self._reduced <= LIKELY * cost[:known].mean()
        likely[:known] = True
        found = self._taken(np.flatnonzero(likely), np.arange(known))
        if cost[found].sum() > bound * (1 + ENOUGH) and not likely.all():
            found = self._taken(np.arange(len(cost)), found)
        return found

    def _taken(self, at: Ints, known: Ints) -> Ints:
        start = np.isin(at, known).astype(np.float64)
        columns = self._columns(self.parcels(at))
        return at[master.taken(columns, self._low, self._high, start, GAP)]

    def _columns(self, parcels: Parcels) -> master.Columns:
        problem, count = self._problem, len(parcels.order)
        length = _bits(parcels.subset) * 2 + 1
        start = np.append(0, length.cumsum())
        row, value = np.empty(start[-1], np.int64), np.ones(start[-1])
        cost, filled = np.empty(count), np.empty(count, np.int64)
        answering().fill(
            problem.questions, problem.nodes, problem.stock, problem.prices, parcels,
            self._rows, Out(start, row, value, cost, filled),
        )  # fmt: skip
        used = np.arange(len(row)) - np.repeat(start[:-1], length) < np.repeat(filled, length)
        return master.Columns(cost, np.append(0, filled.cumsum())[:-1], row[used], value[used])


def _ascend(problem: Problem, pool: _Pool, parcel: float) -> None:
    """Raise the prices of what is asked for too often, step by step; what is chosen are columns."""
    prices, stock, room = problem.prices, problem.stock, problem.room
    more, room_more = np.zeros(len(stock.node)), np.zeros((1, len(room)))
    for iteration in range(ASCENT):
        used = _unused(problem)
        _answered(problem, Priced(prices.stock + more, prices.room + room_more), used)
        pool.add(_parcels(problem.questions, used.chosen))
        step = STEP * parcel / (1 + iteration / 8)
        over = (used.stock - stock.units) / np.maximum(np.maximum(used.stock, stock.units), 1)
        room_over = (used.room - room) / np.maximum(np.maximum(used.room, room), 1)
        more = np.maximum(more + step * over, 0)
        room_more = np.maximum(room_more + step * room_over, 0)


def _generate(problem: Problem, pool: _Pool) -> float:
    """Add parcels until none is missing, or they hardly help; gives the best bound proven.

    The bound answers orders whole, the master may answer them in fractions: it can be the higher.
    """
    questions, bound, before = problem.questions, -np.inf, np.inf
    best = np.empty(questions.row[-1])
    who = np.empty(len(best), np.int64)
    for _ in range(ROUNDS_MAX):
        value, cover, prices = pool.priced()
        total = _answered(problem, prices, _unused(problem))
        total -= float((prices.stock - problem.prices.stock) @ problem.stock.units)
        total -= float((prices.room - problem.prices.room)[0] @ problem.room)
        bound = max(bound, total)
        if before - value <= CLOSE * abs(value):
            break
        before = value
        answering().offers(questions, problem.nodes, problem.stock, prices, best, who)
        missing = np.flatnonzero(
            answering().missing(questions.first, questions.row, cover, best, who)
        )
        order = np.searchsorted(questions.row, missing, side="right") - 1
        found = Parcels(order, missing - questions.row[order], who[missing])
        if not len(missing) or not pool.add(found):
            break
    return bound


def _unused(problem: Problem) -> Used:
    return Used(
        np.zeros(len(problem.stock.node)),
        np.zeros((1, len(problem.room))),
        np.empty(len(problem.questions.sku), np.int64),
    )


def _answered(problem: Problem, prices: Priced, used: Used) -> float:
    """Answer each order alone at these prices, every parcel with an extra shipment's."""
    questions, nodes = problem.questions, problem.nodes
    total = float(answering().answer(questions, nodes, problem.stock, prices, used))
    return total + nodes.extra * len(questions.area)


def _parcels(questions: Questions, chosen: Ints) -> Parcels:
    """Put the lines of an order that go to the same node into one parcel; the unserved each."""
    lengths = np.diff(questions.first)
    order = np.repeat(np.arange(len(lengths)), lengths)
    line = np.arange(len(order)) - questions.first[order]
    apart = np.where(chosen < 0, -1 - line, chosen)
    keys = np.stack([order, apart])
    pairs, which = np.unique(keys, axis=1, return_inverse=True)
    subset = np.bincount(which, (1 << line).astype(np.float64)).astype(np.int64)
    return Parcels(pairs[0], subset, np.maximum(pairs[1], -1))


def _bits(subset: Ints) -> Ints:
    return np.bitwise_count(subset).astype(np.int64)
