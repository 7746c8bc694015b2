"""What faces ask of webhooks. No locks, no writes."""

from collections.abc import Sequence

from entrepot.notices.model import COUNTED_MAX, Delivery, DeliveryState, Tally, Webhook
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

V = sql.load(__package__, "views.sql")


async def webhook(conn: db.Connection, market: MarketId, webhook_id: str) -> Webhook | None:
    """Read one webhook, its secret too; None where there is none."""
    found = await db.fetch(conn, V["webhook"], Webhook, market=market, webhook_id=webhook_id)
    return found[0] if found else None


async def webhooks(
    conn: db.Connection, market: MarketId, *, after: str, most: int
) -> list[Webhook]:
    """Read webhooks by ascending id, from the one after `after`."""
    return await db.fetch(conn, V["webhooks_page"], Webhook, market=market, after=after, most=most)


async def deliveries(
    conn: db.Connection,
    market: MarketId,
    webhook_id: str,
    *,
    state: DeliveryState | None,
    before: int,
    most: int,
) -> list[Delivery]:
    """Read the delivery log, newest first, from the one before a sequence."""
    return await db.fetch(
        conn, V["deliveries"], Delivery,
        market=market, webhook_id=webhook_id, state=state.value if state else None,
        before=before, most=most,
    )  # fmt: skip


async def tallies(
    conn: db.Connection, market: MarketId, webhook_ids: Sequence[str]
) -> dict[str, Tally]:
    """Count what waits for these webhooks and what was given up, up to a bound."""
    rows = await db.fetch(
        conn, V["tallies"], Tally,
        market=market, webhook_ids=list(webhook_ids), most=COUNTED_MAX,
    )  # fmt: skip
    return {row.webhook_id: row for row in rows}
