"""Lots of nodes' work: which were picked for a line, and which are spoken for at a node."""

from collections.abc import Sequence

from entrepot.fulfillment.model import LineLot, PickedFor, PickedLot
from entrepot.plumbing import db, sql
from entrepot.terms.ids import FulfillmentOrderId, MarketId, NodeId, Sku

Q = sql.load(__package__, "lots.sql")


async def of_works(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> list[LineLot]:
    """Read the lots that were picked for some pieces of work."""
    return await db.fetch(
        conn, Q["lots_of_lines"], LineLot, market=market, fulfillment_order_ids=list(ids)
    )


async def picked_at(
    conn: db.Connection,
    market: MarketId,
    keys: Sequence[tuple[Sku, NodeId]],
    *,
    but: Sequence[FulfillmentOrderId] = (),
) -> list[PickedLot]:
    """Read what is picked of lots at some positions and still on the books, but for some work."""
    return await db.fetch(
        conn, Q["picked_at"], PickedLot,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
        but=list(but),
    )  # fmt: skip


async def put(conn: db.Connection, market: MarketId, rows: Sequence[LineLot]) -> None:
    """Write all the lots of the lines these rows are of: those they had before are forgotten.

    The caller holds the work's lock.
    """
    if not rows:
        return
    await db.execute(
        conn, Q["clear_line_lots"],
        market=market, fulfillment_order_ids=[row.fulfillment_order_id for row in rows],
        line_nos=[row.line_no for row in rows], skus=[row.sku for row in rows],
    )  # fmt: skip
    await db.execute(
        conn, Q["put_line_lots"],
        market=market, fulfillment_order_ids=[row.fulfillment_order_id for row in rows],
        line_nos=[row.line_no for row in rows], skus=[row.sku for row in rows],
        node_ids=[row.node_id for row in rows], lots=[row.lot for row in rows],
        serials=[row.serial for row in rows], quantities=[row.quantity for row in rows],
    )  # fmt: skip


async def have_gone(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> None:
    """Note that the units of some work are off the books."""
    await db.execute(conn, Q["lots_have_gone"], market=market, fulfillment_order_ids=list(ids))


async def picked_for(
    conn: db.Connection, market: MarketId, lots: Sequence[tuple[Sku, NodeId, str]]
) -> list[PickedFor]:
    """Read whose work these lots were picked for at their nodes, where they are still there."""
    if not lots:
        return []
    return await db.fetch(
        conn, Q["picked_for"], PickedFor,
        market=market, skus=[sku for sku, _, _ in lots], node_ids=[node for _, node, _ in lots],
        lots=[lot for *_, lot in lots],
    )  # fmt: skip
