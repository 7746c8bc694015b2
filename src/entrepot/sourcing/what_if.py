"""What stood in the way, what it cost, and what would have changed the answer. Pure.

Each question is answered by deciding again: on the record, with one thing otherwise. Lifting one
constraint at a time says what each cost alone; what two cost together can be more than both.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np

from entrepot.network.compiled import Compiled, Days
from entrepot.network.model import Channel, Network, Node
from entrepot.sourcing.eligibility import capacities
from entrepot.sourcing.explain import Explanation
from entrepot.sourcing.model import Elimination, NoPlan, Plan, Stock
from entrepot.sourcing.record import Decision, replay
from entrepot.terms.ids import NodeId, Sku


class Constraint(StrEnum):
    """What may stand in the way of a cheaper plan; of equal prices the first is named."""

    CAPACITY = "capacity"
    KEPT_BACK = "kept_back"
    BARRED = "barred"
    CLOSED = "closed"
    DISABLED = "disabled"
    CHANNEL_VIEW = "channel_view"
    SERVICE = "service"
    OWED = "owed"
    CART = "cart"
    FENCE = "fence"
    RATING = "rating"
    LIMIT = "limit"
    DUE = "due"
    WORTH = "worth"


class Lifted(msgspec.Struct, frozen=True):
    """What would have been decided with one constraint lifted; only where that is better.

    `nodes` are those of the better plan that the constraint kept out. `saves` is minor units; None
    where nothing could be had as it was.
    """

    constraint: Constraint
    nodes: tuple[NodeId, ...]
    cost: int
    saves: int | None


def lifted_each(seen: Decision, shown: Explanation) -> tuple[Lifted, ...]:
    """Lift each constraint that kept a node out, alone; what saves most comes first."""
    found = [_lifted(seen, shown, each) for each in Constraint if _stood(seen, shown, each)]
    better = [each for each in found if each is not None]
    return tuple(sorted(better, key=lambda each: (-(each.saves or 0), each.cost)))


def _stood(seen: Decision, shown: Explanation, constraint: Constraint) -> bool:
    guide = seen.ask.guide
    if constraint in _ELIMINATES:
        return any(node.eliminated is _ELIMINATES[constraint] for node in shown.nodes)
    return {
        Constraint.OWED: bool(seen.stock.owed),
        Constraint.RATING: guide is not None and guide.rating is not None,
        Constraint.LIMIT: guide is not None and guide.shipments_max is not None,
        Constraint.DUE: seen.ask.due is not None,
        Constraint.WORTH: seen.prices is not None,
    }[constraint]


_ELIMINATES: Final[Mapping[Constraint, Elimination]] = {
    Constraint.CAPACITY: Elimination.CAPACITY,
    Constraint.KEPT_BACK: Elimination.KEPT_BACK,
    Constraint.BARRED: Elimination.BARRED,
    Constraint.CLOSED: Elimination.CLOSED,
    Constraint.DISABLED: Elimination.DISABLED,
    Constraint.CHANNEL_VIEW: Elimination.NOT_IN_CHANNEL,
    Constraint.SERVICE: Elimination.SERVICE,
    Constraint.CART: Elimination.NOT_IN_CART,
    Constraint.FENCE: Elimination.FENCED,
}


def _lifted(seen: Decision, shown: Explanation, constraint: Constraint) -> Lifted | None:
    answer = replay(lift(seen, constraint))
    if isinstance(answer, NoPlan):
        return None
    before = seen.answer.cost if isinstance(seen.answer, Plan) else None
    if before is not None and answer.cost >= before:
        return None
    kept_out = {node.node for node in shown.nodes if node.eliminated is _ELIMINATES.get(constraint)}
    nodes = [each.node_id for each in answer.shipments if each.node_id in kept_out]
    saves = None if before is None else before - answer.cost
    return Lifted(constraint, tuple(nodes), answer.cost, saves)


def lift(seen: Decision, constraint: Constraint) -> Decision:
    """Give the same decision in a world without a constraint, of any node."""
    return _LIFTS[constraint](seen)


def _without_capacity(seen: Decision) -> Decision:
    """Leave every full node room for this one order."""
    scene, limits = seen.scene, capacities(seen.scene.compiled).tolist()
    load = {key: min(used, limits[key[0]] - 1) for key, used in scene.load.items()}
    for node, day in enumerate(scene.days.work_day.tolist()):
        if not limits[node]:
            load[node, day] = -1
    return replace(seen, scene=replace(scene, load=load))


def _without_keeping(seen: Decision) -> Decision:
    nothing = {(seen.ask.channel, want.sku): 0 for want in seen.ask.wants}
    return replace(seen, stock=replace(seen.stock, kept=nothing, held={}, held_for={}))


def _without_bars(seen: Decision) -> Decision:
    return replace(seen, ask=msgspec.structs.replace(seen.ask, barred=frozenset()))


def _always_open(seen: Decision) -> Decision:
    """Let closed nodes work on the day on which the first of the others does."""
    days = seen.scene.days
    opened = days.work_day[days.work_day >= 0]
    today = int(opened.min()) if len(opened) else seen.scene.at.date().toordinal()
    work_day = np.where(days.work_day < 0, today, days.work_day).astype(np.int32)
    return replace(seen, scene=replace(seen.scene, days=Days(work_day, days.valid_until)))


def _without_debts(seen: Decision) -> Decision:
    return replace(seen, stock=replace(seen.stock, owed={}))


def _out_of_its_cart(seen: Decision) -> Decision:
    """Put the cart's units back on their shelves, free to be taken from anywhere."""
    stock = seen.stock
    for sku, node_id, units in seen.ask.own:
        node = seen.scene.compiled.index.get(node_id)
        stock = stock if node is None else with_units(stock, sku, node, units)
    return replace(seen, stock=stock, ask=msgspec.structs.replace(seen.ask, own=()))


