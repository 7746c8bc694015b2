"""Pick short: units the node should have and cannot find."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.fulfillment import rules
from entrepot.fulfillment.act import act
from entrepot.fulfillment.model import Answer, Ask
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def short(
    conn: db.Connection, market: MarketId, asks: Sequence[Ask], *, at: datetime
) -> list[Answer]:
    """Answer every ask, in order. The units named, or all left to pick, are out of the work.

    With the last of them the work is picked, or rejected where nothing was picked.
    """
    return await act(conn, market, asks, rules.short, at=at)
