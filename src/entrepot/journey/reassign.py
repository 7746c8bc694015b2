"""milestone.missed, milestone.at_risk -> sourcing.reassign: work its node does not take on moves.

What a node has not accepted by the time the promise needs it, or cannot, for it is paused or full,
goes to another node that still makes the date; the first node is barred for it. Where no other
does, it stays where it is, and waits for a person with the exception that was raised.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from entrepot.fulfillment import tell
from entrepot.fulfillment.model import Recall, Work
from entrepot.fulfillment.recall import recall
from entrepot.inventory.model import Claim
from entrepot.inventory.resolve import free, lock
from entrepot.journey.agreed import Key
from entrepot.journey.asking import Need
from entrepot.journey.here import Here, orders_of
from entrepot.journey.mend import mend
from entrepot.journey.milestones import ACTOR, ELSEWHERE, settle
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.progress import Standing, standings
from entrepot.journey.replan import DECLINED, give_up
from entrepot.journey.reroute import Freeing, reroute, sketched
from entrepot.journey.world import Market
from entrepot.orders import browse as orders
from entrepot.plumbing import db, outbox
from entrepot.plumbing.model import Event
from entrepot.promise import browse as promises
from entrepot.promise.after_model import Milestone, Told
from entrepot.promise.rules import promised
from entrepot.promise.told import MISSED
from entrepot.sourcing import browse as sourcing
from entrepot.sourcing import capacity
from entrepot.sourcing.bar import bar
from entrepot.sourcing.model import Ask, Bar, DayKey, Plan
from entrepot.terms.ids import FulfillmentOrderId, LineNo, NodeId, OrderId, Sku

TRIES_MAX = 3
"""The cheapest plan may be too late and a dearer one not: so often nodes that are late are passed
over."""

REASON = "its node does not do it in time"

_NOT_TAKEN_ON = frozenset({"planned", "released"})
_BEFORE_WORK = frozenset({Milestone.RELEASE.value, Milestone.ACCEPT.value})


class AlarmTold(msgspec.Struct, frozen=True):
    """What a milestone's fact says, as far as it matters here."""

    fulfillment_order_id: UUID
    milestone: str
    cause: str
    reason: str


_alarm = msgspec.json.Decoder(AlarmTold)

Moving = dict[OrderId, list[tuple[Work, str]]]
"""The work of some orders that is to move, and why."""


async def reassign(here: Here, events: Sequence[Event]) -> None:
    """Move what other nodes can still do in time; the rest stays."""
    market = await here.world.fresh(here.conn, here.market)
    terms = market.policy.milestones
    alarms = [alarm for event in events if (alarm := _moves(event)) is not None]
    if terms is None or not terms.replan or not alarms:
        return
    ids = orders_of(events)
    await orders.lock(here.conn, here.market, ids)
    moving = _moving(await standings(here.conn, here.market, ids), alarms)
    await _forget_the_tired(here, market, moving)
    if not moving:
        return
    but = await _in_time(here, market, moving)
    if but:
        await move(here, {order_id: moving[order_id] for order_id in but}, but)


def _moves(event: Event) -> AlarmTold | None:
    """Read an alarm that moves work: a node was silent for too long, or is paused, or full."""
    alarm = _alarm.decode(event.data)
    late = event.type == MISSED and alarm.milestone in _BEFORE_WORK
    return alarm if late or alarm.cause != "time" else None


def _moving(standing: Mapping[OrderId, Standing], alarms: Sequence[AlarmTold]) -> Moving:
    """Find the work that nobody has taken on since, and no hold keeps where it is."""
    reasons = {FulfillmentOrderId(each.fulfillment_order_id): each.reason for each in alarms}
    moving: Moving = {}
    for order_id, each in standing.items():
        held = any(hold.lifted_at is None for hold in each.holds)
        works = [
            (work, reasons[work.id])
            for work in each.works
            if work.id in reasons and work.head.state in _NOT_TAKEN_ON and not held
            if work.head.method == "ship"
        ]
        if works:
            moving[order_id] = works
    return moving


async def _forget_the_tired(here: Here, market: Market, moving: Moving) -> None:
    """Leave orders where they are that were planned again as often as the policy allows."""
    tried: dict[OrderId, set[str]] = {}
    for each in await sourcing.bars_of(here.conn, here.market, list(moving)):
        if each.reason != DECLINED:
            tried.setdefault(each.order_id, set()).add(each.node_id)
    for order_id, nodes in tried.items():
        if len(nodes) >= market.policy.max_replans:
            moving.pop(order_id, None)


