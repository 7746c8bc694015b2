"""By when nodes' work must have come how far: set when it is opened, watched as time passes.

The sweep looks at milestones whose time has come, in sets. One that is about to be missed, or is,
is told once and waits for a person; who moved on in time is told of nowhere.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from entrepot.fulfillment.model import NewFulfillmentOrder
from entrepot.journey import told as facts
from entrepot.journey.asking import destination
from entrepot.journey.here import Here
from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.orders import browse as orders
from entrepot.orders.model import Address
from entrepot.plumbing import db, exceptions, outbox
from entrepot.plumbing.exceptions import Stuck
from entrepot.policies.afterwards import Milestones as Terms
from entrepot.promise import store, told
from entrepot.promise.after_model import (
    WATCHED_PER_COMMIT_MAX,
    AlarmCause,
    Look,
    Milestone,
    Milestones,
    Overfull,
    Told,
    Watched,
)
from entrepot.promise.milestones import counted_back, first_look, last_day, looked, owed
from entrepot.terms.ids import FulfillmentOrderId, LaneId, MarketId, NodeId, OrderId

AT_RISK = "promise.at_risk"
"""The kind of exception that work is which is about to miss a milestone."""

ACTOR = "entrepot"
IN_TIME, ELSEWHERE = "the work is in time", "the work is not this node's any more"

_OWED = {
    Milestone.RELEASE: "released",
    Milestone.ACCEPT: "accepted",
    Milestone.PICK: "picked",
    Milestone.SHIP: "handed over",
    Milestone.DELIVER: "delivered",
}


class Going(msgspec.Struct, frozen=True):
    """What an order's document says of where it goes."""

    ship_to: Address | None = None


_going = msgspec.json.Decoder(Going)


async def zones_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> dict[OrderId, str]:
    """Find the time zones that some orders go to; "" where it is not known."""
    found: dict[OrderId, str] = {}
    for order_id, text in (await orders.documents(conn, market, order_ids)).items():
        place = destination(_going.decode(text).ship_to)
        found[OrderId(order_id)] = place.time_zone if place else ""
    return found


async def begin(
    here: Here,
    market: Market,
    opened: Sequence[FulfillmentOrderId],
    new: Sequence[NewFulfillmentOrder],
) -> None:
    """Set the milestones of work that was opened, each counted back from its order's promise."""
    terms = market.policy.milestones
    if terms is None or not new:
        return
    ids = sorted({each.order_id for each in new})
    promises = await store.told_of(here.conn, here.market, ids)
    shipped = {each.order_id for each in new if each.method == Method.SHIP}
    zones = await zones_of(here.conn, here.market, sorted(shipped & promises.keys()))
    alert = timedelta(minutes=terms.alert_minutes)
    counted: dict[Hashable, Milestones | None] = {}
    rows = []
    for id_, each in zip(opened, new, strict=True):
        promise = promises.get(each.order_id)
        if promise is None:
            continue
        piece = Piece(each.node_id, each.lane_id, each.method, each.day.toordinal())
        zone, begins = zones.get(each.order_id, ""), max(here.at, each.release_at)
        key = (piece, promise.latest, zone, begins)
        if key not in counted:
            counted[key] = times_of(market, terms, piece, promise.latest, zone, begins=begins)
        times = counted[key]
        if times is not None:
            look = first_look(times, here.at, alert)
            rows.append((id_, each.order_id, _shown(times, promise), look))
    if rows:
        await store.put_milestones(here.conn, here.market, rows)


class Piece(msgspec.Struct, frozen=True, gc=False):
    """What of a node's work its milestones depend on; `day` is the planned one's ordinal."""

    node_id: NodeId
    lane_id: LaneId | None
    method: str
    day: int


def times_of(
    market: Market, terms: Terms, piece: Piece, promised: datetime, zone: str, *, begins: datetime
) -> Milestones | None:
    """Count the milestones of a piece of work; None where its node or lane is gone."""
    network = market.compiled
    ix = network.index.get(piece.node_id)
    if ix is None:
        return None
    if piece.method != Method.SHIP:
        return counted_back(ix, promised, promised, network, terms, begins=begins)
    lane_ix = network.lane_index.get(piece.lane_id) if piece.lane_id else None
    if lane_ix is None:
        return None
    there = zone or network.zone_info(ix).key
    lane = network.lane_from(piece.node_id, lane_ix)
    day = last_day(ix, lane, there, piece.day, promised, network)
    return counted_back(
        ix, network.cut_off(ix, day), promised, network, terms,
        begins=begins, order_by=network.order_by(ix, day),
    )  # fmt: skip


def _shown(times: Milestones, promise: Told) -> Milestones:
    """Deliver by what the customer was told, whoever has promised it."""
    return msgspec.structs.replace(times, deliver_by=times.deliver_by + promise.shift)


