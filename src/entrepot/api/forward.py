"""Selling forward: what can be promised by date, on what terms, who waits and in which turn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, check_match, etag, json_answer, parameter
from entrepot.api.orders import order_of
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.api.supplies import AHEAD_MAX
from entrepot.inventory import expected
from entrepot.inventory.atp import Point
from entrepot.inventory.model import QUANTITY_MAX
from entrepot.inventory.supply_model import LEAD_DAYS_MAX, PRIORITY_MAX, Terms
from entrepot.journey import foresee, procure
from entrepot.orders.rules import EARLIEST
from entrepot.plumbing import db, mint
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import ChannelId, NodeId, Sku

SKUS_MAX = 50
"""Curves have a point for each date and node: so many are an answer of some 100 kB."""

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Most = Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]


class AtpQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`node` narrows the nodes that are shown; the sum is over all that the channel may use."""

    sku: Annotated[list[Id], Meta(min_length=1, max_length=SKUS_MAX)]
    channel: Id
    node: Id | None = None
    customer_class: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class PointAnswer(msgspec.Struct, frozen=True):
    """From `at` on so many units in all can be promised, until the next point."""

    at: datetime
    available: int


class NodeCurve(msgspec.Struct, frozen=True):
    node: str
    curve: list[PointAnswer]


class SkuCurve(msgspec.Struct, frozen=True):
    """What can be promised of a sku. `waiting` units are owed and taken off, `overdue` are late."""

    sku: str
    known: bool
    waiting: int
    overdue: int
    curve: list[PointAnswer]
    nodes: list[NodeCurve]


class AtpAnswer(msgspec.Struct, frozen=True):
    channel: str
    as_of: datetime
    items: list[SkuCurve]


class TermsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A limit that is not said is none; 0 lets nothing wait.

    `preorder_limit` holds before `on_sale_from`, `backorder_limit` from then on. `lead_days` are
    those from a receipt until its units can be sent.
    """

    backorder_limit: Most | None = None
    preorder_limit: Most | None = None
    on_sale_from: Annotated[datetime, Meta(tz=True)] | None = None
    lead_days: Annotated[int, Meta(ge=0, le=LEAD_DAYS_MAX)] = 0


class TermsAnswer(msgspec.Struct, frozen=True):
    sku: str
    backorder_limit: int | None
    preorder_limit: int | None
    on_sale_from: datetime | None
    lead_days: int
    version: int


class WaitingQuery(msgspec.Struct, frozen=True, kw_only=True):
    sku: Annotated[list[Id], Meta(min_length=1, max_length=SKUS_MAX)]


class WaitingAnswer(msgspec.Struct, frozen=True):
    """Units that wait, beside how many may (`limit`) and how many more (`room`; null: any).

    `due` are on their way with a date, `overdue` are late.
    """

    sku: str
    waiting: int
    limit: int | None
    room: int | None
    due: int
    overdue: int
    on_sale_from: datetime | None


class WaitingListAnswer(msgspec.Struct, frozen=True):
    as_of: datetime
    items: list[WaitingAnswer]


class PriorityBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The class an order's waiting units are served in: 0 first, 5 where none was said."""

    priority: Annotated[int, Meta(ge=0, le=PRIORITY_MAX)]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class PriorityAnswer(msgspec.Struct, frozen=True):
    """`waiting` are the skus that wait; none: there was nothing to be served earlier."""

    order_id: str
    priority: int
    waiting: list[str]


async def get_atp(request: Request) -> Answer:
    """What a channel may promise of some skus, by date."""
    query: AtpQuery = request.query
    _some(query.sku)
    channel = ChannelId(query.channel)
    market = await request.app.world.market(request.principal.market)
    if market.compiled.channel_mask(channel) is None or query.node not in {
        None, *market.compiled.index,
    }:  # fmt: skip
        await request.app.world.refresh(market.id, stock=False)
    if market.compiled.channel_mask(channel) is None:
        raise _unknown("channel", f"there is no channel {query.channel}")
    if query.node is not None and NodeId(query.node) not in market.compiled.index:
        raise _unknown("node", f"there is no node {query.node}")
    at, buyer = mint.now(), Buyer(channel, query.customer_class or "")
    skus = [Sku(sku) for sku in dict.fromkeys(query.sku)]
    async with request.app.pool.acquire() as conn, conn.transaction(isolation="repeatable_read"):
        found = await foresee.foresee(conn, market, buyer, skus, at=at)
    items = [_curve(sku, found.get(sku), query.node) for sku in skus]
    return json_answer(200, AtpAnswer(query.channel, at, items))


def _curve(sku: Sku, found: foresee.Foreseen | None, node: str | None) -> SkuCurve:
    if found is None:
        return SkuCurve(sku, known=False, waiting=0, overdue=0, curve=[], nodes=[])
    nodes = [
        NodeCurve(name, _points(points))
        for name, points in found.nodes.items()
        if node in {None, name}
    ]
    return SkuCurve(
        sku, known=True, waiting=found.waiting, overdue=found.overdue,
        curve=_points(found.curve), nodes=nodes,
    )  # fmt: skip


