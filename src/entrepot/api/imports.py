"""Imports over HTTP: upload a file, map its columns, rehearse it, run it, see what was wrong."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from entrepot.access.model import Scope
from entrepot.api.bodies_imports import (
    FileAnswer,
    FileDetail,
    FilesAnswer,
    ImportsQuery,
    KindAnswer,
    KindsAnswer,
    MappingBody,
    UploadQuery,
    detailed,
    named,
    saved,
    shown,
)
from entrepot.api.commands import command, replay
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    id_parameter,
    json_answer,
    parameter,
)
from entrepot.api.importable import KINDS
from entrepot.api.paging import before_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.imports import ask, browse
from entrepot.imports.ask import Asked, Who, WhyNot
from entrepot.imports.fields import is_field
from entrepot.imports.guess import guess
from entrepot.imports.model import MAPPINGS_MAX, Columns, Job, Preview
from entrepot.imports.tables import SUFFIXES, FileUnreadable
from entrepot.imports.take_in import TakenIn, TooLarge, let_go, take_in
from entrepot.plumbing import db, idempotency, mint
from entrepot.plumbing.idempotency import Key
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Refused

PATH = "/v1/imports"
_ONE = PATH + "/{import}"

SECRET = frozenset({"channels"})
"""Kinds whose rows hold what is never given back."""

_CODES = {
    WhyNot.UNKNOWN: Code.NOT_FOUND,
    WhyNot.TRANSITION: Code.TRANSITION,
    WhyNot.GONE: Code.CONFLICT,
}


async def post_import(request: Request) -> Answer:
    """Take a file in while it comes, and guess what its columns are; nothing is brought in yet."""
    query: UploadQuery = request.query
    _may(request, query.kind)
    suffix = Path(query.file).suffix.lower()
    if suffix not in SUFFIXES:
        said = f"ends with none of {', '.join(SUFFIXES)}"
        raise Problem(Code.INVALID, f"file: {said}", errors=[FieldError(said, parameter="file")])
    assert request.arriving is not None
    market, pool, most = request.principal.market, request.app.pool, request.app.settings
    try:
        taken = await take_in(
            pool, market, MINT.one(), suffix, request.arriving, bytes_max=most.import_bytes_max
        )
    except TooLarge as wrong:
        raise Problem(Code.TOO_LARGE, str(wrong)) from None
    except FileUnreadable as wrong:
        raise invalid("", str(wrong)) from None
    answer, mine = await _written_down(request, query, taken)
    if not mine:
        await let_go(pool, market, taken.import_id)
    return answer


async def _written_down(
    request: Request, query: UploadQuery, taken: TakenIn
) -> tuple[Answer, bool]:
    """Write a file down under the caller's key, of which its bytes are part."""
    market, at = request.principal.market, mint.now()
    key = request.key
    if key is not None:
        said = f"{query.kind}\n{query.file}\n".encode() + taken.digest
        key = Key(key.principal, key.key, hashlib.blake2b(said, digest_size=16).digest())

    async def work(conn: db.Connection) -> tuple[Answer, bool]:
        if key is not None:
            kept = await idempotency.claim(conn, market, [key], [None], at=at)
            if kept:
                return replay(key, next(iter(kept.values()))), False
        await ask.take(
            conn, market, taken, query.kind, query.file,
            written_at=min(query.written_at or at, at),
            mapping=guessed(taken.preview, query.kind), who=Who(request.actor, at),
        )  # fmt: skip
        job = await browse.job(conn, market, taken.import_id)
        assert job is not None
        answer = json_answer(201, detailed(job))
        if key is not None:
            await idempotency.keep(conn, market, key, status=answer.status, answer=answer.body)
        return answer, True

    try:
        return await db.in_transaction(request.app.pool, work)
    except Problem:
        await let_go(request.app.pool, market, taken.import_id)
        raise


