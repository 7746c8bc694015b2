"""Open fulfillment orders: what a plan asks of its nodes."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from entrepot.fulfillment import rules, store
from entrepot.fulfillment.model import NewFulfillmentOrder
from entrepot.plumbing import db
from entrepot.terms.ids import FulfillmentOrderId, MarketId


async def open_planned(
    conn: db.Connection, market: MarketId, new: Sequence[NewFulfillmentOrder], *, at: datetime
) -> list[FulfillmentOrderId]:
    """Make one fulfillment order of each, in state planned; answers their ids, in order.

    Lines of the same line number and sku add up. The caller owns the transaction.
    """
    if not new:
        return []
    merged = [replace(each, lines=rules.merged(each.lines)) for each in new]
    return await store.open_fulfillment_orders(conn, market, merged, at)
