"""Policies of the product on an instance: its own decisions, day by day, each day's stock in turn.

Online, an order gets what `plan_on` says at once. Looking ahead, `look_ahead` prices stock and room
in the morning. Planning jointly, the day's orders are priced again with all of them known, and
`plan_jointly` plans them together before they are released, none later than it was promised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from time import process_time

import msgspec
import numpy as np

from bench.zip3 import product, tariff
from bench.zip3.instance import Instance, Ints
from bench.zip3.referee import NOBODY
from entrepot.network.compiled import Compiled
from entrepot.sourcing.eligibility import Standing, capacities
from entrepot.sourcing.forecast import learned
from entrepot.sourcing.joint import plan_jointly
from entrepot.sourcing.lookahead import SCENARIOS, Chance, Outlook, look_ahead
from entrepot.sourcing.model import Ask, Plan, Prices
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_on
from entrepot.sourcing.stakes import Open


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do: look ahead by so many scenarios (0: not at all), plan each day jointly or not.

    `every`: prices are made, and the day is planned jointly, on each so manieth day alone; prices
    stand until then.
    """

    name: str
    scenarios: int = 0
    jointly: bool = False
    every: int = 1


MYOPIC = Policy("myopic exact")
MYOPIC_JOINT = Policy("myopic, jointly", jointly=True)
AHEAD = Policy("looking ahead", SCENARIOS)
AHEAD_JOINT = Policy("looking ahead, jointly", SCENARIOS, jointly=True)


@dataclass(slots=True)
class Run:
    """What came of it: int64[lines] of nodes, and what the plans say they cost, in cents.

    Processor seconds of routing, pricing and planning; `gap`: the worst of a joint plan.
    """

    assigned: Ints
    stated: int = 0
    routing: float = 0.0
    pricing: float = 0.0
    planning: float = 0.0
    gap: float = 0.0


def run(instance: Instance, policy: Policy) -> Run:
    """Run the whole of an instance."""
    return _World(instance, policy).run()


class _World:
    def __init__(self, instance: Instance, policy: Policy) -> None:
        self._instance, self._policy = instance, policy
        self._compiled = Compiled(product.network(instance))
        self._stock = instance.stock.copy()
        self._sold = np.zeros(instance.shape.skus)
        self._on_sale = np.zeros(instance.shape.skus)
        self._prices: Prices | None = None
        self._skus = {sku: at for at, sku in enumerate(product.skus(instance))}
        self._run = Run(np.full(len(instance.orders.sku), NOBODY))

    def run(self) -> Run:
        for day in range(self._instance.shape.days):
            self._day(day)
        return self._run

    def _day(self, day: int) -> None:
        shape, policy = self._instance.shape, self._policy
        begin, end = day * shape.per_day, (day + 1) * shape.per_day
        asks = product.asks(self._instance, begin, end)
        on_sale = self._stock.sum(axis=0) > 0
        due = day % policy.every == 0
        if policy.scenarios and due:
            self._price(day, (), today=1.0)
        plans = self._route(day, asks)
        if policy.jointly and due:
            if policy.scenarios:
                self._price(day, asks, today=0.0)
            plans = self._again(day, asks, plans)
        self._write(begin, plans)
        first = self._instance.orders.first
        sold = self._instance.orders.sku[first[begin] : first[end]]
        self._sold += np.bincount(sold, minlength=shape.skus)
        self._on_sale += on_sale

    def _price(self, day: int, known: Sequence[Ask], *, today: float) -> None:
        began, instance = process_time(), self._instance
        told = learned(product.forecast(instance, day), self._sold, self._on_sale)
        standing = self._standing(day)
        outlook = Outlook(
            told, standing, self._stock.T, standing.room, instance.shape.days - 1 - day,
            today, known, unserved=tariff.UNFILLED,
        )  # fmt: skip
        chance = Chance(2 * day + (not known), self._policy.scenarios)
        self._prices = look_ahead(outlook, chance, day + 1, self._prices)
        self._run.pricing += process_time() - began

    def _route(self, day: int, asks: Sequence[Ask]) -> list[Plan | None]:
        """Decide one after another; a shipment that a node has no room for is left open."""
        began = process_time()
        stock, standing = product.stock(self._instance, self._stock), self._standing(day)
        shelves = Shelves(asks, stock, self._compiled, self._prices)
        answers = plan_on(shelves, asks, standing)
        self._run.routing += process_time() - began
        room = capacities(self._compiled).copy()
        return [self._fitting(each, room) if isinstance(each, Plan) else None for each in answers]

    def _fitting(self, plan: Plan, room: Ints) -> Plan | None:
        sent = []
        for shipment in plan.shipments:
            node = self._compiled.index[shipment.node_id]
            if room[node] > 0:
                room[node] -= 1
                sent.append(shipment)
        return msgspec.structs.replace(plan, shipments=tuple(sent)) if sent else None

    def _again(
        self, day: int, asks: Sequence[Ask], plans: Sequence[Plan | None]
    ) -> list[Plan | None]:
        began = process_time()
        free = self._stock.copy()
        load: dict[tuple[int, int], int] = {}
        work_day = self._standing(day).days.work_day.tolist()
        orders = []
        for ask, plan in zip(asks, plans, strict=True):
            days = []
            for shipment in plan.shipments if plan else ():
                node = self._compiled.index[shipment.node_id]
                days.append(work_day[node])
                load[node, days[-1]] = load.get((node, days[-1]), 0) + 1
                free[node, [self._skus[sku] for sku, _ in shipment.items]] -= 1
            orders.append(Open(ask, plan, tuple(days), self._promised(ask, plan, days)))
        standing = Standing(self._compiled, self._compiled.days(product.moment(day)), load)
        stock = product.stock(self._instance, free)
        joint = plan_jointly(orders, stock, standing, self._prices, tariff.UNFILLED)
        self._run.planning += process_time() - began
        self._run.gap = max(self._run.gap, joint.after / joint.bound - 1)
        return [move.plan if move else plan for move, plan in zip(joint.moves, plans, strict=True)]

    def _promised(self, ask: Ask, plan: Plan | None, days: Sequence[int]) -> date | None:
        """Say what was promised: the day it is due, or on which it arrives, if that is later."""
        if plan is None or ask.due is None:
            return None
        latest = ask.due.day.toordinal()
        for shipment, day in zip(plan.shipments, days, strict=True):
            assert shipment.lane_id is not None
            arrives = self._compiled.arrivals(day)[self._compiled.lane_index[shipment.lane_id]]
            latest = max(latest, int(arrives))
        return date.fromordinal(latest)

    def _write(self, begin: int, plans: Sequence[Plan | None]) -> None:
        orders = self._instance.orders
        for at, plan in enumerate(plans):
            lines = {
                int(orders.sku[line]): line
                for line in range(*orders.first[[begin + at, begin + at + 1]])
            }
            sent = plan.shipments if plan else ()
            self._run.stated += tariff.SPLIT * max(len(sent) - 1, 0)
            for shipment in sent:
                node = self._compiled.index[shipment.node_id]
                self._run.stated += shipment.shipping + shipment.handling + shipment.late
                for sku, _ in shipment.items:
                    self._run.assigned[lines[self._skus[sku]]] = node
                    self._stock[node, self._skus[sku]] -= 1

    def _standing(self, day: int) -> Standing:
        return Standing(self._compiled, self._compiled.days(product.moment(day)), {})
