"""The rows of waves: whose turn it is, and what each has brought."""

from datetime import datetime
from uuid import UUID

from entrepot.journey.model import Turn, Waved, WaveRow
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "waves.sql")


async def take_turn(
    conn: db.Connection, market: MarketId, what: str, *, before: datetime, at: datetime
) -> bool:
    """Take the turn where the last one began at `before` or earlier; answers if it is ours."""
    return bool(
        await db.fetch(conn, Q["take_turn"], Turn, market=market, what=what, before=before, at=at)
    )


async def begin(conn: db.Connection, market: MarketId, wave_id: UUID, *, at: datetime) -> None:
    """Write that a wave has begun."""
    await db.execute(conn, Q["begin_wave"], market=market, wave_id=wave_id, at=at)


async def end(
    conn: db.Connection, market: MarketId, wave_id: UUID, waved: Waved, *, at: datetime
) -> None:
    """Write what a wave has brought."""
    await db.execute(
        conn, Q["end_wave"],
        market=market, wave_id=wave_id, looked=waved.looked, moved=waved.moved,
        contended=waved.contended, saved=waved.saved, at=at,
    )  # fmt: skip


async def listed(
    conn: db.Connection, market: MarketId, *, before: UUID, most: int
) -> list[WaveRow]:
    """Read a page of waves, the last first."""
    return await db.fetch(conn, Q["waves"], WaveRow, market=market, before=before, most=most)