def _without_fence(seen: Decision) -> Decision:
    return _guided(seen, allowed=None)


def _without_rating(seen: Decision) -> Decision:
    return _guided(seen, rating=None)


def _without_limit(seen: Decision) -> Decision:
    return _guided(seen, shipments_max=None)


def _guided(seen: Decision, **fields: None) -> Decision:
    if seen.ask.guide is None:
        return seen
    guide = msgspec.structs.replace(seen.ask.guide, **fields)
    return replace(seen, ask=msgspec.structs.replace(seen.ask, guide=guide))


def _without_due(seen: Decision) -> Decision:
    return replace(seen, ask=msgspec.structs.replace(seen.ask, due=None))


def _without_worth(seen: Decision) -> Decision:
    return replace(seen, prices=None)


def _switched_on(seen: Decision) -> Decision:
    return _on(seen, lambda net: _each_node(net, lambda node: replace(node, enabled=True)))


def _seen_by_all(seen: Decision) -> Decision:
    channel = seen.ask.channel

    def opened(each: Channel) -> Channel:
        return replace(each, node_ids=None) if each.channel_id == channel else each

    return _on(seen, lambda net: replace(net, channels=tuple(map(opened, net.channels))))


def _offering(seen: Decision) -> Decision:
    method = seen.ask.method

    def offering(node: Node) -> Node:
        return replace(node, services=node.services | {method})

    return _on(seen, lambda network: _each_node(network, offering))


def _each_node(network: Network, change: Callable[[Node], Node]) -> Network:
    return replace(network, nodes=tuple(map(change, network.nodes)))


def _on(seen: Decision, change: Callable[[Network], Network]) -> Decision:
    compiled = Compiled(change(seen.scene.compiled.network))
    return replace(seen, scene=replace(seen.scene, compiled=compiled))


_LIFTS: Final[Mapping[Constraint, Callable[[Decision], Decision]]] = {
    Constraint.CAPACITY: _without_capacity,
    Constraint.KEPT_BACK: _without_keeping,
    Constraint.BARRED: _without_bars,
    Constraint.CLOSED: _always_open,
    Constraint.DISABLED: _switched_on,
    Constraint.CHANNEL_VIEW: _seen_by_all,
    Constraint.SERVICE: _offering,
    Constraint.OWED: _without_debts,
    Constraint.CART: _out_of_its_cart,
    Constraint.FENCE: _without_fence,
    Constraint.RATING: _without_rating,
    Constraint.LIMIT: _without_limit,
    Constraint.DUE: _without_due,
    Constraint.WORTH: _without_worth,
}


def with_units(stock: Stock, sku: Sku, node: int, units: int) -> Stock:
    """Give the stock with so many units more (or, negative, fewer) of a sku at a node."""
    nodes, counts = stock.free.get(sku, (np.empty(0, np.int32), np.empty(0, np.int32)))
    held = dict(zip(nodes.tolist(), counts.tolist(), strict=True))
    held[node] = max(held.get(node, 0) + units, 0)
    order = sorted(held)
    row = (np.array(order, np.int32), np.array([held[at] for at in order], np.int32))
    return replace(stock, free={**stock.free, sku: row})


def at_handling(seen: Decision, node: int, cost: int) -> Decision:
    """Give the decision in a world where a node handles a unit for so much (minor units)."""

    def priced(network: Network) -> Network:
        nodes = list(network.nodes)
        nodes[node] = replace(nodes[node], handling_cost=cost)
        return replace(network, nodes=tuple(nodes))

    return _on(seen, priced)


def at_extra(seen: Decision, price: int) -> Decision:
    """Give the decision in a world where each shipment after the first costs so much."""
    return _on(seen, lambda net: replace(net, costs=replace(net.costs, extra_shipment=price)))