def guessed(preview: Preview, kind: str) -> Columns:
    """Map columns as they are guessed to be; what is like nothing is left out."""
    found = {each.column: each.field for each in guess(preview, KINDS[kind].fields)}
    return Columns({column: found.get(column) for column in preview.columns})


async def list_imports(request: Request) -> Answer:
    """The imports, the newest first."""
    query: ImportsQuery = request.query
    async with request.app.pool.acquire() as conn:
        rows = await browse.jobs(
            conn, request.principal.market, before=before_of(query.cursor),
            kinds=[each.value for each in query.kind] or None,
            states=[each.value for each in query.state] or None, most=query.limit + 1,
        )  # fmt: skip
    items = [shown(row) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, FilesAnswer(items, None))
    cursor = cursor_of(str(items[-1].id))
    link = next_link(
        PATH, cursor, limit=query.limit, kind=[each.value for each in query.kind],
        state=[each.value for each in query.state],
    )  # fmt: skip
    return json_answer(200, FilesAnswer(items, cursor), link)


async def list_kinds(request: Request) -> Answer:
    """What can be brought in: the fields of each kind, and the mappings that were kept for it."""
    items = []
    async with request.app.pool.acquire() as conn:
        for kind in KINDS.values():
            rows = await browse.mappings(conn, request.principal.market, kind.noun)
            kept = [saved(row) for row in rows]
            items.append(KindAnswer(kind.noun, kind.scope, list(kind.fields), kept))
    return json_answer(200, KindsAnswer(items))


async def get_import(request: Request) -> Answer:
    """A file, what its columns look like, and how far it has come."""
    return json_answer(200, detailed(await find(request)))


async def put_mapping(request: Request) -> Answer:
    """Say which column is which field."""
    body: MappingBody = request.body
    mapping = Columns(dict(body.columns), dict(body.fixed))

    async def act(conn: db.Connection, at: datetime) -> Answer:
        job = await find(request, conn)
        _may(request, job.kind)
        _check(job, mapping)
        market = request.principal.market
        if body.name is not None:
            kept = {each.name for each in await browse.mappings(conn, market, job.kind)}
            if body.name not in kept and len(kept) >= MAPPINGS_MAX:
                raise Problem(Code.CONFLICT, f"{MAPPINGS_MAX} mappings are kept already")
        who = Who(request.actor, at)
        asked = await ask.map_columns(conn, market, job.import_id, mapping, body.name, who)
        return json_answer(200, detailed(_done(asked)))

    return await command(request, act)


def _check(job: Job, mapping: Columns) -> None:
    """Refuse what names no column, no field, or a field twice."""
    fields = KINDS[job.kind].fields
    preview = msgspec.json.decode(job.preview, type=Preview)
    for column, field in mapping.columns.items():
        if field is not None and not is_field(field, fields):
            raise invalid(f"/columns/{_escaped(column)}", f"{job.kind} have no field {field}")
    for field in mapping.fixed:
        if not is_field(field, fields):
            raise invalid(f"/fixed/{_escaped(field)}", f"{job.kind} have no field {field}")
    given = named(Columns(mapping.columns), preview)
    for column, field in mapping.columns.items():
        if field is not None and given.count(field) > 1:
            said = f"more than one column is {field}"
            raise invalid(f"/columns/{_escaped(column)}", said)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


Verb = Callable[[db.Connection, MarketId, UUID, Who], Awaitable[Asked]]


def _asking(verb: Verb, status: int) -> Callable[[Request], Awaitable[Answer]]:
    async def handler(request: Request) -> Answer:
        async def act(conn: db.Connection, at: datetime) -> Answer:
            job = await find(request, conn)
            _may(request, job.kind)
            who = Who(request.actor, at)
            asked = await verb(conn, request.principal.market, job.import_id, who)
            return json_answer(status, shown(_done(asked)))

        return await command(request, act)

    handler.__doc__ = verb.__doc__
    return handler


