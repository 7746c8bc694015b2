"""Exceptions over HTTP: what waits for a person, and its end."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.paging import PageQuery, cursor_of, id_after, next_link
from entrepot.api.problems import Code, Problem
from entrepot.journey import told
from entrepot.plumbing import db, exceptions, outbox
from entrepot.plumbing.model import Trouble

FIRST = UUID(int=0)


class ExceptionAnswer(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
    subject: str
    order_id: UUID | None
    line: int | None
    reason: str
    detail: dict[str, Any]
    opened_at: datetime


class ExceptionsAnswer(msgspec.Struct, frozen=True):
    """Open ones, oldest first."""

    items: list[ExceptionAnswer]
    next: str | None


class CloseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class ClosedAnswer(msgspec.Struct, frozen=True):
    id: UUID
    closed_by: str
    reason: str


async def listed(request: Request) -> Answer:
    """What waits for a person."""
    query: PageQuery = request.query
    after = id_after(query.cursor, FIRST)
    async with request.app.pool.acquire() as conn:
        rows = await exceptions.open_ones(
            conn, request.principal.market, after=after, most=query.limit + 1
        )
    shown = [_shown(row) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, ExceptionsAnswer(shown, None))
    cursor = cursor_of(str(shown[-1].id))
    link = next_link("/v1/exceptions", cursor, limit=query.limit)
    return json_answer(200, ExceptionsAnswer(shown, cursor), link)


async def close(request: Request) -> Answer:
    """A person has dealt with it."""
    body: CloseBody = request.body
    try:
        exception_id = UUID(parameter(request, "exception_id"))
    except ValueError:
        raise Problem(Code.NOT_FOUND) from None

    async def act(conn: db.Connection, at: datetime) -> Answer:
        closed = await exceptions.close(
            conn, request.principal.market, [exception_id],
            actor=request.actor, reason=body.reason, at=at,
        )  # fmt: skip
        if not closed:
            raise Problem(Code.NOT_FOUND, "no such exception is open")
        facts = [told.unstuck(each, actor=request.actor, reason=body.reason) for each in closed]
        await outbox.tell(conn, request.principal.market, facts, at=at)
        return json_answer(200, ClosedAnswer(exception_id, request.actor, body.reason))

    return await command(request, act)


def _shown(row: Trouble) -> ExceptionAnswer:
    return ExceptionAnswer(
        row.exception_id, row.kind, row.subject, row.order_id, row.line_no, row.reason,
        json.loads(row.detail), row.opened_at,
    )  # fmt: skip


ROUTES = [
    Route(
        "GET", "/v1/exceptions", listed, Scope.EXCEPTIONS_READ, "What waits for a person",
        query=PageQuery, answer=ExceptionsAnswer,
    ),
    Route(
        "POST", "/v1/exceptions/{exception_id}/close", close, Scope.EXCEPTIONS_WRITE,
        "End an exception", body=CloseBody, answer=ClosedAnswer, keyed=True,
    ),
]  # fmt: skip
