"""One pass over a batch of orders times all nodes: each order's cheapest single node.

What the pass foresees from the stock at the batch's beginning stays right for an order as long as
the nodes it names still have the units and the room: taking from others only shrinks the choice.
`Survey.answer` checks just that at the order's turn, looks again if it must, and gives None where
the order has to be decided on its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import NO_COST, Compiled
from entrepot.network.model import ZONE_MAX, Method
from entrepot.sourcing.cost import Bools, Ints, cheapest_two, split_bound
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.model import Ask, NoPlan, Plan, Shipment, Stock, Want, WhyNoPlan
from entrepot.sourcing.withhold import Keep, Noted, Withheld
from entrepot.terms.ids import Sku

_ZONES: Final = ZONE_MAX + 1
_Need = tuple[int, int, Ints | None]
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

    `row` numbers the skus; `free` is int64[S, N], `total` and `owed` are per row the market's units
    and those owed. `seen` stays as it was at the beginning. `withheld` says who may not take what;
    `noted` is per decision what it had to leave of each want, where that is more than a buffer.
    """

    def __init__(self, asks: Iterable[Ask], stock: Stock, compiled: Compiled) -> None:
        asks = list(asks)
        skus = dict.fromkeys(want.sku for ask in asks for want in ask.wants)
        self.row: dict[Sku, int] = {sku: row for row, sku in enumerate(skus)}
        self.free: Ints = np.zeros((len(skus), len(compiled.network.nodes)), np.int64)
        self.seen = _seen(skus, stock)
        rows = np.repeat(np.arange(len(skus)), self.seen.counts)
        self.free[rows, self.seen.nodes] = self.seen.units
        self.total: list[int] = self.free.sum(axis=1).tolist()
        self.owed = self.seen.owed
        self.touched: set[int] = set()
        self.withheld = Withheld(asks, stock, compiled)
        self.noted: list[tuple[Noted, ...]] = []

    def of(self, ask: Ask) -> Ints:
        """Give int64[L, N], what is free of each want now."""
        return self.free[[self.row[want.sku] for want in ask.wants]]

    def allowed(self, ask: Ask) -> tuple[int | None, ...]:
        """Give per want the most one order may have, where units are owed to others."""
        rows = [self.row[want.sku] for want in ask.wants]
        return tuple(max(self.total[r] - self.owed[r], 0) if self.owed[r] else None for r in rows)

    def keeps(self, ask: Ask) -> tuple[Keep, ...]:
        """Give per want what the ask must leave at each node now."""
        return tuple(self.withheld.of(ask))

    def note(self, ask: Ask) -> None:
        """Remember what the next decision had to leave."""
        if not self.withheld.plain:
            self.noted.append(self.withheld.note(ask))

    def take(self, node: int, items: Iterable[tuple[Sku, int]], ask: Ask) -> None:
        """Take units off a node's shelves, for who asked."""
        for sku, units in items:
            if not self.withheld.plain:
                self.withheld.take(ask, node, sku, units)
            row = self.row[sku]
            self.free[row, node] -= units
            self.total[row] -= units
            self.touched.add(row)


def _seen(skus: Iterable[Sku], stock: Stock) -> Seen:
    found = [stock.free.get(sku, _NOWHERE) for sku in skus]
    nodes = np.concatenate([_NOWHERE[0], *(nodes for nodes, _ in found)])
    units = np.concatenate([_NOWHERE[1], *(units for _, units in found)]).astype(np.int64)
    np.maximum(units, 0, out=units)
    owed = [max(stock.owed.get(sku, 0), 0) for sku in skus] if stock.owed else [0] * len(found)
    return Seen([len(nodes) for nodes, _ in found], nodes, units, owed)


