"""Replays and regret over HTTP: history decided again, and what a day could have cost."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.drafts import check
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.paging import PageQuery, after_of, before_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.journey.compare import Change
from entrepot.journey.replay import start
from entrepot.journey.replay_reader import version_of
from entrepot.journey.replay_result import Result
from entrepot.plumbing import db
from entrepot.plumbing.mint import MINT
from entrepot.policies.model import Policy
from entrepot.sourcing import regrets, replays
from entrepot.sourcing.replay_model import Replay
from entrepot.sourcing.replays import Span
from entrepot.sourcing.retell import Regret

PATH = "/v1/replays"

SPAN_MAX = timedelta(days=366)
"""A year of 10,000 orders a day is an hour of one core."""

WAITING_MAX = 10
"""Replays of a market that are not done: they are worked on one after another."""


class RunBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Decide [from, to) again: by the rules of then, and by a `document` or a policy's `version`.

    `to` is now where it is not said; `seed` makes the intervals the same every time.
    """

    from_: Annotated[datetime, Meta(tz=True)] = msgspec.field(name="from")
    to: Annotated[datetime, Meta(tz=True)] | None = None
    document: Policy | None = None
    version: Annotated[int, Meta(ge=1, le=2**31 - 2)] | None = None
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 1


class RunAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A replay as it stands: done so far, and when it has ended what was found, or why not.

    `digest` names the document: the SHA-256 of its JSON with every default spelled out.
    """

    id: UUID
    from_: datetime = msgspec.field(name="from")
    to: datetime
    digest: str | None
    actor: str
    made_at: datetime
    records: int
    records_done: int
    decisions: int
    differing: int
    changed: int
    ended_at: datetime | None
    fault: str | None
    canceled_by: str | None
    result: Result | None


class RunsAnswer(msgspec.Struct, frozen=True):
    """Replays, the newest first, without what they found."""

    items: list[RunAnswer]
    next: str | None


class ChangeAnswer(msgspec.Struct, frozen=True):
    """A decision that differs. Not `faithful`: the rules of then do not give what was recorded."""

    number: int
    faithful: bool
    change: Change


class ChangesAnswer(msgspec.Struct, frozen=True):
    items: list[ChangeAnswer]
    next: str | None


class RegretQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Days in UTC, both included."""

    from_: date = msgspec.field(name="from")
    to: date


class DayAnswer(msgspec.Struct, frozen=True):
    day: date
    made_at: datetime
    regret: Regret


class RegretsAnswer(msgspec.Struct, frozen=True):
    items: list[DayAnswer]


async def post_replay(request: Request) -> Answer:
    """Ask for a replay; a worker does it."""
    body: RunBody = request.body
    market = request.principal.market
    if body.document is not None and body.version is not None:
        raise invalid("/version", "not together with document")

    async def act(conn: db.Connection, at: datetime) -> Answer:
        span = _span(body, at)
        if len(await replays.unfinished(conn, market)) >= WAITING_MAX:
            raise Problem(Code.CONFLICT, f"{WAITING_MAX} replays are waiting to be done")
        policy = body.document
        if body.version is not None:
            policy = await version_of(conn, market, body.version)
            if policy is None:
                raise invalid("/version", f"there is no policy {body.version}")
        elif policy is not None:
            await check(conn, market, policy)
        name = MINT.one()
        await start(conn, market, name, span, policy, seed=body.seed, actor=request.actor, at=at)
        made = await replays.read(conn, market, name)
        assert made is not None
        return json_answer(202, _shown(made))

    return await command(request, act)


def _span(body: RunBody, at: datetime) -> Span:
    span = Span(body.from_, body.to or at)
    if span.to_at > at:
        raise invalid("/to", "it is not over yet")
    if span.from_at >= span.to_at:
        raise _no_span("it begins at or after its end")
    if span.to_at - span.from_at > SPAN_MAX:
        raise _no_span(f"more than {SPAN_MAX.days} days")
    return span


def _no_span(detail: str) -> Problem:
    errors = [FieldError(detail, "/from"), FieldError(detail, "/to")]
    return Problem(Code.INVALID, f"/from: {detail}", errors=errors)


def _shown(row: Replay) -> RunAnswer:
    result = None if row.result is None else msgspec.json.decode(row.result, type=Result)
    return RunAnswer(
        id=row.replay_id, from_=row.from_at, to=row.to_at, digest=row.digest, actor=row.actor,
        made_at=row.made_at, records=row.records, records_done=row.records_done,
        decisions=row.decisions, differing=row.differing, changed=row.changed,
        ended_at=row.ended_at, fault=row.fault, canceled_by=row.canceled_by, result=result,
    )  # fmt: skip


