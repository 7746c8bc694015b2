"""Hand packages over to their carrier."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.fulfillment import rules
from entrepot.fulfillment.act import act
from entrepot.fulfillment.model import Answer, Ask
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def ship(
    conn: db.Connection, market: MarketId, asks: Sequence[Ask], *, at: datetime
) -> list[Answer]:
    """Answer every ask, in order; each names its packages. Only packed work for `ship` is shipped.

    Packages that name their units must name exactly what was picked.
    """
    return await act(conn, market, asks, rules.ship, at=at)
