"""Long work over HTTP, in one list: what runs, how far it has come, what came of it.

Each kind of job lists itself (`api/job_kinds.py`); here they are laid side by side, the newest
first. Whoever may not see a kind does not see its jobs.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.job_kinds import KINDS, Job, JobKind, Wanted
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.plumbing import db, mint

PATH = "/v1/jobs"


class JobsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`open`: only jobs that have not ended (true), or only those that have (false)."""

    kind: Annotated[list[JobKind], Meta(max_length=20)] = []
    open: bool | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class JobsAnswer(msgspec.Struct, frozen=True):
    """The newest first; `next` is the cursor of the page after it."""

    items: list[Job]
    next: str | None


async def list_jobs(request: Request) -> Answer:
    """Long work of every kind, the newest first."""
    query: JobsQuery = request.query
    wanted = Wanted(*_before(query.cursor), query.open, query.limit + 1, mint.now())
    found: list[Job] = []
    async with request.app.pool.acquire() as conn:
        for kind, row in KINDS.items():
            if request.principal.may(row.scope) and kind in (query.kind or KINDS):
                found += await row.listed(conn, request.principal.market, wanted)
    found = sorted((job for job in found if _key(job) < wanted.key), key=_key, reverse=True)
    items = found[: query.limit]
    if len(found) <= query.limit:
        return json_answer(200, JobsAnswer(items, None))
    last = items[-1]
    cursor = cursor_of(f"{last.started_at.isoformat()}\n{last.kind}\n{last.id}")
    link = next_link(
        PATH, cursor, limit=query.limit, kind=[each.value for each in query.kind],
        open=None if query.open is None else str(query.open).lower(),
    )  # fmt: skip
    return json_answer(200, JobsAnswer(items, cursor), link)


async def cancel_job(request: Request) -> Answer:
    """End a job before it is done, where its kind can be; what it has done stays done."""
    name, job_id = parameter(request, "kind"), parameter(request, "job")
    row = next((row for kind, row in KINDS.items() if kind == name), None)
    if row is None:
        raise Problem(Code.NOT_FOUND, f"there are no jobs of kind {name}")
    cancel = row.cancel
    if cancel is None:
        raise Problem(Code.TRANSITION, f"{name} cannot be canceled")
    if not request.principal.may(row.cancel_scope):
        raise Problem(Code.FORBIDDEN, f"the key {request.actor!r} lacks {row.cancel_scope}")

    async def act(conn: db.Connection, at: datetime) -> Answer:
        job = await cancel(conn, request.principal.market, job_id, request.actor, at)
        if job is None:
            raise Problem(Code.NOT_FOUND, f"there is no {name} {job_id}")
        return json_answer(200, job)

    return await command(request, act)


def _key(job: Job) -> tuple[datetime, str, str]:
    return job.started_at, job.kind.value, job.id


def _before(cursor: str) -> tuple[datetime | None, str, str]:
    if not cursor:
        return None, "", ""
    parts = after_of(cursor).split("\n")
    try:
        at, kind, job_id = datetime.fromisoformat(parts[0]), parts[1], parts[2]
    except (ValueError, IndexError):
        at, kind, job_id = None, "", ""
    if at is None or at.tzinfo is None:
        raise Problem(
            Code.INVALID, "cursor: is none of ours",
            errors=[FieldError("is none of ours", parameter="cursor")],
        )  # fmt: skip
    return at, kind, job_id


ROUTES = [
    Route(
        "GET", PATH, list_jobs, Scope.JOBS_READ, "Long work, the newest first",
        query=JobsQuery, answer=JobsAnswer,
    ),
    Route(
        "POST", PATH + "/{kind}/{job}/cancel", cancel_job, Scope.JOBS_WRITE,
        "End a job before it is done", answer=Job, keyed=True, problems=(Code.TRANSITION,),
    ),
]  # fmt: skip
