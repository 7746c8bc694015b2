"""Jobs over many orders, over HTTP: previewed, started, watched, stopped, taken back."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    id_parameter,
    json_answer,
)
from entrepot.api.orders_list import OrdersFilter, filters_of
from entrepot.api.paging import PageQuery, before_of, cursor_of, id_after, next_link
from entrepot.api.problems import Code, Problem, invalid
from entrepot.api.sheets import CSV, rows_of
from entrepot.journey import bulk_rows
from entrepot.journey.bulk import Preview, preview, start
from entrepot.journey.bulk_model import ORDERS_NAMED_MAX, Action, Bulk, BulkRow, Outcome, Task
from entrepot.journey.filters import FIRST
from entrepot.orders.model import HoldKind
from entrepot.plumbing import db, mint
from entrepot.terms.order_number import number_of

UNFINISHED_MAX = 20
"""Jobs of a market that are not done: their steps are taken in turn."""

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
NOT_DONE = (Outcome.SKIPPED, Outcome.FAILED)


class BulkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Do one thing to the orders that a `filter` finds now, or to those named.

    `kind` is of the hold to put or lift.
    """

    action: Action
    reason: Reason
    kind: HoldKind = HoldKind.MANUAL
    ids: Annotated[list[UUID], Meta(min_length=1, max_length=ORDERS_NAMED_MAX)] | None = None
    filter: OrdersFilter | None = None


class PreviewAnswer(msgspec.Struct, frozen=True):
    """So many orders would change, the others would not, by reason.

    `more`: there are further orders that fit, which were not looked at.
    """

    changes: int
    skipped: dict[str, int]
    more: bool


class JobAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it stands: of at least `expected` orders (`expected_all`: of just so many).

    `undoable`: what it did can be taken back, once; `skips` says why orders were left as they are.
    """

    id: UUID
    action: Action
    state: Literal["running", "stopping", "done", "canceled", "fault"]
    reason: str
    actor: str
    made_at: datetime
    expected: int
    expected_all: bool
    changed: int
    skipped: int
    failed: int
    skips: dict[str, int]
    ended_at: datetime | None
    fault: str | None
    undoable: bool
    undoes: UUID | None
    undone_by: UUID | None


class BulkJobsAnswer(msgspec.Struct, frozen=True):
    """Newest first."""

    items: list[JobAnswer]
    next: str | None


class JobRowAnswer(msgspec.Struct, frozen=True):
    order_id: UUID
    number: str
    outcome: Outcome
    why: str
    detail: str | None


class JobRowsAnswer(msgspec.Struct, frozen=True):
    """Orders that were left as they are, oldest first."""

    items: list[JobRowAnswer]
    next: str | None


class UndoBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    reason: Reason = "taken back"


async def post_preview(request: Request) -> Answer:
    """See what a job would change and what not, and why; nothing is done."""
    async with request.app.pool.acquire() as conn:
        seen = await preview(conn, request.principal.market, _task(request.body, mint.now()))
    return json_answer(200, PreviewAnswer(seen.changes, seen.skipped, seen.more))


async def post_bulk(request: Request) -> Answer:
    """Start a job; the background does it."""

    async def act(conn: db.Connection, at: datetime) -> Answer:
        asked = _task(request.body, at)
        await _room(conn, request)
        seen = await preview(conn, request.principal.market, asked)
        made = await start(conn, request.principal.market, asked, seen, actor=request.actor)
        return json_answer(202, await _read(conn, request, made))

    return await command(request, act)


async def undo(request: Request) -> Answer:
    """Take back what a job did: the holds it put are lifted, those it lifted are put again."""
    body: UndoBody = request.body
    bulk_id = _id(request)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        job = await _found(conn, request, bulk_id)
        if job.action == Action.CANCEL:
            raise Problem(Code.CONFLICT, "what is canceled stays canceled")
        if job.ended_at is None or job.undone_by is not None or job.undoes is not None:
            raise Problem(Code.CONFLICT, "it runs still, or was taken back")
        await _room(conn, request)
        other = Action.UNHOLD if job.action == Action.HOLD else Action.HOLD
        task = Task(other, body.reason, at, job.task.kind)
        made = await start(
            conn, request.principal.market, task, Preview(job.changed, {}, more=False),
            actor=request.actor, undoes=bulk_id,
        )  # fmt: skip
        return json_answer(202, await _read(conn, request, made))

    return await command(request, act)


async def stop(request: Request) -> Answer:
    """Stop a job: what it has done stays."""
    bulk_id = _id(request)

    async def act(conn: db.Connection, at: datetime) -> Answer:  # noqa: ARG001 - a command's form
        await _found(conn, request, bulk_id)
        if not await bulk_rows.stop(conn, request.principal.market, bulk_id):
            raise Problem(Code.CONFLICT, "it has ended")
        return json_answer(200, await _read(conn, request, bulk_id))

    return await command(request, act)


async def get_job(request: Request) -> Answer:
    """A job as it stands."""
    async with request.app.pool.acquire() as conn:
        return json_answer(200, await _read(conn, request, _id(request)))


async def listed(request: Request) -> Answer:
    """Jobs, newest first."""
    query: PageQuery = request.query
    market = request.principal.market
    async with request.app.pool.acquire() as conn:
        found = await bulk_rows.page(conn, market, before_of(query.cursor), query.limit + 1)
    items = [_shown(job, {}) for job in found[: query.limit]]
    if len(found) <= query.limit:
        return json_answer(200, BulkJobsAnswer(items, None))
    cursor = cursor_of(str(items[-1].id))
    return json_answer(
        200, BulkJobsAnswer(items, cursor), next_link("/v1/orders/bulk", cursor, limit=query.limit)
    )


async def get_errors(request: Request) -> Answer:
    """The orders that were left as they are, and why."""
    query: PageQuery = request.query
    bulk_id = _id(request)
    async with request.app.pool.acquire() as conn:
        await _found(conn, request, bulk_id)
        rows = await bulk_rows.rows_after(
            conn, request.principal.market, bulk_id, NOT_DONE,
            after=id_after(query.cursor, FIRST), most=query.limit + 1,
        )  # fmt: skip
    items = [_row(row) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, JobRowsAnswer(items, None))
    cursor = cursor_of(str(items[-1].order_id))
    link = next_link(f"/v1/orders/bulk/{bulk_id}/errors", cursor, limit=query.limit)
    return json_answer(200, JobRowsAnswer(items, cursor), link)


async def get_errors_csv(request: Request) -> Answer:
    """The same as CSV, all of them."""
    bulk_id = _id(request)
    async with request.app.pool.acquire() as conn:
        await _found(conn, request, bulk_id)
    headers = (("content-disposition", 'attachment; filename="errors.csv"'),)
    return Answer(200, b"", headers, CSV, parts=_parts(request, bulk_id))


async def _parts(request: Request, bulk_id: UUID) -> AsyncGenerator[bytes, None]:
    after = FIRST
    yield rows_of([("number", "order_id", "outcome", "why", "detail")])
    while True:
        async with request.app.pool.acquire() as conn:
            rows = await bulk_rows.rows_after(
                conn, request.principal.market, bulk_id, NOT_DONE, after=after, most=1_000
            )
        if not rows:
            return
        after = rows[-1].order_id
        yield rows_of((number_of(r.order_id), r.order_id, r.outcome, r.why, r.detail) for r in rows)


def _task(body: BulkBody, at: datetime) -> Task:
    if (body.ids is None) == (body.filter is None):
        raise invalid("/filter", "say either ids or a filter")
    filters = None if body.filter is None else filters_of(body.filter)
    ids = tuple(sorted(set(body.ids or ())))
    return Task(body.action, body.reason, at, body.kind, ids, filters)


async def _room(conn: db.Connection, request: Request) -> None:
    if len(await bulk_rows.unfinished(conn, request.principal.market)) >= UNFINISHED_MAX:
        raise Problem(Code.CONFLICT, f"{UNFINISHED_MAX} jobs are under way")


async def _found(conn: db.Connection, request: Request, bulk_id: UUID) -> Bulk:
    job = await bulk_rows.read(conn, request.principal.market, bulk_id)
    if job is None:
        raise Problem(Code.NOT_FOUND, f"there is no job {bulk_id}")
    return job


async def _read(conn: db.Connection, request: Request, bulk_id: UUID) -> JobAnswer:
    job = await _found(conn, request, bulk_id)
    return _shown(job, await bulk_rows.whys(conn, request.principal.market, bulk_id))


def _id(request: Request) -> UUID:
    return id_parameter(request, "job", "there is no job {}")


def _row(row: BulkRow) -> JobRowAnswer:
    return JobRowAnswer(
        row.order_id, number_of(row.order_id), Outcome(row.outcome), row.why or "", row.detail
    )


def _shown(job: Bulk, skips: dict[str, int]) -> JobAnswer:
    running: Literal["stopping", "running"] = "stopping" if job.stop_asked else "running"
    undoable = (
        job.ended_at is not None and job.action != Action.CANCEL and job.undone_by is None
        and job.undoes is None and job.changed > 0
    )  # fmt: skip
    return JobAnswer(
        id=job.bulk_id, action=Action(job.action), state=job.ended_by or running,  # type: ignore[arg-type]
        reason=job.task.reason, actor=job.actor, made_at=job.made_at, expected=job.expected,
        expected_all=job.expected_all, changed=job.changed, skipped=job.skipped,
        failed=job.failed, skips=skips, ended_at=job.ended_at, fault=job.fault,
        undoable=undoable, undoes=job.undoes, undone_by=job.undone_by,
    )  # fmt: skip


ROUTES = [
    Route(
        "POST", "/v1/orders/bulk/preview", post_preview, Scope.ORDERS_READ,
        "See what a job over many orders would change", body=BulkBody, answer=PreviewAnswer,
    ),
    Route(
        "POST", "/v1/orders/bulk", post_bulk, Scope.ORDERS_WRITE, "Do one thing to many orders",
        body=BulkBody, answer=JobAnswer, status=202, keyed=True, problems=(Code.CONFLICT,),
    ),
    Route(
        "GET", "/v1/orders/bulk", listed, Scope.ORDERS_READ, "Jobs over many orders, newest first",
        query=PageQuery, answer=BulkJobsAnswer,
    ),
    Route(
        "GET", "/v1/orders/bulk/{job}", get_job, Scope.ORDERS_READ, "A job, as far as it has come",
        answer=JobAnswer, problems=(Code.NOT_FOUND,),
    ),
    Route(
        "GET", "/v1/orders/bulk/{job}/errors", get_errors, Scope.ORDERS_READ,
        "Orders that a job left as they are", query=PageQuery, answer=JobRowsAnswer,
        problems=(Code.NOT_FOUND,),
    ),
    Route(
        "GET", "/v1/orders/bulk/{job}/errors.csv", get_errors_csv, Scope.ORDERS_READ,
        "The same as CSV", answer_type=CSV, problems=(Code.NOT_FOUND,),
    ),
    Route(
        "POST", "/v1/orders/bulk/{job}/stop", stop, Scope.ORDERS_WRITE, "Stop a job",
        answer=JobAnswer, keyed=True, problems=(Code.NOT_FOUND, Code.CONFLICT),
    ),
    Route(
        "POST", "/v1/orders/bulk/{job}/undo", undo, Scope.ORDERS_WRITE, "Take back what a job did",
        body=UndoBody, answer=JobAnswer, status=202, keyed=True,
        problems=(Code.NOT_FOUND, Code.CONFLICT),
    ),
]  # fmt: skip
