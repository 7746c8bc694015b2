"""Compare balances with the ledger and the claims; mend by an entry, never in silence."""

from datetime import datetime

from entrepot.inventory import buckets, chapters, lots, mend, store
from entrepot.inventory.buckets import NOTHING, AsideRow
from entrepot.inventory.feed_model import Drift, Tally
from entrepot.inventory.lots_model import LotDrift
from entrepot.inventory.model import ROWS_PER_COMMIT_MAX
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "rebuild.sql")


async def drifted(conn: db.Connection, market: MarketId, *, most: int | None = None) -> list[Drift]:
    """Find positions that do not say what their ledger and claims say, ascending.

    It reads the whole ledger of the market.
    """
    return await db.fetch(conn, Q["drifted"], Drift, market=market, most=most)


async def contents_are_false(conn: db.Connection, market: MarketId) -> bool:
    """Whether the ledger's contents say something else than the ledger."""
    return bool((await db.fetch(conn, Q["false_chapters"], Tally, market=market))[0].count)


async def rebuild(
    conn: db.Connection, market: MarketId, *, actor: str, at: datetime
) -> list[Drift]:
    """Mend what has drifted, ROWS_PER_COMMIT_MAX positions at most; answers it.

    The caller owns the commit, and comes again until there is nothing left. Two at once would mend
    twice: the second waits for the mark of the contents, and finds nothing.
    """
    await chapters.take_turn(conn, market)
    found = await drifted(conn, market, most=ROWS_PER_COMMIT_MAX)
    if not found:
        return []
    keys = store.keys_of(found)
    locked = {(p.sku, p.node_id): p for p in await store.lock_or_make(conn, market, keys)}
    entered = buckets.by_position(
        await db.fetch(
            conn, Q["entered_asides"], AsideRow,
            market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
        )
    )  # fmt: skip
    held = buckets.by_position(await store.held_at(conn, market, keys))
    changes = [
        mend.mended(locked[key], each, entered.get(key, NOTHING), held.get(key, NOTHING))
        for each, key in zip(found, keys, strict=True)
    ]
    await store.record_changes(conn, market, changes, at, actor=actor)
    return found


async def drifted_lots(
    conn: db.Connection, market: MarketId, *, most: int | None = None
) -> list[LotDrift]:
    """Find lots whose balance is not what their entries say, or more than there is. Ascending."""
    return await db.fetch(conn, lots.Q["drifted_lots"], LotDrift, market=market, most=most)


async def rebuild_lots(
    conn: db.Connection, market: MarketId, *, actor: str, at: datetime
) -> list[LotDrift]:
    """Mend lots that have drifted, of positions that say what their ledger says; answers them.

    The caller owns the commit, and comes again until there is nothing left.
    """
    await chapters.take_turn(conn, market)
    found = await drifted_lots(conn, market, most=ROWS_PER_COMMIT_MAX)
    if not found:
        return []
    keys = store.keys_of(found)
    locked = await store.lock_or_make(conn, market, keys)
    await lots.mark(conn, market, keys)
    changes = [mend.lots_mended(position) for position in locked]
    await store.record_changes(conn, market, changes, at, actor=actor)
    return found


async def rewrite_contents(conn: db.Connection, market: MarketId) -> bool:
    """Throw away contents that are false; the background writes them again. The caller commits."""
    await chapters.take_turn(conn, market)
    if not await contents_are_false(conn, market):
        return False
    await chapters.burn(conn, market)
    return True
