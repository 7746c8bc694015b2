"""What faces and servers ask of the catalog. No locks, no writes."""

from collections.abc import Collection, Iterable
from datetime import datetime

from entrepot.catalog.barcodes import compared
from entrepot.catalog.model import (
    Categorized,
    Changed,
    Item,
    ItemRow,
    Made,
    MadeRow,
    Named,
    Tracking,
)
from entrepot.catalog.store import Q, item_of, items_of, owners_of, parts_of
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, Sku

TRACKINGS = {each.value: each for each in Tracking}


async def item(conn: db.Connection, market: MarketId, sku: Sku) -> Item | None:
    """Read one item; None where there is none."""
    return (await items_of(conn, market, [sku])).get(sku)


async def names_of(conn: db.Connection, market: MarketId, skus: Collection[Sku]) -> dict[Sku, str]:
    """Read what these skus are called; those unknown are left out."""
    return {sku: item.name for sku, item in (await items_of(conn, market, skus)).items()}


async def by_barcode(conn: db.Connection, market: MarketId, code: str) -> Item | None:
    """Read the item that a barcode, or a sku, is on; None where there is none."""
    sku = (await owners(conn, market, [code])).get(code)
    return None if sku is None else await item(conn, market, sku)


async def owners(conn: db.Connection, market: MarketId, codes: Collection[str]) -> dict[str, Sku]:
    """Find whose codes these are: barcodes, or skus themselves; those unknown are left out."""
    found = await owners_of(conn, market, {compared(code) for code in codes})
    by_sku = await items_of(conn, market, [Sku(c) for c in codes if compared(c) not in found])
    told = {code: found.get(compared(code)) or Sku(code) for code in codes}
    return {code: sku for code, sku in told.items() if compared(code) in found or sku in by_sku}


async def some(conn: db.Connection, market: MarketId, skus: Collection[Sku]) -> dict[Sku, Item]:
    """Read some items whole, by sku; those unknown are left out."""
    return await items_of(conn, market, skus) if skus else {}


async def items(
    conn: db.Connection, market: MarketId, *, prefix: str = "", after: str = "", most: int
) -> list[Item]:
    """Read items by ascending sku, from the one after `after`, whose sku begins with `prefix`."""
    rows = await db.fetch(
        conn, Q["items_page"], ItemRow, market=market, prefix=prefix, after=after, most=most
    )
    return [item_of(row) for row in rows]


async def made(conn: db.Connection, market: MarketId) -> dict[Sku, Made]:
    """Read what orders need to know, of every item."""
    return _made(await db.fetch(conn, Q["made_all"], MadeRow, market=market))


async def changed_since(
    conn: db.Connection, market: MarketId, changed_at: datetime
) -> dict[Sku, Made]:
    """Read the same of the items that were changed after a moment."""
    return _made(await db.fetch(conn, Q["made_since"], MadeRow, market=market, since=changed_at))


async def made_of(conn: db.Connection, market: MarketId, skus: Collection[Sku]) -> dict[Sku, Made]:
    """Read the same of some skus and the components of those that are kits."""
    found = await _made_of(conn, market, skus)
    parts = {part.sku for made in found.values() for part in made.parts} - found.keys()
    return found | await _made_of(conn, market, parts) if parts else found


async def categories(
    conn: db.Connection, market: MarketId, skus: Collection[Sku]
) -> dict[Sku, str]:
    """Read the category of each of some skus."""
    rows = await db.fetch(conn, Q["categories_of"], Categorized, market=market, skus=sorted(skus))
    return {row.sku: row.category for row in rows}


async def known_categories(
    conn: db.Connection, market: MarketId, names: Collection[str]
) -> frozenset[str]:
    """Say which of these categories have an item."""
    rows = await db.fetch(conn, Q["known_categories"], Named, market=market, names=sorted(names))
    return frozenset(row.name for row in rows)


async def last_change(conn: db.Connection, market: MarketId) -> datetime | None:
    """Say when an item was last changed; None where there is none."""
    rows = await db.fetch(conn, Q["last_change"], Changed, market=market)
    return rows[0].changed_at


async def _made_of(conn: db.Connection, market: MarketId, skus: Collection[Sku]) -> dict[Sku, Made]:
    return _made(await db.fetch(conn, Q["made_of"], MadeRow, market=market, skus=sorted(skus)))


def _made(rows: Iterable[MadeRow]) -> dict[Sku, Made]:
    return {
        row.sku: Made(
            row.weight_g, parts_of(row.parts, row.quantities), row.category,
            TRACKINGS[row.tracking], row.shelf_life_days, row.volume_cm3,
        )
        for row in rows
    }  # fmt: skip