async def delete_mapping(request: Request) -> Answer:
    """Take away a mapping that was kept."""
    kind, name = parameter(request, "kind"), parameter(request, "name")
    if kind not in KINDS:
        raise Problem(Code.NOT_FOUND)
    _may(request, kind)

    async def act(conn: db.Connection, _: datetime) -> Answer:
        market = request.principal.market
        rows = await browse.mappings(conn, market, kind)
        found = next((saved(row) for row in rows if row.name == name), None)
        if found is None or not await ask.drop_mapping(conn, market, kind, name):
            raise Problem(Code.NOT_FOUND, f"there is no mapping {name!r} of {kind}")
        return json_answer(200, found)

    return await command(request, act)


async def find(request: Request, conn: db.Connection | None = None) -> Job:
    """Find the import of the path; raises Problem NOT_FOUND."""
    import_id = id_parameter(request, "import", "there is no import {}")
    market = request.principal.market
    if conn is None:
        async with request.app.pool.acquire() as own:
            job = await browse.job(own, market, import_id)
    else:
        job = await browse.job(conn, market, import_id)
    if job is None or job.kind not in KINDS:
        raise Problem(Code.NOT_FOUND, f"there is no import {parameter(request, 'import')}")
    _may_see(request, job.kind)
    return job


def _may_see(request: Request, kind: str) -> None:
    """Who sees a file's rows needs what shows them otherwise; secrets are shown to nobody else."""
    scope = KINDS[kind].scope
    reads = scope.replace(":write", ":read")
    may = request.principal.may(reads) and kind not in SECRET
    if not may and not request.principal.may(scope):
        raise Problem(Code.FORBIDDEN, f"the key {request.actor!r} lacks {reads}")


def _may(request: Request, kind: str) -> None:
    """Who brings rows in by a file needs what brings them in by a call."""
    scope = KINDS[kind].scope
    if not request.principal.may(scope):
        raise Problem(Code.FORBIDDEN, f"the key {request.actor!r} lacks {scope}")


def _done(asked: Asked) -> Job:
    if isinstance(asked, Refused):
        raise Problem(_CODES[asked.why], asked.detail)
    return asked.value


_MOVES = (Code.TRANSITION, Code.CONFLICT)

ROUTES = [
    Route(
        "POST", PATH, post_import, Scope.JOBS_WRITE, "Upload a file to be imported",
        query=UploadQuery, answer=FileDetail, status=201, keyed=True, upload=True,
    ),
    Route(
        "GET", PATH, list_imports, Scope.JOBS_READ, "Files that were uploaded",
        query=ImportsQuery, answer=FilesAnswer,
    ),
    Route(
        "GET", PATH + "/kinds", list_kinds, Scope.JOBS_READ, "What can be imported",
        answer=KindsAnswer,
    ),
    Route(
        "DELETE", "/v1/import-mappings/{kind}/{name}", delete_mapping, Scope.JOBS_WRITE,
        "Take away a mapping", keyed=True,
    ),
    Route("GET", _ONE, get_import, Scope.JOBS_READ, "An import", answer=FileDetail),
    Route(
        "PUT", _ONE + "/mapping", put_mapping, Scope.JOBS_WRITE, "Map a file's columns",
        body=MappingBody, answer=FileDetail, keyed=True, problems=_MOVES,
    ),
    Route(
        "POST", _ONE + "/dry-run", _asking(ask.check, 202), Scope.JOBS_WRITE,
        "Rehearse an import", answer=FileAnswer, status=202, keyed=True, problems=_MOVES,
    ),
    Route(
        "POST", _ONE + "/run", _asking(ask.run, 202), Scope.JOBS_WRITE,
        "Run an import, or go on with it", answer=FileAnswer, status=202, keyed=True,
        problems=_MOVES,
    ),
    Route(
        "POST", _ONE + "/cancel", _asking(ask.cancel, 200), Scope.JOBS_WRITE,
        "Cancel an import", answer=FileAnswer, keyed=True, problems=_MOVES,
    ),
]  # fmt: skip