async def recount(
    here: Here, promises: Mapping[OrderId, Told], zones: Mapping[OrderId, str]
) -> None:
    """Count the milestones of orders again whose date has moved; their work is looked at anew."""
    market = await here.world.fresh(here.conn, here.market)
    terms = market.policy.milestones
    rows = await store.milestones_to_recount(here.conn, here.market, sorted(promises))
    if terms is None or not rows:
        return
    ways = await store.ways_of(here.conn, here.market, sorted(promises))
    pieces = {
        way.fulfillment_order_id: Piece(
            way.node_id, way.lane_id, way.method, way.day.toordinal()
        )
        for each in ways.values()
        for way in each
        if way.shipped_at is None
    }  # fmt: skip
    counted: list[store.Times] = []
    for row in rows:
        promise, piece = promises[row.order_id], pieces.get(row.fulfillment_order_id)
        times = None if piece is None else times_of(
            market, terms, piece, promise.latest, zones.get(row.order_id, ""), begins=here.at
        )  # fmt: skip
        if times is None:
            times = msgspec.structs.replace(row.times, deliver_by=promise.latest)
        times = _shown(times, promise)
        counted.append((row.fulfillment_order_id, row.order_id, times, here.at))
    await store.recount_milestones(here.conn, here.market, counted)


async def watch(conn: db.Connection, market: MarketId, terms: Terms, *, at: datetime) -> int:
    """Look at the milestones that are due; answers how many. The caller owns the transaction."""
    due = await store.due_milestones(conn, market, at, WATCHED_PER_COMMIT_MAX)
    if not due:
        return 0
    alert = timedelta(minutes=terms.alert_minutes)
    looks = {work.fulfillment_order_id: looked(work, at, alert) for work in due}
    await store.set_looks(conn, market, looks)
    over = [work.fulfillment_order_id for work in due if _is_over(work, looks)]
    await settle(conn, market, over, IN_TIME, at)
    await _alarm(conn, market, [(work, looks[work.fulfillment_order_id]) for work in due], at)
    return len(due)


async def watch_nodes(
    conn: db.Connection,
    market: MarketId,
    wanted: Sequence[Overfull],
    cause: AlarmCause,
    *,
    at: datetime,
) -> int:
    """Raise the alarm of so much work that its nodes have not taken on, the youngest first."""
    if not wanted:
        return 0
    works = await store.waits_at_nodes(conn, market, wanted)
    looks = {}
    for work in works:
        milestone = owed(work.state)
        assert milestone is not None
        due = max(at, work.times.of(milestone))
        looks[work.fulfillment_order_id] = Look(due, milestone, cause=cause, news=True)
    if looks:
        await store.set_looks(conn, market, looks)
    await _alarm(conn, market, [(work, looks[work.fulfillment_order_id]) for work in works], at)
    return len(works)


def _is_over(work: Watched, looks: Mapping[FulfillmentOrderId, Look]) -> bool:
    """Say whether the alarm that stood does not any more: all is well, or another one stands."""
    look = looks[work.fulfillment_order_id]
    return look.over or (work.alarm is not None and look.alarm not in {None, work.alarm})


async def _alarm(
    conn: db.Connection, market: MarketId, looks: Sequence[tuple[Watched, Look]], at: datetime
) -> None:
    """Tell what is new, and open one exception for each piece of work: none for its carrier's."""
    facts_: list[outbox.Fact] = []
    stuck: dict[str, Stuck] = {}
    for work, look in looks:
        milestone = look.alarm
        if not look.news or milestone is None:
            continue
        reason = reason_of(work, look, milestone)
        facts_.append(told.alarm(work, look, milestone, reason))
        if milestone is Milestone.DELIVER:
            continue
        detail = {"node": work.node_id, "milestone": milestone, "due_at": work.times.of(milestone)}
        subject = subject_of(work.fulfillment_order_id)
        stuck[subject] = Stuck(AT_RISK, subject, reason, db.json_text(detail), work.order_id)
    await outbox.tell(conn, market, facts_, at=at)
    if not stuck:
        return
    for standing in await exceptions.open_about(conn, market, AT_RISK, sorted(stuck)):
        stuck.pop(standing.subject, None)
    new = [each for each in stuck.values() if each.order_id is not None]
    await exceptions.raise_all(conn, market, new, at=at)
    opened = [facts.stuck(o, AT_RISK, each.reason, None) for each in new if (o := each.order_id)]
    await outbox.tell(conn, market, opened, at=at)


_NODES = {
    AlarmCause.PAUSED: "{node} is paused and has it {state}",
    AlarmCause.FULL: "{node} has more work than its days hold and has it {state}",
}


def reason_of(work: Watched, look: Look, milestone: Milestone) -> str:
    """Say in words what is, or is about to be, late."""
    due = work.times.of(milestone).isoformat(timespec="minutes")
    late = "should have been" if look.missed else "is to be"
    has = _NODES.get(look.cause or AlarmCause.TIME, "it is {state} at {node}")
    who = has.format(node=work.node_id, state=work.state)
    held = ", and a hold stands against its order" if work.held else ""
    return f"{who}{held}; it {late} {_OWED[milestone]} by {due}"


async def settle(
    conn: db.Connection,
    market: MarketId,
    ids: Iterable[FulfillmentOrderId],
    reason: str,
    at: datetime,
) -> None:
    """End the alarms' exceptions of this work."""
    subjects: Collection[str] = sorted({subject_of(each) for each in ids})
    if not subjects:
        return
    standing = await exceptions.open_about(conn, market, AT_RISK, list(subjects))
    if not standing:
        return
    closed = await exceptions.close(
        conn, market, [each.exception_id for each in standing],
        actor=ACTOR, reason=reason, at=at,
    )  # fmt: skip
    ended = [facts.unstuck(each, actor=ACTOR, reason=reason) for each in closed]
    await outbox.tell(conn, market, ended, at=at)


def subject_of(id_: FulfillmentOrderId) -> str:
    """Name what such an exception is about."""
    return f"fulfillment-orders/{id_}"
