"""Do one thing to many orders: previewed, in small commits, each order once, to be taken back.

A job is a row. Whoever works on it holds the row's lock, does the next orders and writes what
became of each with how far it has come, in one commit: it goes on after any crash, and any worker
may go on with it.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from entrepot.journey import bulk_rows, told
from entrepot.journey.bulk_model import (
    PREVIEWED_MAX,
    Action,
    Bulk,
    BulkRow,
    End,
    Outcome,
    Skip,
    Task,
)
from entrepot.journey.bulk_rules import judge, judge_undo, standing_hold, tally
from entrepot.journey.cancel import cancel
from entrepot.journey.filters import LAST, Sort
from entrepot.journey.finding import find
from entrepot.journey.finding_model import Place
from entrepot.journey.progress import Standing, standings
from entrepot.journey.world import World
from entrepot.orders import browse as orders
from entrepot.orders.hold import hold_new, lift_all
from entrepot.orders.model import Hold, HoldKind, NewHold
from entrepot.plumbing import db, mint, outbox
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId, OrderId, id_at
from entrepot.terms.outcome import Refused

log = logging.getLogger(__name__)

HELD_PER_COMMIT: Final = 200
CANCELED_PER_COMMIT: Final = 20
"""A cancellation is some thirty statements; nobody waits for more than a tenth of a second."""

LOOKED_AT: Final = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """What a job would do. `more`: there are more orders than were looked at."""

    changes: int
    skipped: dict[str, int]
    more: bool


async def preview(conn: db.Connection, market: MarketId, task: Task) -> Preview:
    """Say what a task would change and what not, and why; nothing is written."""
    found: dict[UUID, Skip | None] = {}
    after: Place | None = Place(UUID(int=0))
    while after is not None and len(found) < PREVIEWED_MAX:
        ids, after = await _next(conn, market, task, after, id_at(task.at), LOOKED_AT)
        standing = await standings(conn, market, ids)
        found |= {each: judge(task, standing.get(each)) for each in ids}
    changes, skipped = tally(found)
    return Preview(changes, skipped, more=after is not None)


async def start(
    conn: db.Connection,
    market: MarketId,
    task: Task,
    seen: Preview,
    *,
    actor: str,
    undoes: UUID | None = None,
) -> UUID:
    """Write a job down; the background does it. The caller owns the transaction."""
    bulk_id = MINT.one()
    expected = seen.changes + sum(seen.skipped.values())
    upto = LAST if task.order_ids or undoes is not None else id_at(task.at)
    await bulk_rows.make(
        conn, market, bulk_id, task, actor=actor, undoes=undoes, upto=upto, expected=expected,
        expected_all=not seen.more,
    )  # fmt: skip
    return bulk_id


async def step(pool: db.Pool, world: World, market: MarketId, bulk_id: UUID) -> bool:
    """Do the next orders of a job in a commit; False: it has ended, or another works on it.

    Where they fault together each is tried alone, and one that faults alone is written down so.
    """
    try:
        return await db.in_transaction(
            pool, lambda conn: _step(conn, world, market, bulk_id, alone=False)
        )
    except db.UNREACHABLE:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it is, one of the orders has it
        log.info("orders of a job are tried one by one: %r", fault)
    try:
        return await db.in_transaction(
            pool, lambda conn: _step(conn, world, market, bulk_id, alone=True)
        )
    except db.UNREACHABLE:
        raise
    except Exception as fault:  # noqa: BLE001 - it is told with the order
        said = f"{type(fault).__name__}: {fault}"[:500]
    return await db.in_transaction(pool, lambda conn: _give_up(conn, market, bulk_id, said))


async def _step(
    conn: db.Connection, world: World, market: MarketId, bulk_id: UUID, *, alone: bool
) -> bool:
    job = await bulk_rows.lock(conn, market, bulk_id)
    if job is None:
        return False
    at = mint.now()
    if job.stop_asked:
        await bulk_rows.end(conn, market, bulk_id, End.CANCELED, at=at)
        return True
    most = 1 if alone else _per_commit(job)
    undone = await _undone(conn, market, job, most)
    ids, after = await _ids(conn, market, job, undone, most)
    await orders.lock(conn, market, ids)
    standing = await standings(conn, market, ids)
    had = None if undone is None else {row.order_id: row.hold_id for row in undone}
    rows = await _do(_Turn(conn, market, job, standing, had, at), world, ids)
    last = after.order_id if after else (ids[-1] if ids else job.after_id)
    await bulk_rows.note(conn, market, bulk_id, rows, last)
    if after is None:
        await bulk_rows.end(conn, market, bulk_id, End.DONE, at=at)
    return True


async def _give_up(conn: db.Connection, market: MarketId, bulk_id: UUID, said: str) -> bool:
    """Write down that the next order of a job cannot be done."""
    job = await bulk_rows.lock(conn, market, bulk_id)
    if job is None:
        return False
    ids, _ = await _ids(conn, market, job, await _undone(conn, market, job, 1), 1)
    if not ids:
        await bulk_rows.end(conn, market, bulk_id, End.FAULT, at=mint.now(), fault=said)
        return True
    row = BulkRow(ids[0], Outcome.FAILED, "fault", said, None)
    await bulk_rows.note(conn, market, bulk_id, [row], ids[0])
    return True


def _per_commit(job: Bulk) -> int:
    return CANCELED_PER_COMMIT if job.action == Action.CANCEL else HELD_PER_COMMIT


async def _undone(
    conn: db.Connection, market: MarketId, job: Bulk, most: int
) -> list[BulkRow] | None:
    """Give the next orders of the job that is taken back; None where none is."""
    if job.undoes is None:
        return None
    return await bulk_rows.rows_after(
        conn, market, job.undoes, [Outcome.CHANGED], after=job.after_id, most=most
    )


async def _ids(
    conn: db.Connection,
    market: MarketId,
    job: Bulk,
    undone: Sequence[BulkRow] | None,
    most: int,
) -> tuple[list[OrderId], Place | None]:
    if undone is None:
        return await _next(conn, market, job.task, Place(job.after_id), job.upto, most)
    ids = [OrderId(row.order_id) for row in undone]
    return ids, Place(ids[-1]) if len(ids) == most else None


async def _next(
    conn: db.Connection, market: MarketId, task: Task, after: Place, upto: UUID, most: int
) -> tuple[list[OrderId], Place | None]:
    """Give the next orders of a task, oldest first, and where those after them begin."""
    if task.filters is None:
        ids = sorted({each for each in task.order_ids if each > after.order_id})
        more = Place(ids[most - 1]) if len(ids) > most else None
        return [OrderId(each) for each in ids[:most]], more
    found = await find(
        conn, market, task.filters, Sort.OLDEST, after=after, most=most, at=task.at, upto=upto
    )
    return [OrderId(each) for each in found.ids], found.after


@dataclass(frozen=True, slots=True)
class _Turn:
    """A step of a job: its transaction, its orders as they stand, and the time.

    `had` are the holds that the job which is taken back put or lifted; None: none is taken back.
    """

    conn: db.Connection
    market: MarketId
    job: Bulk
    standing: Mapping[OrderId, Standing]
    had: Mapping[UUID, UUID | None] | None
    at: datetime

    def why_not(self, order_id: OrderId) -> Skip | None:
        """Say why an order stays as it is."""
        task, standing = self.job.task, self.standing.get(order_id)
        if self.had is None:
            return judge(task, standing)
        other = Action.HOLD if task.action is Action.UNHOLD else Action.UNHOLD
        undoes = Task(other, task.reason, task.at, task.kind)
        return judge_undo(undoes, standing, self.had.get(order_id))


async def _do(turn: _Turn, world: World, ids: Sequence[OrderId]) -> list[BulkRow]:
    whys = {each: turn.why_not(each) for each in ids}
    changed = [each for each in ids if whys[each] is None]
    rows = [
        BulkRow(each, Outcome.SKIPPED, why.value, None, None)
        for each, why in whys.items()
        if why is not None
    ]
    if turn.job.action == Action.CANCEL:
        return rows + await _cancel(turn, world, changed)
    holds = await _hold(turn, changed) if changed else []
    return rows + [BulkRow(h.order_id, Outcome.CHANGED, None, None, h.hold_id) for h in holds]


async def _hold(turn: _Turn, ids: Sequence[OrderId]) -> list[Hold]:
    """Put holds on orders or lift them, all at once, and tell it."""
    task, actor, had = turn.job.task, turn.job.actor, turn.had or {}
    if task.action is Action.UNHOLD:
        holds = [(i, had.get(i) or _hold_id(turn.standing[i], task.kind)) for i in ids]
        done = await lift_all(
            turn.conn, turn.market, holds, actor=actor, reason=task.reason, at=turn.at
        )
        facts = [told.unheld(each) for each in done]
    else:
        was = {h.hold_id: h.reason for i in ids for h in turn.standing[i].holds}
        new = [NewHold(i, task.kind, was.get(had.get(i) or i, task.reason), actor) for i in ids]
        done = await hold_new(turn.conn, turn.market, new, at=turn.at)
        facts = [told.held(each) for each in done]
    await outbox.tell(turn.conn, turn.market, facts, at=turn.at)
    return done


def _hold_id(standing: Standing, kind: HoldKind) -> UUID:
    found = standing_hold(standing, kind)
    assert found is not None
    return found.hold_id


async def _cancel(turn: _Turn, world: World, ids: Sequence[OrderId]) -> list[BulkRow]:
    market, task = await world.market(turn.market), turn.job.task
    rows = []
    for each in ids:
        done = await cancel(
            turn.conn, market, each, None, actor=turn.job.actor, reason=task.reason, at=turn.at
        )
        if isinstance(done, Refused):
            rows.append(BulkRow(each, Outcome.SKIPPED, done.why.value, done.detail, None))
        else:
            rows.append(BulkRow(each, Outcome.CHANGED, None, None, None))
    return rows
