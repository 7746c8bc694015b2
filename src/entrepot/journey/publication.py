"""The rows of what channels were told, and of what may have to be told to them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from entrepot.journey.model import Due, Look, News, Page, Position, Published, Sweep
from entrepot.plumbing import db, sql
from entrepot.terms.ids import ChannelId, MarketId, Sku, id_at

Q = sql.load(__package__, "publication.sql")


async def take_look(conn: db.Connection, market: MarketId, *, at: datetime) -> Look | None:
    """Take the market's look for this transaction; None while somebody else has it."""
    found = await db.fetch(conn, Q["take_look"], Look, market=market)
    if not found and await db.execute(conn, Q["open_look"], market=market, at=at):
        found = await db.fetch(conn, Q["take_look"], Look, market=market)
    return found[0] if found else None


async def end_look(conn: db.Connection, market: MarketId, look: Look) -> None:
    """Say how far the look has come."""
    await db.execute(
        conn, Q["end_look"],
        market=market, looked_at=look.looked_at, looked_back_at=look.looked_back_at,
        sequence=look.sequence, network_version=look.network_version,
    )  # fmt: skip


async def feed_end(conn: db.Connection, market: MarketId) -> int:
    """Say where the market's feed ends now; 0 where it has none yet."""
    found = await db.fetch(conn, Q["feed_end"], Position, market=market)
    return found[0].sequence if found else 0


async def note_changes(
    conn: db.Connection,
    market: MarketId,
    *,
    since: datetime,
    feed: tuple[int, int],
    types: Collection[str],
    dues: Mapping[str, datetime],
) -> int:
    """Note what may have changed; `dues` says when each channel looks at it."""
    return await db.execute(
        conn, Q["note_changes"],
        market=market, since=since, since_id=id_at(since), after=feed[0], upto=feed[1],
        types=list(types), channels=list(dues), dues=list(dues.values()),
    )  # fmt: skip


async def note_skus(
    conn: db.Connection, market: MarketId, channel: ChannelId, skus: Sequence[Sku], *, at: datetime
) -> None:
    """Note skus that a channel is told whether they changed or not."""
    await db.execute(
        conn, Q["note_skus"], market=market, channel=channel, skus=sorted(set(skus)), at=at
    )


async def begin_sweep(
    conn: db.Connection,
    market: MarketId,
    sweep_id: UUID,
    *,
    channel: ChannelId | None,
    category: str | None,
    forced: bool,
) -> None:
    """Begin to go through a market's items."""
    await db.execute(
        conn, Q["begin_sweep"],
        market=market, sweep_id=sweep_id, channel=channel, category=category, forced=forced,
    )  # fmt: skip


async def sweep_anew(conn: db.Connection, market: MarketId, *, sweep_id: UUID) -> None:
    """Go through everything from the first item, for the rules have changed."""
    await db.execute(conn, Q["end_sweeps"], market=market)
    await begin_sweep(conn, market, sweep_id, channel=None, category=None, forced=False)


async def next_sweep(conn: db.Connection, market: MarketId) -> Sweep | None:
    """Take the oldest sweep, if there is one."""
    found = await db.fetch(conn, Q["next_sweep"], Sweep, market=market)
    return found[0] if found else None


async def note_page(
    conn: db.Connection,
    market: MarketId,
    sweep: Sweep,
    channels: Sequence[str],
    *,
    most: int,
    at: datetime,
) -> Page:
    """Note the next items of a sweep for these channels."""
    found = await db.fetch(
        conn, Q["note_page"], Page,
        market=market, after=sweep.after_sku, category=sweep.category, forced=sweep.forced,
        channels=list(channels), most=most, at=at,
    )  # fmt: skip
    return found[0]


async def move_sweep(conn: db.Connection, market: MarketId, sweep: Sweep, *, after: str) -> None:
    """Say how far a sweep has come."""
    await db.execute(conn, Q["move_sweep"], market=market, sweep_id=sweep.sweep_id, after=after)


async def end_sweep(conn: db.Connection, market: MarketId, sweep: Sweep) -> None:
    """A sweep is through."""
    await db.execute(conn, Q["end_sweep"], market=market, sweep_id=sweep.sweep_id)


async def take_due(conn: db.Connection, market: MarketId, *, at: datetime, most: int) -> list[Due]:
    """Take what is due off the list, in key order."""
    found = await db.fetch(conn, Q["take_due"], Due, market=market, at=at, most=most)
    return sorted(found, key=lambda each: (each.channel, each.sku))


async def published_of(
    conn: db.Connection, market: MarketId, due: Sequence[Due]
) -> dict[tuple[str, Sku], Published]:
    """Read what was told last."""
    found = await db.fetch(
        conn, Q["published_of"], Published,
        market=market, channels=[each.channel for each in due], skus=[each.sku for each in due],
    )  # fmt: skip
    return {(each.channel, each.sku): each for each in found}


async def put_published(
    conn: db.Connection, market: MarketId, news: Sequence[News], *, at: datetime
) -> None:
    """Write what is told now."""
    if news:
        await db.execute(
            conn, Q["put_published"],
            market=market, at=at,
            channels=[each.channel for each in news], skus=[each.sku for each in news],
            availables=[each.available for each in news], versions=[each.version for each in news],
        )  # fmt: skip


async def published_page(
    conn: db.Connection, market: MarketId, channel: ChannelId, *, after: str, most: int
) -> list[Published]:
    """Read what a channel was told, ascending by sku, after one."""
    return await db.fetch(
        conn, Q["published_page"], Published,
        market=market, channel=channel, after=after, most=most,
    )  # fmt: skip