async def list_replays(request: Request) -> Answer:
    """Answer the replays, the newest first."""
    query: PageQuery = request.query
    async with request.app.pool.acquire() as conn:
        rows = await replays.listed(
            conn, request.principal.market, before=before_of(query.cursor), open_=None,
            most=query.limit + 1,
        )  # fmt: skip
    items = [_shown(row) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, RunsAnswer(items, None))
    cursor = cursor_of(str(items[-1].id))
    return json_answer(200, RunsAnswer(items, cursor), next_link(PATH, cursor, limit=query.limit))


async def cancel_replay(request: Request) -> Answer:
    """End a replay before it is done; what it has found so far is not added up."""

    async def act(conn: db.Connection, at: datetime) -> Answer:
        replay = await _read(request, conn)
        market, name = request.principal.market, replay.replay_id
        if not await replays.cancel(conn, market, name, actor=request.actor, at=at):
            raise Problem(Code.TRANSITION, "it has ended already")
        return json_answer(200, _shown(await _read(request, conn)))

    return await command(request, act)


async def get_replay(request: Request) -> Answer:
    """Answer how far a replay has come, and what it found."""
    async with request.app.pool.acquire() as conn:
        return json_answer(200, _shown(await _read(request, conn)))


async def get_changes(request: Request) -> Answer:
    """Answer the decisions that differ, in the order of time."""
    query: PageQuery = request.query
    after = _number(after_of(query.cursor)) if query.cursor else 0
    market = request.principal.market
    async with request.app.pool.acquire() as conn:
        replay = await _read(request, conn)
        rows = await replays.changes_after(conn, market, replay.replay_id, after, query.limit + 1)
    items = [
        ChangeAnswer(row.number, row.faithful, msgspec.json.decode(row.document, type=Change))
        for row in rows[: query.limit]
    ]
    if len(rows) <= query.limit:
        return json_answer(200, ChangesAnswer(items, None))
    following = cursor_of(str(items[-1].number))
    link = next_link(f"{PATH}/{replay.replay_id}/changes", following, limit=query.limit)
    return json_answer(200, ChangesAnswer(items, following), link)


async def get_regret(request: Request) -> Answer:
    """Answer what days cost and could have cost."""
    query: RegretQuery = request.query
    async with request.app.pool.acquire() as conn:
        rows = await regrets.between(conn, request.principal.market, query.from_, query.to)
    items = [
        DayAnswer(row.day, row.made_at, msgspec.json.decode(row.document, type=Regret))
        for row in rows
    ]
    return json_answer(200, RegretsAnswer(items))


async def _read(request: Request, conn: db.Connection) -> Replay:
    name = parameter(request, "replay")
    try:
        found = await replays.read(conn, request.principal.market, UUID(name))
    except ValueError:
        found = None
    if found is None:
        raise Problem(Code.NOT_FOUND, f"there is no replay {name}")
    return found


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise Problem(
            Code.INVALID, "cursor: is none of ours",
            errors=[FieldError("is none of ours", parameter="cursor")],
        )  # fmt: skip
    return int(text)


ROUTES = [
    Route(
        "POST", PATH, post_replay, Scope.POLICIES_WRITE,
        "Decide history again, also by a policy that is only tried", body=RunBody,
        answer=RunAnswer, status=202, keyed=True, problems=(Code.CONFLICT,),
    ),
    Route(
        "GET", PATH, list_replays, Scope.POLICIES_READ, "Replays, the newest first",
        query=PageQuery, answer=RunsAnswer,
    ),
    Route(
        "POST", "/v1/replays/{replay}/cancel", cancel_replay, Scope.POLICIES_WRITE,
        "End a replay before it is done", answer=RunAnswer, keyed=True,
        problems=(Code.TRANSITION,),
    ),
    Route(
        "GET", "/v1/replays/{replay}", get_replay, Scope.POLICIES_READ,
        "A replay, and what it found", answer=RunAnswer, problems=(Code.NOT_FOUND,),
    ),
    Route(
        "GET", "/v1/replays/{replay}/changes", get_changes, Scope.POLICIES_READ,
        "The decisions that differ, with their reasons", query=PageQuery, answer=ChangesAnswer,
        problems=(Code.NOT_FOUND,),
    ),
    Route(
        "GET", "/v1/reports/regret", get_regret, Scope.POLICIES_READ,
        "What days cost and could have cost", query=RegretQuery, answer=RegretsAnswer,
    ),
]  # fmt: skip
