"""What can be sold, and when it would arrive."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bounds import Anywhere
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.inventory.browse import NODE_LISTS_MAX
from entrepot.inventory.model import AtNodes
from entrepot.journey import asking, quote
from entrepot.journey.bill import Question, SkuBill
from entrepot.journey.offer import Offer
from entrepot.network.model import Method
from entrepot.orders.model import LINES_PER_ORDER_MAX, QUANTITY_MAX, Address
from entrepot.plumbing import mint
from entrepot.sourcing.model import NoPlan
from entrepot.terms.ids import ChannelId, NodeId, Sku
from entrepot.terms.place import Place

SKUS_MAX = 200

_encode = msgspec.json.Encoder().encode

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Class = Annotated[str, Meta(min_length=1, max_length=64)]


class AvailabilityQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`detail=nodes` adds the nodes; a destination leaves out nodes that cannot ship there.

    `explain=true` answers the itemized bill instead: for every node, and without a destination.
    `customer_class` asks for a customer of that class: segments may be for some.
    """

    sku: Annotated[list[Id], Meta(min_length=1, max_length=SKUS_MAX)]
    channel: Id
    detail: Annotated[str, Meta(pattern="^(nodes|total)$")] = "total"
    postal_code: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None = None
    explain: bool = False
    customer_class: Class | None = None


class NodeAvailable(msgspec.Struct, frozen=True):
    node: str
    available: int


class SkuAvailable(msgspec.Struct, frozen=True, omit_defaults=True):
    """`known` false: no such item. `next_inbound` is the next supply's date, where one is known.

    `bills` are there where an explanation was asked for; a kit has one for each of its parts.
    """

    sku: str
    available: int
    known: bool = True
    next_inbound: datetime | None = None
    nodes: list[NodeAvailable] | None = None
    bills: list[SkuBill] | None = None


class AvailabilityAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read from the rows themselves, as of `as_of`; bills are by the rules of `policy_version`."""

    channel: str
    as_of: datetime
    items: list[SkuAvailable]
    policy_version: int | None = None


class PromiseLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: Id
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]


class PromiseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`methods`: ship, pickup, curbside; all where none is named. `pickup_node`: one store only."""

    channel: Id
    destination: Address | None = None
    lines: Annotated[list[PromiseLine], Meta(min_length=1, max_length=LINES_PER_ORDER_MAX)]
    methods: Annotated[list[Method], Meta(min_length=1, max_length=3)] | None = None
    pickup_node: Id | None = None
    customer_class: Class | None = None


class OptionAnswer(msgspec.Struct, frozen=True):
    """A way to have the cart. `cost` is ours, in minor units, not what the customer pays.

    It arrives before `expected` as often as after it, and within the window with this `confidence`,
    where outcomes have taught that. `engine` says who promises: `static` (calendars and rate card),
    `rules` (what lanes and nodes took lately) or `model`, which `version` of what was learned.
    """

    method: str
    service: str
    earliest: datetime
    latest: datetime
    order_by: datetime
    confidence: float | None
    cost: int
    nodes: list[str]
    expected: datetime | None = None
    engine: str = "static"
    version: int | None = None


class RefusalAnswer(msgspec.Struct, frozen=True):
    method: str
    service: str
    reason: str
    missing: list[PromiseLine]


class PromiseAnswer(msgspec.Struct, frozen=True):
    as_of: datetime
    options: list[OptionAnswer]
    refusals: list[RefusalAnswer]


async def get_availability(request: Request) -> Answer:
    """What a channel may sell of some skus, now."""
    query: AvailabilityQuery = request.query
    if not 0 < len(query.sku) <= SKUS_MAX:
        raise Problem(
            Code.INVALID, f"sku: 1 to {SKUS_MAX} of them",
            errors=[FieldError(f"1 to {SKUS_MAX} of them", parameter="sku")],
        )  # fmt: skip
    place = None
    if query.postal_code is not None:
        address = Address(postal_code=query.postal_code, country=query.country or "US")
        place = asking.destination(address)
    offer = Offer(
        ChannelId(query.channel), tuple(Sku(s) for s in query.sku), query.detail == "nodes", place,
        query.customer_class or "",
    )  # fmt: skip
    if not await _is_known(request, offer.channel):
        raise Problem(
            Code.NOT_FOUND, f"there is no channel {query.channel}",
            errors=[FieldError("is not known", parameter="channel")],
        )  # fmt: skip
    if query.explain:
        return await _explained(request, offer)
    found = await request.app.offers.submit((request.principal.market, offer))
    items = [
        SkuAvailable(
            sku=sku,
            available=found.totals[sku],
            known=sku in found.known,
            next_inbound=found.inbound.get(sku),
            nodes=nodes_json(found.nodes[sku]) if offer.by_node else None,
        )
        for sku in dict.fromkeys(offer.skus)
    ]
    return json_answer(200, AvailabilityAnswer(query.channel, found.as_of, items))


