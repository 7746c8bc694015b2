"""Date those who wait: write the dates that have moved; answers who can be told so."""

from collections.abc import Sequence

from entrepot.inventory import supply_store as store
from entrepot.inventory.supply_model import Dating
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def date(conn: db.Connection, market: MarketId, datings: Sequence[Dating]) -> list[Dating]:
    """Write new dates in one statement. The caller commits.

    Lines that were served, canceled or dated meanwhile are left as they are and not answered.
    """
    if not datings:
        return []
    written = {
        (each.order_id, each.line_no, each.sku)
        for each in await store.date_demand(conn, market, datings)
    }
    return [
        each
        for each in datings
        if (each.waiter.order_id, each.waiter.line_no, each.waiter.sku) in written
    ]
