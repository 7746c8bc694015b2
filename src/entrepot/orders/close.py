"""Close orders that are done: everything left of them is with the customer, or nothing is left."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.orders import store
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, OrderId


async def close(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId], *, at: datetime
) -> list[OrderId]:
    """Close these orders; answers those that were not closed before."""
    return await store.close_orders(conn, market, order_ids, at) if order_ids else []
