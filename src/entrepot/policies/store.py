"""The policies' rows: every read and write their verbs make, and nothing they decide."""

from datetime import datetime

from entrepot.plumbing import db, sql
from entrepot.policies.model import PolicyRow, PublishedRow
from entrepot.terms.ids import MarketId

Q = sql.load(__package__)


async def publish(
    conn: db.Connection,
    market: MarketId,
    document: str,
    actor: str,
    reason: str,
    at: datetime,
) -> int:
    rows = await db.fetch(
        conn, Q["publish_policy"], PolicyRow,
        market=market, document=document, actor=actor, reason=reason, at=at,
    )  # fmt: skip
    return rows[0].version


async def current(conn: db.Connection, market: MarketId) -> PolicyRow | None:
    rows = await db.fetch(conn, Q["current_policy"], PolicyRow, market=market)
    return rows[0] if rows else None


async def history(
    conn: db.Connection, market: MarketId, before: int, most: int
) -> list[PublishedRow]:
    return await db.fetch(
        conn, Q["policy_history"], PublishedRow, market=market, before=before, most=most
    )
