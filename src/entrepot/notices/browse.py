"""What faces ask of webhooks. No locks, no writes."""

from entrepot.notices.model import Delivery, DeliveryState, Webhook
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
