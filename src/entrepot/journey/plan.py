"""Plan a batch of orders on what the process sees: the first half of placing. No I/O.

Each order ends planned, short of something, or not sourceable; what the policy of the order says of
missing units (refuse, wait, drop) is applied here, so that the second half only writes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from types import MappingProxyType

import msgspec

from entrepot.inventory.carts_model import Held
from entrepot.inventory.model import Claim
from entrepot.inventory.supply_rules import beyond
from entrepot.journey import asking, withhold
from entrepot.journey.asking import Asking, Need
from entrepot.journey.door import shuts_out
from entrepot.journey.guided import LACKING, tried_on
from entrepot.journey.out_of_cart import own
from entrepot.journey.placing import Placing
from entrepot.journey.promising import case_of, improved
from entrepot.journey.world import Market
from entrepot.network.compiled import Days
from entrepot.network.model import Method, Network
from entrepot.orders.model import Backorder
from entrepot.orders.rules import service_of
from entrepot.policies.strategies import Otherwise
from entrepot.promise.model import Promise
from entrepot.promise.rules import promised
from entrepot.sourcing.model import Ask, DayKey, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.record import pack
from entrepot.sourcing.shelves import Shelves
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku

NO_STRATEGY = "no_strategy"
"""Why units wait of which the policy says that a person is to look at them."""

NO_CARTS: Mapping[int, Held] = MappingProxyType({})


class Draft(msgspec.Struct):
    """One order on its way: its question, and what was decided for it so far on which network."""

    order_id: OrderId
    placing: Placing
    service: str
    asking: Asking
    needs: Sequence[Need]
    answer: Plan | NoPlan
    network: Network
    place: int = 0
    claims: list[Claim] = []
    waiting: list[tuple[Need, str]] = []
    canceled: dict[LineNo, int] = {}
    promise: Promise | None = None
    days: dict[NodeId, date] = {}
    cart: Held | None = None
    otherwise: Otherwise = Otherwise.ORDER

    @property
    def plan(self) -> Plan | None:
        """The plan, where there is one."""
        return self.answer if isinstance(self.answer, Plan) else None


@dataclass(frozen=True, slots=True)
class Planned:
    """The drafts of a batch, and the packed record of what was decided, each at its `place`."""

    drafts: list[Draft]
    record: bytes = b""


def planned(
    market: Market,
    placings: Sequence[Placing],
    ids: Sequence[OrderId],
    at: datetime,
    carts: Mapping[int, Held] = NO_CARTS,
) -> Planned:
    """Plan the orders in turn, each seeing what the earlier ones took, and its own cart."""
    made = _drafts(market, placings, ids)
    for place, cart in carts.items():
        draft = made[place]
        draft.cart, draft.asking = cart, own(draft.asking, cart)
    packing = _plan(market, made, at)
    softened = [draft for draft in made if _soften(market, draft, made, at)]
    while softened:
        packing = _plan(market, made, at)
        softened = [draft for draft in made if _soften(market, draft, made, at)]
    days = market.compiled.days(at)
    crowded = any(draft.plan is not None and draft.plan.overflow for draft in made)
    ahead: dict[DayKey, int] = {}
    for draft in made:
        if draft.needs and isinstance(draft.answer, Plan):
            _finish(market, draft, draft.answer, days, at, ahead)
            if crowded:
                for key in limits(market, [draft])[0]:
                    ahead[key] = ahead.get(key, 0) + 1
    if market.learned is not None:
        _promise_better(market, made, at)
    return Planned(made, packing())


def sketched(
    market: Market, placings: Sequence[Placing], ids: Sequence[OrderId], at: datetime
) -> list[Draft]:
    """Plan the orders in turn only to see who would go without: nothing of it can be written."""
    made = _drafts(market, placings, ids)
    _plan(market, made, at)
    return made


def _drafts(market: Market, placings: Sequence[Placing], ids: Sequence[OrderId]) -> list[Draft]:
    made = []
    for placing, order_id in zip(placings, ids, strict=True):
        service = service_of(placing.order)
        question = asking.asking(placing.order, service, market.catalog.items)
        needs: Sequence[Need] = question.needs
        if placing.digital:
            needs = [need for need in needs if need[0] not in placing.digital]
        made.append(Draft(order_id, placing, service, question, needs, _NOTHING, market.network))
    return made


def scarce(made: Sequence[Draft]) -> list[Sku]:
    """The skus some order was short of: to be read from the rows before anybody is refused."""
    return sorted(
        {
            want.sku
            for draft in made
            if (isinstance(draft.answer, NoPlan) and draft.answer.why is WhyNoPlan.SHORT)
            or draft.waiting
            or draft.canceled
            for want in draft.asking.ask.wants
        }
    )


_NOTHING = NoPlan(WhyNoPlan.SHORT, ())


def _plan(market: Market, made: list[Draft], at: datetime) -> Callable[[], bytes]:
    """Decide for all; answers what packs the record of it."""
    asked: list[tuple[Draft, Ask]] = []
    for draft in made:
        ask = _ask(draft)
        if ask.wants:
            asked.append((draft, ask))
    asks = [ask for _, ask in asked]
    stock = withhold.seen(market, asks, at)
    scene = market.scene(at)
    shelves = Shelves(asks, stock, scene.compiled, market.prices)
    standing = market.standing(at)
    tried = tried_on(market, shelves, asks, standing, at)
    for turn, ((draft, _), place) in enumerate(zip(asked, tried.last, strict=True)):
        draft.answer, draft.place = tried.answers[place], place
        draft.otherwise = tried.otherwise.get(turn, Otherwise.ORDER)
    return partial(pack, tried.asks, tried.answers, shelves, scene)


def _ask(draft: Draft) -> Ask:
    question = draft.asking.ask
    if draft.needs is draft.asking.needs:
        return question
    wants = asking.wants(draft.needs, draft.asking.weights, draft.asking.volumes)
    return msgspec.structs.replace(question, wants=wants)


def _soften(market: Market, draft: Draft, made: Sequence[Draft], at: datetime) -> bool:
    """Apply what the order says of units that cannot be had; answers whether to plan again."""
    answer = draft.answer
    if isinstance(answer, Plan) or not draft.needs:
        return False
    backorder = _backorder(draft)
    lenient = draft.placing.fact or backorder is not Backorder.REFUSE
    if not lenient or (answer.why not in LACKING and not draft.placing.fact):
        return False
    missing = dict(answer.missing)
    had = asking.without(draft.needs, missing) if answer.why in LACKING else []
    if backorder is Backorder.PARTIAL and not draft.placing.fact:
        return _drop(draft, had)
    why, late = _waits_for(draft, answer), asking.difference(draft.needs, had)
    if not draft.placing.fact and not _may_wait(market, made, late, at):
        return False
    draft.waiting += [(need, why) for need in late]
    draft.needs = had
    return bool(had)


def _may_wait(market: Market, made: Sequence[Draft], late: Sequence[Need], at: datetime) -> bool:
    """Say whether so many more units may wait, beside those that do and the batch's earlier ones.

    What a channel has sold is not asked: it waits whatever the terms say.
    """
    wanted: dict[Sku, int] = {}
    for _, sku, units in late:
        wanted[sku] = wanted.get(sku, 0) + units
    if market.launches and shuts_out(market.launches, wanted, market.terms, at):
        return False
    if not any(sku in market.terms for sku in wanted):
        return True
    waiting = {sku: market.stock.owed.get(sku, 0) for sku in wanted}
    for draft in made:
        for (_, sku, units), _ in draft.waiting:
            if sku in waiting:
                waiting[sku] += units
    return not beyond(wanted, waiting, market.terms, at)


def _drop(draft: Draft, had: list[Need]) -> bool:
    """Keep the whole units that can be had, cancel the rest; nothing at all stays a refusal."""
    order, parts = draft.placing.order, draft.asking.parts
    units = asking.whole_units(order, parts, draft.asking.needs, had)
    if not any(units.values()):
        return False
    draft.canceled = {
        line: order.lines[line - 1].quantity - count
        for line, count in units.items()
        if count < order.lines[line - 1].quantity
    }
    draft.needs = asking.trimmed(order, parts, units)
    return True


_BACKORDER = {
    Otherwise.REFUSE: Backorder.REFUSE,
    Otherwise.WAIT: Backorder.ALLOW,
    Otherwise.EXCEPTION: Backorder.ALLOW,
}


def _backorder(draft: Draft) -> Backorder:
    """Say what becomes of missing units: the policy's word, where it has one, else the order's."""
    return _BACKORDER.get(draft.otherwise, draft.placing.order.backorder)


def _waits_for(draft: Draft, answer: NoPlan) -> str:
    if draft.otherwise is Otherwise.EXCEPTION and not draft.placing.fact:
        return NO_STRATEGY
    if draft.otherwise is Otherwise.WAIT and not draft.placing.fact:
        return "backorder"
    if not draft.placing.fact or draft.placing.order.backorder is Backorder.ALLOW:
        return "backorder"
    return "no_stock" if answer.why in LACKING else answer.why.value


def _finish(
    market: Market,
    draft: Draft,
    plan: Plan,
    days: Days,
    at: datetime,
    ahead: Mapping[DayKey, int],
) -> None:
    claims = asking.claims(draft.order_id, plan, draft.needs)
    draft.claims = withhold.guarded(market, claims, draft.asking.ask.buyer, at)
    for shipment in plan.shipments:
        ix = market.compiled.index[shipment.node_id]
        day = int(days.work_day[ix])
        if plan.overflow:
            day = market.day_with_room(ix, day, draft.asking.ask.method, ahead)
        draft.days[shipment.node_id] = date.fromordinal(day)
    if not draft.waiting:
        draft.promise = _promise(market, draft, plan, days, at)


def _promise(market: Market, draft: Draft, plan: Plan, days: Days, at: datetime) -> Promise | None:
    """Promise, once for all orders of the same lanes to the same clock while the same days hold.

    A parcel's dates depend on its nodes' working days, its lanes and the destination's time zone,
    and on the time of asking only as far as `days` do; a pickup's depend on the minute.
    """
    ask = draft.asking.ask
    shipments = tuple((each.node_id, each.lane_id) for each in plan.shipments)
    if ask.method is not Method.SHIP or plan.overflow:
        return promised(shipments, ask, market.compiled, at, draft.days)
    zone = ask.destination.time_zone if ask.destination else ""
    found = market.promises.get(days, (shipments, zone))
    if found is None:
        found = promised(shipments, ask, market.compiled, at, draft.days)
        market.promises.put(days, (shipments, zone), found)
    return found


def _promise_better(market: Market, made: Sequence[Draft], at: datetime) -> None:
    """Let what was learned promise all of the batch at once."""
    cases, owners = [], []
    for draft in made:
        if draft.promise is not None and draft.plan is not None:
            cases.append(case_of(draft.placing.order, draft.asking.ask, draft.plan, draft.promise))
            owners.append(draft)
    for draft, promise in zip(owners, improved(market, cases, at), strict=True):
        draft.promise = promise


def limits(
    market: Market, made: Sequence[Draft]
) -> tuple[dict[DayKey, int], list[Sequence[DayKey]]]:
    """The limits of the days these drafts want to use, and which of them each comes under."""
    found: dict[DayKey, int] = {}
    keys: list[Sequence[DayKey]] = []
    for draft in made:
        method = draft.asking.ask.method
        mine: list[DayKey] = []
        for node, day in draft.days.items():
            under = market.limits(node, day, method)
            if under:
                mine += under
                found |= under
        keys.append(mine)
    return found, keys
