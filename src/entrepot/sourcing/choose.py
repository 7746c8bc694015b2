"""One order's choice: is there enough, what must be broken up, and which nodes ship what.

The steps are those of `docs/algorithms/sourcing.md`: one node if a bound proves that no split can
be cheaper; else the exact partition of up to `EXACT_LINES_MAX` items; else the greedy gathering.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from entrepot.network.compiled import NO_COST
from entrepot.sourcing.cost import (
    Bools,
    Freight,
    Ints,
    Pricing,
    cheapest_two,
    full_nodes,
    reported,
    split_bound,
    worth_of,
)
from entrepot.sourcing.gather import Gathering, gather
from entrepot.sourcing.model import (
    EXACT_LINES_MAX,
    Ask,
    NoPlan,
    Plan,
    Shipment,
    WhyNoPlan,
    refused,
)
from entrepot.sourcing.partition import partition
from entrepot.terms.ids import Sku

CHANGES_MAX: Final = 8
"""How often a plan of broken wants may be changed for one that breaks them more cheaply."""


@dataclass(frozen=True, slots=True)
class View:
    """All that the choice depends on.

    `free` is int64[L, N], the units each node may supply of each want (0 where it may not); `full`
    is bool[N]; `allowed` is per want the most that may be had in all, the rest being owed to
    others (None: no limit). `rating` is int64[N], what the rules say of the nodes (None: nothing).
    """

    ask: Ask
    pricing: Pricing
    free: Ints
    full: Bools
    allowed: tuple[int | None, ...]
    rating: Ints | None = None

    @property
    def freight(self) -> Freight:
        """How the nodes send."""
        return self.pricing.freight

    @property
    def shipments_max(self) -> int | None:
        """The most shipments that the rules let a plan have."""
        return self.ask.guide.shipments_max if self.ask.guide else None

    def without(self, node: int) -> "View":
        """Give the same view where one node has nothing."""
        free = self.free.copy()
        free[:, node] = 0
        return replace(self, free=free)


@dataclass(frozen=True, slots=True)
class Piece:
    """Units of a want that travel together; `node` is where the breaking up found them."""

    line: int
    quantity: int
    node: int | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    """Units per line, per node, and their price: the plan's cost and, per full node, its price.

    `broken` are the lines that were broken, because no single node could fill them.
    """

    loads: dict[int, dict[int, int]]
    price: int
    broken: frozenset[int] = frozenset()
    exact: bool = True
    runner_up: int | None = None
    bound: int | None = None


def choose(view: View) -> Plan | NoPlan:
    """Choose the cheapest plan, or say how many units of each want are missing."""
    missing = short_of(view)
    if missing:
        return NoPlan(WhyNoPlan.SHORT, missing)
    choice = _cheapest(view)
    if choice is None:
        detail = f"no plan of {view.shipments_max} shipments or fewer"
        return refused(view.ask, WhyNoPlan.FENCED, detail)
    for _ in range(CHANGES_MAX):
        rival = _rival(view, choice)
        if rival is None or rival.price >= choice.price:
            break
        choice = rival
    else:
        rival = None
    if len(choice.loads) > 1:
        choice = replace(choice, runner_up=reported(rival.price) if rival else None)
    return _plan(view, choice)


def _rival(view: View, choice: _Choice) -> _Choice | None:
    """Find the cheapest exact choice that does without one of a split's nodes.

    It breaks no want that was whole and needs no more full nodes; None where there is none. It can
    be the cheaper one only if a want was broken: without a node it is broken otherwise.
    """
    if len(choice.loads) == 1 or not choice.exact:
        return None
    others = [view.without(node) for node in sorted(choice.loads)]
    rivals = [_cheapest(other) for other in others if not short_of(other)]
    full = full_nodes(choice.price)
    able = [
        rival
        for rival in rivals
        if rival is not None
        and rival.exact
        and rival.broken <= choice.broken
        and full_nodes(rival.price) <= full
    ]
    return min(able, key=lambda rival: rival.price, default=None)


def short_of(view: View) -> tuple[tuple[Sku, int], ...]:
    """Say per sku how many units cannot be had; empty when all can."""
    missing = []
    there = view.free.sum(axis=1).tolist()
    for want, units, allowed in zip(view.ask.wants, there, view.allowed, strict=True):
        had = units if allowed is None else min(units, allowed)
        if had < want.quantity:
            missing.append((want.sku, want.quantity - had))
    return tuple(missing)


def in_pieces(view: View) -> tuple[Piece, ...]:
    """Break each want that no single node can fill into the fewest pieces, largest first.

    Nodes without room lend a piece only where the others have not enough, and then as few of them
    as possible. Ties go to the node from where one unit is cheaper to send, then to the lower id.
    """
    spare = np.where(view.full, 0, view.free)
    pieces: list[Piece] = []
    for line, want in enumerate(view.ask.wants):
        rich = spare if spare[line].sum() >= want.quantity else view.free
        if rich[line].max() >= want.quantity:
            pieces.append(Piece(line, want.quantity))
        else:
            pieces += _broken(view, line, spare[line], rich[line])
    return tuple(pieces)


def _broken(view: View, line: int, spare: Ints, rich: Ints) -> list[Piece]:
    want = view.ask.wants[line]
    nodes = np.flatnonzero(rich)
    units, lent = rich[nodes], (rich - spare)[nodes]
    one = np.array([want.weight_g]), np.array([want.volume_cm3])
    price = view.freight.shipping(*one, nodes)[0]
    order = np.lexsort((nodes, price, -units))
    lenders = order[lent[order] > 0]
    owing = want.quantity - int(spare.sum())
    needed = int(np.searchsorted(np.cumsum(lent[lenders]), owing)) + 1 if owing > 0 else 0
    sources = [*lenders[:needed], *order[lent[order] == 0]]
    pieces, left = [], want.quantity
    for at in sources:
        quantity = min(int(units[at]), left)
        if quantity:
            pieces.append(Piece(line, quantity, int(nodes[at])))
            left -= quantity
    return pieces


def _cheapest(view: View) -> _Choice | None:
    wants = view.ask.wants
    crowded = bool((np.where(view.full, 0, view.free).sum(axis=1) < _quantities(view)).any())
    if not crowded:
        view = replace(view, free=np.where(view.full, 0, view.free))
    choice, proven = _alone(view)
    if choice is not None and proven and not crowded:
        return choice
    pieces = in_pieces(view)
    if choice is not None and proven and len(pieces) == len(wants):
        return choice
    if len(pieces) <= EXACT_LINES_MAX:
        shared = _partitioned(view, pieces)
        alone = choice is not None and shared is not None and len(shared.loads) == 1
        return choice if alone else shared
    gathered = _gathered(view, pieces)
    most = view.shipments_max
    return choice if most is not None and len(gathered.loads) > most else gathered


def _gathered(view: View, pieces: tuple[Piece, ...]) -> _Choice:
    whole = [(piece.line, piece.quantity) for piece in pieces if piece.node is None]
    pinned = [(p.line, p.quantity, p.node) for p in pieces if p.node is not None]
    extra = view.freight.compiled.network.costs.extra_shipment
    found = gather(Gathering(view.pricing, view.free, extra), whole, pinned)
    return _Choice(found.loads, found.price, exact=False, bound=found.bound)


def _quantities(view: View) -> Ints:
    return np.array([want.quantity for want in view.ask.wants], np.int64)


def _alone(view: View) -> tuple[_Choice | None, bool]:
    """Find the one node that does all at the least cost, and whether no split can be cheaper."""
    quantities = _quantities(view)
    fills = view.free >= quantities[:, None]
    nodes = np.flatnonzero(fills.all(axis=0))
    if not len(nodes):
        return None, False
    price = view.pricing.prices(quantities[None], nodes)[0]
    first, _, second = cheapest_two(price)
    loads = {int(nodes[first]): dict(enumerate(quantities.tolist()))}
    runner_up = None if second is None else reported(second)
    choice = _Choice(loads, int(price[first]), runner_up=runner_up)
    if len(quantities) == 1:
        return choice, True
    able = np.flatnonzero(fills.any(axis=0))
    return choice, reported(choice.price) <= _split_bound(view, quantities, able)


def _split_bound(view: View, quantities: Ints, able: Ints) -> int:
    """Bound every split over these nodes from below; each may be rated below zero."""
    pricing, costs = view.pricing, view.freight.compiled.network.costs
    weights = quantities * pricing.weights_g
    ends = np.array([weights.max(), weights.min()])
    sent = view.freight.shipping(ends, np.zeros(2, np.int64), able).min(axis=1)
    handled = int(quantities.sum() * view.freight.compiled.handling[able].min())
    bound = split_bound(int(sent[0]), int(sent[1]), handled, costs.extra_shipment)
    return bound + len(quantities) * min(int(pricing.beside[able].min()), 0)


def _partitioned(view: View, pieces: tuple[Piece, ...]) -> _Choice | None:
    """Share the pieces exactly: a mask fits a node that can fill its units of every want.

    None where the rules let a plan have fewer shipments than it takes.
    """
    wants, count = view.ask.wants, len(pieces)
    bits = np.arange(1 << count)[:, None] >> np.arange(count) & 1
    asked = np.zeros((1 << count, len(wants)), np.int64)
    for at, piece in enumerate(pieces):
        asked[:, piece.line] += bits[:, at] * piece.quantity
    least = np.array(
        [min(p.quantity for p in pieces if p.line == line) for line in range(len(wants))]
    )
    nodes = np.flatnonzero((view.free >= least[:, None]).any(axis=0))
    fits = np.ones((1 << count, len(nodes)), np.bool_)
    for line in range(len(wants)):
        fits &= asked[:, line, None] <= view.free[line, nodes]
    prices = view.pricing.prices(asked, nodes)
    prices[~fits] = NO_COST
    extra = view.freight.compiled.network.costs.extra_shipment
    blocks = partition(prices, extra, view.shipments_max)
    if not blocks:
        return None
    loads = {
        int(nodes[column]): {line: n for line, n in enumerate(asked[mask].tolist()) if n}
        for column, mask in blocks
    }
    price = sum(int(prices[mask, column]) for column, mask in blocks) + extra * (len(blocks) - 1)
    broken = frozenset(piece.line for piece in pieces if piece.node is not None)
    return _Choice(loads, price, broken)


def _plan(view: View, choice: _Choice) -> Plan:
    network = view.freight.compiled.network
    shipments = tuple(shipment_of(view, node, choice.loads[node]) for node in sorted(choice.loads))
    extra = network.costs.extra_shipment * (len(shipments) - 1)
    return Plan(
        shipments=shipments,
        cost=sum(s.shipping + s.handling for s in shipments) + extra,
        extra=extra,
        runner_up=choice.runner_up,
        exact=choice.exact,
        overflow=any(bool(view.full[node]) for node in choice.loads),
        bound=choice.bound,
    )


def shipment_of(view: View, node: int, load: dict[int, int]) -> Shipment:
    """Say what a node is to do with units per line: by which lane, at what cost, and why there."""
    wants, compiled, pricing = view.ask.wants, view.freight.compiled, view.pricing
    weight = sum(wants[line].weight_g * units for line, units in load.items())
    volume = sum(wants[line].volume_cm3 * units for line, units in load.items())
    way = view.freight.way(weight, volume, node)
    rating = 0 if view.rating is None else int(view.rating[node])
    shadow = 0 if pricing.room is None else int(pricing.room[node])
    if pricing.worth is not None:
        lines, units = np.array(list(load)), np.array(list(load.values()))
        shadow += int(worth_of(pricing.worth[lines, node], units).sum())
    return Shipment(
        node_id=compiled.network.nodes[node].node_id,
        lane_id=way.lane_id,
        items=tuple((wants[line].sku, load[line]) for line in sorted(load)),
        weight_g=weight,
        shipping=way.shipping,
        handling=int(compiled.handling[node]) * sum(load.values()) + int(compiled.making_up[node]),
        late=way.late,
        rating=rating,
        shadow=shadow,
    )
