"""Policies before and after they are in force: drafts, schedules, ways back, differences."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from entrepot.access.model import Scope
from entrepot.api.bodies_policies import (
    PolicyCheckBody,
    PolicyChecked,
    PolicyDiff,
    PolicyDiffQuery,
    PolicyDraftBody,
    PolicyMoveBody,
    PolicyRollbackBody,
    PolicyScheduleBody,
    PolicyVersionAnswer,
    PolicyVersions,
    PolicyVersionsQuery,
    shown,
    whole,
)
from entrepot.api.commands import command
from entrepot.api.face import Answer, Handler, Request, Route, etag, json_answer, parameter
from entrepot.api.paging import after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.api.transfers import if_match
from entrepot.journey import gate
from entrepot.journey.vet import vet
from entrepot.network.open import hold
from entrepot.plumbing import clock, db
from entrepot.policies import browse
from entrepot.policies.diff import differences
from entrepot.policies.model import Policy, WhyNotMoved, policy_of
from entrepot.policies.move import draft, move, restored
from entrepot.policies.publish import publish
from entrepot.policies.states import PolicyVerb
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Refused

PATH = "/v1/policies"

FLAWS_MAX = 100
"""Flaws told at once: whoever has more has the wrong market, or the wrong file."""

AHEAD_MAX = timedelta(days=366)
"""Whoever plans further writes a draft."""

_CODES = {
    WhyNotMoved.UNKNOWN: Code.NOT_FOUND,
    WhyNotMoved.VERSION_CHANGED: Code.PRECONDITION,
    WhyNotMoved.TRANSITION: Code.TRANSITION,
}


async def create(request: Request) -> Answer:
    """Write a draft: it is checked as if it were to decide, and decides nothing."""
    market, body = request.principal.market, request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        await hold(conn, market)
        await check(conn, market, body.document)
        made = await draft(conn, market, body.document, request.actor, body.note, at)
        place = ("location", f"{PATH}/{made.version}")
        return json_answer(201, await whole(conn, market, made), etag(made.revision), place)

    return await command(request, act)


async def validate(request: Request) -> Answer:
    """Say what is wrong with a document; nothing is written."""
    async with request.app.pool.acquire() as conn:
        errors = await errors_of(conn, request.principal.market, request.body.document)
    return json_answer(200, PolicyChecked(not errors, errors))


async def listing(request: Request) -> Answer:
    """List versions, newest first, a page at a time."""
    query: PolicyVersionsQuery = request.query
    async with request.app.pool.acquire() as conn:
        found = await browse.versions(
            conn, request.principal.market, states=query.state or None,
            before=_before(query.cursor), most=query.limit + 1,
        )  # fmt: skip
    items = [shown(version) for version in found[: query.limit]]
    if len(found) <= query.limit:
        return json_answer(200, PolicyVersions(items, None))
    cursor = cursor_of(str(items[-1].version))
    said = {"limit": query.limit, "state": [state.value for state in query.state]}
    return json_answer(200, PolicyVersions(items, cursor), next_link(PATH, cursor, **said))


async def one(request: Request) -> Answer:
    """Show a version, and every step of its life."""
    number = _number(request)
    async with request.app.pool.acquire() as conn:
        found = await browse.version(conn, request.principal.market, number)
        if found is None:
            raise _unknown(number)
        answer = await whole(conn, request.principal.market, found)
    return json_answer(200, answer, etag(found.revision))


async def diff(request: Request) -> Answer:
    """Say where a version differs from another one, by default from the one in force."""
    market, number, query = request.principal.market, _number(request), request.query
    async with request.app.pool.acquire() as conn:
        found = await browse.version(conn, market, number)
        if found is None:
            raise _unknown(number)
        against, old = await _other(conn, market, query.against)
    said = differences(_plain(old), _plain(policy_of(found.document)))
    return json_answer(200, PolicyDiff(number, against, said))


def moving(verb: PolicyVerb) -> Handler:
    """Make the handler of a verb."""

    async def handler(request: Request) -> Answer:
        market, body, number = request.principal.market, request.body, _number(request)

        async def act(conn: db.Connection, at: datetime) -> Answer:
            await hold(conn, market)
            when = None
            if verb is PolicyVerb.SCHEDULE:
                when = _time(body.effective_at, await clock.read(conn))
            await _check_stored(conn, market, number, verb, at)
            document = body.document if verb is PolicyVerb.CHANGE else None
            if document is not None:
                await check(conn, market, document)
            done = await move(
                conn, market, number, verb, revisions=if_match(request.headers.get("if-match")),
                actor=request.actor, reason=body.note if document is not None else body.reason,
                at=at, effective_at=when, document=document,
            )  # fmt: skip
            if isinstance(done, Refused):
                raise Problem(_CODES[done.why], done.detail)
            return json_answer(
                200, await whole(conn, market, done.value), etag(done.value.revision)
            )

        answer = await command(request, act)
        await request.app.world.refresh(market, stock=False)
        return answer

    return handler


async def rollback(request: Request) -> Answer:
    """Go back to what a version said: it comes into force again, as the next version."""
    market, body = request.principal.market, request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        await hold(conn, market)
        found = await restored(conn, market, body.version)
        if isinstance(found, Refused):
            unknown = found.why is WhyNotMoved.UNKNOWN
            code = Code.INVALID if unknown else Code.CONFLICT
            raise invalid("/version", found.detail, code=code)
        policy = policy_of(found.value.document)
        await check(conn, market, policy)
        number = await publish(
            conn, market, policy, request.actor, body.reason, at, restores=found.value.version
        )
        made = await browse.version(conn, market, number)
        assert made is not None, "it was written in this transaction"
        place = ("location", f"{PATH}/{number}")
        return json_answer(201, await whole(conn, market, made), etag(made.revision), place)

    answer = await command(request, act)
    await request.app.world.refresh(market, stock=False)
    return answer


async def check(conn: db.Connection, market: MarketId, document: Policy) -> None:
    """Refuse a document in which anything is wrong, naming each place."""
    errors = await errors_of(conn, market, document)
    if errors:
        raise Problem(Code.INVALID, f"{errors[0].pointer}: {errors[0].detail}", errors=errors)


async def errors_of(conn: db.Connection, market: MarketId, document: Policy) -> list[FieldError]:
    """Give what is wrong with a document, in the order of its text, each with its place."""
    flaws = await vet(conn, market, document)
    return [FieldError(flaw.detail, f"/document{flaw.pointer}") for flaw in flaws[:FLAWS_MAX]]


async def check_replayed(
    conn: db.Connection, market: MarketId, document: Policy, at: datetime
) -> None:
    """Refuse a document that has not shown on history what the one in force asks for."""
    lacking = await gate.why_not(conn, market, document, at=at)
    if lacking is not None:
        raise Problem(Code.REPLAY_NEEDED, lacking, errors=[FieldError(lacking, "/document")])


async def _check_stored(
    conn: db.Connection, market: MarketId, number: int, verb: PolicyVerb, at: datetime
) -> None:
    """Refuse to let a version come into force that names what is gone, or was not tried enough."""
    if verb in {PolicyVerb.SCHEDULE, PolicyVerb.ACTIVATE}:
        found = await browse.version(conn, market, number)
        if found is not None:
            await check(conn, market, policy_of(found.document))
            await check_replayed(conn, market, policy_of(found.document), at)


def _time(effective_at: datetime, now: datetime) -> datetime:
    if effective_at <= now:
        raise invalid("/effective_at", "has passed; activate it instead")
    if effective_at > now + AHEAD_MAX:
        raise invalid("/effective_at", f"lies more than {AHEAD_MAX.days} days ahead")
    return effective_at


async def _other(conn: db.Connection, market: MarketId, number: int | None) -> tuple[int, Policy]:
    if number is None:
        return await browse.current(conn, market)
    if number == 0:
        return 0, Policy()
    found = await browse.version(conn, market, number)
    if found is None:
        raise Problem(
            Code.INVALID, f"against: there is no version {number}",
            errors=[FieldError(f"there is no version {number}", parameter="against")],
        )  # fmt: skip
    return number, policy_of(found.document)


def _plain(policy: Policy) -> Any:  # noqa: ANN401 - JSON
    return msgspec.json.decode(msgspec.json.encode(policy))


def _number(request: Request) -> int:
    text = parameter(request, "version")
    if not text.isascii() or not text.isdecimal() or int(text) > browse.VERSION_MAX:
        raise Problem(Code.NOT_FOUND, f"there is no version {text}")
    return int(text)


def _unknown(number: int) -> Problem:
    return Problem(Code.NOT_FOUND, f"there is no version {number}")


def _before(cursor: str) -> int:
    if not cursor:
        return browse.VERSION_MAX
    text = after_of(cursor)
    if not text.isascii() or not text.isdecimal() or int(text) > browse.VERSION_MAX:
        raise Problem(
            Code.INVALID, "cursor: is none of ours",
            errors=[FieldError("is none of ours", parameter="cursor")],
        )  # fmt: skip
    return int(text)


def _moves(verb: PolicyVerb, summary: str, body: type) -> Route:
    return Route(
        "POST", f"{PATH}/{{version}}/{verb}", moving(verb), Scope.POLICIES_WRITE, summary,
        body=body, answer=PolicyVersionAnswer, keyed=True,
        problems=(Code.NOT_FOUND, Code.TRANSITION, Code.PRECONDITION, Code.REPLAY_NEEDED),
    )  # fmt: skip


ROUTES = [
    Route(
        "GET", PATH, listing, Scope.POLICIES_READ, "Policies, whatever their state",
        query=PolicyVersionsQuery, answer=PolicyVersions,
    ),
    Route(
        "POST", PATH, create, Scope.POLICIES_WRITE, "Draft a policy", body=PolicyDraftBody,
        answer=PolicyVersionAnswer, status=201, keyed=True,
    ),
    Route(
        "POST", f"{PATH}/validate", validate, Scope.POLICIES_READ, "What is wrong with a policy",
        body=PolicyCheckBody, answer=PolicyChecked,
    ),
    Route(
        "POST", f"{PATH}/rollback", rollback, Scope.POLICIES_WRITE, "Go back to a policy",
        body=PolicyRollbackBody, answer=PolicyVersionAnswer, status=201, keyed=True,
        problems=(Code.CONFLICT,),
    ),
    Route(
        "GET", f"{PATH}/{{version}}", one, Scope.POLICIES_READ, "A policy and its life",
        answer=PolicyVersionAnswer,
    ),
    Route(
        "PUT", f"{PATH}/{{version}}", moving(PolicyVerb.CHANGE), Scope.POLICIES_WRITE,
        "Change a draft", body=PolicyDraftBody, answer=PolicyVersionAnswer, keyed=True,
        problems=(Code.NOT_FOUND, Code.TRANSITION, Code.PRECONDITION),
    ),
    Route(
        "GET", f"{PATH}/{{version}}/diff", diff, Scope.POLICIES_READ,
        "Where a policy differs from another", query=PolicyDiffQuery, answer=PolicyDiff,
    ),
    _moves(PolicyVerb.SCHEDULE, "Let a policy come into force at a time", PolicyScheduleBody),
    _moves(PolicyVerb.WITHDRAW, "Make a scheduled policy a draft again", PolicyMoveBody),
    _moves(PolicyVerb.ACTIVATE, "Let a policy come into force now", PolicyMoveBody),
    _moves(PolicyVerb.DISCARD, "Retire a policy that never decided", PolicyMoveBody),
]  # fmt: skip
