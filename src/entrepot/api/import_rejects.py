"""Rows of an import that were not taken, each with its reason: a page of them, or all as a CSV."""

import json
from collections.abc import AsyncGenerator, Sequence
from urllib.parse import quote

import msgspec

from entrepot.access.model import Scope
from entrepot.api.bodies_imports import (
    Of,
    RejectAnswer,
    RejectsAnswer,
    RejectsFileQuery,
    RejectsQuery,
)
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.imports import PATH, find
from entrepot.api.paging import after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.api.sheets import CSV, as_they_are
from entrepot.imports import browse
from entrepot.imports.model import Job, KeptReject, Preview
from entrepot.imports.tables import flattened
from entrepot.plumbing import db

ROW_MAX = 2**31 - 1
PAGE = 1_000
OURS = ("rejected row", "rejected field", "rejected because")
"""No kind has fields so named: what was mended may come again in the same file."""


async def list_rejects(request: Request) -> Answer:
    """Rows that were not taken, in the file's order."""
    query: RejectsQuery = request.query
    after = _row(after_of(query.cursor)) if query.cursor else 0
    job = await find(request)
    async with request.app.pool.acquire() as conn:
        rows = await browse.rejects(
            conn, request.principal.market, job.import_id, rehearsal=query.of is Of.DRY_RUN,
            after=after, most=query.limit + 1,
        )  # fmt: skip
    items = [
        RejectAnswer(row.row, row.field, row.reason, msgspec.Raw(row.data.encode()))
        for row in rows[: query.limit]
    ]
    if len(rows) <= query.limit:
        return json_answer(200, RejectsAnswer(items, None))
    cursor = cursor_of(str(items[-1].row))
    path = f"{PATH}/{job.import_id}/rejects"
    link = next_link(path, cursor, limit=query.limit, of=query.of.value)
    return json_answer(200, RejectsAnswer(items, cursor), link)


async def rejects_file(request: Request) -> Answer:
    """All of them as a CSV: their row, field and reason, and then the row as the file had it."""
    query: RejectsFileQuery = request.query
    job = await find(request)
    name = quote(f"{job.file}.rejects.csv")
    return Answer(
        200,
        headers=(("content-disposition", f"attachment; filename*=UTF-8''{name}"),),
        content_type=CSV,
        parts=_parts(request, job, rehearsal=query.of is Of.DRY_RUN),
    )


async def _parts(request: Request, job: Job, *, rehearsal: bool) -> AsyncGenerator[bytes, None]:
    columns = await _columns(request, job, rehearsal=rehearsal)
    yield as_they_are([[*OURS, *columns]])
    after = 0
    while True:
        async with request.app.pool.acquire() as conn:
            rows = await _page(conn, request, job, rehearsal=rehearsal, after=after)
        if not rows:
            return
        after = rows[-1].row
        yield as_they_are([_cells(row, columns) for row in rows])


async def _columns(request: Request, job: Job, *, rehearsal: bool) -> list[str]:
    """Name the columns: the fields that the first rows have, and the file's own where none do."""
    async with request.app.pool.acquire() as conn:
        rows = await _page(conn, request, job, rehearsal=rehearsal, after=0)
    names = dict.fromkeys(name for row in rows for name in flattened(json.loads(row.data)))
    return list(names) or msgspec.json.decode(job.preview, type=Preview).columns


async def _page(
    conn: db.Connection, request: Request, job: Job, *, rehearsal: bool, after: int
) -> list[KeptReject]:
    return await browse.rejects(
        conn, request.principal.market, job.import_id, rehearsal=rehearsal, after=after, most=PAGE
    )


def _cells(row: KeptReject, columns: Sequence[str]) -> list[object]:
    flat = flattened(json.loads(row.data))
    said = (flat.get(name, "") for name in columns)
    shown = (each if isinstance(each, str) else json.dumps(each) for each in said)
    return [row.row, row.field, row.reason, *shown]


def _row(text: str) -> int:
    if text.isdecimal() and text.isascii() and int(text) <= ROW_MAX:
        return int(text)
    raise Problem(
        Code.INVALID, "cursor: is none of ours",
        errors=[FieldError("is none of ours", parameter="cursor")],
    )  # fmt: skip


_ONE = PATH + "/{import}"

ROUTES = [
    Route(
        "GET", _ONE + "/rejects", list_rejects, Scope.JOBS_READ, "Rows that were not taken",
        query=RejectsQuery, answer=RejectsAnswer,
    ),
    Route(
        "GET", _ONE + "/rejects.csv", rejects_file, Scope.JOBS_READ,
        "Rows that were not taken, as a file", query=RejectsFileQuery, answer_type="text/csv",
    ),
]  # fmt: skip
