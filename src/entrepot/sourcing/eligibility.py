"""Which nodes may supply an order at all, and for each of the others the first reason why not.

Conditions that do not depend on the skus (`Standing`, `eligible`) come first, then per sku those
that do (`usable`). Everything is an array over the network's nodes, in their order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import NO_COST, Compiled, Days
from entrepot.network.model import Method
from entrepot.sourcing.cost import Bools, Freight, Ints
from entrepot.sourcing.model import Ask, Elimination, Guide, NoPlan, WhyNoPlan, refused
from entrepot.sourcing.withhold import Keep
from entrepot.terms.ids import ChannelId

Load = Mapping[tuple[int, int], int]
"""Fulfillment orders already planned, per (node index, work day as an ordinal)."""

ServiceLoad = Mapping[tuple[int, int, Method], int]
"""The same of one method, where a node has a limit of it."""

NO_SERVICES: Final[ServiceLoad] = MappingProxyType({})

NO_LIMIT: Final = 1 << 60
"""The room of a node without a capacity."""


class Standing:
    """How the nodes stand today: who may work for which channel, and how much room each has.

    `rooms` is int64[K, N], the fulfillment orders a node may still take on its work day: of all
    work in row 0, which is `room`, and of a method that some node limits too in its row of `kinds`;
    `fulls` is bool[K, N], where there is none left, and `full` its row 0. They follow every `take`,
    so one standing serves a batch, first come, first served.
    """

    def __init__(
        self, compiled: Compiled, days: Days, load: Load, services: ServiceLoad = NO_SERVICES
    ) -> None:
        self.compiled = compiled
        self.days = days
        own = service_limits_on(compiled, days.work_day)
        self.kinds: dict[Method, int] = {method: kind for kind, method in enumerate(own, start=1)}
        self._limits: Ints = np.array([limits_on(compiled, days.work_day), *own.values()])
        self.rooms: Ints = self._limits.copy()
        self.room: Ints = self.rooms[0]
        for (node, day), used in load.items():
            if days.work_day[node] == day:
                self.room[node] -= used
        for (node, day, method), used in services.items():
            if method in self.kinds and days.work_day[node] == day:
                self.rooms[self.kinds[method], node] -= used
        self.fulls: Bools = (self.rooms <= 0) | (self.room <= 0)
        self.full: Bools = self.fulls[0]
        self._open: Bools = compiled.enabled & (days.work_day >= 0)
        self._able: dict[tuple[ChannelId, Method], Bools | None] = {}
        self._reached: dict[tuple[str, ...], Bools] = {}

    def able(self, channel: ChannelId, method: Method) -> Bools | None:
        """Give bool[N]: enabled, in the channel's view, offers the method, open within 30 days.

        None for a channel that is not known.
        """
        key = (channel, method)
        if key not in self._able:
            seen = self.compiled.channel_mask(channel)
            offers = self.compiled.offers[method]
            if method in self.days.off:
                offers = offers & ~self.days.off[method]
            self._able[key] = None if seen is None else self._open & offers & seen
        return self._able[key]

    def reached(self, services: tuple[str, ...]) -> Bools:
        """Give bool[zones]: the zones that some enabled lane of the services goes to."""
        if services not in self._reached:
            cost, _ = self.compiled.lane_costs(services, [0])
            self._reached[services] = cost[0] < NO_COST
        return self._reached[services]

    def full_of(self, method: Method) -> Bools:
        """Give bool[N]: the nodes without room for one more fulfillment order of a method."""
        full: Bools = self.fulls[self.kinds.get(method, 0)]
        return full

    def usage(self, node: int, method: Method) -> tuple[int, int]:
        """Say how many fulfillment orders of how many a full node has: the limit that is reached.

        Its limit of the day where that is reached, else that of the method.
        """
        kind = self.kinds.get(method, 0) if self.room[node] > 0 else 0
        limit = int(self._limits[kind, node])
        return limit - int(self.rooms[kind, node]), limit

    def take(self, node: int, method: Method) -> None:
        """Count one more fulfillment order of a method at a node."""
        self.room[node] -= 1
        if self.room[node] == 0:
            self.fulls[:, node] = True
        kind = self.kinds.get(method, 0)
        if kind:
            self.rooms[kind, node] -= 1
            if self.rooms[kind, node] == 0:
                self.fulls[kind, node] = True


@lru_cache(maxsize=4)
def capacities(compiled: Compiled) -> Ints:
    """Give int64[N], the fulfillment orders each node takes per day, or NO_LIMIT."""
    nodes = compiled.network.nodes
    limits = [NO_LIMIT if n.capacity_per_day is None else n.capacity_per_day for n in nodes]
    return np.array(limits, np.int64)


def limits_on(compiled: Compiled, work_day: Ints | npt.NDArray[np.int32]) -> Ints:
    """Give int64[N], the fulfillment orders each node takes on its work day, or NO_LIMIT.

    Its capacity, or the cap that operations have put on that very day.
    """
    caps = [(node, cap) for node, cap in compiled.caps if cap.method is None]
    if not caps:
        return capacities(compiled)
    limits = capacities(compiled).copy()
    for node, cap in caps:
        if work_day[node] == cap.day.toordinal():
            limits[node] = cap.limit
    return limits


def service_limits_on(
    compiled: Compiled, work_day: Ints | npt.NDArray[np.int32]
) -> dict[Method, Ints]:
    """Give the same for each method of which some node has a limit."""
    found = service_capacities(compiled)
    caps = [(node, cap, cap.method) for node, cap in compiled.caps if cap.method is not None]
    if not caps:
        return found
    found = {method: limits.copy() for method, limits in found.items()}
    for node, cap, method in caps:
        if work_day[node] == cap.day.toordinal():
            found.setdefault(method, _no_limits(compiled))[node] = cap.limit
    return found


@lru_cache(maxsize=4)
def service_capacities(compiled: Compiled) -> dict[Method, Ints]:
    """Give per method int64[N], its fulfillment orders per day at each node, or NO_LIMIT.

    Only of methods that some node limits.
    """
    found: dict[Method, Ints] = {}
    for at, node in enumerate(compiled.network.nodes):
        for method, limit in node.capacity_per_service:
            found.setdefault(method, _no_limits(compiled))[at] = limit
    return found


def _no_limits(compiled: Compiled) -> Ints:
    return np.full(len(compiled.network.nodes), NO_LIMIT, np.int64)


def eligible(ask: Ask, standing: Standing) -> tuple[Bools, Freight] | NoPlan:
    """Find the nodes that may supply this ask, stock and capacity apart, and how they would send.

    Gives bool[N] with at least one node, or the refusal that comes first in `WhyNoPlan`.
    """
    able = standing.able(ask.channel, ask.method)
    if able is None:
        return refused(ask, WhyNoPlan.UNKNOWN_CHANNEL, f"no channel {ask.channel!r}")
    if ask.method is Method.SHIP:
        return _reachable(ask, standing, able)
    node = standing.compiled.index.get(ask.pickup_node) if ask.pickup_node else None
    if node is None:
        return refused(ask, WhyNoPlan.UNKNOWN_NODE, f"no node {ask.pickup_node or ''!r}")
    if not able[node]:
        detail = f"{ask.pickup_node} does not offer {ask.method} to {ask.channel} within 30 days"
        return refused(ask, WhyNoPlan.NODE_CANNOT, detail)
    only = np.zeros(len(able), np.bool_)
    only[node] = True
    return _fenced(ask, only, Freight(standing.compiled, (), None, standing.days.work_day))


def services_of(ask: Ask) -> tuple[str, ...]:
    """Give the services an ask may be sent by, its own first, each once."""
    if not ask.services:
        return (ask.service,)
    return tuple(dict.fromkeys((ask.service, *ask.services)))


def allowed_by(guide: Guide, count: int) -> Bools | None:
    """Give bool[count], the nodes that the rules let ship; None: all of them."""
    if guide.allowed is None:
        return None
    return np.unpackbits(np.frombuffer(guide.allowed, np.uint8), count=count).astype(np.bool_)


def rating_by(guide: Guide | None) -> Ints | None:
    """Give int64[N], what the rules rate a shipment from each node; None: nothing."""
    if guide is None or guide.rating is None:
        return None
    return np.frombuffer(guide.rating, "<i4").astype(np.int64)


def _reachable(ask: Ask, standing: Standing, able: Bools) -> tuple[Bools, Freight] | NoPlan:
    compiled, work_day = standing.compiled, standing.days.work_day
    if not able.any():
        detail = f"no node ships for {ask.channel} within 30 days"
        return refused(ask, WhyNoPlan.NODE_CANNOT, detail)
    if ask.destination is None and ask.anywhere:
        return _fenced(ask, able, Freight(compiled, (), None, work_day))
    if ask.destination is None:
        return refused(ask, WhyNoPlan.NO_LANE, "no destination to ship to")
    services, zones = services_of(ask), compiled.zones(ask.destination)
    freight = Freight(compiled, services, zones, work_day, ask.due)
    reachable = able & standing.reached(services)[zones]
    if not reachable.any():
        detail = f"no lane of service {ask.service!r} from any node to the destination"
        return refused(ask, WhyNoPlan.NO_LANE, detail)
    if ask.due is not None and ask.due.hard:
        reachable &= freight.reached()
        if not reachable.any():
            detail = f"no lane from any node arrives by {ask.due.day}"
            return refused(ask, WhyNoPlan.TOO_LATE, detail)
    return _fenced(ask, reachable, freight)


def _fenced(ask: Ask, nodes: Bools, freight: Freight) -> tuple[Bools, Freight] | NoPlan:
    allowed = allowed_by(ask.guide, len(nodes)) if ask.guide is not None else None
    if allowed is None:
        return nodes, freight
    if not (nodes & allowed).any():
        detail = "the rules let no node ship that could"
        return refused(ask, WhyNoPlan.FENCED, detail)
    return nodes & allowed, freight


def barred(ask: Ask, compiled: Compiled) -> Bools:
    """Give bool[L, N]: the nodes that may not be chosen again for each want."""
    never = np.zeros((len(ask.wants), len(compiled.network.nodes)), np.bool_)
    if ask.barred:
        rows = {want.sku: row for row, want in enumerate(ask.wants)}
        for sku, node_id in ask.barred:
            row, node = rows.get(sku), compiled.index.get(node_id)
            if row is not None and node is not None:
                never[row, node] = True
    return never


def owned(ask: Ask, compiled: Compiled) -> Ints:
    """Give int64[L, N], the units of each want that the ask holds at each node."""
    units = np.zeros((len(ask.wants), len(compiled.network.nodes)), np.int64)
    rows = {want.sku: row for row, want in enumerate(ask.wants)}
    for sku, node_id, quantity in ask.own:
        row, node = rows.get(sku), compiled.index.get(node_id)
        if row is not None and node is not None:
            units[row, node] += quantity
    return units


def usable(ask: Ask, free: Ints, nodes: Bools, compiled: Compiled, keeps: Sequence[Keep]) -> Ints:
    """Give int64[L, N], the units of each want each node may supply: 0 where it may not.

    `free` is int64[L, N] as seen; `keeps` is per want what must stay at each position,
    but never of what the ask has already.
    """
    units = free.copy()
    for line, keep in enumerate(keeps):
        units[line] -= keep
    np.maximum(units, 0, out=units)
    if ask.own:
        units += owned(ask, compiled)
    units[:, ~nodes] = 0
    if ask.barred:
        units[barred(ask, compiled)] = 0
    return units


@dataclass(frozen=True, slots=True)
class Eliminated:
    """Why a node was no candidate.

    `free`: the most units it could supply of any want; `used` and `limit`: its fulfillment orders
    of the day, where it is full.
    """

    why: Elimination
    free: int = 0
    used: int | None = None
    limit: int | None = None


def eliminations(
    ask: Ask, standing: Standing, free: Ints, pieces: Ints, keeps: Sequence[Keep]
) -> list[Eliminated | None]:
    """Say for every node the first reason, in order of precedence, why it was no candidate.

    `free` is int64[L, N] as seen, `keeps` per want what had to stay. `pieces` is int64[L], the
    fewest units of each want worth sending: a node that cannot supply so many of any want has no
    stock. A node without room is eliminated even where it had to be used (the plan's `overflow`
    says so). None: a candidate.
    """
    compiled = standing.compiled
    everywhere = np.ones(len(standing.full), np.bool_)
    units = usable(ask, free, everywhere, compiled, keeps)
    enough: Bools = np.logical_or.reduce(units >= pieces[:, None])
    there: Bools = np.logical_or.reduce(free >= pieces[:, None])
    never: Bools = np.logical_or.reduce(barred(ask, compiled))
    tests = _tests(ask, standing)
    tests.append((Elimination.BARRED, never & ~enough))
    tests.append((Elimination.KEPT_BACK, there & ~enough))
    tests.append((Elimination.NO_STOCK, ~enough))
    tests.append((Elimination.CAPACITY, standing.full_of(ask.method)))
    answers: list[Eliminated | None] = []
    for node, most in enumerate(units.max(axis=0).tolist()):
        why = next((why for why, out in tests if out[node]), None)
        if why is Elimination.CAPACITY:
            answers.append(Eliminated(why, most, *standing.usage(node, ask.method)))
        else:
            answers.append(None if why is None else Eliminated(why, most))
    return answers


def _paused(ask: Ask, standing: Standing) -> Bools:
    """Give bool[N], the nodes on which nothing new of the ask's method is planned just now."""
    nobody = np.zeros(len(standing.full), np.bool_)
    paused = standing.days.paused
    return (nobody if paused is None else paused) | standing.days.off.get(ask.method, nobody)


