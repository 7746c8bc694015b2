"""Keep the ledger's contents: by position, what a closed span holds and what it came to.

An index of the ledger by position would be fed by every reservation, at a random place each. The
contents are written in the background instead, many entries to a row, once nothing older can come.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from entrepot.inventory.feed_model import ChapterMark, Closing, Tally
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, uuid7

Q = sql.load(__package__, "chapters.sql")

SETTLED = timedelta(minutes=5)
"""An entry's id is made before its transaction commits. None takes as long as this: a statement may
run for half a minute, a transaction wait for its client as long."""

ENTRIES_MAX = 50_000
"""Entries of one chapter: a second or two of work, which nobody waits for."""

FIRST = UUID(int=0)
MS_MAX = (1 << 48) - 1

_EPOCH, _MS = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


async def close(conn: db.Connection, market: MarketId, *, at: datetime) -> int:
    """Write the next chapter of what has settled; answers how many entries it holds.

    The caller owns the commit and comes again while a chapter was full.
    """
    before = first_id_at(at - SETTLED)
    waits = await db.fetch(conn, Q["settled_entries"], Tally, market=market, before=before)
    mark = await _mark(conn, market) if waits[0].count else None
    if mark is None:
        return 0
    closed = await db.fetch(
        conn, Q["close_chapter"], Closing,
        market=market, after_id=mark.upto_id, before=before, most=ENTRIES_MAX,
    )  # fmt: skip
    return closed[0].entries if closed else 0


async def take_turn(conn: db.Connection, market: MarketId) -> None:
    """Wait until nobody else writes the contents or mends the books; until the commit."""
    await db.execute(conn, Q["open_chapters"], market=market, first=FIRST)
    await db.fetch(conn, Q["wait_for_chapters"], ChapterMark, market=market)


async def burn(conn: db.Connection, market: MarketId) -> None:
    """Throw the contents away: they are written again from the ledger's first entry on.

    The caller has taken its turn.
    """
    await db.execute(conn, Q["burn_chapters"], market=market)
    await db.execute(conn, Q["reopen_chapters"], market=market, first=FIRST)


def first_id_at(at: datetime) -> UUID:
    """Give the least id that can be made in the millisecond of a moment."""
    return _first_id((at - _EPOCH) // _MS)


def first_id_after(at: datetime) -> UUID:
    """Give the least id that can be made after the millisecond of a moment."""
    return _first_id((at - _EPOCH) // _MS + 1)


def _first_id(ms: int) -> UUID:
    return uuid7(min(max(ms, 0), MS_MAX), 0)


async def _mark(conn: db.Connection, market: MarketId) -> ChapterMark | None:
    await db.execute(conn, Q["open_chapters"], market=market, first=FIRST)
    marks = await db.fetch(conn, Q["take_chapters"], ChapterMark, market=market)
    return marks[0] if marks else None
