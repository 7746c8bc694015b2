"""Exceptions as people work them: queues, pages, who has one, until when it is put off."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from entrepot.plumbing import db, sql
from entrepot.terms.ids import AFTER_ALL, MarketId, NodeId, OrderId, uuid7

Q = sql.load(__package__, "attend.sql")

COUNTED_MAX = 1_000
"""A queue counts so far: whoever has a thousand to do needs no better number."""

LOOKED_BACK = timedelta(days=7)
"""The share dealt with in time is that of a week: long enough to say something, short enough to
show what was done about it."""


class Attention(StrEnum):
    """Which exceptions are meant: in the queue, put off, both, or dealt with."""

    WAITING = "waiting"
    SNOOZED = "snoozed"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Attended:
    """An exception, whose it is and until when it is put off. `detail` is JSON text."""

    exception_id: UUID
    kind: str
    subject: str
    order_id: OrderId | None
    line_no: int | None
    reason: str
    detail: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None
    node_id: NodeId | None
    assignee: str | None
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """A kind's queue. `raised` are those of the last week, `in_time` those not late of them."""

    kind: str
    waiting: int
    snoozed: int
    late: int
    oldest_at: datetime | None
    raised: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the exceptions is wanted; None lets everything pass.

    `nodes`: those of these nodes alone. `before`: those that were opened by then.
    """

    attention: Attention = Attention.WAITING
    kinds: Collection[str] | None = None
    nodes: Collection[str] | None = None
    order_id: OrderId | None = None
    assignee: str | None = None
    before: datetime | None = None


async def page(
    conn: db.Connection,
    market: MarketId,
    filters: Filters,
    *,
    after: UUID | None,
    most: int,
    at: datetime,
) -> list[Attended]:
    """Read a page: open ones oldest first, closed ones newest first, after an id."""
    wanted = {
        "market": market,
        "kinds": None if filters.kinds is None else sorted(filters.kinds),
        "node_ids": None if filters.nodes is None else sorted(filters.nodes),
        "order_id": filters.order_id,
        "assignee": filters.assignee,
        "before": filters.before,
        "most": most,
    }
    if filters.attention is Attention.CLOSED:
        return await db.fetch(
            conn, Q["attended_closed"], Attended, after=after or AFTER_ALL, **wanted
        )
    asleep = {Attention.WAITING: False, Attention.SNOOZED: True}.get(filters.attention)
    return await db.fetch(
        conn, Q["attended_open"], Attended,
        after=after or UUID(int=0), asleep=asleep, at=at, **wanted,
    )  # fmt: skip


async def one(conn: db.Connection, market: MarketId, exception_id: UUID) -> Attended | None:
    """Read an exception, whatever its state."""
    found = await db.fetch(
        conn, Q["attended_one"], Attended, market=market, exception_id=exception_id
    )
    return found[0] if found else None


async def lock(conn: db.Connection, market: MarketId, exception_id: UUID) -> None:
    """Have an exception alone until the transaction ends."""
    await db.execute(conn, Q["lock_exception"], market=market, exception_id=exception_id)


async def assign(
    conn: db.Connection, market: MarketId, exception_id: UUID, assignee: str | None
) -> Attended | None:
    """Say who has it; None where none of this id is open."""
    found = await db.fetch(
        conn, Q["assign_exception"], Attended,
        market=market, exception_id=exception_id, assignee=assignee,
    )  # fmt: skip
    return found[0] if found else None


async def snooze(
    conn: db.Connection, market: MarketId, exception_id: UUID, until: datetime | None
) -> Attended | None:
    """Put it off until then, or no longer; None where none of this id is open."""
    found = await db.fetch(
        conn, Q["snooze_exception"], Attended,
        market=market, exception_id=exception_id, until=until,
    )  # fmt: skip
    return found[0] if found else None


async def queues(
    conn: db.Connection,
    market: MarketId,
    within_s: Mapping[str, int],
    *,
    nodes: Collection[str] | None,
    at: datetime,
) -> list[Queue]:
    """Count what waits by kind; `within_s` says of each in how many seconds it is dealt with."""
    since = uuid7(int((at - LOOKED_BACK).timestamp() * 1000), 0)
    return await db.fetch(
        conn, Q["exception_queues"], Queue,
        market=market, kinds=list(within_s), within_s=list(within_s.values()),
        node_ids=None if nodes is None else sorted(nodes), since=since, most=COUNTED_MAX, at=at,
    )  # fmt: skip
