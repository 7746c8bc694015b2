"""Register a webhook, change it, take it away, or let it hear the feed again."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from entrepot.notices import store
from entrepot.notices.model import WEBHOOKS_MAX, Put, Wanted, WhyNot
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def put(
    conn: db.Connection, market: MarketId, wanted: Wanted, *, at: datetime
) -> Put | WhyNot:
    """Put a webhook, whole. The caller owns the transaction, and has looked at its address.

    A new one hears of what happens from now on. One that was there keeps its place in the feed, and
    what waits for it is tried anew.
    """
    before = await store.webhook_for_update(conn, market, wanted.webhook_id)
    secret = wanted.secret or (before.secret if before else None)
    if secret is None:
        return WhyNot.UNSIGNED
    if before is None and await store.count_webhooks(conn, market) >= WEBHOOKS_MAX:
        return WhyNot.TOO_MANY

    sequence = before.sequence if before else await store.feed_end(conn, market)
    version = before.version + 1 if before else 1

    await store.put_webhook(conn, market, replace(wanted, secret=secret), (version, sequence), at)
    await store.begin_again(conn, market, wanted.webhook_id, at)
    now = await store.webhook_for_update(conn, market, wanted.webhook_id)
    assert now is not None
    return Put(now, before.exception_id if before else None)


async def remove(conn: db.Connection, market: MarketId, webhook_id: str) -> Put | None:
    """Take a webhook away, with its log; answers it as it was, None where there was none."""
    before = await store.webhook_for_update(conn, market, webhook_id)
    if before is None:
        return None
    await store.delete_webhook(conn, market, webhook_id)
    return Put(before, before.exception_id)


async def replay(
    conn: db.Connection, market: MarketId, webhook_id: str, *, first: int
) -> tuple[int, int] | None:
    """Read the feed for a webhook again, from the event `first` on.

    Answers (the first event that is told again, the feed's last), None for an unknown webhook. It
    never skips: a `first` that lies ahead of where the webhook has come to changes nothing.
    """
    before = await store.webhook_for_update(conn, market, webhook_id)
    if before is None:
        return None
    from_ = min(first, before.sequence + 1)
    await store.rewind(conn, market, webhook_id, from_ - 1)
    return from_, await store.feed_end(conn, market)


async def retry(
    conn: db.Connection, market: MarketId, webhook_id: str, sequence: int | None, *, at: datetime
) -> list[int] | None:
    """Try deliveries anew: one that waits or was given up, or (None) all that were given up.

    Answers which, at most RETRIED_AT_ONCE_MAX; None for an unknown webhook.
    """
    before = await store.webhook_for_update(conn, market, webhook_id)
    if before is None:
        return None
    return await store.retry_deliveries(conn, market, webhook_id, sequence, at)


def exception_of(put: Put) -> list[UUID]:
    """Name the exception that ends with this, if one stood against the webhook."""
    return [put.ends] if put.ends else []
