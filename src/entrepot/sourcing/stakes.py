"""What orders that are planned again have and could have, and the plans it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from entrepot.network.compiled import NO_COST
from entrepot.network.model import Method
from entrepot.network.rate_card import Parcels as Packed
from entrepot.sourcing.columns import Problem
from entrepot.sourcing.cost import lateness
from entrepot.sourcing.eligibility import Standing, rating_by
from entrepot.sourcing.laid_out import laid_out, sending_of
from entrepot.sourcing.model import Ask, Plan, Prices, Shipment, Stock
from entrepot.sourcing.parcels import Sending, added
from entrepot.sourcing.questions import NEVER, Floats, Held, Ints, Parcels, Priced, held
from entrepot.sourcing.shelves import Shelves
from entrepot.terms.ids import Sku

OPEN_LINE: Final = 4500
"""Minor units it is worth to send a line that no node was found for so far."""

Spot = tuple[int, int]
"""A sku's row and a node; or (-1, node), the node's room."""


@dataclass(frozen=True, slots=True)
class Open:
    """An order that is not released yet.

    `plan` is what it has, None: nothing; `days` are the work days (ordinals) of its shipments.
    Nothing of it may arrive after `latest`, the day it was promised for (None: not promised).
    """

    ask: Ask
    plan: Plan | None = None
    days: tuple[int, ...] = ()
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Another plan for the order at this place, what both cost, and what it leaves and takes."""

    order: int
    plan: Plan
    before: int
    after: int
    leaves: dict[Spot, int]
    takes: dict[Spot, int]


