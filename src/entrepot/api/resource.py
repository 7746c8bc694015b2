"""Handlers for a kind of master data: put one, get one, list them, put many."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from entrepot.api.commands import command
from entrepot.api.face import Answer, Handler, Request, check_match, etag, json_answer, parameter
from entrepot.api.kinds import ID_CHARS_MAX, Kind, Result, entry
from entrepot.api.paging import PageQuery, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.catalog.model import ROWS_PER_CALL_MAX, WhyRefused
from entrepot.plumbing import db

B = TypeVar("B")
E = TypeVar("E")
S = TypeVar("S")

REFUSED = "refused"
INVALID_ROW = "invalid"
_POINTERS = {
    "unknown_node": "/nodes",
    "unknown_node_group": "/node_groups",
    **dict.fromkeys((why.value for why in WhyRefused), "/components"),
    WhyRefused.BARCODE_TAKEN: "/barcodes",
    "repeated": "",
}
_CLASHES = {WhyRefused.COMPONENT_OF_A_KIT, WhyRefused.BARCODE_TAKEN}


class ImportBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows to put, each as the body of its single call and its id beside it."""

    rows: Annotated[
        list[dict[str, Any]],
        Meta(
            min_length=1,
            max_length=ROWS_PER_CALL_MAX,
            description="The fields of the single call's body, and the id in a field named as its "
            "path says: sku, node, group, channel, lane, customer.",
        ),
    ]


class ImportedRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a row.

    `status` is created, updated, unchanged or refused. A refused row says why: `code`, `detail`
    and, where a field is wrong, `pointer` into the row.
    """

    id: str
    status: str
    version: int = 0
    code: str = ""
    detail: str = ""
    pointer: str = ""


class ImportAnswer(msgspec.Struct, frozen=True):
    """One result per row, in order."""

    results: list[ImportedRow]


def put(kind: Kind[B, E, S]) -> Handler:
    """Make the handler of `PUT /v1/<kind>/{id}`: the whole resource is replaced."""

    async def handler(request: Request) -> Answer:
        name = parameter(request, kind.id_field, most=ID_CHARS_MAX)
        wanted = kind.read(name, request.body)
        market = request.principal.market

        async def act(conn: db.Connection, at: datetime) -> Answer:
            if request.headers.get("if-match") is not None:
                await kind.lock(conn, market, name)
                before = await kind.find(conn, market, name)
                check_match(request, None if before is None else kind.version_of(before))
            (done,) = await kind.put(conn, market, [wanted], at)
            if done.status == REFUSED:
                raise _refusal(done)
            return _shown(kind, await kind.find(conn, market, name))

        answer = await command(request, act)
        await request.app.world.refresh(market, stock=False)
        return answer

    return handler


def get(kind: Kind[B, E, S]) -> Handler:
    """Make the handler of `GET /v1/<kind>/{id}`."""

    async def handler(request: Request) -> Answer:
        name = parameter(request, kind.id_field, most=ID_CHARS_MAX)
        async with request.app.pool.acquire() as conn:
            return _shown(kind, await kind.find(conn, request.principal.market, name))

    return handler


def listing(kind: Kind[B, E, S]) -> Handler:
    """Make the handler of `GET /v1/<kind>`: by ascending id, a page at a time."""

    async def handler(request: Request) -> Answer:
        query: PageQuery = request.query
        after = after_of(query.cursor)
        async with request.app.pool.acquire() as conn:
            rows = await kind.page(conn, request.principal.market, after, query.limit + 1)
        return page_answer(kind, rows, query.limit, {})

    return handler


def page_answer(
    kind: Kind[B, E, S], rows: Sequence[S], limit: int, filters: Mapping[str, object]
) -> Answer:
    """Answer a page of rows, of which one more than `limit` was read to see whether more follow."""
    shown = [kind.show(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return json_answer(200, {"items": shown, "next": None})
    cursor = cursor_of(kind.name_of(rows[limit - 1]))
    link = next_link(f"/v1/{kind.noun}", cursor, limit=limit, **filters)
    return json_answer(200, {"items": shown, "next": cursor}, link)


def import_rows(kind: Kind[B, E, S]) -> Handler:
    """Make the handler of `POST /v1/import/<kind>`: good rows land, the others say why not."""

    async def handler(request: Request) -> Answer:
        results: dict[int, ImportedRow] = {}
        entries: list[tuple[int, E]] = []
        for place, row in enumerate(request.body.rows):
            try:
                entries.append((place, entry(kind, row)[1]))
            except Problem as wrong:
                results[place] = _wrong_row(str(row.get(kind.id_field, "")), wrong)

        async def act(conn: db.Connection, at: datetime) -> Answer:
            rows = [each for _, each in entries]
            done = await kind.put(conn, request.principal.market, rows, at)
            said = dict(zip((place for place, _ in entries), map(_imported, done), strict=True))
            answers = results | said
            return json_answer(200, ImportAnswer([answers[at] for at in range(len(answers))]))

        answer = await command(request, act)
        await request.app.world.refresh(request.principal.market, stock=False)
        return answer

    return handler


def _shown(kind: Kind[B, E, S], found: S | None) -> Answer:
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return json_answer(200, kind.show(found), etag(kind.version_of(found)))


def _refusal(done: Result) -> Problem:
    code = Code.CONFLICT if done.code in _CLASHES else Code.INVALID
    pointer = _POINTERS.get(done.code, "")
    return Problem(code, f"{pointer}: {done.detail}", errors=[FieldError(done.detail, pointer)])


def _imported(done: Result) -> ImportedRow:
    pointer = _POINTERS.get(done.code, "")
    return ImportedRow(done.name, done.status, done.version, done.code, done.detail, pointer)


def _wrong_row(name: str, wrong: Problem) -> ImportedRow:
    detail, pointer = wrong.detail, ""
    if wrong.errors:
        detail, pointer = wrong.errors[0].detail, wrong.errors[0].pointer
    return ImportedRow(name[:ID_CHARS_MAX], REFUSED, 0, INVALID_ROW, detail, pointer)
