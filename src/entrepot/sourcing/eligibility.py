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
from entrepot.sourcing.model import Ask, Elimination, NoPlan, WhyNoPlan
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

    `room` is int64[N], the fulfillment orders a node may still take on its work day; `full` is
    bool[N]. Both follow every `take`, so one standing serves a batch, first come, first served;
    `filled` are the nodes that the batch itself has filled. Where a node limits a method too, that
    method has a `full_of` its own.
    """

    def __init__(
        self, compiled: Compiled, days: Days, load: Load, services: ServiceLoad = NO_SERVICES
    ) -> None:
        self.compiled = compiled
        self.days = days
        self._limits = limits_on(compiled, days.work_day)
        self.room = self._limits.copy()
        for (node, day), used in load.items():
            if days.work_day[node] == day:
                self.room[node] -= used
        self.full: Bools = self.room <= 0
        self.filled: set[int] = set()
        self._own_limits = service_limits_on(compiled, days.work_day)
        self._rooms = {method: limits.copy() for method, limits in self._own_limits.items()}
        for (node, day, method), used in services.items():
            if method in self._rooms and days.work_day[node] == day:
                self._rooms[method][node] -= used
        self._fulls = {method: self.full | (room <= 0) for method, room in self._rooms.items()}
        self._open: Bools = compiled.enabled & (days.work_day >= 0)
        self._able: dict[tuple[ChannelId, Method], Bools | None] = {}
        self._reached: dict[str, Bools] = {}

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

    def reached(self, service: str) -> Bools:
        """Give bool[zones]: the zones that some enabled lane of the service goes to."""
        if service not in self._reached:
            cost, _ = self.compiled.lane_costs(service, [0])
            self._reached[service] = cost[0] < NO_COST
        return self._reached[service]

    def full_of(self, method: Method) -> Bools:
        """Give bool[N]: the nodes without room for one more fulfillment order of a method."""
        return self._fulls.get(method, self.full)

    def full_for(self, asks: Sequence[Ask]) -> Bools:
        """Give the same for each ask: bool[A, N], or bool[N] where it is the same for all."""
        if not self._fulls:
            return self.full
        return np.array([self.full_of(ask.method) for ask in asks], np.bool_)

    def usage(self, node: int, method: Method) -> tuple[int, int]:
        """Say how many fulfillment orders of how many a full node has: the limit that is reached.

        Its limit of the day where that is reached, else that of the method.
        """
        room, limits = self.room, self._limits
        if room[node] > 0 and method in self._rooms:
            room, limits = self._rooms[method], self._own_limits[method]
        return int(limits[node] - room[node]), int(limits[node])

    def take(self, node: int, method: Method) -> None:
        """Count one more fulfillment order of a method at a node."""
        self.room[node] -= 1
        if self.room[node] == 0:
            self.full[node] = True
            self.filled.add(node)
            for full in self._fulls.values():
                full[node] = True
        if method in self._rooms:
            self._rooms[method][node] -= 1
            if self._rooms[method][node] == 0:
                self._fulls[method][node] = True
                self.filled.add(node)


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
    return only, Freight(standing.compiled, "", None)


def _reachable(ask: Ask, standing: Standing, able: Bools) -> tuple[Bools, Freight] | NoPlan:
    if not able.any():
        detail = f"no node ships for {ask.channel} within 30 days"
        return refused(ask, WhyNoPlan.NODE_CANNOT, detail)
    if ask.destination is None and ask.anywhere:
        return able, Freight(standing.compiled, "", None)
    if ask.destination is None:
        return refused(ask, WhyNoPlan.NO_LANE, "no destination to ship to")
    zones = standing.compiled.zones(ask.destination)
    reachable = able & standing.reached(ask.service)[zones]
    if not reachable.any():
        detail = f"no lane of service {ask.service!r} from any node to the destination"
        return refused(ask, WhyNoPlan.NO_LANE, detail)
    return reachable, Freight(standing.compiled, ask.service, zones)


def refused(ask: Ask, why: WhyNoPlan, detail: str) -> NoPlan:
    """Refuse an ask whole: every unit of it is missing."""
    return NoPlan(why, tuple((want.sku, want.quantity) for want in ask.wants), detail)


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
        reached = standing.reached(ask.service)[compiled.zones(ask.destination)]
        tests.append((Elimination.NO_LANE, ~reached))
    return tests
