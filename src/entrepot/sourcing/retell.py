"""A day told again with a rule lifted: what its orders would have cost then. Pure.

Records follow each other: what an order takes elsewhere now is missing there for the later records,
and what it leaves is there for them. So what a day costs without a rule is what it would have cost,
as far as its orders and its stock are concerned.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np

from entrepot.network.compiled import Compiled
from entrepot.network.model import Network
from entrepot.sourcing.lab import Rules, places_of, rerun
from entrepot.sourcing.model import Ask, Plan
from entrepot.sourcing.own import beyond
from entrepot.sourcing.unfold import Stretch, Unfolded
from entrepot.terms.ids import NodeId, Sku


class Rule(StrEnum):
    """What may be lifted of a day."""

    KEPT_BACK = "kept_back"
    CHANNEL_VIEWS = "channel_views"
    CAPACITY = "capacity"
    STRATEGIES = "strategies"
    WORTH = "worth"
    ALL = "all"


NETWORKS_KEPT_MAX: Final = 8
"""Versions of the network without a rule that are held ready."""


@dataclass(slots=True)
class Retold:
    """A day with one rule lifted, or with all: what its orders have cost so far, in minor units.

    `moved` is per position how many units more than in truth were taken; `changed` counts orders
    that go elsewhere. An order that could not be had then keeps what it did cost.
    """

    rule: Rule
    cost: int = 0
    changed: int = 0
    moved: dict[Sku, dict[NodeId, int]] = field(default_factory=dict)
    _networks: dict[int, Compiled] = field(default_factory=dict)

    def add(self, batch: Unfolded) -> None:
        """Tell a record again; all of its questions are orders that were taken."""
        compiled = self._without(batch.scene.compiled)
        here = replace(batch, stock=replace(batch.stock, free=self._free(batch)))
        if self.rule in {Rule.STRATEGIES, Rule.ALL}:
            here = replace(here, asks=tuple([_unguided(ask) for ask in here.asks]))
        if self.rule in {Rule.WORTH, Rule.ALL}:
            here = replace(here, prices=None)
        kept = None
        if self.rule in {Rule.KEPT_BACK, Rule.ALL}:
            kept = {(ask.channel, want.sku): 0 for ask in batch.asks for want in ask.wants}
        for ask, then, now in zip(
            batch.asks, batch.answers, rerun(here, Rules(compiled, kept)), strict=True
        ):
            assert isinstance(then, Plan)
            plan = now if isinstance(now, Plan) else then
            self.cost += plan.cost
            if places_of(plan) != places_of(then):
                self.changed += 1
                self._move(ask, then, -1)
                self._move(ask, plan, 1)

    def _move(self, ask: Ask, plan: Plan, sign: int) -> None:
        for shipment in plan.shipments:
            for sku, units in beyond(ask, shipment.node_id, shipment.items):
                nodes = self.moved.setdefault(sku, {})
                nodes[shipment.node_id] = nodes.get(shipment.node_id, 0) + sign * units

    def _free(self, batch: Unfolded) -> Mapping[Sku, tuple[np.ndarray, np.ndarray]]:
        """Give the record's stock as it would have been found."""
        free, index = dict(batch.stock.free), batch.scene.compiled.index
        for sku in free.keys() & self.moved.keys():
            nodes, units = free[sku]
            held = dict(zip(nodes.tolist(), units.tolist(), strict=True))
            for node_id, more in self.moved[sku].items():
                if more and node_id in index:
                    held[index[node_id]] = max(held.get(index[node_id], 0) - more, 0)
            order = sorted(held)
            row = np.array([held[node] for node in order], np.int32)
            free[sku] = (np.array(order, np.int32), row)
        return free

    def _without(self, compiled: Compiled) -> Compiled:
        changes = _LIFTS[self.rule]
        if not changes:
            return compiled
        version = compiled.network.version
        if version not in self._networks:
            network = compiled.network
            for change in changes:
                network = change(network)
            if len(self._networks) >= NETWORKS_KEPT_MAX:
                self._networks.pop(next(iter(self._networks)))
            self._networks[version] = Compiled(network)
        return self._networks[version]


def _unguided(ask: Ask) -> Ask:
    return ask if ask.guide is None else msgspec.structs.replace(ask, guide=None)


def only(batch: Unfolded, places: Sequence[int]) -> Unfolded:
    """Give a record of some of its questions (ascending): the others were never asked."""
    wanted = sorted(places)
    stretches, begin = [], 0
    for each in batch.stretches:
        count = sum(each.first <= at < each.last for at in wanted)
        if count:
            stretches.append(Stretch(begin, begin + count, each.kept))
        begin += count
    return replace(
        batch,
        asks=tuple([batch.asks[at] for at in wanted]),
        answers=tuple([batch.answers[at] for at in wanted]),
        stretches=tuple(stretches),
    )


def _all_views(network: Network) -> Network:
    channels = [replace(each, node_ids=None) for each in network.channels]
    return replace(network, channels=tuple(channels))


def _no_limits(network: Network) -> Network:
    nodes = [replace(each, capacity_per_day=None) for each in network.nodes]
    return replace(network, nodes=tuple(nodes))


_LIFTS: Final[Mapping[Rule, tuple[Callable[[Network], Network], ...]]] = {
    Rule.KEPT_BACK: (),
    Rule.STRATEGIES: (),
    Rule.WORTH: (),
    Rule.CHANNEL_VIEWS: (_all_views,),
    Rule.CAPACITY: (_no_limits,),
    Rule.ALL: (_all_views, _no_limits),
}


class Owned(msgspec.Struct, frozen=True):
    """What a rule cost a day: `saves` is what lifting it alone would have saved, minor units."""

    rule: Rule
    saves: int
    changed: int


class Regret(msgspec.Struct, frozen=True, kw_only=True):
    """A day's cost beside what it could have cost, in minor units.

    `bound` lies at or below the cost of every plan of these orders on the stock of that day;
    `bound_alone` is that of each order by itself. `regret` is the cost less the bound: at most so
    much was left. `together` is what lifting all rules would have saved; `arrival` is the rest:
    that orders were decided one after another, without knowing the later ones, and what the bound
    lies too low. `again` orders were planned again that day, at `again_cost`, and are not in it.
    """

    orders: int
    cost: int
    bound: int
    bound_alone: int
    regret: int
    percent: float
    rules: tuple[Owned, ...]
    together: int
    arrival: int
    again: int = 0
    again_cost: int = 0


def regret_of(
    told: Mapping[Rule, Retold],
    *,
    orders: int,
    cost: int,
    bound: int,
    bound_alone: int,
    again: tuple[int, int] = (0, 0),
) -> Regret:
    """Say what a day left, and which rule owns how much of it."""
    whole = max(cost - told[Rule.ALL].cost, 0)
    rules = tuple([
        Owned(rule, max(cost - each.cost, 0), each.changed)
        for rule, each in told.items()
        if rule is not Rule.ALL
    ])  # fmt: skip
    return Regret(
        orders=orders,
        cost=cost,
        bound=bound,
        bound_alone=bound_alone,
        regret=cost - bound,
        percent=(cost - bound) / bound * 100 if bound else 0.0,
        rules=rules,
        together=min(whole, cost - bound),
        arrival=max(cost - bound - whole, 0),
        again=again[0],
        again_cost=again[1],
    )
