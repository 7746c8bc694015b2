"""Pack what was picked."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.fulfillment import rules
from entrepot.fulfillment.act import act
from entrepot.fulfillment.model import Answer, Ask
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def pack(
    conn: db.Connection, market: MarketId, asks: Sequence[Ask], *, at: datetime
) -> list[Answer]:
    """Answer every ask, in order. Refuses what is not picked."""
    return await act(conn, market, asks, rules.pack, at=at)