async def _in_time(here: Here, market: Market, moving: Moving) -> dict[OrderId, set[Key]]:
    """Find the orders whose work others can do in time, with the nodes not to be asked for it."""
    told = await promises.told_of(here.conn, here.market, list(moving))
    wanted = {o: _needs(works) for o, works in moving.items() if o in told}
    but: dict[OrderId, set[Key]] = {
        o: {(line.sku, work.head.node_id) for work, _ in moving[o] for line in work.lines}
        for o in wanted
    }
    left, found = dict(wanted), dict[OrderId, set[Key]]()
    for _ in range(TRIES_MAX):
        if not left:
            break
        plans = await sketched(here, left, but=but)
        for order_id, (ask, plan) in plans.items():
            if _makes_it(ask, plan, told[order_id], market, here):
                found[order_id] = but[order_id]
                continue
            for shipment in plan.shipments:
                but[order_id].update((sku, shipment.node_id) for sku, _ in shipment.items)
        left = {o: left[o] for o in plans if o not in found}
    return found


def _makes_it(ask: Ask, plan: Plan, told: Told, market: Market, here: Here) -> bool:
    shipments = [(each.node_id, each.lane_id) for each in plan.shipments]
    promise = promised(shipments, ask, market.compiled, here.at)
    return promise is not None and promise.latest <= told.latest and not plan.overflow


def _needs(works: Sequence[tuple[Work, str]]) -> list[Need]:
    return [
        (line.line_no, line.sku, line.live) for work, _ in works for line in work.lines if line.live
    ]


async def move(
    here: Here,
    moving: Moving,
    but: Mapping[OrderId, set[Key]],
    *,
    actor: str = ACTOR,
    reason: str = REASON,
) -> None:
    """Recall, bar, free, plan again: what can be had when it is claimed; the rest is told.

    The caller holds the orders' locks.
    """
    pieces = [each for works in moving.values() for each in works]
    recalls = _recalls(pieces)
    days = await _take_back(here, recalls, actor, reason)
    await bar(here.conn, here.market, _bars(pieces), at=here.at)
    claims = [
        Claim(each.order_id, each.line_no, each.sku, each.node_id, each.quantity)
        for each in recalls
    ]

    async def give_back(planned: Collection[Key]) -> None:
        market = await here.world.fresh(here.conn, here.market)
        await capacity.give_back(here.conn, here.market, *market.to_give_back(days))
        await lock(here.conn, here.market, claims, planned)
        mended = await free(here.conn, here.market, claims, at=here.at)
        await mend(here.conn, here.market, mended, at=here.at)

    wanted = {order_id: _needs(works) for order_id, works in moving.items()}
    freeing = Freeing(give_back, (), days)
    unrouted = await reroute(
        here, wanted, kind="milestone", waiting=False, freeing=freeing, but=but
    )
    skus: set[Sku] = {claim.sku for claim in claims}
    await tell_those_who_wait(here.conn, here.market, skus, here.at)
    await give_up(here, unrouted)
    await settle(here.conn, here.market, (work.id for work, _ in pieces), ELSEWHERE, here.at)


async def _take_back(
    here: Here, recalls: Sequence[Recall], actor: str, reason: str
) -> list[DayKey]:
    """Take the units from their nodes; answers the days of work that is canceled with it."""
    done = await recall(here.conn, here.market, recalls, actor=actor, reason=reason, at=here.at)
    if any(taken < each.quantity for taken, each in zip(done.quantities, recalls, strict=True)):
        raise db.Outrun("units were picked or canceled meanwhile")
    await outbox.tell(here.conn, here.market, tell.facts(done.acted), at=here.at)
    heads = [each.after.head for each in done.acted]
    return [(head.node_id, head.day, head.method) for head in heads if head.state == "canceled"]


def _recalls(pieces: Sequence[tuple[Work, str]]) -> list[Recall]:
    units: dict[tuple[OrderId, LineNo, Sku, NodeId], int] = {}
    for work, _ in pieces:
        for line in work.lines:
            key = (work.head.order_id, line.line_no, line.sku, work.head.node_id)
            units[key] = units.get(key, 0) + line.live
    return [Recall(*key, quantity) for key, quantity in units.items() if quantity]


def _bars(pieces: Sequence[tuple[Work, str]]) -> list[Bar]:
    return [
        Bar(work.head.order_id, line.sku, work.head.node_id, reason)
        for work, reason in pieces
        for line in work.lines
    ]
