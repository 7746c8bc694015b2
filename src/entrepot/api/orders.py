"""Orders over HTTP: place, read, hold, cancel, and why each node was chosen."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import LATEST
from entrepot.api.bodies_orders import OrderAnswer
from entrepot.api.bounds import Of
from entrepot.api.commands import command
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    check_match,
    etag,
    id_parameter,
    json_answer,
)
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.fulfillment import browse as fulfillment
from entrepot.inventory.launch_model import HEADER_CHARS_MAX
from entrepot.inventory.model import Claim
from entrepot.journey import told
from entrepot.journey.cancel import WhyNotCanceled, Wish, cancel
from entrepot.journey.door import HEADER
from entrepot.journey.placing import NotTaken, Placing, Why
from entrepot.journey.read import read_order
from entrepot.journey.receipt import Receipt
from entrepot.journey.why import Decision, why
from entrepot.orders.hold import Held, hold, unhold
from entrepot.orders.model import LINES_PER_ORDER_MAX, QUANTITY_MAX, Fault, HoldKind, NewOrder
from entrepot.orders.model import WhyNotHeld as NotHeld
from entrepot.orders.rules import faults
from entrepot.plumbing import db, mint, outbox, telemetry
from entrepot.terms.ids import LineNo, MarketId, NodeId, OrderId
from entrepot.terms.outcome import Refused

_encode = msgspec.json.Encoder().encode

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]

_CODES = {
    Why.KEY_REUSED: Code.KEY_REUSED,
    Why.EXTERNAL_ID: Code.EXTERNAL_ID,
    Why.INVALID: Code.INVALID_ORDER,
    Why.CART_ENDED: Code.CART_ENDED,
    Why.CART_EXPIRED: Code.CART_EXPIRED,
    Why.NOT_ON_SALE: Code.NOT_ON_SALE,
    Why.TICKET_NEEDED: Code.TICKET_NEEDED,
    Why.TICKET_WAITS: Code.TICKET_WAITS,
    Why.TICKET_USED: Code.TICKET_USED,
    Why.SHORT: Code.NO_STOCK,
    Why.NOT_SOURCEABLE: Code.NOT_SOURCEABLE,
    Why.CONTENDED: Code.OVERLOADED,
}

_NOT_CANCELED = {
    WhyNotCanceled.UNKNOWN_ORDER: Code.NOT_FOUND,
    WhyNotCanceled.UNKNOWN_LINE: Code.INVALID,
    WhyNotCanceled.TOO_LATE: Code.TOO_LATE,
    WhyNotCanceled.NOTHING_LEFT: Code.CONFLICT,
}

_NOT_HELD = {
    NotHeld.UNKNOWN_ORDER: (Code.NOT_FOUND, "there is no such order"),
    NotHeld.ALREADY_HELD: (Code.CONFLICT, "a hold of this kind stands already"),
    NotHeld.NOT_HELD: (Code.CONFLICT, "no hold of this kind stands"),
    NotHeld.DONE: (Code.CONFLICT, "the order is done"),
}


class HoldBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`until`: the hold lifts itself then."""

    kind: HoldKind
    reason: Reason
    until: Annotated[datetime, Meta(tz=True)] | None = None


class UnholdBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    kind: HoldKind
    reason: Reason


class CancelLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    line: Annotated[int, Meta(ge=1, le=LINES_PER_ORDER_MAX)]
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]


class CancelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Without `lines`, all that has not left is canceled."""

    lines: Annotated[list[CancelLine], Meta(min_length=1, max_length=LINES_PER_ORDER_MAX)] | None = None  # fmt: skip  # noqa: E501 - one field
    reason: Reason


class DecisionsAnswer(msgspec.Struct, frozen=True):
    """Oldest first: the capture, then every time the order was planned again."""

    items: list[Decision]


async def create(request: Request) -> Answer:
    """Take an order: 201 with its receipt, or a refusal that has written nothing."""
    order: NewOrder = request.body
    wrong = faults(order, mint.now())
    if wrong:
        raise problem(Code.INVALID_ORDER, wrong)
    placing = Placing(
        order,
        hashlib.blake2b(_encode(order), digest_size=16).digest(),
        request.actor,
        request.key,
        ticket=ticket_of(request),
    )
    answer = await request.app.placing.submit((request.principal.market, placing))
    if isinstance(answer, NotTaken):
        telemetry.CAPTURES.labels(answer.why.value).inc()
        raise refused(answer)
    telemetry.CAPTURES.labels("replayed" if answer.replayed else "taken").inc()
    replayed = (("idempotency-replayed", "true"),) if answer.replayed else ()
    headers = (("location", f"/v1/orders/{answer.order_id}"), *replayed)
    return Answer(201, answer.document.encode(), headers)


async def get(request: Request) -> Answer:
    """An order as it stands now, with its timeline."""
    order_id = order_of(request)
    async with request.app.pool.acquire() as conn:
        order = await _read(request, conn, order_id)
    if order is None:
        raise Problem(Code.NOT_FOUND, f"there is no order {order_id}")
    return json_answer(200, order, etag(order["version"]))


async def put_hold(request: Request) -> Answer:
    """Hold an order: nothing of it is released to a node while the hold stands."""
    body: HoldBody = request.body
    order_id = order_of(request)
    market = request.principal.market

    async def act(conn: db.Connection, at: datetime) -> Answer:
        if body.until is not None and not at < body.until < LATEST:
            raise invalid("/until", "lies in the past, or beyond 2100")
        await _match(request, conn, order_id)
        done = await hold(
            conn, market, order_id, kind=body.kind, reason=body.reason, actor=request.actor,
            until=body.until, at=at,
        )  # fmt: skip
        return await _held(request, conn, order_id, done, at, lifted=False)

    return await command(request, act)


async def lift_hold(request: Request) -> Answer:
    """Lift an order's hold of one kind."""
    body: UnholdBody = request.body
    order_id = order_of(request)
    market = request.principal.market

    async def act(conn: db.Connection, at: datetime) -> Answer:
        await _match(request, conn, order_id)
        done = await unhold(
            conn, market, order_id, kind=body.kind, reason=body.reason, actor=request.actor, at=at
        )
        return await _held(request, conn, order_id, done, at, lifted=True)

    return await command(request, act)


async def cancel_(request: Request) -> Answer:
    """Cancel units of an order, or all of it that has not left."""
    body: CancelBody = request.body
    order_id = order_of(request)
    market = await request.app.world.market(request.principal.market)
    wishes = wishes_of(body.lines)
    freed: list[Claim] = []

    async def act(conn: db.Connection, at: datetime) -> Answer:
        await _match(request, conn, order_id)
        done = await cancel(
            conn, market, order_id, wishes, actor=request.actor, reason=body.reason, at=at
        )
        if isinstance(done, Refused):
            errors = [FieldError(done.detail, "/lines")] if body.lines else []
            raise Problem(_NOT_CANCELED[done.why], done.detail, errors=errors)
        freed[:] = done.value.freed
        return await _order(conn, request, order_id)

    answer = await command(request, act)
    market.stock.give_back(freed)
    return answer


async def decisions(request: Request) -> Answer:
    """Why each node was chosen or not, in words and numbers."""
    order_id = order_of(request)
    async with request.app.pool.acquire() as conn:
        if await _read(request, conn, order_id) is None:
            raise Problem(Code.NOT_FOUND, f"there is no order {order_id}")
        found = await why(conn, request.principal.market, order_id)
    return json_answer(200, DecisionsAnswer(found))


def wishes_of(lines: Sequence[CancelLine] | None) -> list[Wish] | None:
    """Add up the units that are wished to be canceled, by line; None: all that can be."""
    if lines is None:
        return None
    units: dict[int, int] = {}
    for each in lines:
        units[each.line] = units.get(each.line, 0) + each.quantity
    return [Wish(LineNo(line), quantity) for line, quantity in units.items()]


def order_of(request: Request) -> OrderId:
    """The order a path names; anything that is no id names none."""
    return OrderId(id_parameter(request, "order_id", "{!r} is no id"))


def refused(answer: NotTaken, invalid_code: Code = Code.INVALID_ORDER) -> Problem:
    """Make the problem of what was not taken; `invalid_code` where the request itself is wrong."""
    code = invalid_code if answer.why is Why.INVALID else _CODES[answer.why]
    made = problem(code, answer.faults, answer.detail)
    if answer.retry_after_s:
        made.headers.append(("retry-after", str(answer.retry_after_s)))
    return made


