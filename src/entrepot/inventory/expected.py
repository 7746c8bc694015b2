"""What faces and the journey ask of supply: documents, what is due, who waits, on what terms."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from entrepot.inventory import supply_store as store
from entrepot.inventory.supply_model import (
    Due,
    FreeUnits,
    InTurn,
    SkuNamed,
    Supply,
    SupplyRow,
    Terms,
    Waiter,
)
from entrepot.inventory.supply_store import Q, named, queued
from entrepot.plumbing import db
from entrepot.terms.ids import LineNo, MarketId, NodeId, OrderId, Sku

__all__ = [
    "FIRST",
    "due",
    "free_units",
    "free_when_still",
    "hold",
    "hold_terms",
    "named",
    "page",
    "queued",
    "terms_of",
    "waiters",
    "waiting_skus_of",
]

FIRST = InTurn(-1, datetime(1, 1, 1, tzinfo=UTC), OrderId(UUID(int=0)), LineNo(0))
"""Before everybody in any queue."""


async def hold(conn: db.Connection, market: MarketId, supply_id: str) -> Supply | None:
    """Read a document and keep it as it is until the commit; None where there is none."""
    return (await store.locked(conn, market, [supply_id])).get(supply_id)


async def page(  # noqa: PLR0913 - what a list may be narrowed by
    conn: db.Connection,
    market: MarketId,
    *,
    sku: Sku | None,
    node_id: NodeId | None,
    state: str | None,
    not_after: datetime | None,
    after: tuple[datetime, str],
    most: int,
) -> list[Supply]:
    """Read documents by ascending date and id, from a cursor on."""
    rows = await db.fetch(
        conn, Q["supplies_page"], SupplyRow,
        market=market, sku=sku, node_id=node_id, state=state, not_after=not_after,
        after_at=after[0], after_id=after[1], most=most,
    )  # fmt: skip
    whole = await store.whole(conn, market, rows)
    return [whole[row.supply_id] for row in rows]


async def due(conn: db.Connection, market: MarketId, skus: Iterable[Sku]) -> list[Due]:
    """Read what is on its way of some skus, each unit once, by sku and date."""
    return await db.fetch(conn, Q["due"], Due, market=market, skus=sorted(set(skus)))


async def terms_of(conn: db.Connection, market: MarketId, skus: Iterable[Sku]) -> dict[Sku, Terms]:
    """Read the terms of some skus; a sku without any is left out."""
    rows = await db.fetch(conn, Q["terms_of"], Terms, market=market, skus=sorted(set(skus)))
    return {row.sku: row for row in rows}


async def hold_terms(
    conn: db.Connection, market: MarketId, skus: Iterable[Sku]
) -> dict[Sku, Terms]:
    """Read the terms of some skus and keep their queues to this transaction until it commits."""
    rows = await db.fetch(conn, Q["terms_for_update"], Terms, market=market, skus=sorted(set(skus)))
    return {row.sku: row for row in rows}


async def free_units(conn: db.Connection, market: MarketId, skus: Sequence[Sku]) -> dict[Sku, int]:
    """Read which of some skus are free anywhere, and how many units of them."""
    rows = await db.fetch(conn, Q["free_units"], FreeUnits, market=market, skus=list(skus))
    return {row.sku: row.units for row in rows}


async def free_when_still(conn: db.Connection, market: MarketId, skus: Sequence[Sku]) -> list[Sku]:
    """Lock all positions of some skus and read which are free anywhere, ascending."""
    if not skus:
        return []
    rows = await db.fetch(conn, Q["free_when_still"], SkuNamed, market=market, skus=list(skus))
    return [row.sku for row in rows]


async def waiters(
    conn: db.Connection, market: MarketId, skus: Sequence[Sku]
) -> dict[Sku, list[Waiter]]:
    """Read everybody who waits for some skus, per sku in turn."""
    found: dict[Sku, list[Waiter]] = {}
    for row in await db.fetch(conn, Q["waiters"], Waiter, market=market, skus=list(skus)):
        found.setdefault(row.sku, []).append(row)
    return found


async def waiting_skus_of(
    conn: db.Connection,
    market: MarketId,
    order_ids: Sequence[OrderId],
    *,
    but_for: Sequence[str] = (),
) -> list[Sku]:
    """Read which skus some orders wait for, but for these reasons."""
    rows = await db.fetch(
        conn, Q["waiting_skus_of"], SkuNamed,
        market=market, order_ids=list(order_ids), whys=list(but_for),
    )  # fmt: skip
    return [row.sku for row in rows]
