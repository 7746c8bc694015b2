"""The greedy way, for orders of more items than the exact way takes.

The node that covers the open items at the least cost per unit is taken, again and again
(Chvatal's rule for weighted set cover); then shipments are dropped and items moved while that
saves money; then the best single node is taken if it is no dearer. The answer comes with a lower
bound on every plan's cost, so that what greed may have lost is known.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from entrepot.network.compiled import NO_COST
from entrepot.sourcing.cost import FULL_NODE_PRICE, Bools, Freight, Ints

PASSES_MAX: Final = 3
"""Rounds of improvement; a further one has little left to find and costs as much as the first."""

Whole = tuple[int, int]
"""(line, quantity): units of a want that one node is to supply."""

Pinned = tuple[int, int, int]
"""(line, quantity, node): units of a broken want, and where they were found."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """What greed works on.

    `free` is int64[L, N], `full` bool[N], `weights_g` per unit of each line; `extra` is the price
    of every shipment after the first.
    """

    freight: Freight
    free: Ints
    full: Bools
    weights_g: tuple[int, ...]
    extra: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """Units per line, per node, and their price; `bound` is below or at every plan's cost."""

    loads: dict[int, dict[int, int]]
    price: int
    bound: int


def gather(problem: Gathering, whole: list[Whole], pinned: list[Pinned]) -> Gathered:
    """Share whole items among nodes; pinned ones stay where they were found.

    Every whole item must have a node that can fill it. The same arguments give the same answer.
    """
    loads = _Loads(problem)
    for line, quantity, node in pinned:
        loads.put(line, quantity, node)
    fixed = frozenset(node for _, _, node in pinned)
    _cover(loads, whole)
    for _ in range(PASSES_MAX):
        dropped = [_drop(loads, node) for node in sorted(set(loads.at) - fixed)]
        moved = [_move(loads, line, quantity) for line, quantity in whole]
        if not any(dropped) and not any(moved):
            break
    bound = _bound(problem, whole, pinned)
    single = None if pinned else _single(problem, whole)
    if single is not None and single.total() <= loads.total():
        return Gathered(single.at, single.total(), bound)
    return Gathered(loads.at, loads.total(), bound)


@dataclass(slots=True)
class _Loads:
    """Who carries what so far: units per line, per node."""

    problem: Gathering
    at: dict[int, dict[int, int]] = field(default_factory=dict)

    def put(self, line: int, quantity: int, node: int) -> None:
        self.at.setdefault(node, {})
        self.at[node][line] = self.at[node].get(line, 0) + quantity

    def take(self, line: int, node: int) -> None:
        del self.at[node][line]
        if not self.at[node]:
            del self.at[node]

    def weight(self, node: int) -> int:
        load = self.at.get(node, {})
        return sum(self.problem.weights_g[line] * units for line, units in load.items())

    def marginal(self, nodes: Ints, weights_g: Ints, units: Ints) -> Ints:
        """Give int64[n], what it adds to load the k-th weight and units on the k-th node."""
        problem = self.problem
        before = np.array([self.weight(int(node)) for node in nodes], np.int64)
        opened = np.array([int(node) in self.at for node in nodes], np.bool_)
        added = problem.freight.shipping_each(before + weights_g, nodes)
        added = added - np.where(opened, problem.freight.shipping_each(before, nodes), 0)
        added += units * problem.freight.compiled.handling[nodes]
        price = np.where(problem.full[nodes], FULL_NODE_PRICE, 0)
        price += problem.extra if self.at else 0
        return added + np.where(opened, 0, price)

    def total(self) -> int:
        nodes = np.array(sorted(self.at), np.int64)
        weights = np.array([self.weight(int(node)) for node in nodes], np.int64)
        units = np.array([sum(self.at[int(node)].values()) for node in nodes], np.int64)
        problem = self.problem
        cost = problem.freight.shipping_each(weights, nodes)
        cost = cost + units * problem.freight.compiled.handling[nodes]
        cost += np.where(problem.full[nodes], FULL_NODE_PRICE, 0)
        return int(cost.sum()) + problem.extra * (len(nodes) - 1)


