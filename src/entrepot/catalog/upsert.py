"""Upsert items: each row replaces the whole item of its sku."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from entrepot.catalog import rules, store
from entrepot.catalog.barcodes import compared
from entrepot.catalog.model import Item, Upserted
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, Sku


async def upsert(
    conn: db.Connection, market: MarketId, rows: Sequence[Item], *, at: datetime
) -> list[Upserted]:
    """Answer every row, in order; `version` of what comes in is not looked at.

    Ten statements at most, whatever the number of rows. The caller owns the transaction.
    """
    if not rows:
        return []
    skus = sorted({row.sku for row in rows} | {p.sku for row in rows for p in row.components})
    await hold(conn, market, skus)
    codes = {compared(code) for row in rows for code in row.barcodes}
    seen = rules.Seen(
        await store.items_of(conn, market, skus),
        await store.kits_of(conn, market, skus),
        await store.owners_of(conn, market, codes),
    )

    settled = rules.settle(rows, seen)

    await store.create_items(conn, market, settled.created, at)
    await store.update_items(conn, market, settled.updated, at)
    await store.put_components(conn, market, settled.created + settled.updated)
    await store.put_barcodes(conn, market, settled.created + settled.updated)
    return settled.answers


async def hold(conn: db.Connection, market: MarketId, skus: Iterable[Sku]) -> None:
    """Keep these items as they are for others until the transaction ends; unknown ones are left."""
    await store.lock_items(conn, market, sorted(skus))
