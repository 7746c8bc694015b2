"""Cancel units of lines. How many may still be canceled is known by those who do the work."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.orders import store
from entrepot.orders.model import Cancellation
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def cancel(
    conn: db.Connection, market: MarketId, units: Sequence[Cancellation], *, at: datetime
) -> None:
    """Write the cancellations. The caller holds the orders' locks and has freed what was claimed.

    More units than a line has left break a CHECK, which is a fault: the caller decided wrongly.
    """
    await store.cancel_units(conn, market, units, at)
