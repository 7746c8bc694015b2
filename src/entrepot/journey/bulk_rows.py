"""The rows of jobs over many orders. Nothing is decided here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from entrepot.journey.bulk_model import Bulk, BulkName, BulkRow, End, Outcome, Task, WhyCount
from entrepot.journey.filters import FIRST, LAST
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "bulk.sql")


async def make(  # noqa: PLR0913 - a job's columns
    conn: db.Connection,
    market: MarketId,
    bulk_id: UUID,
    task: Task,
    *,
    actor: str,
    undoes: UUID | None,
    upto: UUID,
    expected: int,
    expected_all: bool,
) -> None:
    await db.execute(
        conn, Q["make_bulk"],
        market=market, bulk_id=bulk_id, action=task.action.value, request=db.json_text(task),
        actor=actor, undoes=undoes, at=task.at, upto=upto, after_id=FIRST, expected=expected,
        expected_all=expected_all,
    )  # fmt: skip


async def lock(conn: db.Connection, market: MarketId, bulk_id: UUID) -> Bulk | None:
    rows = await db.fetch(conn, Q["bulk_for_update"], Bulk, market=market, bulk_id=bulk_id)
    return rows[0] if rows else None


async def read(conn: db.Connection, market: MarketId, bulk_id: UUID) -> Bulk | None:
    rows = await db.fetch(
        conn, Q["bulks_of"], Bulk, market=market, bulk_id=bulk_id, before=LAST, open=None, most=1
    )
    return rows[0] if rows else None


async def page(
    conn: db.Connection, market: MarketId, before: UUID, most: int, *, open_: bool | None = None
) -> list[Bulk]:
    """Read a page, newest first; `open_`: only jobs not ended yet, or only those that are."""
    return await db.fetch(
        conn, Q["bulks_of"], Bulk,
        market=market, bulk_id=None, before=before, open=open_, most=most,
    )  # fmt: skip


async def unfinished(conn: db.Connection, market: MarketId) -> list[UUID]:
    rows = await db.fetch(conn, Q["bulks_unfinished"], BulkName, market=market)
    return [row.bulk_id for row in rows]


async def note(
    conn: db.Connection, market: MarketId, bulk_id: UUID, rows: Sequence[BulkRow], after: UUID
) -> None:
    """Write what became of orders, and how far the job has come."""
    if rows:
        await db.execute(
            conn, Q["put_bulk_rows"],
            market=market, bulk_id=bulk_id, order_ids=[r.order_id for r in rows],
            outcomes=[r.outcome for r in rows], whys=[r.why for r in rows],
            details=[r.detail for r in rows], hold_ids=[r.hold_id for r in rows],
        )  # fmt: skip
    count = {each: sum(row.outcome == each for row in rows) for each in Outcome}
    await db.execute(
        conn, Q["move_bulk"],
        market=market, bulk_id=bulk_id, after_id=after, changed=count[Outcome.CHANGED],
        skipped=count[Outcome.SKIPPED], failed=count[Outcome.FAILED],
    )  # fmt: skip


async def end(
    conn: db.Connection,
    market: MarketId,
    bulk_id: UUID,
    by: End,
    *,
    at: datetime,
    fault: str | None = None,
) -> None:
    await db.execute(
        conn, Q["end_bulk"], market=market, bulk_id=bulk_id, ended_by=by.value, at=at, fault=fault
    )


async def stop(conn: db.Connection, market: MarketId, bulk_id: UUID) -> bool:
    return bool(await db.execute(conn, Q["stop_bulk"], market=market, bulk_id=bulk_id))


async def rows_after(
    conn: db.Connection,
    market: MarketId,
    bulk_id: UUID,
    outcomes: Collection[Outcome],
    *,
    after: UUID,
    most: int,
) -> list[BulkRow]:
    return await db.fetch(
        conn, Q["bulk_rows_after"], BulkRow,
        market=market, bulk_id=bulk_id, outcomes=[each.value for each in outcomes], after=after,
        most=most,
    )  # fmt: skip


async def whys(conn: db.Connection, market: MarketId, bulk_id: UUID) -> dict[str, int]:
    rows = await db.fetch(conn, Q["bulk_whys"], WhyCount, market=market, bulk_id=bulk_id)
    return {row.why: row.orders for row in rows}