def ticket_of(request: Request) -> str | None:
    """The tickets that are shown for launches' waiting lines; None where there are none."""
    shown: str | None = request.headers.get(HEADER)
    if shown is not None and len(shown) > HEADER_CHARS_MAX:
        raise Problem(Code.INVALID, f"Entrepot-Ticket: at most {HEADER_CHARS_MAX} characters")
    return shown


def problem(code: Code, wrong: list[Fault] | tuple[Fault, ...], detail: str = "") -> Problem:
    """Make the problem of some faults."""
    errors = [FieldError(fault.detail, fault.pointer) for fault in wrong]
    said = detail or "; ".join(f"{fault.pointer}: {fault.detail}" for fault in wrong[:5])
    headers = [("retry-after", "1")] if code is Code.OVERLOADED else []
    return Problem(code, said, errors=errors, headers=headers)


async def _read(request: Request, conn: db.Connection, order_id: OrderId) -> dict[str, Any] | None:
    market = await request.app.world.market(request.principal.market)
    return await read_order(conn, market, order_id, at=mint.now())


async def _match(request: Request, conn: db.Connection, order_id: OrderId) -> None:
    if request.headers.get("if-match") is not None:
        order = await _read(request, conn, order_id)
        check_match(request, None if order is None else order["version"])


async def _held(
    request: Request,
    conn: db.Connection,
    order_id: OrderId,
    done: Held,
    at: datetime,
    *,
    lifted: bool,
) -> Answer:
    if isinstance(done, Refused):
        code, detail = _NOT_HELD[done.why]
        raise Problem(code, detail)
    fact = (told.unheld if lifted else told.held)(done.value)
    await outbox.tell(conn, request.principal.market, [fact], at=at)
    return await _order(conn, request, order_id)


async def _order(conn: db.Connection, request: Request, order_id: OrderId) -> Answer:
    order = await _read(request, conn, order_id)
    assert order is not None
    return json_answer(200, order)


async def _nodes(conn: db.Connection, market: MarketId, order_id: UUID) -> set[NodeId]:
    """Say where an order's work is, or was: each of its nodes sees all of it."""
    works = await fulfillment.of_orders(conn, market, [OrderId(order_id)])
    return {work.head.node_id for work in works}


ROUTES = [
    Route(
        "POST", "/v1/orders", create, Scope.ORDERS_WRITE, "Place an order",
        body=NewOrder, answer=Receipt, status=201, keyed=True, code=Code.INVALID_ORDER,
        ticketed=True,
        problems=(
            Code.NO_STOCK, Code.EXTERNAL_ID, Code.CART_EXPIRED, Code.CART_ENDED,
            Code.NOT_ON_SALE, Code.TICKET_NEEDED, Code.TICKET_WAITS, Code.TICKET_USED,
            Code.NOT_SOURCEABLE, Code.OVERLOADED,
        ),
    ),
    Route(
        "GET", "/v1/orders/{order_id}", get, Scope.ORDERS_READ, "An order as it stands",
        answer=OrderAnswer, at=Of("order_id", _nodes),
    ),
    Route(
        "POST", "/v1/orders/{order_id}/hold", put_hold, Scope.ORDERS_WRITE, "Hold an order",
        body=HoldBody, answer=OrderAnswer, keyed=True, problems=(Code.CONFLICT, Code.PRECONDITION),
    ),
    Route(
        "POST", "/v1/orders/{order_id}/unhold", lift_hold, Scope.ORDERS_WRITE, "Lift a hold",
        body=UnholdBody, answer=OrderAnswer, keyed=True,
        problems=(Code.CONFLICT, Code.PRECONDITION),
    ),
    Route(
        "POST", "/v1/orders/{order_id}/cancel", cancel_, Scope.ORDERS_WRITE, "Cancel units",
        body=CancelBody, answer=OrderAnswer, keyed=True,
        problems=(Code.TOO_LATE, Code.CONFLICT, Code.PRECONDITION),
    ),
    Route(
        "GET", "/v1/orders/{order_id}/decisions", decisions, Scope.ORDERS_READ,
        "Why each node was chosen or not", answer=DecisionsAnswer,
    ),
]  # fmt: skip
