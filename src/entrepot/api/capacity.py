"""A node's days over HTTP: what is planned and what is left, and what operations say of them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import EmptyBody
from entrepot.api.bodies_network import CAPACITY_MAX, Clock
from entrepot.api.bounds import InPath
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.kinds import ID_CHARS_MAX
from entrepot.api.paging import PageQuery, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.journey import days
from entrepot.journey.override import MOVES_WORK, Set, clear, lift, override
from entrepot.network import browse as network
from entrepot.network import overrides
from entrepot.network.model import Method, OverrideKind, OverrideRow
from entrepot.network.override_rules import Wanted, WhyNotTaken
from entrepot.plumbing import db, mint
from entrepot.terms.calendar import time_zone
from entrepot.terms.ids import NodeId
from entrepot.terms.outcome import Refused

PATH = "/v1/nodes/{node}"
DAYS_MAX = 62
DAYS_SHOWN = 7

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Day = Annotated[date, Meta(description="a local day of the node")]

_FIELDS = {
    "method": "service", "day": "day", "limit": "limit", "clock": "clock", "begins": "from",
    "ends": "until", "node": "",
}  # fmt: skip


class CapacityQuery(msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from"}):
    """Local days of the node; today and the six after it where none are named."""

    first: date | None = None
    to: date | None = None


class OverridesQuery(PageQuery, frozen=True, kw_only=True):
    """`ended`: show those that are over, too."""

    ended: bool = False


class OverrideBody(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
    rename={"begins": "from"},
):  # fmt: skip
    """What is so for a while.

    `pause` (`until`, `from`, `service`): nothing new is planned there; `cap` (`day`, `limit`,
    `service`): so many fulfillment orders; `close` (`day`, `clock`): closed all day, or from that
    time on; `cut_off` (`day`, `clock`): another cut-off. With `replan` the work that is not begun
    is planned again elsewhere.
    """

    kind: OverrideKind
    reason: Reason
    service: Method | None = None
    day: Day | None = None
    limit: Annotated[int, Meta(ge=0, le=CAPACITY_MAX)] | None = None
    clock: Clock | None = None
    begins: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    replan: bool = False


class LiftBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class OverrideAnswer(msgspec.Struct, frozen=True, kw_only=True, rename={"begins": "from"}):
    """An override. `not_begun`: fulfillment orders that stand in it and nobody has begun."""

    id: UUID
    node: str
    kind: OverrideKind
    service: Method | None
    day: date | None
    limit: int | None
    clock: str | None
    begins: datetime
    until: datetime
    reason: str
    actor: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None
    not_begun: int | None = None


class OverridesAnswer(msgspec.Struct, frozen=True):
    """The newest first."""

    items: list[OverrideAnswer]
    next: str | None


class UseAnswer(msgspec.Struct, frozen=True):
    """`service` null: all work. `limit` and `left` null: there is no limit."""

    service: Method | None
    limit: int | None
    planned: int
    left: int | None


class DayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`takes_work`: something new may be planned on it, of one service at least.

    `why` says why not, or not of each service; the first reason first.
    """

    day: date
    open: bool
    takes_work: bool
    why: list[str]
    cut_off: datetime | None
    order_by: datetime | None
    services: list[UseAnswer]
    not_begun: int
    overrides: list[OverrideAnswer]


class CapacityAnswer(msgspec.Struct, frozen=True):
    node: str
    time_zone: str
    days: list[DayAnswer]


async def capacity(request: Request) -> Answer:
    """Show a node's days."""
    query: CapacityQuery = request.query
    node = NodeId(parameter(request, "node", most=ID_CHARS_MAX))
    known, at = request.app.world, mint.now()
    async with request.app.pool.acquire() as conn:
        market = await known.fresh(conn, request.principal.market)
        if node not in market.compiled.index:
            raise _no_node(node)
        zone = market.network.nodes[market.compiled.index[node]].time_zone
        first = query.first or at.astimezone(time_zone(zone)).date()
        last = query.to or first + timedelta(days=DAYS_SHOWN - 1)
        _check_days(first, last, at)
        found = await days.page(conn, market, node, first, last, at=at)
    return json_answer(200, CapacityAnswer(node, zone, [_day(each) for each in found]))


async def put_override(request: Request) -> Answer:
    """Set an override: the next order is decided by it."""
    body: OverrideBody = request.body
    node = NodeId(parameter(request, "node", most=ID_CHARS_MAX))
    market = request.principal.market
    if body.replan and body.kind not in MOVES_WORK:
        raise invalid("/replan", f"a {body.kind} leaves work where it is")
    wanted = Wanted(
        node, body.kind, body.reason, body.service, body.day, body.limit,
        None if body.clock is None else time.fromisoformat(body.clock), body.begins, body.until,
    )  # fmt: skip

    async def act(conn: db.Connection, at: datetime) -> Answer:
        done = await override(
            conn, request.app.world, market, wanted,
            replan=body.replan, actor=request.actor, at=at,
        )  # fmt: skip
        if isinstance(done, Refused):
            raise _problem(done)
        return json_answer(201, _shown(done.value))

    answer = await command(request, act)
    await request.app.world.refresh(market, stock=False)
    return answer


async def listing(request: Request) -> Answer:
    """List a node's overrides, the newest first."""
    query: OverridesQuery = request.query
    node = NodeId(parameter(request, "node", most=ID_CHARS_MAX))
    market = request.principal.market
    before = overrides.LAST if not query.cursor else _uuid(after_of(query.cursor))
    async with request.app.pool.acquire() as conn:
        if await network.node(conn, market, node) is None:
            raise _no_node(node)
        rows = await overrides.of_node(
            conn, market, node, ended=query.ended, before=before, most=query.limit + 1
        )
    items = [_override(row) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, OverridesAnswer(items, None))
    cursor = cursor_of(str(items[-1].id))
    said = {"ended": "true"} if query.ended else {}
    link = next_link(f"/v1/nodes/{node}/overrides", cursor, limit=query.limit, **said)
    return json_answer(200, OverridesAnswer(items, cursor), link)