class Stakes:
    """The orders, all they hold, and what is free beside it."""

    def __init__(
        self,
        orders: Sequence[Open],
        stock: Stock,
        standing: Standing,
        prices: Prices | None,
        open_line: int,
    ) -> None:
        self._orders, self._standing, self._open_line = orders, standing, open_line
        asks = [order.ask for order in orders]
        self._sendings = [_sending(order) for order in orders]
        shelves = Shelves(asks, stock, standing.compiled, prices)
        self._rows, self._prices = shelves.row, prices
        self._spare = _left(asks, shelves)
        kind = standing.kinds.get(Method.SHIP, 0)
        self._spare_room = np.minimum(standing.room, standing.rooms[kind])
        self._incumbents = self._parcels([_shipments(order) for order in orders])
        self._laid = laid_out(asks, self._sendings, self._rows, standing, self._unserved())

    @cached_property
    def problem(self) -> Problem:
        """Give the problem: units and room are what is free and what the orders hold."""
        units, own = self._spare.copy(), np.zeros_like(self._spare_room)
        for order in self._orders:
            for (row, node), count in self._spots(_shipments(order)).items():
                if row < 0:
                    own[node] += count
                else:
                    units[row, node] += count
        room = np.maximum(self._spare_room + own, own).astype(np.float64)
        stock = held(units)
        return Problem(
            self._laid.questions, self._laid.nodes, stock, room, self._priced(stock),
            self._incumbents,
        )  # fmt: skip

    @property
    def possible(self) -> list[bool]:
        """Say of each order whether its plan could be made now: lanes go, and arrive in time."""
        questions, delay = self._laid.questions, self._laid.nodes.delay
        able = [True] * len(self._orders)
        for order, subset, node in zip(*(e.tolist() for e in self._incumbents), strict=True):
            if node >= 0:
                zone = self._laid.nodes.zone[questions.area[order], node]
                row = questions.row[order] + subset
                able[order] &= bool(questions.parcel[row, delay[node], zone] < NO_COST)
                able[order] &= bool(self._laid.nodes.beside[questions.group[order], node] < NEVER)
        return able

    def spare(self, spot: Spot) -> int:
        """Say how many units, or how much room, is free beside what the orders hold."""
        row, node = spot
        return int(self._spare_room[node] if row < 0 else self._spare[row, node])

    def changes(self, parcels: Parcels) -> list[Change | None]:
        """Say of each order how its plan changes, None where it does not."""
        loads: list[dict[int, int]] = [{} for _ in self._orders]
        for order, subset, node in zip(*(each.tolist() for each in parcels), strict=True):
            if node >= 0:
                loads[order][node] = loads[order].get(node, 0) | subset
        return [self._change(at, load) for at, load in enumerate(loads)]

    def _change(self, at: int, load: dict[int, int]) -> Change | None:
        order, ask = self._orders[at], self._orders[at].ask
        old = {self._standing.compiled.index[each.node_id]: each for each in _shipments(order)}
        new = {node: self._shipment(at, node, mask) for node, mask in sorted(load.items())}
        kept = {node: old[node] for node in old if node in new and _same(old[node], new[node])}
        if len(kept) == len(old) == len(new):
            return None
        new |= kept
        plan = _plan(tuple(new[node] for node in sorted(new)), self._extra)
        before, after = self._cost(ask, tuple(old.values())), self._cost(ask, plan.shipments)
        leaves = self._spots([each for node, each in old.items() if node not in kept])
        takes = self._spots([each for node, each in new.items() if node not in kept])
        return Change(at, plan, before, after, leaves, takes)

    def _cost(self, ask: Ask, shipments: Sequence[Shipment]) -> int:
        """Say what a plan costs and what its open lines do; what steers is as of now."""
        unsent = len(ask.wants) - sum(len(each.items) for each in shipments)
        cost = self._extra * max(len(shipments) - 1, 0) + self._open_line * unsent
        for each in shipments:
            cost += each.shipping + each.handling + each.late + each.rating
            cost += self._shadow(self._standing.compiled.index[each.node_id], each.items)
        return cost

    @property
    def _extra(self) -> int:
        return self._standing.compiled.network.costs.extra_shipment

    def _shadow(self, node: int, items: Sequence[tuple[Sku, int]]) -> int:
        if self._prices is None:
            return 0
        worth = 0 if self._prices.nodes is None else int(self._prices.nodes[node])
        for sku, units in items:
            if sku in self._prices.stock:
                worth += int(self._prices.stock[sku][node]) * units
        return worth

    def _shipment(self, at: int, node: int, mask: int) -> Shipment:
        """Make the shipment of some wants from a node, by the lane it is priced by."""
        ask, sending = self._orders[at].ask, self._sendings[at]
        compiled, day = self._standing.compiled, int(self._standing.days.work_day[node])
        wants = [want for bit, want in enumerate(ask.wants) if mask >> bit & 1]
        weight = sum(want.quantity * want.weight_g for want in wants)
        volume = sum(want.quantity * want.volume_cm3 for want in wants)
        packed = Packed(np.array([weight]), np.array([volume]), added(compiled, day, sending))
        zone = self._laid.nodes.zone[self._laid.questions.area[at], node]
        cost, lanes = compiled.lane_costs(sending.services, packed)
        lane = int(lanes[0, zone])
        late = 0 if sending.due is None else int(lateness(compiled, day, sending.due)[lane])
        units, rating = sum(want.quantity for want in wants), rating_by(ask.guide)
        items = tuple((want.sku, want.quantity) for want in wants)
        return Shipment(
            compiled.network.nodes[node].node_id,
            compiled.lane(lane).lane_id,
            items,
            weight,
            int(cost[0, zone]) - late,
            int(compiled.making_up[node]) + int(compiled.handling[node]) * units,
            late,
            0 if rating is None else int(rating[node]),
            self._shadow(node, items),
        )

    def _spots(self, shipments: Sequence[Shipment]) -> dict[Spot, int]:
        """Count the units of each position that shipments hold, and the room of each node."""
        found: dict[Spot, int] = {}
        for shipment in shipments:
            node = self._standing.compiled.index[shipment.node_id]
            found[-1, node] = found.get((-1, node), 0) + 1
            for sku, units in shipment.items:
                found[self._rows[sku], node] = units
        return found

    def _parcels(self, shipments: Sequence[Sequence[Shipment]]) -> Parcels:
        """Give the parcels of shipments, and for each open line one that nobody sends."""
        found: list[tuple[int, int, int]] = []
        index = self._standing.compiled.index
        for at, (order, sent) in enumerate(zip(self._orders, shipments, strict=True)):
            bits = {want.sku: 1 << bit for bit, want in enumerate(order.ask.wants)}
            left = sum(bits.values())
            for shipment in sent:
                mask = sum(bits[sku] for sku, _ in shipment.items)
                found.append((at, mask, index[shipment.node_id]))
                left ^= mask
            found += [(at, bit, -1) for bit in bits.values() if left & bit]
        return Parcels(*np.array(found, np.int64).reshape(-1, 3).T.copy())

    def _unserved(self) -> Floats:
        """Price each line that nobody sends: never, where it is sent now."""
        found = []
        for order in self._orders:
            has = {sku for each in _shipments(order) for sku, _ in each.items}
            found += [NEVER if w.sku in has else float(self._open_line) for w in order.ask.wants]
        return np.array(found)

    def _priced(self, stock: Held) -> Priced:
        nodes = len(self._spare_room)
        worth, room = np.zeros(len(stock.node)), np.zeros((1, nodes))
        if self._prices is None:
            return Priced(worth, room)
        for sku, row in self._rows.items():
            if sku in self._prices.stock:
                span = slice(stock.first[row], stock.first[row + 1])
                worth[span] = self._prices.stock[sku][stock.node[span]]
        if self._prices.nodes is not None:
            room[0] = self._prices.nodes
        return Priced(worth, room)


def _shipments(order: Open) -> tuple[Shipment, ...]:
    return order.plan.shipments if order.plan else ()


def _sending(order: Open) -> Sending:
    return replace(sending_of(order.ask), latest=order.latest)


def _same(one: Shipment, other: Shipment) -> bool:
    return sorted(one.items) == sorted(other.items)


def _plan(shipments: tuple[Shipment, ...], extra: int) -> Plan:
    """Put a plan together. It is not the best for its order alone, so it does not say `exact`."""
    more = extra * (len(shipments) - 1)
    cost = sum(each.shipping + each.handling for each in shipments) + more
    return Plan(tuple(sorted(shipments, key=lambda s: s.node_id)), cost, more, exact=False)


def _left(asks: Sequence[Ask], shelves: Shelves) -> Ints:
    """Give int64[S, N], what is free for whoever of these asks may have the least of it."""
    left = shelves.free.copy()
    seen: set[object] = set()
    for ask in asks:
        key = (ask.buyer, tuple(want.sku for want in ask.wants))
        if key in seen:
            continue
        seen.add(key)
        for want, keep in zip(ask.wants, shelves.keeps(ask), strict=True):
            row = shelves.row[want.sku]
            left[row] = np.minimum(left[row], shelves.free[row] - keep)
    return left.clip(0)
