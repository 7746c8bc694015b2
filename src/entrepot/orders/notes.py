"""Notes that people leave each other at an order; their author may mend or take back one soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from entrepot.orders import store
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId, OrderId
from entrepot.terms.outcome import Done, Outcome, Refused

Q = sql.load(__package__, "notes.sql")

NOTES_PER_ORDER_MAX = 500
"""An order's page shows all of them."""

WORDS_MAX = 4_000
MENTIONS_MAX = 20

MENDED_WITHIN = timedelta(minutes=15)
"""Long enough for a slip of the pen; what others have read and acted on stays as it was said."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note; `edited_at` says when its words were last changed, `deleted_at` when taken back."""

    order_id: OrderId
    note_id: UUID
    author: str
    words: str
    mentions: list[str]
    at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoteCount:
    """Notes of one order."""

    notes: int


class WhyNotNoted(StrEnum):
    """In order of precedence."""

    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_NOTE = "unknown_note"
    NOT_YOURS = "not_yours"
    TOO_LATE = "too_late"
    TOO_MANY = "too_many"


Noted = Outcome[Note, WhyNotNoted]


async def add(  # noqa: PLR0913 - who says what to whom, and when
    conn: db.Connection,
    market: MarketId,
    order_id: OrderId,
    *,
    words: str,
    mentions: Sequence[str],
    author: str,
    at: datetime,
) -> Noted:
    """Leave a note at an order. The caller owns the transaction."""
    if not await store.lock_orders(conn, market, [order_id]):
        return Refused(WhyNotNoted.UNKNOWN_ORDER, f"there is no order {order_id}")
    (count,) = await db.fetch(conn, Q["count_notes"], NoteCount, market=market, order_id=order_id)
    if count.notes >= NOTES_PER_ORDER_MAX:
        return Refused(WhyNotNoted.TOO_MANY, f"the order has {count.notes} notes")
    (note,) = await db.fetch(
        conn, Q["put_note"], Note,
        market=market, order_id=order_id, note_id=MINT.one(), author=author, words=words,
        mentions=list(mentions), at=at,
    )  # fmt: skip
    return Done(note)


async def change(  # noqa: PLR0913 - which note, by whom, to what, when
    conn: db.Connection,
    market: MarketId,
    order_id: OrderId,
    note_id: UUID,
    *,
    words: str,
    mentions: Sequence[str],
    author: str,
    at: datetime,
) -> Noted:
    """Change a note's words; without words it is taken back. The caller owns the transaction."""
    found = await db.fetch(
        conn, Q["note_for_update"], Note, market=market, order_id=order_id, note_id=note_id
    )
    if not found or found[0].deleted_at is not None:
        return Refused(WhyNotNoted.UNKNOWN_NOTE, "there is no such note")
    if found[0].author != author:
        return Refused(WhyNotNoted.NOT_YOURS, f"the note is {found[0].author}'s")
    if at - found[0].at > MENDED_WITHIN:
        minutes = int(MENDED_WITHIN.total_seconds() // 60)
        return Refused(WhyNotNoted.TOO_LATE, f"a note may be changed for {minutes} minutes")
    (note,) = await db.fetch(
        conn, Q["change_note"], Note,
        market=market, order_id=order_id, note_id=note_id, words=words, mentions=list(mentions),
        at=at,
    )  # fmt: skip
    return Done(note)


async def of_order(conn: db.Connection, market: MarketId, order_id: OrderId) -> list[Note]:
    """Read what stands at an order, the oldest first."""
    return await db.fetch(conn, Q["notes_of"], Note, market=market, order_id=order_id)