def _tests(ask: Ask, standing: Standing) -> list[tuple[Elimination, Bools]]:
    """Give, in order of precedence, which nodes (bool[N]) fail what does not depend on the skus."""
    compiled = standing.compiled
    nobody = np.zeros(len(standing.full), np.bool_)
    seen = compiled.channel_mask(ask.channel)
    tests = [
        (Elimination.DISABLED, ~compiled.enabled),
        (Elimination.NOT_IN_CHANNEL, ~nobody if seen is None else ~seen),
        (Elimination.SERVICE, ~compiled.offers[ask.method]),
        (Elimination.PAUSED, _paused(ask, standing)),
        (Elimination.CLOSED, standing.days.work_day < 0),
    ]
    if ask.method is not Method.SHIP:
        others = ~nobody
        if ask.pickup_node in compiled.index:
            others[compiled.index[ask.pickup_node]] = False
        tests.insert(3, (Elimination.NOT_CHOSEN_STORE, others))
    elif ask.destination is None:
        tests.append((Elimination.NO_LANE, ~nobody))
    else:
        services, zones = services_of(ask), compiled.zones(ask.destination)
        tests.append((Elimination.NO_LANE, ~standing.reached(services)[zones]))
        if ask.due is not None and ask.due.hard:
            freight = Freight(compiled, services, zones, standing.days.work_day, ask.due)
            tests.append((Elimination.TOO_LATE, ~freight.reached()))
    allowed = allowed_by(ask.guide, len(nobody)) if ask.guide is not None else None
    if allowed is not None:
        tests.append((Elimination.FENCED, ~allowed))
    return tests