class _Questions:
    """The orders of the pass, laid out: lines flat, `starts` saying where each order's begin."""

    def __init__(self, asks: Sequence[Ask], shelves: Shelves, compiled: Compiled) -> None:
        buffers = {channel: compiled.buffer(channel) for channel in {a.channel for a in asks}}
        self.asks = asks
        self.needs: list[list[_Need]] = []  # per order and line: (row, units + buffer, what stays)
        weights: list[tuple[int, int, int, int]] = []  # whole, heaviest, lightest line; units
        withheld, row = shelves.withheld, shelves.row
        for ask in asks:
            if withheld.plain:
                buffer = buffers[ask.channel]
                self.needs.append([(row[w.sku], w.quantity + buffer, None) for w in ask.wants])
            else:
                keeps = withheld.of(ask)
                self.needs.append([_need(w, row, k) for w, k in zip(ask.wants, keeps, strict=True)])
            grams = [w.quantity * w.weight_g for w in ask.wants]
            units = sum([w.quantity for w in ask.wants])
            weights.append((sum(grams), max(grams), min(grams), units))
        flat = [line for lines in self.needs for line in lines]
        lengths = np.array([len(lines) for lines in self.needs], np.int64)
        self.rows = np.array([line[0] for line in flat], np.int64)
        self.need = np.array([line[1] for line in flat], np.int64)
        self.quantity = np.array([w.quantity for ask in asks for w in ask.wants], np.int64)
        self._stays = None if withheld.plain else _patterns([line[2] for line in flat])
        self.order = np.repeat(np.arange(len(asks)), lengths)
        self.starts = np.cumsum(lengths) - lengths
        self.weights: Ints = np.array(weights, np.int64)[:, :3].T
        self.units: Ints = np.array(weights, np.int64)[:, 3]
        # One line at a node that has it all, and one store that was chosen, cannot be split.
        self.whole = (lengths == 1) | np.array([a.method is not Method.SHIP for a in asks])

    def takable(self, free: Ints) -> Ints:
        """Give int64[L, N] of all lines: what is free of `free` less what must stay there.

        Where the same stays at every node that is left to `need`, which has it added.
        """
        takable: Ints = free[self.rows]
        if self._stays is not None:
            patterns, which = self._stays
            takable -= patterns[which]
        return takable


def _patterns(stays: Sequence[Ints | None]) -> tuple[Ints, list[int]] | None:
    """Give the different arrays among these after a row of nothing, int64[P, N], and who has which.

    None where there are none. Most lines share the few that their rules make.
    """
    rows: dict[int, int] = {}
    found: list[Ints] = []
    which = []
    for each in stays:
        if each is None:
            which.append(0)
            continue
        if id(each) not in rows:
            found.append(each)
            rows[id(each)] = len(found)
        which.append(rows[id(each)])
    return (np.array([np.zeros_like(found[0]), *found]), which) if found else None


def _need(want: Want, row: Mapping[Sku, int], keep: Keep) -> _Need:
    if isinstance(keep, int):
        return row[want.sku], want.quantity + keep, None
    return row[want.sku], want.quantity, keep


class _Tariffs:
    """Prices of parcels by zone: int64[A, zones] for all, the heaviest and the lightest line.

    A customer who collects pays no lane: all zeros, lane -1.
    """

    def __init__(self, questions: _Questions, compiled: Compiled) -> None:
        count = len(questions.asks)
        self.cost: Ints = np.zeros((3, count, _ZONES), np.int64)
        self.lane: npt.NDArray[np.int32] = np.full((count, _ZONES), -1, np.int32)
        by_service: dict[str, list[int]] = {}
        for at, ask in enumerate(questions.asks):
            if ask.method is Method.SHIP:
                by_service.setdefault(ask.service, []).append(at)
        for service, members in by_service.items():
            cost, lane = compiled.lane_costs(service, questions.weights[:, members].ravel())
            self.cost[:, members] = cost.reshape(3, len(members), _ZONES)
            self.lane[members] = lane[: len(members)]
        self.whole = self.cost[0]


