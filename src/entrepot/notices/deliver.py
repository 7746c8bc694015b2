"""Deliver the feed: read it into what is owed, claim what is due, record what came of the calls.

The calls themselves are made between `claim` and `record`, outside of any transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from entrepot.notices import rules, store
from entrepot.notices.model import (
    EVENTS_PER_COMMIT_MAX,
    LEASE,
    Claimed,
    Posted,
    Ready,
    Round,
    Verdict,
    Webhook,
)
from entrepot.plumbing import db, exceptions
from entrepot.plumbing.exceptions import Stuck
from entrepot.terms.ids import MarketId

DISABLED = "notices.disabled"
UNDELIVERED = "notices.undelivered"


async def read_feed(
    conn: db.Connection, market: MarketId, last_sequence: int, *, at: datetime
) -> int:
    """Owe to every webhook what it asked for, up to the feed's end; answers how many were read for.

    The caller owns the transaction; at most EVENTS_PER_COMMIT_MAX events are read for each.
    """
    behind = await store.behind(conn, market, last_sequence)
    if not behind:
        return 0
    uptos = [
        (each.webhook_id, min(last_sequence, each.sequence + EVENTS_PER_COMMIT_MAX))
        for each in behind
    ]
    await store.owe(conn, market, uptos, at)
    return len(behind)


async def ready(conn: db.Connection, market: MarketId, *, at: datetime) -> list[str]:
    """Name the webhooks that may be called now and for which something waits."""
    found = await db.fetch(conn, store.Q["ready"], Ready, market=market, at=at)
    return [each.webhook_id for each in found]


async def claim(
    conn: db.Connection, market: MarketId, webhook_id: str, *, at: datetime
) -> Round | None:
    """Claim what is due to a webhook, of each subject the oldest; None where there is nothing.

    An endpoint that failed is asked with one delivery only. The caller commits before it calls.
    """
    webhook = await store.hold_ready(conn, market, webhook_id, at)
    if webhook is None:
        return None
    claimed = await store.claim(
        conn, market, webhook_id, at=at, until=at + LEASE, probe=webhook.failures > 0
    )
    claimed.sort(key=lambda each: each.sequence)
    return Round(webhook, claimed) if claimed else None


async def record(
    conn: db.Connection,
    market: MarketId,
    webhook: Webhook,
    calls: Sequence[tuple[Claimed, Posted]],
    *,
    at: datetime,
) -> Verdict:
    """Record what came of the calls; a person hears of what is given up. In one transaction."""
    verdict = rules.verdict(webhook, calls, at=at)
    stuck = _stuck(webhook, verdict)
    ids = await exceptions.raise_all(conn, market, stuck, at=at)
    exception_id: UUID | None = ids[0] if verdict.disable else None
    await store.record_calls(conn, market, webhook.webhook_id, verdict.ended, at)
    kept = await store.record_round(
        conn, market, webhook, verdict, exception_id=exception_id, at=at
    )
    if exception_id and not kept:
        await exceptions.close(
            conn, market, [exception_id], actor="entrepot", reason="was put anew", at=at
        )
    return verdict


def _stuck(webhook: Webhook, verdict: Verdict) -> list[Stuck]:
    """List what a person should see: first the endpoint's end, then what it would not take."""
    subject = f"webhooks/{webhook.webhook_id}"
    found = [Stuck(DISABLED, subject, verdict.disable)] if verdict.disable else []
    return found + [
        Stuck(
            UNDELIVERED, subject, f"event {sequence} was refused at every attempt",
            db.json_text({"sequence": sequence}),
        )
        for sequence in verdict.given_up
    ]  # fmt: skip
