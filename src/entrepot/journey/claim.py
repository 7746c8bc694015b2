"""Claim work that is offered: the first node to accept has it, and its units move there with it.

All that happens to an offer happens under its order's lock, and an offer ends by a statement that
asks whether it is open: of two that accept at once one finds it so. What time it is says the
database, so that no node's offer ends sooner than another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from entrepot.fulfillment import browse as fulfillment
from entrepot.fulfillment import offers, tell
from entrepot.fulfillment.accept import accept as accept_work
from entrepot.fulfillment.act import done
from entrepot.fulfillment.model import Acted, Ask, NewFulfillmentOrder, Recall, Units, Work
from entrepot.fulfillment.offers import Offered, OfferRow, WhyNotClaimed
from entrepot.fulfillment.open import open_planned
from entrepot.fulfillment.recall import recall
from entrepot.fulfillment.release import release
from entrepot.fulfillment.states import OfferVerb, State
from entrepot.inventory.model import Claim
from entrepot.inventory.reserve import reserve
from entrepot.inventory.resolve import free, lock
from entrepot.journey import claim_told, milestones, withhold
from entrepot.journey.agreed import questions_of
from entrepot.journey.here import Here
from entrepot.journey.mend import mend
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.world import Market
from entrepot.orders import browse as orders
from entrepot.plumbing import clock, db, mint, outbox
from entrepot.sourcing import capacity
from entrepot.terms.ids import FulfillmentOrderId, MarketId, NodeId
from entrepot.terms.outcome import Done, Outcome, Refused

Claimed = Outcome[Work, WhyNotClaimed]
Declined = Outcome[int, WhyNotClaimed]


class _Stopped(Exception):  # noqa: N818 - what happened
    """What was begun cannot be ended so: nothing of it is written."""

    def __init__(self, refused: Refused[WhyNotClaimed]) -> None:
        super().__init__(refused)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class _Open:
    """An open offer that a node may answer, under its order's lock."""

    offer: OfferRow
    nodes: Sequence[Offered]
    work: Work
    mine: Offered


async def accept(here: Here, offer_id: UUID, node: NodeId, *, actor: str) -> Claimed:
    """Give the work to a node that accepts; answers its work, accepted.

    The caller owns the transaction. What is refused has written nothing.
    """
    found = await _find(here, offer_id, node)
    if isinstance(found, Refused):
        return found
    try:
        async with here.conn.transaction():
            return Done(await _accept(here, found.value, actor))
    except _Stopped as stopped:
        return stopped.refused


async def decline(here: Here, offer_id: UUID, node: NodeId, *, actor: str, reason: str) -> Declined:
    """Write that a node will not have it; answers how many may still accept.

    With the last of them the offer ends. The caller owns the transaction.
    """
    found = await _find(here, offer_id, node)
    if isinstance(found, Refused):
        return found
    offer = found.value.offer
    await _answer(here, offer_id, node, accepts=False, actor=actor, reason=reason)
    left = sum(each.answer is None for each in found.value.nodes) - 1
    if not left:
        ends = [(offer_id, OfferVerb.DECLINE, None)]
        await offers.end(here.conn, here.market, ends, actor=actor, at=here.at)
    fact = claim_told.declined(offer, node, left, actor, reason)
    await outbox.tell(here.conn, here.market, [fact], at=here.at)
    return Done(left)


async def end_due(pool: db.Pool, market: MarketId) -> int:
    """End a market's offers whose time is over, or whose work went on; answers how many."""
    return await db.in_transaction(pool, partial(_end_due, market))


async def _end_due(market: MarketId, conn: db.Connection) -> int:
    at = mint.now()
    due = await offers.due(conn, market, at=await clock.read(conn))
    if not due:
        return 0
    ids = sorted({each.order_id for each in due})
    await orders.lock(conn, market, ids)
    works = {work.id: work for work in await fulfillment.of_orders(conn, market, ids)}
    rows = {row.offer_id: row for row in await offers.of_orders(conn, market, ids)}
    open_ = [rows[each.offer_id] for each in due if rows[each.offer_id].state == "open"]
    waits = {o.offer_id for o in open_ if works[o.fulfillment_order_id].state is State.PLANNED}
    ends = [
        (o.offer_id, OfferVerb.EXPIRE if o.offer_id in waits else OfferVerb.WITHDRAW, None)
        for o in open_
    ]
    await offers.end(conn, market, ends, actor="entrepot", at=at)
    facts = [
        claim_told.expired(o) if o.offer_id in waits else claim_told.withdrawn(o) for o in open_
    ]
    await outbox.tell(conn, market, facts, at=at)
    return len(open_)


async def _find(here: Here, offer_id: UUID, node: NodeId) -> Outcome[_Open, WhyNotClaimed]:
    offer = await offers.one(here.conn, here.market, offer_id)
    if offer is None:
        return Refused(WhyNotClaimed.UNKNOWN_OFFER, f"there is no offer {offer_id}")
    await orders.lock(here.conn, here.market, [offer.order_id])
    offer = await offers.one(here.conn, here.market, offer_id) or offer
    nodes = (await offers.offered(here.conn, here.market, [offer_id]))[offer_id]
    mine = next((each for each in nodes if each.node_id == node), None)
    if mine is None:
        return Refused(WhyNotClaimed.NOT_OFFERED, f"it was not offered to {node}")
    works = await fulfillment.of_orders(here.conn, here.market, [offer.order_id])
    work = next(each for each in works if each.id == offer.fulfillment_order_id)
    if offer.state != "open":
        by = f" by {offer.accepted_by}" if offer.accepted_by else ""
        return Refused(WhyNotClaimed.ENDED, f"the offer was {offer.state}{by}")
    if offer.ends_at <= await clock.read(here.conn) or work.state is not State.PLANNED:
        return Refused(WhyNotClaimed.ENDED, "the offer has ended")
    if mine.answer is not None:
        return Refused(WhyNotClaimed.ANSWERED, f"{node} has {mine.answer} it")
    return Done(_Open(offer, nodes, work, mine))


