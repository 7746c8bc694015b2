"""People over HTTP: who may sign in, as what, and where."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from entrepot.access import browse, rules
from entrepot.access.change import Change, change
from entrepot.access.enroll import Newcomer, enroll, flaw
from entrepot.access.hashing import HashingFullError
from entrepot.access.model import LOGIN_LENGTH_MAX, NAME_LENGTH_MAX, Account, Role, Scope
from entrepot.access.roles import scopes_of
from entrepot.access.rules import WhyNotChanged as Why
from entrepot.api.commands import command
from entrepot.api.face import (
    NO_STORE,
    Answer,
    Request,
    Route,
    etag,
    id_parameter,
    json_answer,
    parameter,
)
from entrepot.api.paging import PageQuery, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.plumbing import clock, db
from entrepot.terms.ids import NodeId, UserId
from entrepot.terms.outcome import Refused

PATH = "/v1/users"
NODES_IN_A_CALL_MAX = 1_000

Login = Annotated[str, Meta(min_length=1, max_length=LOGIN_LENGTH_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
Nodes = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=128)]], Meta(max_length=NODES_IN_A_CALL_MAX)
]

_CODES = {
    Why.LOGIN: (Code.INVALID, "/login"),
    Why.NAME: (Code.INVALID, "/name"),
    Why.NODES: (Code.INVALID, "/nodes"),
    Why.LOGIN_TAKEN: (Code.CONFLICT, "/login"),
    Why.NAME_TAKEN: (Code.CONFLICT, "/name"),
    Why.LAST_ADMINISTRATOR: (Code.CONFLICT, ""),
    Why.UNKNOWN: (Code.NOT_FOUND, ""),
    Why.VERSION_CHANGED: (Code.PRECONDITION, ""),
    Why.BEYOND: (Code.FORBIDDEN, ""),
}


class UserBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person. `nodes`: where an associate works; nobody else has any."""

    login: Login
    name: Name
    role: Role
    nodes: Nodes | None = None


class UserPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be other than it is.

    `reset_password`: the password there is ends, with every session, and the answer shows another.
    """

    name: Name | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    nodes: Nodes | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET
    reset_password: bool = False


class UserAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A person. `nodes` null: everywhere."""

    id: str
    login: str
    name: str
    role: Role
    nodes: list[str] | None
    enabled: bool
    made_at: datetime
    made_by: str
    signed_in_at: datetime | None
    version: int


class UserMade(UserAnswer, frozen=True, kw_only=True):
    """`password` is shown this once: a call that is repeated under its key does not show it."""

    password: str | None


class UsersAnswer(msgspec.Struct, frozen=True):
    """By login."""

    items: list[UserAnswer]
    next: str | None


async def listing(request: Request) -> Answer:
    """List people by login, a page at a time."""
    query: PageQuery = request.query
    after = after_of(query.cursor) if query.cursor else ""
    async with request.app.pool.acquire() as conn:
        rows = await browse.accounts(conn, request.principal.market, after, query.limit + 1)
    items = [UserAnswer(**_fields(row)) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, UsersAnswer(items, None), NO_STORE)
    cursor = cursor_of(items[-1].login)
    link = next_link(PATH, cursor, limit=query.limit)
    return json_answer(200, UsersAnswer(items, cursor), link, NO_STORE)


async def one(request: Request) -> Answer:
    """Show a person."""
    async with request.app.pool.acquire() as conn:
        found = await browse.account(conn, request.principal.market, _user(request))
    if found is None:
        raise _unknown(request)
    return json_answer(200, UserAnswer(**_fields(found)), etag(found.version), NO_STORE)


async def create(request: Request) -> Answer:
    """Enroll a person; the answer shows the password they sign in with at first."""
    body: UserBody = request.body
    market, own = request.principal.market, request.principal.scopes
    nodes = None if body.nodes is None else [NodeId(each) for each in body.nodes]
    new = Newcomer(rules.login_of(body.login), body.name, body.role, nodes)
    wrong = flaw(new)
    if wrong is not None:
        raise _problem(wrong)
    if not rules.may_give(own, scopes_of(body.role)):
        raise Problem(Code.FORBIDDEN, "the role opens more than you may do yourself")
    await _check_nodes(request, nodes)
    password, hashed = await _password(request)

    async def act(conn: db.Connection, _: datetime) -> Answer:
        at = await clock.read(conn)
        done = await enroll(conn, market, new, password=hashed, actor=request.actor, at=at)
        if isinstance(done, Refused):
            raise _problem(done)
        return _made(201, done.value, password)

    return await command(request, act)


