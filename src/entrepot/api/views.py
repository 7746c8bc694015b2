"""Saved views over HTTP: what people keep of a list, for themselves or for the team."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Principal, Scope
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, check_match, etag, json_answer, parameter
from entrepot.api.problems import Code, Problem, invalid
from entrepot.journey import saved
from entrepot.journey.saved import View
from entrepot.plumbing import db
from entrepot.plumbing.mint import MINT

QUERY_CHARS_MAX = 10_000

Screen = Annotated[str, Meta(pattern="^[a-z][a-z-]{0,39}$")]
Name = Annotated[str, Meta(min_length=1, max_length=80)]


class ViewsQuery(msgspec.Struct, frozen=True, kw_only=True):
    screen: Screen


class NewView(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`query` is what the screen makes of it; `team`: all see it; `default`: it is begun with."""

    screen: Screen
    name: Name
    query: dict[str, Any]
    team: bool = False
    default: bool = False


class ChangedView(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Name
    query: dict[str, Any]
    team: bool = False
    default: bool = False


class ViewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A view. `mine`: who asks may change it."""

    id: UUID
    screen: str
    name: str
    query: dict[str, Any]
    team: bool
    default: bool
    mine: bool
    version: int
    made_by: str
    made_at: datetime


class ViewsAnswer(msgspec.Struct, frozen=True):
    """The team's and one's own, the oldest first."""

    items: list[ViewAnswer]


async def listed(request: Request) -> Answer:
    """The views of a screen."""
    query: ViewsQuery = request.query
    principal = request.principal
    async with request.app.pool.acquire() as conn:
        found = await saved.views(conn, principal.market, query.screen, _owner(principal))
    return json_answer(200, ViewsAnswer([_shown(view, principal) for view in found]))


async def create(request: Request) -> Answer:
    """Keep a view."""
    body: NewView = request.body
    principal = request.principal
    _check(body.query)
    _may(principal, team=body.team)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        known = await saved.views(conn, principal.market, body.screen, _owner(principal))
        if len(known) >= saved.VIEWS_MAX:
            raise Problem(Code.CONFLICT, f"{saved.VIEWS_MAX} views are kept of it")
        view = View(
            MINT.one(), body.screen, body.name, db.json_text(body.query),
            None if body.team else _owner(principal), body.default, 1, request.actor, at,
        )  # fmt: skip
        kept = await saved.keep(conn, principal.market, view)
        location = ("location", f"/v1/views/{kept.view_id}")
        return json_answer(201, _shown(kept, principal), etag(kept.version), location)

    return await command(request, act)


async def change(request: Request) -> Answer:
    """Change a view, as it stood when who asks has seen it."""
    body: ChangedView = request.body
    principal = request.principal
    _check(body.query)
    _may(principal, team=body.team)

    async def act(conn: db.Connection, at: datetime) -> Answer:  # noqa: ARG001 - a command's form
        view = await _mine(request, conn)
        kept = await saved.keep(
            conn, principal.market,
            replace(
                view, name=body.name, query=db.json_text(body.query), is_default=body.default,
                owner=None if body.team else view.owner or _owner(principal),
            ),
        )  # fmt: skip
        return json_answer(200, _shown(kept, principal), etag(kept.version))

    return await command(request, act)


async def remove(request: Request) -> Answer:
    """Forget a view."""

    async def act(conn: db.Connection, at: datetime) -> Answer:  # noqa: ARG001 - a command's form
        view = await _mine(request, conn)
        await saved.drop(conn, request.principal.market, view.view_id)
        return Answer(204)

    return await command(request, act)


async def _mine(request: Request, conn: db.Connection) -> View:
    """Find a view that who asks may change; raises Problem where there is none."""
    text = parameter(request, "view")
    try:
        view = await saved.lock(conn, request.principal.market, UUID(text))
    except ValueError:
        view = None
    if view is None or view.owner not in {None, _owner(request.principal)}:
        raise Problem(Code.NOT_FOUND, f"there is no view {text}")
    _may(request.principal, team=view.owner is None)
    check_match(request, view.version)
    return view


def _owner(principal: Principal) -> str:
    return str(principal.user or principal.key_id)


def _may(principal: Principal, *, team: bool) -> None:
    if team and not principal.may(Scope.ORDERS_WRITE):
        raise Problem(Code.FORBIDDEN, f"the team's views need {Scope.ORDERS_WRITE.value}")


def _check(query: dict[str, Any]) -> None:
    if len(json.dumps(query)) > QUERY_CHARS_MAX:
        raise invalid("/query", f"more than {QUERY_CHARS_MAX} characters")


def _shown(view: View, principal: Principal) -> ViewAnswer:
    team = view.owner is None
    return ViewAnswer(
        id=view.view_id, screen=view.screen, name=view.name, query=json.loads(view.query),
        team=team, default=view.is_default,
        mine=not team or principal.may(Scope.ORDERS_WRITE),
        version=view.version, made_by=view.made_by, made_at=view.made_at,
    )  # fmt: skip


ROUTES = [
    Route(
        "GET", "/v1/views", listed, Scope.ORDERS_READ, "Saved views of a screen",
        query=ViewsQuery, answer=ViewsAnswer,
    ),
    Route(
        "POST", "/v1/views", create, Scope.ORDERS_READ, "Save a view", body=NewView,
        answer=ViewAnswer, status=201, keyed=True, problems=(Code.CONFLICT,),
    ),
    Route(
        "PUT", "/v1/views/{view}", change, Scope.ORDERS_READ, "Change a view", body=ChangedView,
        answer=ViewAnswer, keyed=True, problems=(Code.NOT_FOUND, Code.PRECONDITION),
    ),
    Route(
        "DELETE", "/v1/views/{view}", remove, Scope.ORDERS_READ, "Forget a view", status=204,
        keyed=True, problems=(Code.NOT_FOUND, Code.PRECONDITION),
    ),
]  # fmt: skip
