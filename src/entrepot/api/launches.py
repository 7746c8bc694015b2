"""Launches over HTTP: skus that go on sale together, at a moment that was announced."""

import secrets
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import EARLIEST
from entrepot.api.commands import command
from entrepot.api.face import Answer, Handler, Request, Route, etag, json_answer, parameter
from entrepot.api.orders import problem
from entrepot.api.paging import PageQuery, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.api.transfers import if_match
from entrepot.inventory import launch as launches
from entrepot.inventory.launch_model import (
    AHEAD_MAX,
    FIRST_MAX,
    LINE_BEFORE,
    PER_S_MAX,
    SKUS_PER_LAUNCH_MAX,
    Launch,
    LaunchMove,
    Line,
    NewLaunch,
    WhyNotLaunched,
)
from entrepot.inventory.states import LaunchState, LaunchVerb
from entrepot.journey.launch import plan, step, unfit
from entrepot.plumbing import db
from entrepot.terms.ids import LaunchId, Sku
from entrepot.terms.outcome import Refused

PATH = "/v1/launches"

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Why = Annotated[str, Meta(min_length=1, max_length=500)]


class LaunchLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is admitted: the `first` tickets at the opening, then `per_s` more in every second."""

    first: Annotated[int, Meta(ge=0, le=FIRST_MAX)]
    per_s: Annotated[int, Meta(ge=1, le=PER_S_MAX)]


class LaunchBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing of `skus` sells before `opens_at`. With a `line`, orders need a ticket from then on.

    Each sku stands once, is no kit, and is in no other launch that has not ended.
    """

    skus: Annotated[list[Id], Meta(min_length=1, max_length=SKUS_PER_LAUNCH_MAX)]
    opens_at: Annotated[datetime, Meta(tz=True)]
    line: LaunchLine | None = None
    reason: Why | None = None


class LaunchStepBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Why


class LaunchAnswer(msgspec.Struct, frozen=True):
    """`issued` tickets were drawn of its line."""

    launch: str
    state: LaunchState
    skus: list[str]
    opens_at: datetime
    line: LaunchLine | None
    issued: int
    reason: str | None
    made_at: datetime
    moved_at: datetime
    version: int


