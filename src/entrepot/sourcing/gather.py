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
from entrepot.sourcing.cost import Ints, Pricing

PASSES_MAX: Final = 3
"""Rounds of improvement; a further one has little left to find and costs as much as the first."""

Whole = tuple[int, int]
"""(line, quantity): units of a want that one node is to supply."""

Pinned = tuple[int, int, int]
"""(line, quantity, node): units of a broken want, and where they were found."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """What greed works on.

    `free` is int64[L, N]; `extra` is the price of every shipment after the first.
    """

    pricing: Pricing
    free: Ints
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

    def units(self, nodes: Ints) -> Ints:
        """Give int64[n, L], what the nodes carry."""
        found = np.zeros((len(nodes), len(self.problem.free)), np.int64)
        for at, node in enumerate(nodes.tolist()):
            for line, units in self.at.get(node, {}).items():
                found[at, line] = units
        return found

    def marginal(self, nodes: Ints, added: Ints) -> Ints:
        """Give int64[n], what it adds to load the k-th of int64[n, L] units on the k-th node."""
        pricing, before = self.problem.pricing, self.units(nodes)
        opened = before.any(axis=1)
        more = pricing.each(before + added, nodes) - pricing.each(before, nodes)
        return more + np.where(opened, 0, self.problem.extra if self.at else 0)

    def total(self) -> int:
        nodes = np.array(sorted(self.at), np.int64)
        price = self.problem.pricing.each(self.units(nodes), nodes)
        return int(price.sum()) + self.problem.extra * (len(nodes) - 1)


def _cover(loads: _Loads, whole: list[Whole]) -> None:
    problem, left = loads.problem, list(whole)
    while left:
        lines = np.array([line for line, _ in left], np.int64)
        quantities = np.array([quantity for _, quantity in left], np.int64)
        fills = problem.free[lines] >= quantities[:, None]
        nodes = np.flatnonzero(fills.any(axis=0))
        added = np.zeros((len(nodes), len(problem.free)), np.int64)
        added[:, lines] = (fills[:, nodes] * quantities[:, None]).T
        price = loads.marginal(nodes, added)
        best = _least_ratio(price.tolist(), added.sum(axis=1).tolist())
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
    added = np.zeros((len(homes), len(loads.problem.free)), np.int64)
    added[:, line] = quantity
    price = loads.marginal(homes, added)
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
    load = np.zeros((1, len(problem.free)), np.int64)
    load[0, lines] = quantities
    price = problem.pricing.prices(load, nodes)[0]
    alone = _Loads(problem)
    for line, quantity in whole:
        alone.put(line, quantity, int(nodes[int(price.argmin())]))
    return alone


def _bound(problem: Gathering, whole: list[Whole], pinned: list[Pinned]) -> int:
    """Bound every plan's cost from below, in minor units.

    Each unit is handled at least at the cheapest node that holds any of its sku, and the dearest
    item to send must be in some shipment (of a broken want, one unit: no more is sure). Nodes that
    are rated below zero may each take that off.
    """
    items = [(line, quantity, quantity) for line, quantity in whole]
    items += [(line, quantity, 1) for line, quantity, _ in pinned]
    pricing = problem.pricing
    handled, sent = 0, 0
    for line, quantity, together in items:
        nodes = np.flatnonzero(problem.free[line])
        handled += quantity * int(pricing.freight.compiled.handling[nodes].min())
        weight, volume = (
            together * pricing.weights_g[[line]],
            together * pricing.volumes_cm3[[line]],
        )
        sent = max(sent, int(pricing.freight.shipping(weight, volume, nodes).min(initial=NO_COST)))
    return handled + sent + len(items) * min(int(pricing.beside.min()), 0)
