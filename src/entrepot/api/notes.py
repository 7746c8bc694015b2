"""Notes at an order, over HTTP: left by whoever works it, mended or taken back soon after."""

from datetime import datetime
from typing import Annotated
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
from entrepot.api.orders import order_of
from entrepot.api.problems import Code, Problem, invalid
from entrepot.journey import told
from entrepot.orders import notes
from entrepot.orders.notes import MENTIONS_MAX, WORDS_MAX, Note, Noted, WhyNotNoted
from entrepot.plumbing import db, outbox
from entrepot.terms.outcome import Refused

PATH = "/v1/orders/{order_id}/notes"

_CODES = {
    WhyNotNoted.UNKNOWN_ORDER: Code.NOT_FOUND,
    WhyNotNoted.UNKNOWN_NOTE: Code.NOT_FOUND,
    WhyNotNoted.NOT_YOURS: Code.CONFLICT,
    WhyNotNoted.TOO_LATE: Code.TOO_LATE,
    WhyNotNoted.TOO_MANY: Code.CONFLICT,
}

Mention = Annotated[str, Meta(min_length=1, max_length=200)]


class NoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is noted. `mentions` names those whom it speaks to."""

    text: Annotated[str, Meta(min_length=1, max_length=WORDS_MAX)]
    mentions: Annotated[list[Mention], Meta(max_length=MENTIONS_MAX)] = []


class NoteAnswer(msgspec.Struct, frozen=True):
    """A note. It may be changed until `editable_until`, by its author."""

    id: UUID
    order_id: UUID
    author: str
    text: str
    mentions: list[str]
    at: datetime
    edited_at: datetime | None
    editable_until: datetime


class NotesAnswer(msgspec.Struct, frozen=True):
    """The oldest first."""

    items: list[NoteAnswer]


async def listing(request: Request) -> Answer:
    """List an order's notes."""
    order_id = order_of(request)
    async with request.app.pool.acquire() as conn:
        found = await notes.of_order(conn, request.principal.market, order_id)
    return json_answer(200, NotesAnswer([_shown(each) for each in found]))


async def add(request: Request) -> Answer:
    """Leave a note at an order."""
    body: NoteBody = request.body
    order_id = order_of(request)
    words = _words(body)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        done = await notes.add(
            conn, request.principal.market, order_id,
            words=words, mentions=body.mentions, author=request.actor, at=at,
        )  # fmt: skip
        return await _noted(request, conn, done, "added", 201, at)

    return await command(request, act)


async def change(request: Request) -> Answer:
    """Change the words of one's own note, soon after it was left."""
    body: NoteBody = request.body
    return await _put(request, _words(body), body.mentions, "changed")


async def take_back(request: Request) -> Answer:
    """Take one's own note back, soon after it was left."""
    return await _put(request, "", [], "taken_back")


async def _put(request: Request, words: str, mentions: list[str], what: str) -> Answer:
    order_id = order_of(request)
    note_id = id_parameter(request, "note", "there is no such note")

    async def act(conn: db.Connection, at: datetime) -> Answer:
        done = await notes.change(
            conn, request.principal.market, order_id, note_id,
            words=words, mentions=mentions, author=request.actor, at=at,
        )  # fmt: skip
        return await _noted(request, conn, done, what, 200, at)

    return await command(request, act)


async def _noted(
    request: Request, conn: db.Connection, done: Noted, what: str, status: int, at: datetime
) -> Answer:
    if isinstance(done, Refused):
        raise Problem(_CODES[done.why], done.detail)
    await outbox.tell(conn, request.principal.market, [told.noted(done.value, what)], at=at)
    return json_answer(status, _shown(done.value))


def _words(body: NoteBody) -> str:
    words = body.text.strip()
    if not words:
        raise invalid("/text", "says nothing")
    return words


def _shown(note: Note) -> NoteAnswer:
    return NoteAnswer(
        note.note_id, note.order_id, note.author, note.words, note.mentions, note.at,
        note.edited_at, note.at + notes.MENDED_WITHIN,
    )  # fmt: skip


ROUTES = [
    Route(
        "GET", PATH, listing, Scope.ORDERS_READ, "An order's notes", answer=NotesAnswer,
    ),
    Route(
        "POST", PATH, add, Scope.ORDERS_WRITE, "Leave a note at an order",
        body=NoteBody, answer=NoteAnswer, status=201, keyed=True, problems=(Code.CONFLICT,),
    ),
    Route(
        "PUT", f"{PATH}/{{note}}", change, Scope.ORDERS_WRITE, "Change one's own note",
        body=NoteBody, answer=NoteAnswer, keyed=True,
        problems=(Code.CONFLICT, Code.TOO_LATE),
    ),
    Route(
        "DELETE", f"{PATH}/{{note}}", take_back, Scope.ORDERS_WRITE, "Take one's own note back",
        answer=NoteAnswer, keyed=True, problems=(Code.CONFLICT, Code.TOO_LATE),
    ),
]  # fmt: skip
