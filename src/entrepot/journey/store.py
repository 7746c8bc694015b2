"""The journey's rows: the summaries."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from entrepot.journey.model import Listed, Summary, Wanted, Way
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, OrderId, Sku

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


async def summaries(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Summary]:
    return await db.fetch(
        conn, Q["summaries_of"], Summary, market=market, order_ids=list(order_ids)
    )


async def order_ids(conn: db.Connection, market: MarketId, after: UUID, most: int) -> list[UUID]:
    rows = await db.fetch(conn, Q["order_ids_after"], Listed, market=market, after=after, most=most)
    return [row.order_id for row in rows]


async def ways_of(conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]) -> list[Way]:
    return await db.fetch(conn, Q["ways_of"], Way, market=market, order_ids=list(order_ids))


async def skus_of_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Sku]:
    rows = await db.fetch(
        conn, Q["skus_of_orders"], Wanted, market=market, order_ids=list(order_ids)
    )
    return [row.sku for row in rows]
