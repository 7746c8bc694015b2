"""The journey's rows: the summaries."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.journey.model import Summary
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__)


async def put_summaries(
    conn: db.Connection, market: MarketId, rows: Sequence[Summary], at: datetime
) -> None:
    if rows:
        await db.execute(
            conn, Q["put_summaries"],
            market=market,
            order_ids=[row.order_id for row in rows],
            channels=[row.channel for row in rows],
            phases=[row.phase for row in rows],
            nodes=[db.json_text(row.nodes) for row in rows],
            skus=[db.json_text(row.skus) for row in rows],
            at=at,
        )  # fmt: skip
