"""Accept released work: its node takes it on."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.fulfillment import rules
from entrepot.fulfillment.act import act
from entrepot.fulfillment.model import Answer, Ask
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def accept(
    conn: db.Connection, market: MarketId, asks: Sequence[Ask], *, at: datetime
) -> list[Answer]:
    """Answer every ask, in order. Refuses what is not released."""
    return await act(conn, market, asks, rules.accept, at=at)
