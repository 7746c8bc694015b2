"""Why these nodes? A decision record, laid open: every node, the reasons, and the words.

The candidates and their costs are worked out again from what the record saw, with the functions
that decided. Amounts are minor units in fields and hundredths in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np
from msgspec.structs import replace

from entrepot.sourcing.choose import View, in_pieces
from entrepot.sourcing.cost import Ints
from entrepot.sourcing.eligibility import Eliminated, Standing, eliminations
from entrepot.sourcing.model import Ask, Elimination, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.record import Decision
from entrepot.sourcing.solve import view_of
from entrepot.sourcing.survey import Shelves
from entrepot.sourcing.tell import Facts, words_of
from entrepot.terms.ids import LaneId, MarketId, NodeId, Sku


class Item(msgspec.Struct, frozen=True):
    sku: Sku
    quantity: int


class ShipmentShown(msgspec.Struct, frozen=True):
    node: NodeId
    lane: LaneId | None
    items: tuple[Item, ...]
    weight_g: int
    shipping: int
    handling: int


class NodeShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """One node's standing: `eliminated` says why it was none, else it was a candidate.

    `free` is the most units it could supply of any sku, where it had too few; `used` and `limit`
    are its fulfillment orders of the day. A candidate, and a full node that might have been one,
    shows what it could fill and what that would cost as one shipment.
    """

    node: NodeId
    chosen: bool = False
    eliminated: Elimination | None = None
    free: int | None = None
    used: int | None = None
    limit: int | None = None
    fills: tuple[Item, ...] = ()
    alone: bool = False
    zone: int | None = None
    lane: LaneId | None = None
    shipping: int | None = None
    handling: int | None = None


class Explanation(msgspec.Struct, frozen=True):
    """A decision with its reasons. `why` and `missing` are set where there is no plan."""

    market: MarketId
    network_version: int
    policy_version: int
    at: datetime
    words: tuple[str, ...]
    shipments: tuple[ShipmentShown, ...]
    cost: int | None
    extra: int | None
    runner_up: int | None
    runner_up_node: NodeId | None
    exact: bool
    bound: int | None
    overflow: bool
    why: WhyNoPlan | None
    missing: tuple[Item, ...]
    nodes: tuple[NodeShown, ...]


def explain(decision: Decision) -> Explanation:
    """Explain a decision."""
    ask, answer, scene = decision.ask, decision.answer, decision.scene
    compiled = scene.compiled
    standing = Standing(compiled, scene.days, scene.load, scene.services)
    shelves = Shelves((ask,), decision.stock, compiled)
    found = view_of(ask, shelves, standing)
    view = None if isinstance(found, NoPlan) else found
    pieces = _smallest(ask, view)
    out = eliminations(ask, standing, shelves.of(ask), pieces, shelves.keeps(ask))
    if ask.own and view is not None:
        out = [e or _outside(view, node) for node, e in enumerate(out)]
    bids = [None] * len(out) if view is None else _bids(view, pieces)
    plan = answer if isinstance(answer, Plan) else None
    chosen = {shipment.node_id for shipment in plan.shipments} if plan else set()
    nodes = tuple(
        _node(each.node_id, each.node_id in chosen, reason, bid)
        for each, reason, bid in zip(compiled.network.nodes, out, bids, strict=True)
    )
    return _explained(decision, nodes)


def _outside(view: View, node: int) -> Eliminated | None:
    """Say why a node was none that could have been: the order kept to what its cart held."""
    return None if view.free[:, node].any() else Eliminated(Elimination.NOT_IN_CART)


def _explained(decision: Decision, nodes: tuple[NodeShown, ...]) -> Explanation:
    answer, compiled = decision.answer, decision.scene.compiled
    plan = answer if isinstance(answer, Plan) else None
    refusal = answer if isinstance(answer, NoPlan) else None
    able = [node for node in nodes if node.alone and _counted(node, plan)]
    rival = _rival(plan, able)
    out = tuple(node.eliminated for node in nodes if node.eliminated is not None)
    return Explanation(
        market=compiled.network.market,
        network_version=compiled.network.version,
        policy_version=compiled.network.costs.policy_version,
        at=decision.scene.at,
        words=words_of(Facts(decision.ask, answer, len(able), rival, out, _held_for(decision))),
        shipments=_shipments(plan),
        cost=plan.cost if plan else None,
        extra=plan.extra if plan else None,
        runner_up=plan.runner_up if plan else None,
        runner_up_node=rival,
        exact=plan is None or plan.exact,
        bound=plan.bound if plan else None,
        overflow=plan is not None and plan.overflow,
        why=refusal.why if refusal else None,
        missing=_items(refusal.missing) if refusal else (),
        nodes=nodes,
    )


def _held_for(decision: Decision) -> tuple[str, ...]:
    """Name the segments for which something was held against this order."""
    kept = decision.stock.held_for.values()
    return tuple(sorted({name for names in kept for name in names}))


def _counted(node: NodeShown, plan: Plan | None) -> bool:
    """Say whether a node took part: full ones only where the plan had to use such."""
    return node.eliminated is None or (plan is not None and plan.overflow)


def _rival(plan: Plan | None, able: list[NodeShown]) -> NodeId | None:
    """Name the node that would have done it alone at the runner-up's cost, the first of equals."""
    if plan is None or plan.runner_up is None or len(plan.shipments) > 1:
        return None
    others = (node for node in able if not node.chosen)
    return next(
        (n.node for n in others if (n.shipping or 0) + (n.handling or 0) == plan.runner_up), None
    )