async def patch(request: Request) -> Answer:
    """Change a person's account."""
    body: UserPatch = request.body
    market, user_id = request.principal.market, _user(request)
    nodes = None if not body.nodes else [NodeId(each) for each in body.nodes]
    if body.nodes == []:
        raise invalid("/nodes", "are needed: an associate works somewhere")
    await _check_nodes(request, nodes)
    password, hashed = await _password(request) if body.reset_password else (None, None)
    wanted = Change(
        name=_given(body.name), role=_given(body.role), nodes=nodes,
        enabled=_given(body.enabled), password=hashed,
    )  # fmt: skip

    async def act(conn: db.Connection, _: datetime) -> Answer:
        at = await clock.read(conn)
        done = await change(
            conn, market, user_id, wanted, own=request.principal.scopes,
            if_versions=_if_match(request.headers.get("if-match")), at=at,
        )  # fmt: skip
        if isinstance(done, Refused):
            raise _problem(done)
        return _made(200, done.value, password)

    answer = await command(request, act)
    if body.reset_password or body.enabled is False:
        request.app.principals.sessions.ended_of(market, user_id)
    return answer


def _made(status: int, account: Account, password: str | None) -> Answer:
    kept = UserMade(**_fields(account), password=None)
    answer = json_answer(
        status, msgspec.structs.replace(kept, password=password), etag(account.version), NO_STORE
    )
    return shown_once(answer, kept)


def shown_once(answer: Answer, kept: msgspec.Struct) -> Answer:
    """Give an answer of which a repeated call gets `kept`."""
    return Answer(answer.status, answer.body, answer.headers, kept=msgspec.json.encode(kept))


def _fields(account: Account) -> dict[str, Any]:
    return {
        "id": str(account.user_id),
        "login": account.login,
        "name": account.name,
        "role": Role(account.role),
        "nodes": None if account.node_ids is None else list(account.node_ids),
        "enabled": account.enabled,
        "made_at": account.made_at,
        "made_by": account.made_by,
        "signed_in_at": account.signed_in_at,
        "version": account.version,
    }


async def _password(request: Request) -> tuple[str, str]:
    """Make a password and its hash."""
    text = rules.written(secrets.token_bytes(rules.PASSWORD_DICE))
    try:
        return text, await request.app.hashing.make(text)
    except HashingFullError:
        raise Problem(
            Code.OVERLOADED, "too many sign in at once", headers=[("retry-after", "3")]
        ) from None


async def _check_nodes(request: Request, nodes: Collection[NodeId] | None) -> None:
    """Refuse nodes that are not there: whoever is bound to them would see nothing."""
    if not nodes:
        return
    async with request.app.pool.acquire() as conn:
        market = await request.app.world.fresh(conn, request.principal.market)
    unknown = next((each for each in nodes if each not in market.compiled.index), None)
    if unknown is not None:
        raise invalid("/nodes", f"there is no node {unknown}")


def _given(value: Any) -> Any:  # noqa: ANN401 - of any member
    return None if value is UNSET else value


def _user(request: Request) -> UserId:
    return UserId(id_parameter(request, "user", "there is no user {}"))


def _unknown(request: Request) -> Problem:
    return Problem(Code.NOT_FOUND, f"there is no user {parameter(request, 'user')}")


def _if_match(header: str | None) -> frozenset[int] | None:
    if header is None or header.strip() == "*":
        return None
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))
    return frozenset(
        int(tag) for tag in tags if tag.isascii() and tag.isdecimal() and len(tag) < 10
    )


def _problem(refused: Refused[Why]) -> Problem:
    code, pointer = _CODES[refused.why]
    if not pointer:
        return Problem(code, refused.detail)
    detail = f"{pointer}: {refused.detail}"
    return Problem(code, detail, errors=[FieldError(refused.detail, pointer)])


ROUTES = [
    Route(
        "GET", PATH, listing, Scope.USERS_READ, "Who may sign in", query=PageQuery,
        answer=UsersAnswer,
    ),
    Route(
        "POST", PATH, create, Scope.USERS_WRITE, "Enroll a person", body=UserBody,
        answer=UserMade, status=201, keyed=True, problems=(Code.CONFLICT,),
    ),
    Route("GET", f"{PATH}/{{user}}", one, Scope.USERS_READ, "A person", answer=UserAnswer),
    Route(
        "PATCH", f"{PATH}/{{user}}", patch, Scope.USERS_WRITE, "Change a person's account",
        body=UserPatch, answer=UserMade, keyed=True,
        problems=(Code.CONFLICT, Code.PRECONDITION),
    ),
]  # fmt: skip
