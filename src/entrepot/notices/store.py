"""The webhooks' rows: every read and write the verbs make, and nothing they decide."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from entrepot.notices.model import (
    AHEAD_MAX,
    AT_ONCE_MAX,
    RETRIED_AT_ONCE_MAX,
    Claimed,
    Counted,
    Ended,
    Retried,
    Verdict,
    Wanted,
    Webhook,
)
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__)


async def webhook_for_update(
    conn: db.Connection, market: MarketId, webhook_id: str
) -> Webhook | None:
    found = await db.fetch(
        conn, Q["webhook_for_update"], Webhook, market=market, webhook_id=webhook_id
    )
    return found[0] if found else None


async def count_webhooks(conn: db.Connection, market: MarketId) -> int:
    return (await db.fetch(conn, Q["count_webhooks"], Counted, market=market))[0].number


async def feed_end(conn: db.Connection, market: MarketId) -> int:
    found = await db.fetch(conn, Q["feed_end"], Counted, market=market)
    return found[0].number if found else 0


async def put_webhook(
    conn: db.Connection, market: MarketId, wanted: Wanted, place: tuple[int, int], at: datetime
) -> None:
    """Put a webhook at a place: its version, and how far it has read."""
    await db.execute(
        conn, Q["put_webhook"],
        market=market, webhook_id=wanted.webhook_id, url=wanted.url, secret=wanted.secret,
        types=wanted.types, channels=wanted.channels, enabled=wanted.enabled, version=place[0],
        sequence=place[1], at=at,
    )  # fmt: skip


async def begin_again(conn: db.Connection, market: MarketId, webhook_id: str, at: datetime) -> None:
    await db.execute(conn, Q["begin_again"], market=market, webhook_id=webhook_id, at=at)


async def retry_deliveries(
    conn: db.Connection, market: MarketId, webhook_id: str, sequence: int | None, at: datetime
) -> list[int]:
    """Try one delivery anew, or (None) those that were given up; the endpoint is called at once."""
    if sequence is None:
        rows = await db.fetch(
            conn, Q["retry_failed"], Retried,
            market=market, webhook_id=webhook_id, most=RETRIED_AT_ONCE_MAX, at=at,
        )  # fmt: skip
    else:
        rows = await db.fetch(
            conn, Q["retry_delivery"], Retried,
            market=market, webhook_id=webhook_id, sequence=sequence, at=at,
        )  # fmt: skip
    if rows:
        await db.execute(conn, Q["call_again"], market=market, webhook_id=webhook_id, at=at)
    return sorted(row.sequence for row in rows)


async def delete_webhook(conn: db.Connection, market: MarketId, webhook_id: str) -> None:
    await db.execute(conn, Q["delete_webhook"], market=market, webhook_id=webhook_id)
    await db.execute(conn, Q["delete_deliveries"], market=market, webhook_id=webhook_id)


async def rewind(conn: db.Connection, market: MarketId, webhook_id: str, sequence: int) -> None:
    await db.execute(conn, Q["rewind"], market=market, webhook_id=webhook_id, sequence=sequence)


async def behind(conn: db.Connection, market: MarketId, last_sequence: int) -> list[Webhook]:
    return await db.fetch(conn, Q["behind"], Webhook, market=market, last_sequence=last_sequence)


async def owe(
    conn: db.Connection, market: MarketId, uptos: Sequence[tuple[str, int]], at: datetime
) -> int:
    read = {"webhook_ids": [name for name, _ in uptos], "uptos": [upto for _, upto in uptos]}
    owed = await db.execute(conn, Q["owe"], market=market, at=at, **read)
    await db.execute(conn, Q["move"], market=market, **read)
    return owed


async def hold_ready(
    conn: db.Connection, market: MarketId, webhook_id: str, at: datetime
) -> Webhook | None:
    found = await db.fetch(
        conn, Q["hold_ready"], Webhook, market=market, webhook_id=webhook_id, at=at
    )
    return found[0] if found else None


async def claim(
    conn: db.Connection,
    market: MarketId,
    webhook_id: str,
    *,
    at: datetime,
    until: datetime,
    probe: bool,
) -> list[Claimed]:
    return await db.fetch(
        conn, Q["claim"], Claimed,
        market=market, webhook_id=webhook_id, at=at, until=until, most=1 if probe else AT_ONCE_MAX,
        probe=probe, ahead=AHEAD_MAX,
    )  # fmt: skip


async def record_calls(
    conn: db.Connection, market: MarketId, webhook_id: str, ended: Sequence[Ended], at: datetime
) -> None:
    await db.execute(
        conn, Q["record_calls"],
        market=market, webhook_id=webhook_id, at=at,
        sequences=[each.sequence for each in ended], attempts=[each.attempt for each in ended],
        states=[each.state.value for each in ended], dues=[each.due_at for each in ended],
        statuses=[each.status for each in ended], errors=[each.error for each in ended],
    )  # fmt: skip


async def record_round(
    conn: db.Connection,
    market: MarketId,
    webhook: Webhook,
    verdict: Verdict,
    *,
    exception_id: UUID | None,
    at: datetime,
) -> int:
    return await db.execute(
        conn, Q["record_round"],
        market=market, webhook_id=webhook.webhook_id, version=webhook.version,
        failures=verdict.failures, due_at=verdict.due_at,
        succeeded_at=at if verdict.succeeded else None, disable=verdict.disable is not None,
        exception_id=exception_id,
    )  # fmt: skip
