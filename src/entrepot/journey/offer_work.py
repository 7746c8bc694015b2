"""fulfillment.planned, offer.expired, offer.declined -> fulfillment.offer: who else would do it?

Planned work that a rule of the policy lets nodes claim is offered to the cheapest that could do all
of it. Its units stay claimed at the planned node meanwhile, so that it can be done whatever they
answer. Where nobody is left to ask, or it was asked often enough, that node has it: released now,
or, where it has itself declined, planned again without those that did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from entrepot.fulfillment import browse as fulfillment
from entrepot.fulfillment import offers, tell
from entrepot.fulfillment.act import done
from entrepot.fulfillment.model import Ask as Asked
from entrepot.fulfillment.model import Work
from entrepot.fulfillment.offers import NewOffer
from entrepot.fulfillment.reject import reject
from entrepot.fulfillment.release import release
from entrepot.fulfillment.states import State
from entrepot.inventory import browse as stock
from entrepot.inventory.model import Claim
from entrepot.journey import claim_told, told, withhold
from entrepot.journey.agreed import questions_of, wants_of
from entrepot.journey.asking import Need
from entrepot.journey.claiming_rules import (
    SPARE,
    Rounds,
    ends_at,
    rounds_of,
    rule_of,
    worth_offering,
)
from entrepot.journey.here import Here, orders_of
from entrepot.journey.replan import DECLINED
from entrepot.journey.reroute import Freeing, look, nothing
from entrepot.journey.world import Market
from entrepot.network.model import NodeKind
from entrepot.orders import browse as orders
from entrepot.orders.model import Head
from entrepot.plumbing import clock, db, exceptions, outbox
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.model import Event
from entrepot.policies.claims import Claiming
from entrepot.promise.browse import told_of
from entrepot.promise.milestones import in_time, last_day
from entrepot.sourcing.bar import bar
from entrepot.sourcing.contend import Contender, contenders
from entrepot.sourcing.model import Ask as Question
from entrepot.sourcing.model import Bar, Due
from entrepot.sourcing.shelves import Shelves
from entrepot.terms.calendar import time_zone
from entrepot.terms.ids import FulfillmentOrderId, OrderId

UNCLAIMED = "offer.unclaimed"
"""The kind of exception that work is which nobody accepted, where the policy wants to know."""

Pair = tuple[Work, Claiming]


class WorkNamed(msgspec.Struct, frozen=True):
    fulfillment_order_id: UUID


_offered = msgspec.json.Decoder(WorkNamed)


async def offer_work(here: Here, events: Sequence[Event]) -> None:
    """Offer what is planned and may be claimed; let go on what nobody is asked about any more."""
    market = await here.world.fresh(here.conn, here.market)
    if not market.policy.claiming:
        return
    ids = orders_of(events)
    await orders.lock(here.conn, here.market, ids)
    heads = {head.order_id: head for head in await orders.heads(here.conn, here.market, ids)}
    rounds = await _rounds(here, ids)
    named = {_offered.decode(event.data).fulfillment_order_id for event in events}
    works = await fulfillment.of_orders(here.conn, here.market, ids)
    asked = [each for each in works if each.id in named and each.state is State.PLANNED]
    new, rest = await _found(here, market, _pairs(market, heads, asked, rounds), rounds)
    opened = await offers.open_offers(here.conn, here.market, new, at=here.at)
    await offers.wait_for_offers(here.conn, here.market, new, SPARE)
    facts = [claim_told.opened(id_, each) for id_, each in zip(opened, new, strict=True)]
    await outbox.tell(here.conn, here.market, facts, at=here.at)
    await _let_go_on(here, market, rest, rounds)


async def _rounds(here: Here, ids: Sequence[OrderId]) -> dict[OrderId, Rounds]:
    rows = await offers.of_orders(here.conn, here.market, ids)
    nodes = await offers.offered(here.conn, here.market, [row.offer_id for row in rows])
    return {
        order_id: rounds_of(mine, [nodes[row.offer_id] for row in mine])
        for order_id in ids
        for mine in [[row for row in rows if row.order_id == order_id]]
    }


def _pairs(
    market: Market,
    heads: Mapping[OrderId, Head],
    works: Sequence[Work],
    rounds: Mapping[OrderId, Rounds],
) -> list[Pair]:
    """Pair work that may be claimed, and of which no offer is open, with its rule."""
    pairs = []
    for work in works:
        order_id = work.head.order_id
        rule = rule_of(market.policy, heads[order_id])
        if rule is not None and work.id not in rounds[order_id].open:
            pairs.append((work, rule))
    return pairs


async def _found(
    here: Here, market: Market, pairs: Sequence[Pair], rounds: Mapping[OrderId, Rounds]
) -> tuple[list[NewOffer], list[Pair]]:
    """Give the offers to open, and the work of which there is none to be."""
    again = [p for p in pairs if rounds[p[0].head.order_id].count < p[1].attempts_max]
    asks = await questions_of(here, market, _needed(again))
    now = await clock.read(here.conn)
    promises = await told_of(here.conn, here.market, sorted(asks))
    timely = []
    for work, rule in again:
        ask, latest = asks[work.head.order_id], None
        order_by = None
        if not rule.may_be_late and work.head.order_id in promises:
            latest = promises[work.head.order_id].latest
            order_by = _order_by(market, work, ask, latest)
        ends = ends_at(now, rule, order_by)
        if ends is not None:
            timely.append(_Timely(work, rule, _by(ask, latest), ends))
    bids = await _contenders(here, market, timely, rounds)
    new = []
    for each in timely:
        found, work = bids[each.work.id], each.work
        if worth_offering([bid.node_id for bid in found], work.head.node_id):
            new.append(_new(each, found, rounds[work.head.order_id]))
    offered = {each.fulfillment_order_id for each in new}
    return new, [pair for pair in pairs if pair[0].id not in offered]


@dataclass(frozen=True, slots=True)
class _Timely:
    """Work of which there may be an offer until `ends`; `ask` says by when it is to be there."""

    work: Work
    rule: Claiming
    ask: Question
    ends: datetime


def _by(ask: Question, latest: datetime | None) -> Question:
    """Ask for nodes and lanes alone that make the promised day, as it is where the parcel goes."""
    if latest is None:
        return ask
    zone = ask.destination.time_zone if ask.destination else ""
    day = latest.astimezone(time_zone(zone or "UTC")).date()
    return msgspec.structs.replace(ask, due=Due(day, hard=True))


def _order_by(market: Market, work: Work, ask: Question, latest: datetime) -> datetime | None:
    """Say until when its planned node takes the work for a day that keeps the promise.

    None where it does not keep it anyway: whoever does may have it at any time.
    """
    compiled, head = market.compiled, work.head
    ix = compiled.index.get(head.node_id)
    lane_ix = compiled.lane_index.get(head.lane_id) if head.lane_id else None
    if ix is None or lane_ix is None:
        return None
    zone = ask.destination.time_zone if ask.destination else ""
    there = zone or compiled.zone_info(ix).key
    lane = compiled.lane_from(head.node_id, lane_ix)
    if not in_time(ix, lane, there, head.day.toordinal(), latest, compiled):
        return None
    return compiled.order_by(ix, last_day(ix, lane, there, head.day.toordinal(), latest, compiled))


def _new(timely: _Timely, bids: Sequence[Contender], rounds: Rounds) -> NewOffer:
    return NewOffer(
        timely.work.head.order_id,
        timely.work.id,
        rounds.count + 1,
        timely.ends,
        tuple((bid.node_id, bid.lane_id, bid.cost) for bid in bids),
    )


def _needed(pairs: Sequence[Pair]) -> dict[OrderId, list[Need]]:
    wanted: dict[OrderId, list[Need]] = {}
    for work, _ in pairs:
        wanted.setdefault(work.head.order_id, []).extend(_needs(work))
    return wanted


async def _contenders(
    here: Here, market: Market, timely: Sequence[_Timely], rounds: Mapping[OrderId, Rounds]
) -> dict[FulfillmentOrderId, list[Contender]]:
    """Find who could do each piece of work alone: on the rows, with what it holds itself.

    Whoever is asked may answer until the offer ends: what a node makes by then counts.
    """
    skus = sorted({sku for each in timely for _, sku, _ in _needs(each.work)})
    owed = await stock.owed(here.conn, here.market, skus)
    found = {}
    own = [claim for each in timely for claim in _claims(each.work)]
    await look(here, market, skus, Freeing(nothing, (), (), own))
    for each in timely:
        work, rule = each.work, each.rule
        ask = msgspec.structs.replace(each.ask, wants=wants_of(market, _needs(work)))
        shelves = Shelves([ask], withhold.seen(market, [ask], here.at, owed=owed), market.compiled)
        standing = market.standing(here.at if rule.may_be_late else each.ends)
        found[work.id] = contenders(
            ask, shelves, standing, frozenset(map(NodeKind, rule.node_kinds)),
            rounds[work.head.order_id].declined, rule.offered_max,
        )  # fmt: skip
    return found


def _needs(work: Work) -> list[Need]:
    return [(line.line_no, line.sku, line.live) for line in work.lines if line.live]


def _claims(work: Work) -> list[Claim]:
    head = work.head
    return [Claim(head.order_id, n, sku, head.node_id, units) for n, sku, units in _needs(work)]


async def _let_go_on(
    here: Here, market: Market, rest: Sequence[Pair], rounds: Mapping[OrderId, Rounds]
) -> None:
    """Give the work to its node; where that declined, have it planned again without them."""
    conn, at = here.conn, here.at
    declined = [w for w, _ in rest if w.head.node_id in rounds[w.head.order_id].declined]
    bars = [
        Bar(work.head.order_id, sku, node, DECLINED)
        for work, _ in rest
        for node in sorted(rounds[work.head.order_id].declined)
        for _, sku, _ in _needs(work)
    ]
    await bar(conn, here.market, list(dict.fromkeys(bars)), at=at)
    asks = [Asked(work.id, "entrepot", DECLINED) for work in declined]
    acted = done(await release(conn, here.market, asks, at=at))
    acted += done(
        await reject(
            conn, here.market, [Asked(a.after.id, "entrepot", DECLINED) for a in acted], at=at
        )
    )
    await outbox.tell(conn, here.market, tell.facts(acted), at=at)
    rejected = {each.after.id for each in acted}
    wait_s = market.policy.release_after_s
    wait = timedelta(seconds=here.release_after_s if wait_s is None else wait_s)
    for waits in (True, False):
        ids = [
            work.id
            for work, _ in rest
            if work.id not in rejected and waits == (not rounds[work.head.order_id].count)
        ]
        await offers.due_now(conn, here.market, ids, at + wait if waits else at)
    stuck = [
        Stuck(
            UNCLAIMED, f"orders/{work.head.order_id}", f"nobody accepted what {work.id} is to do",
            db.json_text({"fulfillment_order": work.id, "node": work.head.node_id}),
            order_id=work.head.order_id,
        )
        for work, rule in rest
        if rule.tell_a_person and work.id in rounds[work.head.order_id].offered
    ]  # fmt: skip
    await exceptions.raise_all(conn, here.market, stuck, at=at)
    facts = [told.stuck(s.order_id, s.kind, s.reason, None) for s in stuck if s.order_id]
    await outbox.tell(conn, here.market, facts, at=at)
