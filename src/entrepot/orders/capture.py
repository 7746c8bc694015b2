"""Capture orders: write what was agreed, once. It was decided before (journey.place)."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.orders import store
from entrepot.orders.model import Cancellation, Captured
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

NOT_TO_BE_HAD = "not available when the order was placed"


async def capture(
    conn: db.Connection, market: MarketId, batch: Sequence[Captured], *, at: datetime
) -> None:
    """Write the orders, their lines, the parts of kits, and the units dropped at capture.

    The caller owns the transaction and has looked the external ids up; an order that another
    transaction wrote meanwhile is a unique violation, and the batch is tried again.
    """
    await store.record_orders(conn, market, batch, at)
    await store.record_parts(conn, market, batch)
    dropped = [
        Cancellation(each.order_id, line, units, NOT_TO_BE_HAD, "entrepot")
        for each in batch
        for line, units in each.canceled.items()
        if units
    ]
    await store.note_cancellations(conn, market, dropped, at)
