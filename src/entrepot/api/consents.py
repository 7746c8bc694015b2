"""Questions to customers over HTTP: what was asked, and the answer, by an agent or a portal."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import Identifier
from entrepot.api.commands import command
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    id_parameter,
    json_answer,
)
from entrepot.api.orders import order_of
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.journey.consent import Choice, Said, WhyNotAnswered, answer
from entrepot.journey.here import Here
from entrepot.orders import browse as orders
from entrepot.orders import consents
from entrepot.orders.consents import Consent
from entrepot.orders.model import Address
from entrepot.orders.states import ConsentState
from entrepot.plumbing import db
from entrepot.terms.ids import NodeId
from entrepot.terms.outcome import Refused

PATH = "/v1/orders/{order_id}/consents"

_REFUSALS = {
    WhyNotAnswered.UNKNOWN: (Code.NOT_FOUND, ""),
    WhyNotAnswered.ENDED: (Code.CONFLICT, ""),
    WhyNotAnswered.NOT_A_CHOICE: (Code.INVALID, "/choice"),
    WhyNotAnswered.NO_ADDRESS: (Code.INVALID, "/ship_to"),
    WhyNotAnswered.NO_SERVICE: (Code.INVALID, "/service"),
    WhyNotAnswered.NO_STORE: (Code.INVALID, "/node"),
    WhyNotAnswered.NOTHING_WAITS: (Code.CONFLICT, ""),
}


class ConsentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was chosen.

    `ship`: to `ship_to`, else the order's own address, by `service`; `other_store`: fetched at
    `node`; or `cancel`.
    """

    choice: Choice
    ship_to: Address | None = None
    service: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    node: Identifier | None = None


class ConsentAnswer(msgspec.Struct, frozen=True):
    """`choice` is what was chosen or, where it expired, what was done."""

    id: UUID
    order_id: UUID
    state: ConsentState
    lines: list[int]
    choices: list[str]
    asked_at: datetime
    ends_at: datetime
    choice: str | None
    ended_by: str | None
    ended_at: datetime | None


class ConsentsAnswer(msgspec.Struct, frozen=True):
    """The oldest first."""

    items: list[ConsentAnswer]


async def listing(request: Request) -> Answer:
    """List what an order's customer was asked."""
    order_id = order_of(request)
    market = request.principal.market
    async with request.app.pool.acquire() as conn:
        if not await orders.heads(conn, market, [order_id]):
            raise Problem(Code.NOT_FOUND, f"there is no order {order_id}")
        found = await consents.of_order(conn, market, order_id)
    return json_answer(200, ConsentsAnswer([_shown(each) for each in found]))


async def put_answer(request: Request) -> Answer:
    """Do what the customer chose."""
    body: ConsentBody = request.body
    order_id = order_of(request)
    consent_id = id_parameter(request, "consent", "the order has no question {}")
    node = None if body.node is None else NodeId(body.node)
    said = Said(body.choice, body.ship_to, body.service, node)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        here = Here(conn, request.principal.market, request.app.world, at, 0)
        done = await answer(here, order_id, consent_id, said, actor=request.actor)
        if isinstance(done, Refused):
            code, pointer = _REFUSALS[done.why]
            errors = [FieldError(done.detail, pointer)] if pointer else []
            raise Problem(code, done.detail, errors=errors)
        return json_answer(200, _shown(done.value))

    return await command(request, act)


def _shown(each: Consent) -> ConsentAnswer:
    return ConsentAnswer(
        each.consent_id, each.order_id, ConsentState(each.state), each.lines, each.choices,
        each.asked_at, each.ends_at, each.choice, each.ended_by, each.ended_at,
    )  # fmt: skip


ROUTES = [
    Route(
        "GET", PATH, listing, Scope.ORDERS_READ, "What an order's customer was asked",
        answer=ConsentsAnswer,
    ),
    Route(
        "POST", f"{PATH}/{{consent}}/answer", put_answer, Scope.ORDERS_WRITE,
        "The customer has chosen", body=ConsentBody, answer=ConsentAnswer, keyed=True,
        problems=(Code.CONFLICT,),
    ),
]  # fmt: skip
