"""Make what was picked ready for the customer who fetches it."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.fulfillment import rules
from entrepot.fulfillment.act import act
from entrepot.fulfillment.model import Answer, Ask
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def ready(
    conn: db.Connection, market: MarketId, asks: Sequence[Ask], *, at: datetime
) -> list[Answer]:
    """Answer every ask, in order. Only pickup and curbside work is made ready."""
    return await act(conn, market, asks, rules.ready, at=at)
