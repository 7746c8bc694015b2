"""Inbound deliveries: each taken once, by its sender's own id."""

from datetime import datetime

from entrepot.plumbing import db, sql
from entrepot.plumbing.model import Delivery, Taken
from entrepot.terms.ids import MarketId

Q = sql.load(__package__)


async def find(
    conn: db.Connection, market: MarketId, source: str, message_id: str
) -> Delivery | None:
    """Say what became of a delivery that was taken before; None for one that is new."""
    known = await db.fetch(
        conn, Q["delivery_taken"], Delivery, market=market, source=source, message_id=message_id
    )
    return known[0] if known else None


async def take(  # noqa: PLR0913 - a delivery as it is kept
    conn: db.Connection,
    market: MarketId,
    source: str,
    message_id: str,
    digest: bytes,
    outcome: str,
    *,
    at: datetime,
) -> Delivery | None:
    """Take a delivery; answers None when it is new, else what became of it the first time."""
    taken = await db.fetch(
        conn, Q["take_delivery"], Taken,
        market=market, source=source, message_id=message_id, digest=digest, outcome=outcome, at=at,
    )  # fmt: skip
    if taken:
        return None
    known = await db.fetch(
        conn, Q["delivery_taken"], Delivery, market=market, source=source, message_id=message_id
    )
    return known[0]
