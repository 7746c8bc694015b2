"""A day's orders and a day's stock, laid out for the question what they could have cost. Pure.

Of each position as many units count as some order of the day could have had: what was seen there at
any moment, and what earlier orders of the day had taken by then. Rules are left out: an order may
go from every node that was open, offered its method and had a lane to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from entrepot.network.compiled import NO_COST, Compiled
from entrepot.network.model import ZONE_MAX, Method
from entrepot.network.rate_card import Parcels
from entrepot.sourcing.cost import Bools, Ints
from entrepot.sourcing.eligibility import services_of
from entrepot.sourcing.model import Ask, Plan
from entrepot.sourcing.own import beyond
from entrepot.sourcing.record import Scene
from entrepot.sourcing.unfold import Unfolded
from entrepot.terms.ids import NodeId, Sku

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]

PARTS_MAX: Final = 64
"""Parts of one order that are weighed; of a larger one only the whole, and a bound of all else."""

FAR: Final = 1e17
"""The cost of what cannot be."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A day laid out: see `hindsight_kernel.dearest_floor` for the arrays."""

    first_line: Ints
    sku: Ints
    quantity: Ints
    first_part: Ints
    part_count: Ints
    part_units: Ints
    tariff: Floats
    zone: Bytes
    able: Bools
    handling: Floats
    making_up: Floats
    version: Ints
    extra: Floats
    floor: Floats
    cap: Ints


@dataclass(slots=True)
class _Order:
    """One order's part of the arrays."""

    rows: list[int]
    quantity: list[int]
    units: Ints
    tariff: Floats
    zone: Bytes
    able: Bools
    version: int
    extra: int
    floor: float


@dataclass(slots=True)
class Day:
    """A day being laid out, record by record in the order of time."""

    nodes: dict[NodeId, int] = field(default_factory=dict)
    _rows: dict[Sku, int] = field(default_factory=dict)
    _cap: dict[int, dict[int, int]] = field(default_factory=dict)
    _taken: dict[int, dict[int, int]] = field(default_factory=dict)
    _given: dict[int, dict[int, int]] = field(default_factory=dict)
    _orders: list[_Order] = field(default_factory=list)
    _versions: dict[int, int] = field(default_factory=dict)
    _hands: list[tuple[Ints, Compiled]] = field(default_factory=list)

    def add(self, batch: Unfolded, places: Sequence[int]) -> None:
        """Add a record's stock, and its orders at these places; each has a plan."""
        where = self._where(batch.scene.compiled)
        self._see(batch, where)
        for at in places:
            ask, answer = batch.asks[at], batch.answers[at]
            assert isinstance(answer, Plan)
            self._orders.append(self._order(ask, batch.scene, where))
            self._take(ask, answer)

    def laid(self) -> Laid:
        """Give the arrays of all that was added."""
        orders, count = self._orders, len(self.nodes)
        lines = np.cumsum([0, *(len(each.rows) for each in orders)])
        parts = np.array([len(each.units) for each in orders], np.int64)
        handling = np.zeros((len(self._hands), count))
        making_up = np.zeros((len(self._hands), count))
        for row, (where, compiled) in enumerate(self._hands):
            handling[row, where] = compiled.handling
            making_up[row, where] = compiled.making_up
        return Laid(
            first_line=lines.astype(np.int64),
            sku=np.array([row for each in orders for row in each.rows], np.int64),
            quantity=np.array([units for each in orders for units in each.quantity], np.int64),
            first_part=(np.cumsum(parts) - parts).astype(np.int64),
            part_count=parts,
            part_units=np.concatenate([np.empty(0, np.int64), *(o.units.ravel() for o in orders)]),
            tariff=np.concatenate([np.empty((0, ZONE_MAX + 1)), *(o.tariff for o in orders)]),
            zone=_rows_of([each.zone for each in orders], count, np.uint8),
            able=_rows_of([each.able for each in orders], count, np.bool_),
            handling=handling,
            making_up=making_up,
            version=np.array([each.version for each in orders], np.int64),
            extra=np.array([each.extra for each in orders], np.float64),
            floor=np.array([each.floor for each in orders], np.float64),
            cap=self._capped(count),
        )

    def _where(self, compiled: Compiled) -> Ints:
        """Give int64[N], the day's number of each of the network's nodes."""
        for node in compiled.network.nodes:
            self.nodes.setdefault(node.node_id, len(self.nodes))
        numbers = [self.nodes[node.node_id] for node in compiled.network.nodes]
        where = np.array(numbers, np.int64)
        if compiled.network.version not in self._versions:
            self._versions[compiled.network.version] = len(self._hands)
            self._hands.append((where, compiled))
        return where

    def _see(self, batch: Unfolded, where: Ints) -> None:
        for sku, (nodes, units) in batch.stock.free.items():
            row = self._rows.setdefault(sku, len(self._rows))
            cap, taken = self._cap.setdefault(row, {}), self._taken.get(row, {})
            seen = dict(zip(where[nodes].tolist(), units.tolist(), strict=True))
            for node in seen.keys() | taken.keys():
                had = max(seen.get(node, 0), 0) + taken.get(node, 0)
                cap[node] = max(cap.get(node, 0), had)

    def _take(self, ask: Ask, plan: Plan) -> None:
        for shipment in plan.shipments:
            node = self.nodes[shipment.node_id]
            for sku, units in beyond(ask, shipment.node_id, shipment.items):
                taken = self._taken.setdefault(self._rows[sku], {})
                taken[node] = taken.get(node, 0) + units
        for sku, node_id, units in ask.own:
            if sku in self._rows and node_id in self.nodes:
                given = self._given.setdefault(self._rows[sku], {})
                given[self.nodes[node_id]] = given.get(self.nodes[node_id], 0) + units

    def _capped(self, count: int) -> Ints:
        cap = np.zeros((len(self._rows), count), np.int64)
        for table in (self._cap, self._given):
            for row, units in table.items():
                for node, had in units.items():
                    cap[row, node] += had
        return cap

    def _order(self, ask: Ask, scene: Scene, where: Ints) -> _Order:
        compiled = scene.compiled
        zones, able = _reach(ask, scene)
        quantities = [want.quantity for want in ask.wants]
        whole = prod(units + 1 for units in quantities) - 1 > PARTS_MAX
        units = np.array([quantities], np.int64) if whole else parts_of(quantities)
        floor = _floor(ask, compiled, zones[able]) if whole else -1.0
        day_zone = np.zeros(len(self.nodes), np.uint8)
        day_able = np.zeros(len(self.nodes), np.bool_)
        day_zone[where], day_able[where] = zones, able
        return _Order(
            rows=[self._rows[want.sku] for want in ask.wants],
            quantity=quantities,
            units=units,
            tariff=_tariff(ask, compiled, units),
            zone=day_zone,
            able=day_able,
            version=self._versions[compiled.network.version],
            extra=compiled.network.costs.extra_shipment,
            floor=floor,
        )


