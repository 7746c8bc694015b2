"""Cursors in the feed: how far each reader has come, moved in the commit of what it did."""

from collections.abc import Sequence

from entrepot.plumbing import db, relay, sql
from entrepot.plumbing.model import CursorAt, Event, Position
from entrepot.terms.ids import MarketId

Q = sql.load(__package__)


async def take(conn: db.Connection, market: MarketId, step: str) -> int | None:
    """Take a reader's cursor for this transaction; None while somebody else has it."""
    found = await db.fetch(conn, Q["take_cursor"], Position, market=market, step=step)
    if found:
        return found[0].sequence
    made = await db.execute(conn, Q["open_cursors"], market=market, steps=[step])
    if not made:
        return None
    found = await db.fetch(conn, Q["take_cursor"], Position, market=market, step=step)
    return found[0].sequence if found else None


async def read(
    conn: db.Connection, market: MarketId, types: Sequence[str], after: int, most: int
) -> list[Event]:
    """Read at most `most` events of these types after a sequence; no types: each order's last."""
    if types:
        return await db.fetch(
            conn, Q["events_of_types"], Event,
            market=market, after=after, types=list(types), most=most,
        )  # fmt: skip
    return await db.fetch(conn, Q["events_of_orders"], Event, market=market, after=after, most=most)


async def move(conn: db.Connection, market: MarketId, step: str, sequence: int) -> None:
    """Say how far the reader has come."""
    await db.execute(conn, Q["move_cursor"], market=market, step=step, sequence=sequence)


async def all_of(conn: db.Connection) -> list[CursorAt]:
    """Read every cursor."""
    return await db.fetch(conn, Q["cursors"], CursorAt)


async def are_behind(conn: db.Connection, market: MarketId | None = None) -> bool:
    """Say whether facts wait for their number or for a reader; with `market`, for one of its."""
    if (await relay.lag(conn)).waiting:
        return True
    heads = {feed.market: feed.last_sequence for feed in await relay.feeds(conn)}
    return any(
        cursor.sequence < heads.get(MarketId(cursor.market), 0)
        for cursor in await all_of(conn)
        if market in {None, cursor.market}
    )