class Survey:
    """What one pass foresaw for each order of a batch; see `answer`."""

    def __init__(self, asks: Sequence[Ask], shelves: Shelves, standing: Standing) -> None:
        quick = [at for at, ask in enumerate(asks) if _quick(ask, standing)]
        self._at = dict(zip(quick, range(len(quick)), strict=True))
        self._shelves, self._standing = shelves, standing
        self._compiled = standing.compiled
        if quick:
            self._look([asks[at] for at in quick])

    def answer(self, at: int) -> Plan | NoPlan | None:
        """Answer the order at this place of the batch as of now; None: decide it on its own."""
        a = self._at.get(at)
        if a is None:
            return None
        short = self._short.get(a)
        if short is not None:
            return self._refusal(a, short)
        if self._first[a] < 0 or self._owing(a):
            return None
        if self._stands(a, self._first[a]) and self._stands(a, self._second[a]):
            return self._plan(a, self._first[a], self._price[a], self._runner_up[a])
        return self._again(a)

    def _look(self, asks: Sequence[Ask]) -> None:
        shelves, compiled = self._shelves, self._compiled
        self._questions = questions = _Questions(asks, shelves, compiled)
        self._tariffs = tariffs = _Tariffs(questions, compiled)
        self._zones = zones = _zones(asks, compiled)
        orders = np.arange(len(asks))
        at_zone = zones + (orders * _ZONES)[:, None]
        ship = tariffs.whole.ravel()[at_zone]
        base = _able(asks, self._standing) & (ship < NO_COST)
        self._base_price = ship + questions.units[:, None] * compiled.handling
        self._base_price[~base] = NO_COST
        self._units = questions.takable(shelves.free)
        enough = self._units >= questions.need[:, None]
        fits = np.logical_and.reduceat(enough, questions.starts)
        price = np.where(fits & ~self._standing.full_for(asks), self._base_price, NO_COST)
        first = price.argmin(axis=1)
        least = price[orders, first]
        price[orders, first] = NO_COST
        second = price.argmin(axis=1)
        next_least = price[orders, second]
        possible = least < NO_COST
        self._bound = self._bounds(least, base)
        self._first = np.where(possible & (least <= self._bound), first, -1).tolist()
        self._price = least.tolist()
        self._second = np.where(next_least < NO_COST, second, -1).tolist()
        self._runner_up = next_least.tolist()
        self._short = self._shortages(np.flatnonzero(~possible & base.any(axis=1)), base)

    def _bounds(self, least: Ints, base: Bools) -> Ints:
        """Give int64[A], what any split costs at least.

        First over all zones; where that proves nothing, over the nodes that may ship and can fill
        a line.
        """
        questions, costs = self._questions, self._compiled.network.costs
        handling = self._compiled.handling
        heaviest, lightest = self._tariffs.cost[1:, :, 1:].min(axis=2)
        handled = questions.units * handling.min()
        bound: Ints = split_bound(heaviest, lightest, handled, costs.extra_shipment)
        bound[questions.whole] = NO_COST
        for a in np.flatnonzero((least > bound) & (least < NO_COST)).tolist():
            lines = slice(questions.starts[a], questions.starts[a] + len(questions.needs[a]))
            enough = self._units[lines] >= questions.need[lines, None]
            nodes = base[a] & enough.any(axis=0)
            ends = self._tariffs.cost[1:, a, self._zones[a, nodes]].min(axis=-1)
            handled_here = int(questions.units[a] * handling[nodes].min())
            bound[a] = split_bound(int(ends[0]), int(ends[1]), handled_here, costs.extra_shipment)
        return bound

    def _shortages(self, orders: Ints, base: Bools) -> dict[int, list[int]]:
        """Give, for those of the orders that are short of something, the units there per line."""
        questions = self._questions
        lines = np.flatnonzero(np.isin(questions.order, orders))
        order = questions.order[lines]
        wanted = questions.quantity[lines]
        units = self._units[lines] - (questions.need[lines] - wanted)[:, None]
        there = np.where(base[order], np.maximum(units, 0), 0).sum(axis=1)
        short = dict.fromkeys(order[there < wanted].tolist())
        found: dict[int, list[int]] = {a: [] for a in short}
        for a, has in zip(order.tolist(), there.tolist(), strict=True):
            if a in found:
                found[a].append(has)
        return found

    def _refusal(self, a: int, there: list[int]) -> NoPlan | None:
        missing = []
        lines = zip(self._questions.asks[a].wants, self._questions.needs[a], there, strict=True)
        for want, (row, _, _), units in lines:
            if units and (row in self._shelves.touched or self._shelves.owed[row]):
                return None
            if units < want.quantity:
                missing.append((want.sku, want.quantity - units))
        return NoPlan(WhyNoPlan.SHORT, tuple(missing))

    def _owing(self, a: int) -> bool:
        """Say whether an order wants a sku of which units are owed to others."""
        return any(self._shelves.owed[row] for row, _, _ in self._questions.needs[a])

    def _stands(self, a: int, node: int) -> bool:
        """Say whether a node (-1: none) can still do what the pass saw it could."""
        if node < 0:
            return True
        if node in self._standing.filled:
            return False
        touched, free = self._shelves.touched, self._shelves.free
        for row, need, stays in self._questions.needs[a]:
            if row in touched:
                kept = 0 if stays is None else stays[node]
                if free[row, node] < need + kept:
                    return False
        return True

    def _again(self, a: int) -> Plan | None:
        """Look again at one order, among what is left."""
        price = self._base_price[a].copy()
        price[self._standing.full_of(self._questions.asks[a].method)] = NO_COST
        for row, need, stays in self._questions.needs[a]:
            least = need if stays is None else need + stays
            price[self._shelves.free[row] < least] = NO_COST
        first, _, runner_up = cheapest_two(price)
        cost = int(price[first])
        if cost >= NO_COST or cost > self._bound[a]:
            return None
        return self._plan(a, first, cost, NO_COST if runner_up is None else runner_up)

    def _plan(self, a: int, node: int, cost: int, runner_up: int) -> Plan:
        compiled, questions = self._compiled, self._questions
        zone = self._zones[a, node]
        shipping = int(self._tariffs.whole[a, zone])
        lane = int(self._tariffs.lane[a, zone])
        shipment = Shipment(
            compiled.network.nodes[node].node_id,
            compiled.lane(lane).lane_id if lane >= 0 else None,
            tuple([(want.sku, want.quantity) for want in questions.asks[a].wants]),
            int(questions.weights[0, a]),
            shipping,
            cost - shipping,
        )
        return Plan((shipment,), cost, 0, None if runner_up >= NO_COST else runner_up)


