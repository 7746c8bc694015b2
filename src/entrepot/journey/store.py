"""The journey's rows: the summaries, and the terms they are found by."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from entrepot.journey.model import Dated, Ending, Listed, Summary, Tracked, Wanted, Way
from entrepot.plumbing import db, sql
from entrepot.terms.ids import FulfillmentOrderId, MarketId, OrderId, Sku

Q = sql.load(__package__)


async def put_summaries(
    conn: db.Connection, market: MarketId, rows: Sequence[Summary], at: datetime
) -> None:
    if rows:
        await db.execute(
            conn, Q["put_summaries"],
            market=market,
            order_ids=[row.order_id for row in rows],
            phases=[row.phase for row in rows],
            stages=[row.stage for row in rows],
            placed_ats=[row.placed_at for row in rows],
            promised_latests=[row.promised_latest for row in rows],
            ended_ats=[row.ended_at for row in rows],
            terms=[db.json_text(row.terms) for row in rows],
            at=at,
        )  # fmt: skip


async def put_postings(
    conn: db.Connection,
    market: MarketId,
    added: Sequence[tuple[str, UUID]],
    dropped: Sequence[tuple[str, UUID]],
) -> None:
    for name, rows in (("drop_postings", dropped), ("put_postings", added)):
        if rows:
            await db.execute(
                conn, Q[name], market=market,
                terms=[term for term, _ in rows], order_ids=[order for _, order in rows],
            )  # fmt: skip


async def endings_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> dict[UUID, datetime]:
    rows = await db.fetch(conn, Q["endings_of"], Ending, market=market, order_ids=list(order_ids))
    return {row.order_id: row.at for row in rows}


async def dates_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> dict[UUID, datetime]:
    rows = await db.fetch(conn, Q["dates_of"], Dated, market=market, order_ids=list(order_ids))
    return {row.order_id: row.latest for row in rows}


async def tracking_of(
    conn: db.Connection, market: MarketId, works: Sequence[FulfillmentOrderId]
) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    if works:
        for row in await db.fetch(
            conn, Q["tracking_of"], Tracked, market=market, fulfillment_order_ids=list(works)
        ):
            found.setdefault(row.order_id, []).append(row.tracking_number)
    return found


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