def _items(pairs: Iterable[tuple[Sku, int]]) -> tuple[Item, ...]:
    return tuple(Item(sku, quantity) for sku, quantity in pairs)


def _shipments(plan: Plan | None) -> tuple[ShipmentShown, ...]:
    return tuple(
        ShipmentShown(s.node_id, s.lane_id, _items(s.items), s.weight_g, s.shipping, s.handling)
        for s in (plan.shipments if plan else ())
    )


def _smallest(ask: Ask, view: View | None) -> Ints:
    """Give int64[L], the fewest units of each want that were worth sending from a node."""
    least = [want.quantity for want in ask.wants]
    for piece in in_pieces(view) if view else ():
        least[piece.line] = min(least[piece.line], piece.quantity)
    return np.array(least, np.int64)


@dataclass(frozen=True, slots=True)
class _Bid:
    """What a node could fill, and what that would cost as one shipment."""

    fills: tuple[Item, ...]
    alone: bool
    zone: int | None
    lane: LaneId | None
    shipping: int
    handling: int


def _bids(view: View, pieces: Ints) -> list[_Bid | None]:
    """Give per node its bid; None where it could fill nothing."""
    wants, compiled = view.ask.wants, view.freight.compiled
    wanted = np.array([want.quantity for want in wants], np.int64)[:, None]
    units = np.where(view.free >= pieces[:, None], np.minimum(view.free, wanted), 0)
    weights = np.array([want.weight_g for want in wants], np.int64) @ units
    bids: list[_Bid | None] = [None] * units.shape[1]
    for node in np.flatnonzero(units.any(axis=0)).tolist():
        column = units[:, node].tolist()
        lane, shipping = view.freight.lane(int(weights[node]), node)
        bids[node] = _Bid(
            fills=_items((want.sku, n) for want, n in zip(wants, column, strict=True) if n),
            alone=bool((units[:, node] == wanted[:, 0]).all()),
            zone=None if view.freight.zones is None else int(view.freight.zones[node]),
            lane=lane,
            shipping=shipping,
            handling=int(compiled.handling[node]) * sum(column),
        )
    return bids


def _node(node_id: NodeId, chosen: bool, out: Eliminated | None, bid: _Bid | None) -> NodeShown:  # noqa: FBT001 - a column of the table, not a switch
    shown = NodeShown(node_id, chosen)
    if out is not None:
        scarce = (Elimination.NO_STOCK, Elimination.KEPT_BACK)
        free = out.free if out.why in scarce else None
        shown = replace(shown, eliminated=out.why, free=free, used=out.used, limit=out.limit)
    if bid is None or (out is not None and out.why is not Elimination.CAPACITY):
        return shown
    return replace(
        shown,
        fills=bid.fills,
        alone=bid.alone,
        zone=bid.zone,
        lane=bid.lane,
        shipping=bid.shipping,
        handling=bid.handling,
    )