def _quick(ask: Ask, standing: Standing) -> bool:
    """Say whether the pass can look at an ask; the rest is decided alone.

    That is what was barred somewhere, comes out of a cart, or is malformed.
    """
    able = standing.able(ask.channel, ask.method)
    if ask.barred or ask.own or not ask.wants or able is None or not len(able):
        return False
    if ask.method is Method.SHIP:
        return ask.destination is not None
    return ask.pickup_node in standing.compiled.index


def _zones(asks: Sequence[Ask], compiled: Compiled) -> npt.NDArray[np.uint8]:
    """Give uint8[A, N], each order's zones; zeros for a customer who collects."""
    sent = [ask.method is Method.SHIP for ask in asks]
    places = [ask.destination for ask in asks if ask.method is Method.SHIP and ask.destination]
    found = iter(compiled.zones_of(places))
    nowhere = np.zeros(len(compiled.network.nodes), np.uint8)
    rows = [next(found) if ships else nowhere for ships in sent]
    return np.concatenate(rows).reshape(len(asks), len(nowhere))


def _able(asks: Sequence[Ask], standing: Standing) -> Bools:
    """Give bool[A, N], who may work for each order; only the chosen store where there is one."""
    views: dict[tuple[object, object], int] = {}
    which = [views.setdefault((ask.channel, ask.method), len(views)) for ask in asks]
    first = [which.index(view) for view in range(len(views))]
    masks = np.array([standing.able(asks[at].channel, asks[at].method) for at in first], np.bool_)
    able: Bools = masks[which]
    for at, ask in enumerate(asks):
        if ask.method is not Method.SHIP and ask.pickup_node is not None:
            node = standing.compiled.index[ask.pickup_node]
            chosen = able[at, node]
            able[at] = False
            able[at, node] = chosen
    return able