def _cover(loads: _Loads, whole: list[Whole]) -> None:
    problem, left = loads.problem, list(whole)
    while left:
        lines = np.array([line for line, _ in left], np.int64)
        quantities = np.array([quantity for _, quantity in left], np.int64)
        fills = problem.free[lines] >= quantities[:, None]
        nodes = np.flatnonzero(fills.any(axis=0))
        units = quantities @ fills[:, nodes]
        grams = quantities * np.array([problem.weights_g[line] for line, _ in left], np.int64)
        price = loads.marginal(nodes, grams @ fills[:, nodes], units)
        best = _least_ratio(price.tolist(), units.tolist())
        node = int(nodes[best])
        for line, quantity in left:
            if problem.free[line, node] >= quantity:
                loads.put(line, quantity, node)
        left = [item for item in left if problem.free[item[0], node] < item[1]]


def _least_ratio(prices: list[int], units: list[int]) -> int:
    """Find the least price per unit without dividing; the first of equals."""
    best = 0
    for at in range(1, len(prices)):
        if prices[at] * units[best] < prices[best] * units[at]:
            best = at
    return best


def _homes(loads: _Loads, line: int, quantity: int, *, but: int) -> Ints:
    """List the nodes already shipping, but one, that can also fill an item."""
    free = loads.problem.free[line]
    return np.array([n for n in sorted(loads.at) if n != but and free[n] >= quantity], np.int64)


def _settle(loads: _Loads, line: int, quantity: int, homes: Ints) -> None:
    grams = np.full(len(homes), loads.problem.weights_g[line] * quantity)
    price = loads.marginal(homes, grams, np.full(len(homes), quantity))
    loads.put(line, quantity, int(homes[int(price.argmin())]))


def _drop(loads: _Loads, node: int) -> bool:
    """Carry a node's items from the other nodes if all can go there and that saves."""
    tried = _Loads(loads.problem, {n: dict(load) for n, load in loads.at.items()})
    for line, quantity in sorted(loads.at.get(node, {}).items()):
        homes = _homes(tried, line, quantity, but=node)
        if not len(homes):
            return False
        tried.take(line, node)
        _settle(tried, line, quantity, homes)
    return _improved(loads, tried)


def _move(loads: _Loads, line: int, quantity: int) -> bool:
    """Carry one item from another of the shipping nodes if that saves."""
    node = next(n for n, load in loads.at.items() if line in load)
    homes = _homes(loads, line, quantity, but=node)
    if not len(homes):
        return False
    tried = _Loads(loads.problem, {n: dict(load) for n, load in loads.at.items()})
    tried.take(line, node)
    _settle(tried, line, quantity, homes)
    return _improved(loads, tried)


def _improved(loads: _Loads, tried: _Loads) -> bool:
    if tried.total() >= loads.total():
        return False
    loads.at = tried.at
    return True


def _single(problem: Gathering, whole: list[Whole]) -> _Loads | None:
    lines, quantities = (np.array(column, np.int64) for column in zip(*whole, strict=True))
    nodes = np.flatnonzero((problem.free[lines] >= quantities[:, None]).all(axis=0))
    if not len(nodes):
        return None
    grams = quantities * np.array(problem.weights_g, np.int64)[lines]
    units = quantities.sum(keepdims=True)
    price = problem.freight.landed(grams.sum(keepdims=True), units, nodes)[0]
    price += np.where(problem.full[nodes], FULL_NODE_PRICE, 0)
    alone = _Loads(problem)
    for line, quantity in whole:
        alone.put(line, quantity, int(nodes[int(price.argmin())]))
    return alone


def _bound(problem: Gathering, whole: list[Whole], pinned: list[Pinned]) -> int:
    """Bound every plan's cost from below, in minor units.

    Each unit is handled at least at the cheapest node that holds any of its sku, and the dearest
    item to send must be in some shipment (of a broken want, one unit: no more is sure).
    """
    items = [(line, quantity, quantity) for line, quantity in whole]
    items += [(line, quantity, 1) for line, quantity, _ in pinned]
    handled, sent = 0, 0
    for line, quantity, together in items:
        nodes = np.flatnonzero(problem.free[line])
        handled += quantity * int(problem.freight.compiled.handling[nodes].min())
        weight = np.array([problem.weights_g[line] * together], np.int64)
        sent = max(sent, int(problem.freight.shipping(weight, nodes).min(initial=NO_COST)))
    return handled + sent