async def lift_override(request: Request) -> Answer:
    """End an override before its time."""
    body: LiftBody = request.body
    market = request.principal.market

    async def act(conn: db.Connection, at: datetime) -> Answer:
        row = await _standing(request, conn)
        ended = await lift(
            conn, market, row.override_id, actor=request.actor, reason=body.reason, at=at
        )
        if ended is None:
            raise Problem(Code.CONFLICT, "it has ended")
        return json_answer(200, _override(ended))

    answer = await command(request, act)
    await request.app.world.refresh(market, stock=False)
    return answer


async def replan(request: Request) -> Answer:
    """Plan the work that stands in an override, and is not begun, again elsewhere."""

    async def act(conn: db.Connection, at: datetime) -> Answer:
        market = await request.app.world.fresh(conn, request.principal.market)
        row = await _standing(request, conn)
        if row.kind not in MOVES_WORK:
            raise Problem(Code.CONFLICT, f"a {row.kind} leaves work where it is")
        await clear(conn, market.id, row, actor=request.actor, at=at)
        return json_answer(200, _shown(Set(row, await days.not_begun(conn, market, row))))

    return await command(request, act)


async def _standing(request: Request, conn: db.Connection) -> OverrideRow:
    """Find the override of this node that is named; raises Problem where it is none, or over."""
    named = parameter(request, "override")
    try:
        found = await overrides.one(conn, request.principal.market, UUID(named))
    except ValueError:
        found = None
    if found is None or found.node_id != parameter(request, "node", most=ID_CHARS_MAX):
        raise Problem(Code.NOT_FOUND, f"the node has no override {named}")
    if found.ended_at is not None:
        raise Problem(Code.CONFLICT, f"it ended at {found.ended_at.isoformat()}")
    return found


def _check_days(first: date, last: date, at: datetime) -> None:
    today = at.astimezone(UTC).date()
    far = timedelta(days=400)
    for name, day in (("from", first), ("to", last)):
        if abs(day - today) > far:
            raise _wrong(name, "is more than 400 days away")
    if last < first:
        raise _wrong("to", "is before from")
    if (last - first).days >= DAYS_MAX:
        raise _wrong("to", f"is more than {DAYS_MAX} days after from")


def _wrong(name: str, detail: str) -> Problem:
    return Problem(Code.INVALID, f"{name}: {detail}", errors=[FieldError(detail, parameter=name)])


def _problem(refused: Refused[WhyNotTaken]) -> Problem:
    name, _, detail = refused.detail.partition(": ")
    if refused.why is WhyNotTaken.UNKNOWN_NODE:
        return Problem(Code.NOT_FOUND, detail)
    return invalid(f"/{_FIELDS[name]}", detail)


def _no_node(node: str) -> Problem:
    return Problem(Code.NOT_FOUND, f"there is no node {node}")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _wrong("cursor", "is none of ours") from None


def _day(day: days.Day) -> DayAnswer:
    return DayAnswer(
        day=day.day,
        open=day.open,
        takes_work=day.takes_work,
        why=list(day.why),
        cut_off=day.cut_off,
        order_by=day.order_by,
        services=[
            UseAnswer(
                Method(use.service) if use.service else None, use.limit, use.planned, use.left
            )
            for use in day.uses
        ],
        not_begun=day.not_begun,
        overrides=[_override(row) for row in day.overrides],
    )


def _shown(made: Set) -> OverrideAnswer:
    return msgspec.structs.replace(_override(made.row), not_begun=made.not_begun)


def _override(row: OverrideRow) -> OverrideAnswer:
    return OverrideAnswer(
        id=row.override_id,
        node=row.node_id,
        kind=OverrideKind(row.kind),
        service=None if row.method is None else Method(row.method),
        day=row.day,
        limit=row.limit_per_day,
        clock=None if row.clock is None else row.clock.isoformat("minutes"),
        begins=row.begins_at,
        until=row.ends_at,
        reason=row.reason,
        actor=row.actor,
        made_at=row.made_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        end_reason=row.end_reason,
    )


ROUTES = [
    Route(
        "GET", f"{PATH}/capacity", capacity, Scope.NETWORK_READ, "A node's days",
        query=CapacityQuery, answer=CapacityAnswer, at=InPath(),
    ),
    Route(
        "POST", f"{PATH}/overrides", put_override, Scope.NETWORK_WRITE,
        "Say for a while what the node's row does not", body=OverrideBody,
        answer=OverrideAnswer, status=201, keyed=True, at=InPath(),
    ),
    Route(
        "GET", f"{PATH}/overrides", listing, Scope.NETWORK_READ, "A node's overrides",
        query=OverridesQuery, answer=OverridesAnswer, at=InPath(),
    ),
    Route(
        "POST", f"{PATH}/overrides/{{override}}/lift", lift_override, Scope.NETWORK_WRITE,
        "End an override", body=LiftBody, answer=OverrideAnswer, keyed=True,
        problems=(Code.CONFLICT,), at=InPath(),
    ),
    Route(
        "POST", f"{PATH}/overrides/{{override}}/replan", replan, Scope.NETWORK_WRITE,
        "Plan the work that stands in an override again", body=EmptyBody,
        answer=OverrideAnswer, keyed=True, problems=(Code.CONFLICT,), at=InPath(),
    ),
]  # fmt: skip
