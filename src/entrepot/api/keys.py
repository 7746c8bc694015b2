"""API keys over HTTP: which there are, a new one (shown once), and its end."""

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access import browse, rules
from entrepot.access.create import create
from entrepot.access.model import NAME_LENGTH_MAX, KeyRow, Scope
from entrepot.access.revoke import revoke
from entrepot.api.commands import command
from entrepot.api.face import NO_STORE, Answer, Request, Route, json_answer, parameter
from entrepot.api.paging import PageQuery, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.api.users import shown_once
from entrepot.plumbing import db
from entrepot.terms.ids import KeyId

PATH = "/v1/keys"
NEWEST = (datetime(9999, 1, 1, tzinfo=UTC), KeyId(""))


class KeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`name`: who will hold it, for people. `admin` among the scopes is all of them."""

    name: Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=len(Scope))]


class KeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A key. `made_by` null: at the command line. `used_on`: the last day of its use, UTC."""

    id: str
    name: str
    scopes: list[str]
    made_at: datetime
    made_by: str | None
    used_on: date | None
    revoked_at: datetime | None


class KeyMade(KeyAnswer, frozen=True, kw_only=True):
    """`key` is shown this once: a call that is repeated under its key does not show it."""

    key: str | None


class KeysAnswer(msgspec.Struct, frozen=True):
    """The newest first; those that were revoked among them."""

    items: list[KeyAnswer]
    next: str | None


async def listing(request: Request) -> Answer:
    """List keys, the newest first."""
    query: PageQuery = request.query
    before = _before(query.cursor) if query.cursor else NEWEST
    async with request.app.pool.acquire() as conn:
        rows = await browse.keys(conn, request.principal.market, before, query.limit + 1)
    items = [_shown(row) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, KeysAnswer(items, None), NO_STORE)
    last = rows[query.limit - 1]
    cursor = cursor_of(f"{last.made_at.isoformat()}\n{last.key_id}")
    link = next_link(PATH, cursor, limit=query.limit)
    return json_answer(200, KeysAnswer(items, cursor), link, NO_STORE)


async def post(request: Request) -> Answer:
    """Make a key; within a second every server takes it."""
    body: KeyBody = request.body
    market = request.principal.market
    if not body.name.isprintable():
        raise invalid("/name", "is printable")
    if not rules.may_give(request.principal.scopes, body.scopes):
        raise Problem(Code.FORBIDDEN, "nobody gives a key more than they may do themselves")

    async def act(conn: db.Connection, at: datetime) -> Answer:
        key_id, text = await create(
            conn, market, body.name, frozenset(body.scopes), at, actor=request.actor
        )
        row = await browse.key(conn, market, key_id)
        assert row is not None
        kept = KeyMade(**msgspec.structs.asdict(_shown(row)), key=None)
        answer = json_answer(201, msgspec.structs.replace(kept, key=text), NO_STORE)
        return shown_once(answer, kept)

    answer = await command(request, act)
    await _known_at_once(request)
    return answer


async def delete(request: Request) -> Answer:
    """Revoke a key; within a second every server refuses it."""
    market, key_id = request.principal.market, KeyId(parameter(request, "key"))

    async def act(conn: db.Connection, at: datetime) -> Answer:
        found = await browse.key(conn, market, key_id)
        if found is None:
            raise Problem(Code.NOT_FOUND, f"there is no key {key_id}")
        if not rules.may_give(request.principal.scopes, found.scopes):
            raise Problem(Code.FORBIDDEN, "nobody ends a key that may do more than they may")
        await revoke(conn, market, key_id, at)
        return Answer(204)

    answer = await command(request, act)
    await _known_at_once(request)
    return answer


async def _known_at_once(request: Request) -> None:
    """Read the keys again here: others do within a second."""
    async with request.app.pool.acquire() as conn:
        await request.app.principals.reload(conn)


def _before(cursor: str) -> tuple[datetime, KeyId]:
    at, _, key_id = after_of(cursor).partition("\n")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Problem(
            Code.INVALID, "cursor: is none of ours",
            errors=[FieldError("is none of ours", parameter="cursor")],
        )  # fmt: skip
    return moment, KeyId(key_id)


def _shown(row: KeyRow) -> KeyAnswer:
    return KeyAnswer(
        id=row.key_id, name=row.name, scopes=row.scopes, made_at=row.made_at,
        made_by=row.made_by, used_on=row.used_on, revoked_at=row.revoked_at,
    )  # fmt: skip


ROUTES = [
    Route(
        "GET", PATH, listing, Scope.KEYS_READ, "API keys", query=PageQuery, answer=KeysAnswer
    ),
    Route(
        "POST", PATH, post, Scope.KEYS_WRITE, "Make an API key", body=KeyBody, answer=KeyMade,
        status=201, keyed=True,
    ),
    Route(
        "DELETE", f"{PATH}/{{key}}", delete, Scope.KEYS_WRITE, "Revoke an API key", status=204,
        keyed=True,
    ),
]  # fmt: skip
