"""Reject work: its node gives all of it back."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.fulfillment import rules
from entrepot.fulfillment.act import act
from entrepot.fulfillment.model import Answer, Ask
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def reject(
    conn: db.Connection, market: MarketId, asks: Sequence[Ask], *, at: datetime
) -> list[Answer]:
    """Answer every ask, in order. What had been picked goes back on the shelf.

    The answer's turn says which units go back (`units`) and which were not found (`missing`).
    """
    return await act(conn, market, asks, rules.reject, at=at)
