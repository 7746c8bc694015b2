"""What would have flipped a decision: the least change that makes another plan win. Pure.

Every change that is told was tried: the decision was made again with it, and came out otherwise.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

import msgspec
import numpy as np

from entrepot.network.model import Method
from entrepot.sourcing.cost import Ints
from entrepot.sourcing.explain import Explanation
from entrepot.sourcing.model import Plan
from entrepot.sourcing.record import Decision, replay
from entrepot.sourcing.what_if import at_extra, at_handling, with_units
from entrepot.terms.ids import NodeId, Sku


class Lever(StrEnum):
    """What is changed. `by` is minor units per unit handled, per shipment, or units of a sku."""

    HANDLING_LESS = "handling_less"
    HANDLING_MORE = "handling_more"
    EXTRA_SHIPMENT = "extra_shipment"
    STOCK_LESS = "stock_less"
    STOCK_MORE = "stock_more"


class Flip(msgspec.Struct, frozen=True):
    """A least change, and what is decided then: from which nodes, at what cost."""

    lever: Lever
    by: int
    node: NodeId | None
    sku: Sku | None
    nodes: tuple[NodeId, ...]
    cost: int


def flips(seen: Decision, shown: Explanation) -> tuple[Flip, ...]:
    """Find the least change of each lever that makes another plan win; nothing for a refusal."""
    if not isinstance(seen.answer, Plan) or seen.ask.method is not Method.SHIP:
        return ()
    held = spare(seen)
    found = [
        *_by_handling(seen, shown, seen.answer),
        *_by_extra(seen, shown, seen.answer),
        *_by_less(seen, seen.answer, held),
        *_by_more(seen, seen.answer, held),
    ]
    return tuple(found)


def _flip(
    tried: Decision, was: Plan, lever: Lever, by: int, where: tuple[NodeId | None, Sku | None]
) -> Iterator[Flip]:
    """Give the change if it does flip the decision."""
    answer = replay(tried)
    if isinstance(answer, Plan) and _nodes(answer) != _nodes(was):
        yield Flip(lever, by, *where, _nodes(answer), answer.cost)


def _nodes(plan: Plan) -> tuple[NodeId, ...]:
    return tuple([each.node_id for each in plan.shipments])


def _by_handling(seen: Decision, shown: Explanation, plan: Plan) -> Iterator[Flip]:
    """How much less the runner-up would have to ask for a unit, or the chosen node more."""
    if shown.runner_up_node is None or plan.runner_up is None:
        return
    compiled, units = seen.scene.compiled, sum(want.quantity for want in seen.ask.wants)
    first = plan.shipments[0].node_id
    node, chosen = compiled.index[shown.runner_up_node], compiled.index[first]
    gap = plan.runner_up - plan.cost - plan.steered + (node > chosen)  # of equals the first wins
    by = -(-gap // units)
    asked = compiled.handling.tolist()
    if 0 < by <= asked[node]:
        tried = at_handling(seen, node, asked[node] - by)
        yield from _flip(tried, plan, Lever.HANDLING_LESS, by, (shown.runner_up_node, None))
    if by > 0:
        tried = at_handling(seen, chosen, asked[chosen] + by)
        yield from _flip(tried, plan, Lever.HANDLING_MORE, by, (first, None))


def _by_extra(seen: Decision, shown: Explanation, plan: Plan) -> Iterator[Flip]:
    """How much dearer further shipments would have to be for one node to do it alone."""
    more = len(plan.shipments) - 1
    alone = [node.weighed for node in shown.nodes if node.alone and node.eliminated is None]
    if not more or not alone:
        return
    by = -(-(min(alone) - plan.cost - plan.steered) // more)
    if by > 0:
        price = seen.scene.compiled.network.costs.extra_shipment + by
        yield from _flip(at_extra(seen, price), plan, Lever.EXTRA_SHIPMENT, by, (None, None))


def spare(seen: Decision) -> Ints:
    """Give int64[L, N], the units of each want that each node had beyond what had to stay there.

    Below zero where it had less than that.
    """
    ask, compiled = seen.ask, seen.scene.compiled
    units = np.zeros((len(ask.wants), len(compiled.network.nodes)), np.int64)
    for line, want in enumerate(ask.wants):
        nodes, counts = seen.stock.free.get(want.sku, ((), ()))
        units[line, nodes] = counts
        keep = seen.stock.kept.get((ask.channel, want.sku))
        units[line] -= compiled.buffer(ask.channel) if keep is None else keep
        for sku, node_id, own in ask.own:
            if sku == want.sku and node_id in compiled.index:
                node = compiled.index[node_id]
                units[line, node] = max(units[line, node], 0) + own
    return units


def _by_less(seen: Decision, plan: Plan, held: Ints) -> Iterator[Flip]:
    """How few units less a chosen node would have to hold not to be chosen."""
    line = {want.sku: at for at, want in enumerate(seen.ask.wants)}
    index = seen.scene.compiled.index
    fewest = min(
        (int(held[line[sku], index[each.node_id]]) - units + 1, sku, each.node_id)
        for each in plan.shipments
        for sku, units in each.items
    )
    by, sku, name = fewest
    if not any(s == sku and where == name for s, where, _ in seen.ask.own):
        tried = replace(seen, stock=with_units(seen.stock, sku, index[name], -by))
        yield from _flip(tried, plan, Lever.STOCK_LESS, by, (name, sku))


def _by_more(seen: Decision, plan: Plan, held: Ints) -> Iterator[Flip]:
    """How few units more of one sku a node would have to hold for a cheaper plan with it."""
    wants = seen.ask.wants
    wanted = np.array([want.quantity for want in wants], np.int64)
    lacking = np.maximum(wanted[:, None] - held, 0)
    one = np.flatnonzero((lacking > 0).sum(axis=0) == 1).tolist()
    one.sort(key=lambda n: int(lacking[:, n].sum()))
    more = [
        (node, wants[at].sku, int(lacking[at, node]))
        for node, at in zip(one, lacking[:, one].argmax(axis=0).tolist(), strict=True)
    ]
    yield from _first(seen, plan, more)


def _first(seen: Decision, plan: Plan, more: list[tuple[int, Sku, int]]) -> Iterator[Flip]:
    """Give the first of (node, sku, units) that alone makes for a cheaper plan.

    Where all of them together change nothing, none does alone: a choice from more is no other where
    the best of all is the same. So half of them are tried at a time.
    """
    if len(more) > 1:
        stock = seen.stock
        for node, sku, by in more:
            stock = with_units(stock, sku, node, by)
        answer = replay(replace(seen, stock=stock))
        if isinstance(answer, Plan) and _nodes(answer) != _nodes(plan):
            half = len(more) // 2
            found = [*_first(seen, plan, more[:half])]
            yield from found or _first(seen, plan, more[half:])
    elif more:
        [(node, sku, by)] = more
        tried = replace(seen, stock=with_units(seen.stock, sku, node, by))
        where = (seen.scene.compiled.network.nodes[node].node_id, sku)
        found = [*_flip(tried, plan, Lever.STOCK_MORE, by, where)]
        yield from (flip for flip in found if flip.cost < plan.cost)
