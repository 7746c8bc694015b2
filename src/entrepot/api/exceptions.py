"""Exceptions over HTTP: what waits for a person, what can be done about it, and its end."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from entrepot.access.model import Scope
from entrepot.api.bodies_exceptions import (
    PATH,
    AssignBody,
    CloseBody,
    ClosedAnswer,
    ExceptionAnswer,
    ExceptionsAnswer,
    ExceptionsQuery,
    QueuesAnswer,
    ResolveBody,
    ResolvedAnswer,
    SnoozeBody,
    queue_shown,
    shown,
)
from entrepot.api.bodies_fulfillment import LATEST
from entrepot.api.commands import command
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    id_parameter,
    json_answer,
)
from entrepot.api.hooks import take_again
from entrepot.api.paging import cursor_of, id_after, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.inventory.model import Free
from entrepot.journey import told
from entrepot.journey.case import cases
from entrepot.journey.choices import Move, choices
from entrepot.journey.here import Here
from entrepot.journey.resolve import Said, WhyNotResolved, resolve
from entrepot.plumbing import attend, db, exceptions, mint, outbox
from entrepot.plumbing.attend import Attended, Filters
from entrepot.terms.ids import OrderId
from entrepot.terms.outcome import Refused

_REFUSALS = {
    WhyNotResolved.UNKNOWN: (Code.NOT_FOUND, ""),
    WhyNotResolved.CLOSED: (Code.CONFLICT, ""),
    WhyNotResolved.NOT_A_CHOICE: (Code.INVALID, "/choice"),
    WhyNotResolved.NOT_ALLOWED: (Code.FORBIDDEN, ""),
    WhyNotResolved.NEEDED: (Code.INVALID, "/"),
    WhyNotResolved.CAME_TO_NOTHING: (Code.CONFLICT, ""),
}

_MOVES_THE_WORLD = frozenset({Move.PAUSE, Move.DISCARD})


async def listed(request: Request) -> Answer:
    """What waits for a person, or did, each with what can be done about it."""
    query: ExceptionsQuery = request.query
    filters = Filters(
        query.state,
        None if query.kind is None else [query.kind],
        _nodes_asked(request, query.node),
        None if query.order is None else OrderId(query.order),
        request.actor if query.assignee == "me" else query.assignee,
        query.opened_before,
    )
    after = id_after(query.cursor, None)
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        rows = await attend.page(
            conn, market.id, filters, after=after, most=query.limit + 1, at=mint.now()
        )
        found = await cases(conn, market, rows[: query.limit])
    items = [shown(each, request.principal.may) for each in found]
    if len(rows) <= query.limit:
        return json_answer(200, ExceptionsAnswer(items, None))
    cursor = cursor_of(str(items[-1].id))
    before = query.opened_before
    link = next_link(
        PATH, cursor, limit=query.limit, state=query.state.value, kind=query.kind,
        node=query.node, order=query.order, assignee=query.assignee,
        opened_before=None if before is None else before.isoformat(),
    )  # fmt: skip
    return json_answer(200, ExceptionsAnswer(items, cursor), link)


async def queues(request: Request) -> Answer:
    """The queues by kind: how much waits, since when, and how well they are kept."""
    market = await request.app.world.market(request.principal.market)
    levels = market.policy.today.service_levels
    async with request.app.pool.acquire() as conn:
        rows = await attend.queues(
            conn, market.id, {kind: minutes * 60 for kind, minutes in levels.items()},
            nodes=_nodes_asked(request, None), at=mint.now(),
        )  # fmt: skip
    rows.sort(key=lambda row: (row.oldest_at is None, row.oldest_at, row.kind))
    shown_ = [queue_shown(row, levels[row.kind]) for row in rows]
    return json_answer(200, QueuesAnswer(shown_, attend.COUNTED_MAX))


async def one(request: Request) -> Answer:
    """An exception, whatever its state."""
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        (case,) = await cases(conn, market, [await _find(request, conn)])
    return json_answer(200, shown(case, request.principal.may))


async def close(request: Request) -> Answer:
    """A person has dealt with it."""
    body: CloseBody = request.body
    exception_id = _named(request)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        await _find(request, conn, "no such exception is open")
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


async def assign(request: Request) -> Answer:
    """Say whose it is: whoever asks takes it on, gives it to another, or to nobody."""
    body: AssignBody = request.body
    to = request.actor if not isinstance(body.to, str) and body.to is not None else body.to

    async def act(conn: db.Connection, at: datetime) -> Answer:
        found = await _find(request, conn)
        market = request.principal.market
        now = await attend.assign(conn, market, found.exception_id, to)
        return await _attended(request, conn, found, now, "assigned", at)

    return await command(request, act)


async def snooze(request: Request) -> Answer:
    """Put it off: until then it is in no queue."""
    body: SnoozeBody = request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        if body.until is not None and not at < body.until < LATEST:
            raise invalid("/until", "lies in the past, or beyond 2100")
        found = await _find(request, conn)
        market = request.principal.market
        now = await attend.snooze(conn, market, found.exception_id, body.until)
        return await _attended(request, conn, found, now, "snoozed", at)

    return await command(request, act)


async def put_resolution(request: Request) -> Answer:
    """Do what was chosen and end the exception, in one commit."""
    body: ResolveBody = request.body
    market = await request.app.world.market(request.principal.market)
    said = Said(body.choice, request.actor, body.reason, body.quantity, body.until)
    if body.choice is Move.READ_AGAIN:
        await _read_again(request)
    free: list[Free] = []

    async def act(conn: db.Connection, at: datetime) -> Answer:
        if body.until is not None and not at < body.until < LATEST:
            raise invalid("/until", "lies in the past, or beyond 2100")
        found = await _find(request, conn)
        here = Here(conn, market.id, request.app.world, at, 0)
        done = await resolve(here, found, said, request.principal.may)
        if isinstance(done, Refused):
            raise _problem(done)
        free[:] = done.value.free
        value = done.value
        return json_answer(
            200, ResolvedAnswer(found.exception_id, body.choice, value.words, value.open)
        )

    answer = await command(request, act)
    market.stock.put(free)
    if body.choice in _MOVES_THE_WORLD:
        await request.app.world.refresh(market.id, stock=False)
    return answer


async def _read_again(request: Request) -> None:
    """Take the order of a message nobody could read; raises Problem where it is unreadable still.

    Captures have a queue and commits of their own. The order is taken once, however often the
    exception is resolved; that it closes follows in its own commit.
    """
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        found = await _find(request, conn)
        (case,) = await cases(conn, market, [found])
    choice = next((each for each in choices(case) if each.move is Move.READ_AGAIN), None)
    if choice is None or (choice.scope and not request.principal.may(choice.scope)):
        return
    channel = found.subject.partition("/")[2]
    topic, body = str(case.detail.get("topic", "")), str(case.detail["body"])
    taken = await take_again(request.app, market.id, channel, topic, body.encode())
    if isinstance(taken, str):
        raise Problem(Code.CONFLICT, f"it cannot be read: {taken}")


async def _attended(
    request: Request,
    conn: db.Connection,
    before: Attended,
    now: Attended | None,
    what: str,
    at: datetime,
) -> Answer:
    if now is None:
        raise Problem(Code.CONFLICT, _closed(before))
    market = await request.app.world.market(request.principal.market)
    await outbox.tell(conn, market.id, [told.attended(now, what, actor=request.actor)], at=at)
    (case,) = await cases(conn, market, [now])
    return json_answer(200, shown(case, request.principal.may))


async def _find(
    request: Request, conn: db.Connection, absent: str = "there is no such exception"
) -> Attended:
    """Read the one that the path names; what is of another node than one's own is not there."""
    found = await attend.one(conn, request.principal.market, _named(request))
    nodes = request.principal.nodes
    if found is None or (nodes is not None and found.node_id not in nodes):
        raise Problem(Code.NOT_FOUND, absent)
    return found


