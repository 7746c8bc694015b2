"""What faces ask of lots and serial numbers: where they are, who got them. No locks, no writes."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from entrepot.inventory.lots_model import (
    LotGone,
    LotSeen,
    LotStep,
    LotTold,
    LotTravels,
    SerialSeen,
)
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, NodeId, OrderId, Sku

V = sql.load(__package__, "lots_views.sql")

STEPS_MAX = 200
"""Steps of a unit's way that are shown: more than any unit has gone."""

PLACES_MAX = 10_000
"""Nodes that a lot's units are shown at."""

BEFORE_ALL = UUID(int=0)

After = tuple[str, str, str]
"""The last sku, node and lot of the page before."""


async def page(  # noqa: PLR0913 - a list's filters and its cursor
    conn: db.Connection,
    market: MarketId,
    *,
    skus: Sequence[Sku] | None,
    node_id: NodeId | None,
    expires_before: date | None,
    after: After,
    most: int,
    lot: str | None = None,
    serial: bool = False,
) -> list[LotSeen]:
    """Read what nodes have of lots, ascending by sku, node and lot."""
    return await db.fetch(
        conn, V["lots_page"], LotSeen,
        market=market, skus=None if skus is None else list(skus), node_id=node_id, lot=lot,
        expires_before=expires_before, serial=serial, after_sku=after[0], after_node=after[1],
        after_lot=after[2], most=most,
    )  # fmt: skip


async def told(conn: db.Connection, market: MarketId, sku: Sku, lot: str) -> LotTold | None:
    """Read one lot, or one unit by its serial number; None where there never was one."""
    rows = await db.fetch(conn, V["lot_told"], LotTold, market=market, sku=sku, lot=lot)
    return rows[0] if rows else None


async def travels(conn: db.Connection, market: MarketId, sku: Sku, lot: str) -> list[LotTravels]:
    """Read what of a lot is between nodes."""
    return await db.fetch(conn, V["lot_travels"], LotTravels, market=market, sku=sku, lot=lot)


async def orders_of(
    conn: db.Connection,
    market: MarketId,
    sku: Sku,
    lot: str,
    after: tuple[UUID, int, str],
    most: int,
) -> list[LotGone]:
    """Read which orders have got units of a lot, in the order of their ids."""
    return await db.fetch(
        conn, V["lot_orders"], LotGone,
        market=market, sku=sku, lot=lot, after_order=after[0], after_line=after[1],
        after_node=after[2], most=most,
    )  # fmt: skip


async def of_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[LotGone]:
    """Read which lots some orders have got."""
    return await db.fetch(
        conn, V["lots_of_orders"], LotGone, market=market, order_ids=list(order_ids)
    )


async def steps(conn: db.Connection, market: MarketId, sku: Sku, lot: str) -> list[LotStep]:
    """Read the way of a lot, or of a unit, newest first."""
    return await db.fetch(
        conn, V["lot_steps"], LotStep, market=market, sku=sku, lot=lot, most=STEPS_MAX
    )


async def serials_named(
    conn: db.Connection, market: MarketId, names: Sequence[tuple[Sku, str]]
) -> list[SerialSeen]:
    """Read where some units are, by their serial numbers; those never told of are left out."""
    return await db.fetch(
        conn, V["serials_named"], SerialSeen,
        market=market, skus=[sku for sku, _ in names], lots=[serial for _, serial in names],
    )  # fmt: skip


async def serials(  # noqa: PLR0913 - a list's filters and its cursor
    conn: db.Connection,
    market: MarketId,
    sku: Sku,
    *,
    node_id: NodeId | None,
    in_stock: bool,
    after: str,
    most: int,
) -> list[SerialSeen]:
    """Read an item's units by ascending serial number."""
    return await db.fetch(
        conn, V["serials_page"], SerialSeen,
        market=market, sku=sku, node_id=node_id, in_stock=in_stock, after=after, most=most,
    )  # fmt: skip