class LaunchMoveAnswer(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    from_: str
    verb: str
    actor: str
    reason: str | None
    at: datetime


class LaunchWholeAnswer(msgspec.Struct, frozen=True):
    launch: LaunchAnswer
    moves: list[LaunchMoveAnswer]


class LaunchesAnswer(msgspec.Struct, frozen=True):
    items: list[LaunchAnswer]
    next: str | None


class LaunchesQuery(PageQuery, frozen=True, kw_only=True):
    state: Annotated[list[LaunchState], Meta(max_length=len(LaunchState))] = msgspec.field(
        default_factory=list
    )


_REFUSALS = {
    WhyNotLaunched.VERSION_CHANGED: (Code.PRECONDITION, ""),
    WhyNotLaunched.TRANSITION: (Code.TRANSITION, ""),
    WhyNotLaunched.TAKEN: (Code.CONFLICT, "/skus"),
}


async def put(request: Request) -> Answer:
    """Plan a launch, or plan it anew: what it keeps unsold is kept from this commit on."""
    body: LaunchBody = request.body
    name = LaunchId(parameter(request, "launch"))
    versions = if_match(request.headers.get("if-match"))

    async def act(conn: db.Connection, at: datetime) -> Answer:
        new = _wanted(name, body)
        market = await request.app.world.market(request.principal.market)
        stands = await launches.one(conn, market.id, name)
        if stands is None or _is_another(stands, new):
            _check_time(new, at)
        faults = await unfit(conn, market, new)
        if faults:
            raise problem(Code.INVALID, faults, faults[0].detail)
        done = await plan(
            conn, request.app.world, market.id, new, versions=versions, actor=request.actor,
            dice=secrets.token_bytes, at=at,
        )  # fmt: skip
        if isinstance(done, Refused):
            raise _problem(done)
        return json_answer(200, shown(done.value), etag(done.value.version))

    answer = await command(request, act)
    await request.app.world.refresh(request.principal.market)
    return answer


def stepping(verb: LaunchVerb) -> Handler:
    """Make the handler of a verb."""

    async def handler(request: Request) -> Answer:
        body: LaunchStepBody = request.body
        name = LaunchId(parameter(request, "launch"))

        async def act(conn: db.Connection, at: datetime) -> Answer:
            market = request.principal.market
            launch = await launches.lock(conn, market, name)
            if launch is None:
                raise _unknown(name)
            done = await step(
                conn, request.app.world, market, launch, verb, actor=request.actor,
                reason=body.reason, at=at,
            )  # fmt: skip
            if isinstance(done, Refused):
                raise _problem(done)
            return json_answer(200, shown(done.value), etag(done.value.version))

        answer = await command(request, act)
        await request.app.world.refresh(request.principal.market)
        return answer

    return handler


async def one(request: Request) -> Answer:
    """Show a launch, and every step of its life."""
    market, name = request.principal.market, LaunchId(parameter(request, "launch"))
    async with request.app.pool.acquire() as conn:
        found = await launches.one(conn, market, name)
        if found is None:
            raise _unknown(name)
        moves = await launches.moves(conn, market, name)
    whole = LaunchWholeAnswer(shown(found), [_move(move) for move in moves])
    return json_answer(200, whole, etag(found.version))


async def listing(request: Request) -> Answer:
    """List launches by ascending name, a page at a time."""
    query: LaunchesQuery = request.query
    async with request.app.pool.acquire() as conn:
        found = await launches.listed(
            conn, request.principal.market, states=query.state or None, most=query.limit + 1,
            after=after_of(query.cursor) if query.cursor else "",
        )  # fmt: skip
    items = [shown(launch) for launch in found[: query.limit]]
    if len(found) <= query.limit:
        return json_answer(200, LaunchesAnswer(items, None))
    cursor = cursor_of(items[-1].launch)
    said = {"limit": query.limit, "state": [state.value for state in query.state]}
    return json_answer(200, LaunchesAnswer(items, cursor), next_link(PATH, cursor, **said))


def shown(launch: Launch) -> LaunchAnswer:
    """Show a launch; its secret stays here."""
    line = launch.line
    return LaunchAnswer(
        launch.launch_id, LaunchState(launch.state), list(launch.skus), launch.opens_at,
        None if line is None else LaunchLine(line.first, line.per_s), launch.issued,
        launch.reason, launch.made_at, launch.moved_at, launch.version,
    )  # fmt: skip


def _wanted(name: LaunchId, body: LaunchBody) -> NewLaunch:
    for place, sku in enumerate(body.skus):
        if sku in body.skus[:place]:
            raise invalid(f"/skus/{place}", f"{sku} is named twice")
    line = None if body.line is None else Line(body.line.first, body.line.per_s)
    skus = tuple(Sku(sku) for sku in body.skus)
    return NewLaunch(name, skus, body.opens_at, line, body.reason)


def _is_another(stands: Launch, new: NewLaunch) -> bool:
    """Say whether what is still planned would be another sale, or at another time."""
    said = (tuple(stands.skus), stands.opens_at, stands.line)
    return stands.state == LaunchState.PLANNED and said != (new.skus, new.opens_at, new.line)


def _check_time(new: NewLaunch, at: datetime) -> None:
    if new.opens_at < EARLIEST or new.opens_at <= at:
        raise invalid("/opens_at", "has passed")
    if new.opens_at > at + AHEAD_MAX:
        raise invalid("/opens_at", f"lies more than {AHEAD_MAX.days} days ahead")
    if new.line is not None and new.opens_at < at + LINE_BEFORE:
        seconds = int(LINE_BEFORE.total_seconds())
        raise invalid("/opens_at", f"a line stands at least {seconds} seconds before the opening")


def _problem(refused: Refused[WhyNotLaunched]) -> Problem:
    code, pointer = _REFUSALS[refused.why]
    errors = [FieldError(refused.detail, pointer)] if pointer else []
    return Problem(code, refused.detail, errors=errors)


def _unknown(name: LaunchId) -> Problem:
    return Problem(Code.NOT_FOUND, f"there is no launch {name}")


def _move(move: LaunchMove) -> LaunchMoveAnswer:
    return LaunchMoveAnswer(move.from_state, move.verb, move.actor, move.reason, move.at)


ROUTES = [
    Route(
        "PUT", f"{PATH}/{{launch}}", put, Scope.INVENTORY_WRITE, "Plan a launch",
        body=LaunchBody, answer=LaunchAnswer, keyed=True,
        problems=(Code.CONFLICT, Code.TRANSITION, Code.PRECONDITION),
    ),
    Route(
        "GET", PATH, listing, Scope.INVENTORY_READ, "Launches", query=LaunchesQuery,
        answer=LaunchesAnswer,
    ),
    Route(
        "GET", f"{PATH}/{{launch}}", one, Scope.INVENTORY_READ, "A launch and its life",
        answer=LaunchWholeAnswer,
    ),
    Route(
        "POST", f"{PATH}/{{launch}}/cancel", stepping(LaunchVerb.CANCEL), Scope.INVENTORY_WRITE,
        "It will not come; its skus are for sale", body=LaunchStepBody, answer=LaunchAnswer,
        keyed=True, problems=(Code.TRANSITION,),
    ),
    Route(
        "POST", f"{PATH}/{{launch}}/end", stepping(LaunchVerb.END), Scope.INVENTORY_WRITE,
        "It is over, and so is its line", body=LaunchStepBody, answer=LaunchAnswer,
        keyed=True, problems=(Code.TRANSITION,),
    ),
]  # fmt: skip