def parts_of(quantities: Sequence[int]) -> Ints:
    """Give int64[P, L], every way to put some of an order's units into a parcel, in mixed radix."""
    ranges = [range(units + 1) for units in reversed(quantities)]
    states = list(product(*ranges))[1:]
    return np.array(states, np.int64).reshape(-1, len(quantities))[:, ::-1].copy()


def _reach(ask: Ask, scene: Scene) -> tuple[Bytes, Bools]:
    """Give uint8[N] and bool[N]: each node's zone, and whether it could have shipped at all."""
    compiled = scene.compiled
    able: Bools = compiled.enabled & compiled.offers[ask.method] & (scene.days.work_day >= 0)
    zones = np.zeros(len(able), np.uint8)
    if ask.method is not Method.SHIP:
        only = np.zeros(len(able), np.bool_)
        if ask.pickup_node in compiled.index:
            only[compiled.index[ask.pickup_node]] = True
        return zones, able & only
    if ask.destination is None:
        return zones, able
    zones = compiled.zones(ask.destination)
    cost, _ = compiled.lane_costs(services_of(ask), [0])
    reached: Bools = able & (cost[0, zones] < NO_COST)
    return zones, reached


def _tariff(ask: Ask, compiled: Compiled, units: Ints) -> Floats:
    """Give float64[P, zones], what it costs to send such parcels; nothing where it is fetched.

    `units` is int64[P, L]. By the cheapest of the services, in time or not.
    """
    if ask.method is not Method.SHIP or ask.destination is None:
        return np.zeros((len(units), ZONE_MAX + 1))
    grams = units @ np.array([want.weight_g for want in ask.wants], np.int64)
    volumes = units @ np.array([want.volume_cm3 for want in ask.wants], np.int64)
    cost, _ = compiled.lane_costs(services_of(ask), Parcels(grams, volumes))
    return np.where(cost >= NO_COST, FAR, cost.astype(np.float64))


def _floor(ask: Ask, compiled: Compiled, zones: Bytes) -> float:
    """Bound the freight and the extra of every plan of two shipments or more, in minor units.

    Each carries one unit at least: one of them the unit that is dearest to send alone, and another
    one no less than the cheapest.
    """
    if not len(zones):
        return FAR
    one_each = np.eye(len(ask.wants), dtype=np.int64)
    alone = _tariff(ask, compiled, one_each)[:, zones].min(axis=1)
    return float(alone.max() + alone.min()) + compiled.network.costs.extra_shipment


T = TypeVar("T", np.uint8, np.bool_)


def _rows_of(rows: Sequence[npt.NDArray[T]], count: int, kind: type[T]) -> npt.NDArray[T]:
    """Put rows together; nodes that came later are none of the earlier ones'."""
    table: npt.NDArray[T] = np.zeros((len(rows), count), kind)
    for at, row in enumerate(rows):
        table[at, : len(row)] = row
    return table
