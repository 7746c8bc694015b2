"""Offers over HTTP: what a node may claim, and its answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import FulfillmentOrderAnswer, Identifier, work_answer
from entrepot.api.bounds import InBody, InQuery, Of
from entrepot.api.commands import command
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    id_parameter,
    json_answer,
    parameter,
)
from entrepot.api.paging import PageQuery, cursor_of, id_after, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.fulfillment import browse as fulfillment
from entrepot.fulfillment import offers
from entrepot.fulfillment.act import units_json
from entrepot.fulfillment.model import Work
from entrepot.fulfillment.offers import Offered, OfferRow, WhyNotClaimed
from entrepot.fulfillment.rules import live
from entrepot.fulfillment.states import OfferState
from entrepot.journey.claim import accept, decline
from entrepot.journey.here import Here
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId
from entrepot.terms.outcome import Refused

PATH = "/v1/offers"
FIRST = UUID(int=0)

_CODES = {
    WhyNotClaimed.UNKNOWN_OFFER: Code.NOT_FOUND,
    WhyNotClaimed.NOT_OFFERED: Code.INVALID,
    WhyNotClaimed.ENDED: Code.CONFLICT,
    WhyNotClaimed.ANSWERED: Code.CONFLICT,
    WhyNotClaimed.ON_HOLD: Code.CONFLICT,
    WhyNotClaimed.NOT_THERE: Code.NO_STOCK,
}


class OffersQuery(PageQuery, frozen=True, kw_only=True):
    """`state` open: what the node may still accept."""

    node: Identifier
    state: OfferState = OfferState.OPEN


class AcceptBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`node`: who accepts."""

    node: Identifier


class DeclineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    node: Identifier
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class OfferLine(msgspec.Struct, frozen=True):
    line: int
    sku: str
    quantity: int


class OfferedAnswer(msgspec.Struct, frozen=True):
    """A node it was offered to. `cost` in minor units: what it would cost to send it from there."""

    node: str
    cost: int
    answer: str | None
    reason: str | None
    answered_at: datetime | None


class OfferAnswer(msgspec.Struct, frozen=True):
    """An offer. `lines` is what the work holds now; `nodes` the cheapest first."""

    id: UUID
    state: OfferState
    order_id: UUID
    fulfillment_order: UUID
    planned_at: str
    attempt: int
    made_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    accepted_by: str | None
    lines: list[OfferLine]
    nodes: list[OfferedAnswer]


class OffersAnswer(msgspec.Struct, frozen=True):
    """The oldest first."""

    items: list[OfferAnswer]
    next: str | None


class DeclinedAnswer(msgspec.Struct, frozen=True):
    """`left`: nodes that may still accept; 0: the offer has ended."""

    id: UUID
    left: int


async def listing(request: Request) -> Answer:
    """List what was offered to a node."""
    query: OffersQuery = request.query
    market = request.principal.market
    after = id_after(query.cursor, FIRST)
    async with request.app.pool.acquire() as conn:
        rows = await offers.to_node(
            conn, market, NodeId(query.node), state=query.state, after=after, most=query.limit + 1
        )
        items = await _shown(request, conn, rows[: query.limit])
    if len(rows) <= query.limit:
        return json_answer(200, OffersAnswer(items, None))
    cursor = cursor_of(str(items[-1].id))
    link = next_link(PATH, cursor, limit=query.limit, node=query.node, state=query.state.value)
    return json_answer(200, OffersAnswer(items, cursor), link)


async def one(request: Request) -> Answer:
    """Show an offer, and what the nodes have answered."""
    async with request.app.pool.acquire() as conn:
        found = await offers.one(conn, request.principal.market, _offer(request))
        if found is None:
            raise _unknown(request)
        (shown,) = await _shown(request, conn, [found])
    return json_answer(200, shown)


