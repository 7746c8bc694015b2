"""Reservations for carts over HTTP: keep units while a customer checks out, longer, or let go."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import REPLAYED, command
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    id_parameter,
    json_answer,
)
from entrepot.api.orders import refused, ticket_of
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.inventory.carts_model import (
    LIFE_MAX,
    LINES_PER_CART_MAX,
    TTL_S_DEFAULT,
    TTL_S_MAX,
    CartClaim,
    WhyNotLive,
)
from entrepot.inventory.hold import extend, look
from entrepot.journey import asking
from entrepot.journey.cart_receipt import ReservationAnswer, shown
from entrepot.journey.hold import Wish
from entrepot.journey.keep_carts import Asked
from entrepot.journey.let_go import claims_of, release
from entrepot.journey.placing import NotTaken
from entrepot.network.model import Method
from entrepot.orders.model import QUANTITY_MAX, Address
from entrepot.plumbing import db, mint
from entrepot.terms.ids import ChannelId, NodeId, Sku
from entrepot.terms.outcome import Refused

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Class = Annotated[str, Meta(min_length=1, max_length=64)]
Ttl = Annotated[int, Meta(ge=1, le=TTL_S_MAX, description="seconds from now")]


class CartLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Id
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]


class ReservationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to keep, and where it would go. `pickup_node` belongs to pickup and curbside.

    To ship, a destination may be told later: until then any node that ships for the channel will
    do. `customer` is whatever the channel calls its shopper.
    """

    channel: Id
    lines: Annotated[list[CartLine], Meta(min_length=1, max_length=LINES_PER_CART_MAX)]
    method: Method = Method.SHIP
    destination: Address | None = None
    pickup_node: Id | None = None
    ttl_s: Ttl = TTL_S_DEFAULT
    customer: Id | None = None
    customer_class: Class | None = None


class ExtendBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ttl_s: Ttl


async def post_reservation(request: Request) -> Answer:
    """Keep units for a cart: all of it, or a refusal that has written nothing."""
    asked = Asked(_wish(request.body, ticket_of(request)), request.key)
    answer = await request.app.carts.submit((request.principal.market, asked))
    if isinstance(answer, NotTaken):
        raise refused(answer, Code.INVALID)
    headers = (REPLAYED,) if answer.replayed else ()
    if answer.cart_id is not None:
        headers = (("location", f"/v1/reservations/{answer.cart_id}"), *headers)
    return Answer(201, answer.document, headers)


async def get_reservation(request: Request) -> Answer:
    """A reservation as it is now."""
    cart_id = _id(request)
    async with request.app.pool.acquire() as conn:
        held = await look(conn, request.principal.market, cart_id)
    if held is None:
        raise _not_live(WhyNotLive.UNKNOWN)
    return json_answer(200, shown(held, mint.now()))


async def post_extend(request: Request) -> Answer:
    """Keep a cart's units longer: from now on, never shorter than before."""
    body: ExtendBody = request.body
    cart_id = _id(request)
    market = request.principal.market

    async def act(conn: db.Connection, at: datetime) -> Answer:
        done = (await extend(conn, market, {cart_id: body.ttl_s}, at=at))[cart_id]
        if isinstance(done, Refused):
            raise _not_live(done.why)
        held = await look(conn, market, cart_id)
        assert held is not None
        return json_answer(200, shown(held, at))

    return await command(request, act)


async def let_go(request: Request) -> Answer:
    """Let a cart's units go; of one that ended without an order, nothing is left to let go."""
    cart_id = _id(request)
    market = await request.app.world.market(request.principal.market)
    freed: list[CartClaim] = []

    async def act(conn: db.Connection, at: datetime) -> Answer:
        done = (await release(conn, market.id, [cart_id], at=at))[cart_id]
        if isinstance(done, Refused):
            raise _not_live(done.why)
        freed[:] = done.value
        held = await look(conn, market.id, cart_id)
        assert held is not None
        return json_answer(200, shown(held, at))

    answer = await command(request, act)
    market.stock.give_back(claims_of(freed))
    return answer


def _wish(body: ReservationBody, ticket: str | None) -> Wish:
    ships = body.method is Method.SHIP
    if ships and body.pickup_node is not None:
        raise invalid("/pickup_node", "belongs to pickup and curbside only")
    if not ships and body.pickup_node is None:
        raise invalid("/pickup_node", f"is needed for {body.method}")
    if not ships and body.destination is not None:
        raise invalid("/destination", "belongs to ship only")
    if body.destination is not None and not body.destination.postal_code.strip():
        raise invalid("/destination/postal_code", "is empty")
    return Wish(
        channel=ChannelId(body.channel),
        lines=tuple((Sku(line.sku), line.quantity) for line in body.lines),
        ttl_s=body.ttl_s,
        method=body.method,
        destination=asking.destination(body.destination),
        pickup_node=NodeId(body.pickup_node) if body.pickup_node else None,
        customer=body.customer,
        customer_class=body.customer_class or "",
        ticket=ticket,
    )


_NOT_LIVE = {
    WhyNotLive.UNKNOWN: (Code.NOT_FOUND, "there is no such reservation"),
    WhyNotLive.COMMITTED: (Code.CART_ENDED, "an order has it"),
    WhyNotLive.FREED: (Code.CART_ENDED, "it was released"),
    WhyNotLive.EXPIRED: (Code.CART_EXPIRED, "its time is over"),
    WhyNotLive.OLD: (Code.CONFLICT, f"/ttl_s: it has its longest life already, {LIFE_MAX}"),
}


def _not_live(why: WhyNotLive) -> Problem:
    code, detail = _NOT_LIVE[why]
    errors = [FieldError(detail, "/ttl_s")] if why is WhyNotLive.OLD else []
    return Problem(code, detail, errors=errors)


def _id(request: Request) -> UUID:
    return id_parameter(request, "reservation_id", "{!r} is no id")


ROUTES = [
    Route(
        "POST", "/v1/reservations", post_reservation, Scope.ORDERS_WRITE, "Keep units for a cart",
        body=ReservationBody, answer=ReservationAnswer, status=201, keyed=True,
        ticketed=True,
        problems=(
            Code.NO_STOCK, Code.NOT_ON_SALE, Code.TICKET_NEEDED, Code.TICKET_WAITS,
            Code.TICKET_USED, Code.NOT_SOURCEABLE,
        ),
    ),
    Route(
        "GET", "/v1/reservations/{reservation_id}", get_reservation, Scope.ORDERS_READ,
        "What is kept for a cart", answer=ReservationAnswer, problems=(Code.NOT_FOUND,),
    ),
    Route(
        "POST", "/v1/reservations/{reservation_id}/extend", post_extend, Scope.ORDERS_WRITE,
        "Keep it longer", body=ExtendBody, answer=ReservationAnswer, keyed=True,
        problems=(Code.NOT_FOUND, Code.CART_ENDED, Code.CART_EXPIRED, Code.CONFLICT),
    ),
    Route(
        "POST", "/v1/reservations/{reservation_id}/release", let_go, Scope.ORDERS_WRITE,
        "Let it go", answer=ReservationAnswer, keyed=True,
        problems=(Code.NOT_FOUND, Code.CART_ENDED),
    ),
    Route(
        "DELETE", "/v1/reservations/{reservation_id}", let_go, Scope.ORDERS_WRITE,
        "Let it go", answer=ReservationAnswer, keyed=True,
        problems=(Code.NOT_FOUND, Code.CART_ENDED),
    ),
]  # fmt: skip