def _named(request: Request) -> UUID:
    return id_parameter(request, "exception_id", "")


def _nodes_asked(request: Request, node: str | None) -> Collection[str] | None:
    own = request.principal.nodes
    if node is None:
        return own
    return [node] if own is None or node in own else []


def _closed(found: Attended) -> str:
    return f"{found.closed_by} closed it: {found.close_reason}"


def _problem(refused: Refused[WhyNotResolved]) -> Problem:
    code, pointer = _REFUSALS[refused.why]
    if refused.why is WhyNotResolved.NEEDED:
        pointer, detail = f"/{refused.detail}", "is needed for this choice"
        return Problem(code, f"{pointer}: {detail}", errors=[FieldError(detail, pointer)])
    errors = [FieldError(refused.detail, pointer)] if pointer else []
    return Problem(code, refused.detail, errors=errors)


ROUTES = [
    Route(
        "GET", PATH, listed, Scope.EXCEPTIONS_READ, "What waits for a person",
        query=ExceptionsQuery, answer=ExceptionsAnswer,
    ),
    Route(
        "GET", f"{PATH}/queues", queues, Scope.EXCEPTIONS_READ, "The queues of what waits",
        answer=QueuesAnswer,
    ),
    Route(
        "GET", f"{PATH}/{{exception_id}}", one, Scope.EXCEPTIONS_READ,
        "An exception, and what can be done about it", answer=ExceptionAnswer,
    ),
    Route(
        "POST", f"{PATH}/{{exception_id}}/close", close, Scope.EXCEPTIONS_WRITE,
        "End an exception", body=CloseBody, answer=ClosedAnswer, keyed=True,
    ),
    Route(
        "POST", f"{PATH}/{{exception_id}}/assign", assign, Scope.EXCEPTIONS_WRITE,
        "Say whose an exception is", body=AssignBody, answer=ExceptionAnswer, keyed=True,
        problems=(Code.CONFLICT,),
    ),
    Route(
        "POST", f"{PATH}/{{exception_id}}/snooze", snooze, Scope.EXCEPTIONS_WRITE,
        "Put an exception off", body=SnoozeBody, answer=ExceptionAnswer, keyed=True,
        problems=(Code.CONFLICT,),
    ),
    Route(
        "POST", f"{PATH}/{{exception_id}}/resolve", put_resolution, Scope.EXCEPTIONS_WRITE,
        "Do what was chosen about an exception", body=ResolveBody, answer=ResolvedAnswer,
        keyed=True, problems=(Code.CONFLICT,),
    ),
]  # fmt: skip