async def accept_offer(request: Request) -> Answer:
    """The node takes the work on, if it is the first."""
    body: AcceptBody = request.body
    offer_id = _offer(request)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        here = Here(conn, request.principal.market, request.app.world, at, 0)
        done = await accept(here, offer_id, NodeId(body.node), actor=request.actor)
        if isinstance(done, Refused):
            raise _problem(done)
        return json_answer(200, work_answer(done.value, {}))

    return await command(request, act)


async def decline_offer(request: Request) -> Answer:
    """The node will not have it."""
    body: DeclineBody = request.body
    offer_id = _offer(request)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        here = Here(conn, request.principal.market, request.app.world, at, 0)
        done = await decline(
            here, offer_id, NodeId(body.node), actor=request.actor, reason=body.reason
        )
        if isinstance(done, Refused):
            raise _problem(done)
        return json_answer(200, DeclinedAnswer(offer_id, done.value))

    return await command(request, act)


async def nodes_of(conn: db.Connection, market: MarketId, offer_id: UUID) -> list[NodeId] | None:
    """Say to which nodes something was offered; None where there is no such offer."""
    found = await offers.one(conn, market, offer_id)
    if found is None:
        return None
    asked = await offers.offered(conn, market, [offer_id])
    return [each.node_id for each in asked[offer_id]]


async def _shown(
    request: Request, conn: db.Connection, rows: Sequence[OfferRow]
) -> list[OfferAnswer]:
    market = request.principal.market
    nodes = await offers.offered(conn, market, [row.offer_id for row in rows])
    works = await fulfillment.of_orders(conn, market, sorted({row.order_id for row in rows}))
    by_id = {work.id: work for work in works}
    return [_answer(r, nodes[r.offer_id], by_id[r.fulfillment_order_id]) for r in rows]


def _answer(row: OfferRow, nodes: Sequence[Offered], work: Work) -> OfferAnswer:
    return OfferAnswer(
        row.offer_id, OfferState(row.state), row.order_id, row.fulfillment_order_id,
        work.head.node_id, row.attempt, row.made_at, row.ends_at, row.ended_at, row.accepted_by,
        [msgspec.convert(each, OfferLine) for each in units_json(live(work.lines))],
        [OfferedAnswer(n.node_id, n.cost, n.answer, n.reason, n.answered_at) for n in nodes],
    )  # fmt: skip


def _offer(request: Request) -> UUID:
    return id_parameter(request, "offer", "there is no offer {}")


def _unknown(request: Request) -> Problem:
    return Problem(Code.NOT_FOUND, f"there is no offer {parameter(request, 'offer')}")


def _problem(refused: Refused[WhyNotClaimed]) -> Problem:
    named = refused.why is WhyNotClaimed.NOT_OFFERED
    errors = [FieldError(refused.detail, "/node")] if named else []
    return Problem(_CODES[refused.why], refused.detail, errors=errors)


ROUTES = [
    Route(
        "GET", PATH, listing, Scope.FULFILLMENT_READ, "What is offered to a node",
        query=OffersQuery, answer=OffersAnswer, at=InQuery(),
    ),
    Route(
        "GET", f"{PATH}/{{offer}}", one, Scope.FULFILLMENT_READ, "An offer", answer=OfferAnswer,
        at=Of("offer", nodes_of),
    ),
    Route(
        "POST", f"{PATH}/{{offer}}/accept", accept_offer, Scope.FULFILLMENT_WRITE,
        "The node takes offered work on", body=AcceptBody, answer=FulfillmentOrderAnswer,
        keyed=True, problems=(Code.CONFLICT, Code.NO_STOCK), at=InBody(),
    ),
    Route(
        "POST", f"{PATH}/{{offer}}/decline", decline_offer, Scope.FULFILLMENT_WRITE,
        "The node will not have offered work", body=DeclineBody, answer=DeclinedAnswer,
        keyed=True, problems=(Code.CONFLICT,), at=InBody(),
    ),
]  # fmt: skip
