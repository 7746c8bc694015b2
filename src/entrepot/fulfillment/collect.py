"""Hand over to the customer who came."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.fulfillment import rules
from entrepot.fulfillment.act import act
from entrepot.fulfillment.model import Answer, Ask
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def collect(
    conn: db.Connection, market: MarketId, asks: Sequence[Ask], *, at: datetime
) -> list[Answer]:
    """Answer every ask, in order. Only what is ready for pickup is collected."""
    return await act(conn, market, asks, rules.collect, at=at)
