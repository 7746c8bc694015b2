"""Compare balances with the ledger and the claims; mend by an entry, never in silence."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import chapters, mend, store
from entrepot.inventory.feed_model import Drift, Tally
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, Sku

Q = sql.load(__package__, "rebuild.sql")


async def drifted(
    conn: db.Connection, market: MarketId, skus: Sequence[Sku] | None = None
) -> list[Drift]:
    """Find positions that do not say what their ledger and claims say, ascending."""
    return await db.fetch(
        conn, Q["drifted"], Drift, market=market, skus=None if skus is None else list(skus)
    )


async def contents_are_false(conn: db.Connection, market: MarketId) -> bool:
    """Whether the ledger's contents say something else than the ledger."""
    return bool((await db.fetch(conn, Q["false_chapters"], Tally, market=market))[0].count)


async def rebuild(
    conn: db.Connection, market: MarketId, found: Sequence[Drift], *, actor: str, at: datetime
) -> list[Drift]:
    """Mend what has drifted and does still, now that it is locked; answers it.

    The caller owns the commit.
    """
    keys = sorted({(each.sku, each.node_id) for each in found})
    locked = {(p.sku, p.node_id): p for p in await store.lock_or_make(conn, market, keys)}
    still = [
        each
        for each in await drifted(conn, market, sorted({sku for sku, _ in keys}))
        if (each.sku, each.node_id) in locked
    ]
    changes = [mend.mended(locked[each.sku, each.node_id], each) for each in still]
    await store.record_changes(conn, market, changes, at, actor=actor)
    return still


async def rewrite_contents(conn: db.Connection, market: MarketId) -> None:
    """Have the contents written again; the background does it."""
    await chapters.burn(conn, market)
