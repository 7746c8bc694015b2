"""Demand without stock: accepted units that wait, counted by availability until settled."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import store
from entrepot.inventory.model import Demand
from entrepot.plumbing import db
from entrepot.terms.ids import LineNo, MarketId, OrderId, Sku


async def wait(
    conn: db.Connection, market: MarketId, demands: Sequence[Demand], *, at: datetime
) -> None:
    """Let these units wait for supply. The caller owns the transaction."""
    if demands:
        await store.record_demand(conn, market, demands, at)


async def settle(
    conn: db.Connection, market: MarketId, settled: Sequence[tuple[OrderId, LineNo, Sku, int]]
) -> None:
    """These units wait no longer: they were planned, or canceled."""
    if settled:
        await store.settle_demand(conn, market, settled)