async def _answer(
    here: Here, offer_id: UUID, node: NodeId, *, accepts: bool, actor: str, reason: str | None
) -> None:
    if not await offers.answer(
        here.conn, here.market, offer_id, node,
        accepts=accepts, actor=actor, reason=reason, at=here.at,
    ):  # fmt: skip
        raise db.Outrun("an offer was answered under its order's lock")


async def _accept(here: Here, found: _Open, actor: str) -> Work:
    offer, node = found.offer, found.mine.node_id
    conn, market = here.conn, here.market
    ends = [(offer.offer_id, OfferVerb.ACCEPT, node)]
    await _answer(here, offer.offer_id, node, accepts=True, actor=actor, reason=None)
    if await offers.end(conn, market, ends, actor=actor, at=here.at) != 1:
        raise db.Outrun("an offer ended under its order's lock")
    own = found.work.head.node_id == node
    work_id = found.work.id if own else await _move(here, found, actor)
    acted = await _take_on(here, work_id, actor)
    others = [each.node_id for each in found.nodes if each.node_id != node and not each.answer]
    facts = tell.facts(acted)
    facts.append(claim_told.accepted(offer, work_id, node, others, actor))
    await outbox.tell(conn, market, facts, at=here.at)
    return acted[-1].after


async def _take_on(here: Here, work_id: FulfillmentOrderId, actor: str) -> list[Acted]:
    asks = [Ask(work_id, actor)]
    (released,) = await release(here.conn, here.market, asks, at=here.at)
    if isinstance(released, Refused):
        raise _Stopped(Refused(WhyNotClaimed.ON_HOLD, released.detail))
    accepted = await accept_work(here.conn, here.market, asks, at=here.at)
    return [released.value, *done(accepted)]


async def _move(here: Here, found: _Open, actor: str) -> FulfillmentOrderId:
    """Take the work from the node it was planned at, with its units and its day, to the other."""
    conn, known = here.conn, await here.world.fresh(here.conn, here.market)
    head, node = found.work.head, found.mine.node_id
    lines = [line for line in found.work.lines if line.live]
    old = [Claim(head.order_id, n.line_no, n.sku, head.node_id, n.live) for n in lines]
    recalls = [Recall(c.order_id, c.line_no, c.sku, c.node_id, c.quantity) for c in old]
    done_ = await recall(
        conn, here.market, recalls, actor=actor, reason=f"accepted by {node}", at=here.at
    )
    await outbox.tell(conn, here.market, tell.facts(done_.acted), at=here.at)
    asks = await questions_of(here, known, {head.order_id: []})
    new = [Claim(head.order_id, n.line_no, n.sku, node, n.live) for n in lines]
    new = withhold.guarded(known, new, asks[head.order_id].buyer, here.at)
    day = _day(known, node, head.day, here.at)
    await _change_days(here, known, head.method, (head.node_id, head.day), (node, day))
    await lock(conn, here.market, old, {(claim.sku, claim.node_id) for claim in new})
    mended = await free(conn, here.market, old, at=here.at)
    reserving = await reserve(conn, here.market, [new], at=here.at)
    if isinstance(reserving.answers[0], Refused):
        detail = f"{node} has not got the units any more"
        raise _Stopped(Refused(WhyNotClaimed.NOT_THERE, detail))
    await mend(conn, here.market, mended, at=here.at)
    await tell_those_who_wait(conn, here.market, {claim.sku for claim in old}, here.at)
    return await _open(here, known, found, day, [Units(n.line_no, n.sku, n.live) for n in lines])


def _day(market: Market, node: NodeId, planned: date, at: datetime) -> date:
    """Give the day on which a node will do what it accepts now."""
    ordinal = int(market.compiled.days(at).work_day[market.compiled.index[node]])
    return date.fromordinal(ordinal) if ordinal > 0 else planned


async def _change_days(
    here: Here,
    market: Market,
    method: str,
    old: tuple[NodeId, date],
    new: tuple[NodeId, date],
) -> None:
    """Give one node's day back and take the other's, locked at once. Who accepts may be full."""
    given, limits = market.to_give_back([(*old, method)])
    taken, more = market.to_give_back([(*new, method)])
    both = limits | more
    await capacity.lock(here.conn, here.market, both, both)
    await capacity.give_back(here.conn, here.market, given, limits)
    await capacity.take(here.conn, here.market, [taken], more, forced=[True])


async def _open(
    here: Here, market: Market, found: _Open, day: date, units: Sequence[Units]
) -> FulfillmentOrderId:
    head, compiled = found.work.head, market.compiled
    lane = found.mine.lane_id
    ix = None if lane is None else compiled.lane_index.get(lane)
    new = NewFulfillmentOrder(
        order_id=head.order_id,
        node_id=found.mine.node_id,
        method=head.method,
        service=head.service,
        carrier=None if ix is None else compiled.lane(ix).carrier,
        lane_id=lane,
        day=day,
        ship_by=compiled.cut_off(compiled.index[found.mine.node_id], day.toordinal()),
        release_at=here.at,
        lines=tuple(units),
    )
    (id_,) = await open_planned(here.conn, here.market, [new], at=here.at)
    await milestones.begin(here, market, [id_], [new])
    facts = tell.planned([id_], [new], actor="entrepot")
    await outbox.tell(here.conn, here.market, facts, at=here.at)
    return id_