def _points(points: Sequence[Point]) -> list[PointAnswer]:
    return [PointAnswer(point.at, point.available) for point in points]


async def put_terms(request: Request) -> Answer:
    """Put what may be sold of an item before it is there."""
    name = parameter(request, "sku")
    body: TermsBody = request.body
    if body.on_sale_from is not None and body.on_sale_from < EARLIEST:
        raise invalid("/on_sale_from", "lies before 2000")

    async def act(conn: db.Connection, at: datetime) -> Answer:
        if body.on_sale_from is not None and body.on_sale_from > at + AHEAD_MAX:
            raise invalid("/on_sale_from", "lies more than five years ahead")
        market = await request.app.world.market(request.principal.market)
        if request.headers.get("if-match") is not None:
            stands = (await expected.terms_of(conn, market.id, [Sku(name)])).get(Sku(name))
            check_match(request, None if stands is None else stands.version)
        asked = Terms(
            Sku(name), body.backorder_limit, body.preorder_limit, body.on_sale_from,
            body.lead_days, 0,
        )  # fmt: skip
        terms = await procure.set_terms(conn, market, asked, actor=request.actor, at=at)
        if terms is None:
            raise Problem(Code.NOT_FOUND, f"there is no item {name}")
        return _terms(terms)

    return await command(request, act)


async def get_terms(request: Request) -> Answer:
    """What may be sold of an item before it is there."""
    name = parameter(request, "sku")
    async with request.app.pool.acquire() as conn:
        found = await expected.terms_of(conn, request.principal.market, [Sku(name)])
    if Sku(name) not in found:
        raise Problem(Code.NOT_FOUND, f"nothing was agreed of {name}")
    return _terms(found[Sku(name)])


def _terms(terms: Terms) -> Answer:
    shown = TermsAnswer(
        terms.sku, terms.backorder_limit, terms.preorder_limit, terms.on_sale_from,
        terms.lead_days, terms.version,
    )  # fmt: skip
    return json_answer(200, shown, etag(terms.version))


async def get_waiting(request: Request) -> Answer:
    """How many units wait, beside how many may and how many come."""
    query: WaitingQuery = request.query
    _some(query.sku)
    at = mint.now()
    skus = [Sku(sku) for sku in dict.fromkeys(query.sku)]
    async with request.app.pool.acquire() as conn:
        rows = await foresee.waiting(conn, request.principal.market, skus, at=at)
    items = [
        WaitingAnswer(
            row.sku, row.units, row.limit, row.room, row.due, row.overdue,
            row.terms.on_sale_from if row.terms else None,
        )
        for row in rows
    ]  # fmt: skip
    return json_answer(200, WaitingListAnswer(at, items))


async def post_priority(request: Request) -> Answer:
    """Serve what an order waits for in another class; within a class, age decides."""
    order_id = order_of(request)
    body: PriorityBody = request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        market = await request.app.world.market(request.principal.market)
        skus = await procure.set_priority(
            conn, market, order_id, body.priority, actor=request.actor, reason=body.reason, at=at
        )
        if skus is None:
            raise Problem(Code.NOT_FOUND, f"there is no order {order_id}")
        return json_answer(200, PriorityAnswer(str(order_id), body.priority, list(skus)))

    return await command(request, act)


def _some(skus: Sequence[str]) -> None:
    if not 0 < len(skus) <= SKUS_MAX:
        raise Problem(
            Code.INVALID, f"sku: 1 to {SKUS_MAX} of them",
            errors=[FieldError(f"1 to {SKUS_MAX} of them", parameter="sku")],
        )  # fmt: skip


def _unknown(name: str, detail: str) -> Problem:
    return Problem(Code.NOT_FOUND, detail, errors=[FieldError("is not known", parameter=name)])


ROUTES = [
    Route(
        "GET", "/v1/inventory/atp", get_atp, Scope.INVENTORY_READ,
        "What a channel may promise, by date", query=AtpQuery, answer=AtpAnswer,
        problems=(Code.NOT_FOUND,),
    ),
    Route(
        "PUT", "/v1/inventory/terms/{sku}", put_terms, Scope.INVENTORY_WRITE,
        "Put what may be sold before it is there", body=TermsBody, answer=TermsAnswer, keyed=True,
        problems=(Code.NOT_FOUND, Code.PRECONDITION),
    ),
    Route(
        "GET", "/v1/inventory/terms/{sku}", get_terms, Scope.INVENTORY_READ,
        "What may be sold before it is there", answer=TermsAnswer,
    ),
    Route(
        "GET", "/v1/inventory/waiting", get_waiting, Scope.INVENTORY_READ,
        "Units that wait, beside their limits and what comes", query=WaitingQuery,
        answer=WaitingListAnswer,
    ),
    Route(
        "POST", "/v1/orders/{order_id}/priority", post_priority, Scope.ORDERS_WRITE,
        "Serve an order's waiting units earlier or later", body=PriorityBody,
        answer=PriorityAnswer, keyed=True, problems=(Code.NOT_FOUND,),
    ),
]  # fmt: skip