async def _explained(request: Request, offer: Offer) -> Answer:
    if offer.destination is not None:
        raise Problem(
            Code.INVALID, "postal_code: a bill is for every node",
            errors=[FieldError("a bill is for every node", parameter="postal_code")],
        )  # fmt: skip
    market = await request.app.world.market(request.principal.market)
    at = mint.now()
    question = Question(offer.buyer, tuple(dict.fromkeys(offer.skus)))
    found = await request.app.bills.submit((market.id, question))
    items = [SkuAvailable(e.sku, e.available, known=e.known, bills=e.bills) for e in found]
    version = market.keeping.version
    return json_answer(200, AvailabilityAnswer(offer.channel, at, items, version))


def nodes_json(there: AtNodes) -> Any:  # noqa: ANN401 - JSON, written already
    """Write a list of `NodeAvailable`: two hundred nodes in one go, around their numbers."""
    return msgspec.Raw(_around(there.nodes) % tuple(there.units))


@lru_cache(NODE_LISTS_MAX)
def _around(nodes: tuple[NodeId, ...]) -> str:
    """Write the list of these nodes with a hole, `%d`, for the units of each."""
    one = '{"node":%s,"available":%%d}'
    written = (one % _encode(node).decode().replace("%", "%%") for node in nodes)
    return f"[{','.join(written)}]"


async def post_promises(request: Request) -> Answer:
    """Every way to have a cart, with dates, cost and nodes. Writes nothing."""
    body: PromiseBody = request.body
    place: Place | None = asking.destination(body.destination)
    methods = tuple(dict.fromkeys(body.methods or Method))
    if place is None and methods == (Method.SHIP,):
        raise Problem(
            Code.INVALID, "/destination: is needed to ship",
            errors=[FieldError("is needed to ship", "/destination")],
        )  # fmt: skip
    cart = quote.Cart(
        ChannelId(body.channel),
        place,
        tuple((Sku(line.sku), line.quantity) for line in body.lines),
        methods,
        NodeId(body.pickup_node) if body.pickup_node else None,
        body.customer_class or "",
    )
    if not await _is_known(request, cart.channel):
        raise invalid("/channel", f"there is no channel {body.channel}")
    quoted = await request.app.quotes.submit((request.principal.market, cart))
    if quoted.unknown:
        errors = [
            FieldError(f"{body.lines[at].sku} is not an item here", f"/lines/{at}/sku")
            for at in quoted.unknown
        ]
        raise Problem(Code.INVALID, errors[0].detail, errors=errors)
    return json_answer(200, _promises(quoted, mint.now()))


async def _is_known(request: Request, channel: ChannelId) -> bool:
    """Say whether the market has this channel, also where it was put a moment ago elsewhere."""
    market = await request.app.world.market(request.principal.market)
    if market.compiled.channel_mask(channel) is None:
        await request.app.world.refresh(market.id, stock=False)
    return market.compiled.channel_mask(channel) is not None


def _promises(quoted: quote.Quote, at: datetime) -> PromiseAnswer:
    options = [
        OptionAnswer(
            o.method, o.service, o.promise.earliest, o.promise.latest, o.promise.order_by,
            o.promise.confidence, o.plan.cost, [s.node_id for s in o.plan.shipments],
            o.promise.expected, o.promise.engine.value, o.promise.version,
        )
        for o in quoted.options
    ]  # fmt: skip
    return PromiseAnswer(at, options, _refusals(quoted.refusals))


def _refusals(refused: Sequence[tuple[Method, str, NoPlan]]) -> list[RefusalAnswer]:
    return [
        RefusalAnswer(
            method, service, answer.why.value,
            [PromiseLine(sku, units) for sku, units in answer.missing if units > 0],
        )
        for method, service, answer in refused
    ]  # fmt: skip


ROUTES = [
    Route(
        "GET", "/v1/availability", get_availability, Scope.INVENTORY_READ,
        "What a channel may sell", query=AvailabilityQuery, answer=AvailabilityAnswer,
        at=Anywhere("every shopper sees it"),
        problems=(Code.NOT_FOUND,),
    ),
    Route(
        "POST", "/v1/promises", post_promises, Scope.PROMISES_READ,
        "Every way to have a cart, with dates", body=PromiseBody, answer=PromiseAnswer,
        at=Anywhere("every shopper sees it"),
    ),
]  # fmt: skip
