"""The catalog's rows: every read and write its verbs make, and nothing they decide."""

from collections.abc import Collection, Sequence
from datetime import datetime

from entrepot.catalog.barcodes import compared
from entrepot.catalog.model import Barcode, Item, ItemRow, Locked, Part, Tracking, Use
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, Sku

Q = sql.load(__package__)


async def lock_items(conn: db.Connection, market: MarketId, skus: Collection[Sku]) -> list[Locked]:
    return await db.fetch(conn, Q["lock_items"], Locked, market=market, skus=list(skus))


async def items_of(conn: db.Connection, market: MarketId, skus: Collection[Sku]) -> dict[Sku, Item]:
    rows = await db.fetch(conn, Q["items_of"], ItemRow, market=market, skus=list(skus))
    return {row.sku: item_of(row) for row in rows}


async def kits_of(
    conn: db.Connection, market: MarketId, skus: Collection[Sku]
) -> dict[Sku, frozenset[Sku]]:
    found: dict[Sku, set[Sku]] = {}
    for use in await db.fetch(conn, Q["uses_of"], Use, market=market, skus=list(skus)):
        found.setdefault(use.part_sku, set()).add(use.sku)
    return {sku: frozenset(kits) for sku, kits in found.items()}


async def create_items(
    conn: db.Connection, market: MarketId, items: Sequence[Item], at: datetime
) -> None:
    if items:
        await _write(conn, market, "create_items", items, at)


async def update_items(
    conn: db.Connection, market: MarketId, items: Sequence[Item], at: datetime
) -> None:
    if items:
        await _write(conn, market, "update_items", items, at)
        skus = [item.sku for item in items]
        await db.execute(conn, Q["clear_components"], market=market, skus=skus)
        await db.execute(conn, Q["clear_barcodes"], market=market, skus=skus)


async def put_components(conn: db.Connection, market: MarketId, items: Sequence[Item]) -> None:
    parts = [(item.sku, part) for item in items for part in item.components]
    if parts:
        await db.execute(
            conn, Q["put_components"],
            market=market, skus=[sku for sku, _ in parts],
            part_skus=[part.sku for _, part in parts],
            quantities=[part.quantity for _, part in parts],
        )  # fmt: skip


async def owners_of(
    conn: db.Connection, market: MarketId, codes: Collection[str]
) -> dict[str, Sku]:
    if not codes:
        return {}
    rows = await db.fetch(conn, Q["owners_of"], Barcode, market=market, codes=sorted(codes))
    return {row.code: row.sku for row in rows}


async def put_barcodes(conn: db.Connection, market: MarketId, items: Sequence[Item]) -> None:
    rows = [
        (compared(code), item.sku, place, code)
        for item in items
        for place, code in enumerate(item.barcodes, start=1)
    ]
    if rows:
        codes, skus, places, givens = (list(column) for column in zip(*rows, strict=True))
        await db.execute(
            conn, Q["put_barcodes"],
            market=market, codes=codes, skus=skus, places=places, givens=givens,
        )  # fmt: skip


def item_of(row: ItemRow) -> Item:
    """Put an item together from its row."""
    return Item(
        row.sku,
        row.name,
        row.price,
        row.weight_g,
        row.category,
        row.attributes,
        parts_of(row.parts, row.quantities),
        row.version,
        Tracking(row.tracking),
        row.shelf_life_days,
        row.min_remaining_days,
        row.volume_cm3,
        tuple(row.barcodes),
    )


def parts_of(skus: Sequence[str], quantities: Sequence[int]) -> tuple[Part, ...]:
    """Put the two columns of a kit's components together."""
    return tuple(Part(Sku(sku), many) for sku, many in zip(skus, quantities, strict=True))


async def _write(
    conn: db.Connection, market: MarketId, statement: str, items: Sequence[Item], at: datetime
) -> None:
    await db.execute(
        conn, Q[statement],
        market=market,
        skus=[item.sku for item in items],
        names=[item.name for item in items],
        prices=[item.price for item in items],
        weights=[item.weight_g for item in items],
        categories=[item.category for item in items],
        attributes=[item.attributes for item in items],
        versions=[item.version for item in items],
        trackings=[item.tracking.value for item in items],
        shelf_lives=[item.shelf_life_days for item in items],
        min_remainings=[item.min_remaining_days for item in items],
        volumes=[item.volume_cm3 for item in items],
        at=at,
    )  # fmt: skip
