"""Why these nodes? A decision record, laid open: every node, the reasons, and the words.

The candidates and their costs are worked out again from what the record saw, with the functions
that decided. Amounts are minor units in fields and hundredths in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
import numpy as np
from msgspec.structs import replace

from entrepot.sourcing.choose import View, in_pieces, shipment_of
from entrepot.sourcing.cost import Ints
from entrepot.sourcing.eligibility import Eliminated, Standing, eliminations
from entrepot.sourcing.model import (
    Ask,
    Elimination,
    NoPlan,
    Plan,
    Shipment,
    WhyNoPlan,
    split_name,
)
from entrepot.sourcing.record import Decision
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import view_of
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
    late: int = 0
    rating: int = 0
    shadow: int = 0


class Parts(msgspec.Struct, frozen=True):
    """What a plan comes to: the money it costs, and what was weighed beside it and is none.

    `late` is the price of lateness, `rating` what the rules rate its nodes, `shadow` what its stock
    and room are worth to the orders still to come.
    """

    shipping: int
    handling: int
    split: int
    late: int
    rating: int
    shadow: int


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
    late: int = 0
    rating: int = 0
    shadow: int = 0

    @property
    def weighed(self) -> int:
        """What a shipment of all that the node could fill weighs, all counted."""
        money = (self.shipping or 0) + (self.handling or 0)
        return money + self.late + self.rating + self.shadow


class Explanation(msgspec.Struct, frozen=True):
    """A decision with its reasons. `why` and `missing` are set where there is no plan.

    `runner_up` is compared with the sum of `parts`: with `cost` where nothing else was weighed.
    `profile` and `strategy` name the rules of the policy that it was made by, where any were, and
    `prices_version` the worth of stock that steered.
    """

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
    parts: Parts | None = None
    due: date | None = None
    profile: str | None = None
    strategy: str | None = None
    prices_version: int | None = None


def explain(decision: Decision) -> Explanation:
    """Explain a decision."""
    ask, answer, scene = decision.ask, decision.answer, decision.scene
    compiled = scene.compiled
    standing = Standing(compiled, scene.days, scene.load, scene.services)
    shelves = Shelves((ask,), decision.stock, compiled, decision.prices)
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
    policy_version, guide = compiled.network.costs.policy_version, decision.ask.guide
    profile, strategy = split_name(guide.strategy) if guide else ("", None)
    words = words_of(Facts(decision.ask, answer, len(able), rival, out, _held_for(decision)))
    if profile:
        words = (*words, f"By strategy {strategy} of profile {profile} in policy {policy_version}.")
    return Explanation(
        market=compiled.network.market,
        network_version=compiled.network.version,
        policy_version=policy_version,
        at=decision.scene.at,
        words=words,
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
        parts=_parts(plan) if plan else None,
        due=decision.ask.due.day if decision.ask.due else None,
        profile=profile or None,
        strategy=strategy,
        prices_version=decision.prices.version if decision.prices else None,
    )


def _parts(plan: Plan) -> Parts:
    return Parts(
        shipping=sum(each.shipping for each in plan.shipments),
        handling=sum(each.handling for each in plan.shipments),
        split=plan.extra,
        late=sum(each.late for each in plan.shipments),
        rating=sum(each.rating for each in plan.shipments),
        shadow=sum(each.shadow for each in plan.shipments),
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
    return next((n.node for n in others if n.weighed == plan.runner_up), None)


def _items(pairs: Iterable[tuple[Sku, int]]) -> tuple[Item, ...]:
    return tuple(Item(sku, quantity) for sku, quantity in pairs)


def _shipments(plan: Plan | None) -> tuple[ShipmentShown, ...]:
    return tuple(
        ShipmentShown(
            s.node_id,
            s.lane_id,
            _items(s.items),
            s.weight_g,
            s.shipping,
            s.handling,
            s.late,
            s.rating,
            s.shadow,
        )
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
    shipment: Shipment


def _bids(view: View, pieces: Ints) -> list[_Bid | None]:
    """Give per node its bid; None where it could fill nothing."""
    wants, zones = view.ask.wants, view.freight.zones
    wanted = np.array([want.quantity for want in wants], np.int64)[:, None]
    units = np.where(view.free >= pieces[:, None], np.minimum(view.free, wanted), 0)
    bids: list[_Bid | None] = [None] * units.shape[1]
    for node in np.flatnonzero(units.any(axis=0)).tolist():
        load = {line: n for line, n in enumerate(units[:, node].tolist()) if n}
        shipment = shipment_of(view, node, load)
        bids[node] = _Bid(
            fills=_items(shipment.items),
            alone=bool((units[:, node] == wanted[:, 0]).all()),
            zone=None if zones is None else int(zones[node]),
            shipment=shipment,
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
        lane=bid.shipment.lane_id,
        shipping=bid.shipment.shipping,
        handling=bid.shipment.handling,
        late=bid.shipment.late,
        rating=bid.shipment.rating,
        shadow=bid.shipment.shadow,
    )
