"""Look back through the feed, the newest first, for what somebody searches. No locks, no writes.

Nothing searched for makes a call look at more than `LOOKED_AT_MAX` events: it answers what it found
among them and where it stopped. Types and orders have indexes; words are looked for in what is
read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from entrepot.plumbing import db, sql
from entrepot.plumbing.model import Event, Position
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "look_back.sql")

LOOKED_AT_MAX = 20_000
"""Events that one call reads at most: some 50 ms."""

ASTRAY = timedelta(minutes=5)
"""How far an event's time may be from those of its neighbors: a transaction takes less."""

FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for; None: anything. `orders` is a span of ids; `words` are of the data."""

    before: int
    types: Collection[str] | None = None
    subject: str | None = None
    orders: tuple[UUID, UUID] | None = None
    words: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None

    @property
    def plain(self) -> bool:
        """Say whether every event that is read is one that is meant."""
        return not any((self.subject, self.words, self.from_at, self.to_at))


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, the newest first; and before which event to look on, None: nowhere."""

    events: list[Event]
    before: int | None


async def look_back(conn: db.Connection, market: MarketId, search: Search, most: int) -> Looked:
    """Find at most `most` events, the newest first."""
    meant = {
        "market": market,
        "subject": search.subject,
        "words": None if search.words is None else search.words.lower(),
        "from_at": search.from_at or FIRST,
        "to_at": search.to_at or LAST,
        "most": most + 1,
    }
    if search.orders is not None:
        first, last = search.orders
        found = await db.fetch(
            conn, Q["events_of_order_before"], Event,
            first_id=first, last_id=last, before=search.before,
            types=None if search.types is None else list(search.types), **meant,
        )  # fmt: skip
        return _looked(found, most, None)
    floor, before = await _span(conn, market, search)
    if search.types is None:
        low = max(floor, before - (most + 1 if search.plain else LOOKED_AT_MAX))
        found = await db.fetch(conn, Q["events_between"], Event, before=before, floor=low, **meant)
        return _looked(found, most, low if low > floor else None)
    window = most + 1 if search.plain else LOOKED_AT_MAX
    rows = await db.fetch(
        conn, Q["sequences_of_types"], Position,
        market=market, types=sorted(search.types), before=before, floor=floor, most=window,
    )  # fmt: skip
    sequences = [row.sequence for row in rows]
    found = await db.fetch(conn, Q["events_among"], Event, sequences=sequences, **meant)
    return _looked(found, most, sequences[-1] if len(sequences) == window else None)


def _looked(found: list[Event], most: int, on: int | None) -> Looked:
    """Cut what was found to a page; beyond it one goes on before its last."""
    if len(found) > most:
        return Looked(found[:most], found[most - 1].sequence)
    return Looked(found, on)


async def _span(conn: db.Connection, market: MarketId, search: Search) -> tuple[int, int]:
    """Give the numbers among which the events lie: from the first on, before the second."""
    rows = await db.fetch(conn, Q["feed_end"], Position, market=market)
    end = rows[0].sequence + 1 if rows else 1
    floor, before = 1, min(search.before, end)
    if search.from_at is not None:
        floor = await _sequence_at(conn, market, search.from_at - ASTRAY, end)
    if search.to_at is not None:
        before = min(before, await _sequence_at(conn, market, search.to_at + ASTRAY, end))
    return floor, before


async def _sequence_at(conn: db.Connection, market: MarketId, at: datetime, end: int) -> int:
    rows = await db.fetch(conn, Q["sequence_at"], Position, market=market, at=at, high=end)
    return rows[0].sequence
