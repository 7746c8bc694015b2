"""Nodes' work over HTTP: a node's list, one fulfillment order, and the node's side of its life."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import (
    EmptyBody,
    FulfillmentOrderAnswer,
    FulfillmentOrdersAnswer,
    Identifier,
    PickBody,
    RejectBody,
    ShipBody,
    ShortBody,
    WholeAnswer,
    named,
    packed,
    said,
    whole_answer,
    work_answer,
)
from entrepot.api.bodies_pickups import ScanBody
from entrepot.api.bounds import InQuery, Of
from entrepot.api.commands import command
from entrepot.api.face import (
    Answer,
    Handler,
    Request,
    Route,
    etag,
    id_parameter,
    json_answer,
)
from entrepot.api.paging import PageQuery, cursor_of, id_after
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.catalog import browse as catalog
from entrepot.delivery import browse as delivery
from entrepot.fulfillment import browse, pickups, tell
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.model import Answer as Acted
from entrepot.fulfillment.model import Ask, Scanned, WhyNot, Work
from entrepot.fulfillment.pack import pack
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.pickups import Pickup
from entrepot.fulfillment.reject import reject
from entrepot.fulfillment.rules import FETCHED
from entrepot.fulfillment.ship import ship
from entrepot.fulfillment.short import short
from entrepot.fulfillment.states import State
from entrepot.journey import lots_shown
from entrepot.journey.naming import Naming, name
from entrepot.journey.naming_rules import Misnamed, Said
from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.plumbing import db, mint, outbox
from entrepot.promise import browse as promises
from entrepot.terms.ids import FulfillmentOrderId, MarketId, NodeId
from entrepot.terms.outcome import Refused

PATH = "/v1/fulfillment-orders"

LATE_MINUTES_MAX = 366 * 1440
"""A year: what is later than that is not asked for by the minute."""

_REFUSALS = {
    WhyNot.UNKNOWN_FULFILLMENT_ORDER: (Code.NOT_FOUND, ""),
    WhyNot.VERSION_CHANGED: (Code.PRECONDITION, ""),
    WhyNot.ILLEGAL_TRANSITION: (Code.TRANSITION, ""),
    WhyNot.ON_HOLD: (Code.CONFLICT, ""),
    WhyNot.UNKNOWN_LINE: (Code.INVALID, "/lines"),
    WhyNot.TOO_MANY_UNITS: (Code.CONFLICT, "/lines"),
    WhyNot.NOTHING_TO_DO: (Code.CONFLICT, "/lines"),
    WhyNot.PACKAGES_DO_NOT_MATCH: (Code.INVALID, "/packages"),
}

_VERSION = re.compile(r"[0-9]{1,9}")

Verb = Callable[..., Awaitable[list[Acted]]]
Read = Callable[[Any], dict[str, Any]]
Also = Callable[[Work], Awaitable[Mapping[str, object]]]
"""Writes what else belongs to a step, in its commit; gives what is to be told of it."""


class WorkQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list; those not given let everything pass."""

    node: Identifier | None = None
    state: Annotated[
        list[State], Meta(max_length=len(State), description="one or more, each named by itself")
    ] = msgspec.field(default_factory=list)
    method: Method | None = None
    at_risk: Annotated[
        bool, Meta(description="only work with an alarm: a milestone is about to be missed, or is")
    ] = False
    late_by: (
        Annotated[
            int,
            Meta(
                ge=0,
                le=LATE_MINUTES_MAX,
                description="only work that missed a milestone so many minutes ago, or earlier",
            ),
        ]
        | None
    ) = None


async def listing(request: Request) -> Answer:
    """List fulfillment orders by ascending id, a page at a time."""
    query: WorkQuery = request.query
    after = id_after(query.cursor, browse.BEFORE_ALL)
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        works = await _at_own_nodes(conn, market, query, after, request.nodes)
        lots = await lots_shown.of_works(conn, market, works[: query.limit])
        by = await promises.milestones_of(conn, market.id, [w.id for w in works[: query.limit]])
        known = await _pickups(conn, market, works[: query.limit])
    items = [
        work_answer(work, lots, by.get(work.id), known.get(work.id))
        for work in works[: query.limit]
    ]
    if len(works) <= query.limit:
        return json_answer(200, FulfillmentOrdersAnswer(items=items, next=None))
    cursor = cursor_of(items[-1].id)
    link = ("link", f'<{PATH}?{_again(query, cursor)}>; rel="next"')
    return json_answer(200, FulfillmentOrdersAnswer(items=items, next=cursor), link)


async def _at_own_nodes(
    conn: db.Connection, market: Market, query: WorkQuery, after: UUID, nodes: list[NodeId] | None
) -> list[Work]:
    """Read a page and one more; of whoever is bound to several nodes, of all of these together."""
    if nodes is None:
        return await _listed(conn, market, query, after)
    found = [
        work
        for node in nodes
        for work in await _listed(conn, market, msgspec.structs.replace(query, node=node), after)
    ]
    return sorted(found, key=lambda work: work.id)[: query.limit + 1]


async def nodes_of(conn: db.Connection, market: MarketId, id_: UUID) -> list[NodeId] | None:
    """Say at which node work is; None where there is none of that id."""
    found = await browse.some(conn, market, [FulfillmentOrderId(id_)])
    return [work.head.node_id for work in found] or None


async def _listed(conn: db.Connection, market: Market, query: WorkQuery, after: UUID) -> list[Work]:
    """Read a page and one more; work at risk by its alarms."""
    node = None if query.node is None else NodeId(query.node)
    states, most = query.state or None, query.limit + 1
    if not query.at_risk and query.late_by is None:
        return await browse.listed(
            conn, market.id, node_id=node, states=states, method=query.method, after=after,
            most=most,
        )  # fmt: skip
    since = None
    if query.late_by is not None:
        since = mint.now() - timedelta(minutes=query.late_by)
    ids = await promises.alarmed(
        conn, market.id, node_id=node, states=states, method=query.method, late_since=since,
        after=after, most=most,
    )  # fmt: skip
    return await browse.some(conn, market.id, ids)


async def one(request: Request) -> Answer:
    """Show one fulfillment order: its lines, its packages, every step of its life."""
    market = await request.app.world.market(request.principal.market)
    id_ = _fulfillment_order_id(request)
    async with request.app.pool.acquire() as conn:
        whole = await browse.one(conn, market.id, id_)
        if whole is None:
            raise _unknown(id_)
        parcels = await delivery.parcels_of(conn, market.id, [id_]) if whole.packages else []
        lots = await lots_shown.of_works(conn, market, [whole.work])
        by = await promises.milestones_of(conn, market.id, [id_])
        known = await _pickups(conn, market, [whole.work])
    answer = whole_answer(whole, parcels, lots, by.get(id_), known.get(id_))
    return json_answer(200, answer, etag(whole.work.head.version))


async def _pickups(
    conn: db.Connection, market: Market, works: Sequence[Work]
) -> dict[FulfillmentOrderId, Pickup]:
    """Read what is known of who fetches these; nothing is asked where nobody does."""
    fetched = [work.id for work in works if work.head.method in FETCHED]
    return await pickups.of_works(conn, market.id, fetched)


def step(verb: Verb, read: Read) -> Handler:
    """Make the handler of a verb; `read` gives what its body says as fields of what is asked.

    Verbs that pick units, or hand them over, say of which lots they are.
    """
    names = verb in {pick, ship}

    async def handler(request: Request) -> Answer:
        ask = asked(request, **read(request.body))
        market = await request.app.world.market(request.principal.market)
        lots = said(request.body) if names else None
        scans = request.body.scans if verb is pick else ()
        if scans and request.body.lines:
            raise invalid("/scans", "units are named by their lines or by scans, not both")

        async def act(conn: db.Connection, at: datetime) -> Answer:
            scanned = await _scanned(conn, market, scans) if scans else ()
            mine = msgspec.structs.replace(ask, scanned=scanned) if scanned else ask
            return await take(conn, market, verb, mine, at, lots)

        return await command(request, act)

    return handler


def asked(request: Request, **said: Any) -> Ask:  # noqa: ANN401 - the fields of what is asked
    """Say what is asked of the work that the path names, and by whom; raises Problem."""
    return Ask(
        _fulfillment_order_id(request),
        request.actor,
        if_versions=_if_match(request.headers.get("if-match")),
        **said,
    )


async def _scanned(
    conn: db.Connection, market: Market, scans: Sequence[ScanBody]
) -> tuple[Scanned, ...]:
    """Find what was scanned; raises Problem for a code that no item bears."""
    owners = await catalog.owners(conn, market.id, {each.code for each in scans})
    for place, each in enumerate(scans):
        if each.code not in owners:
            raise invalid(f"/scans/{place}/code", f"no item has the barcode {each.code}")
    return tuple(Scanned(owners[each.code], each.quantity) for each in scans)


async def take(  # noqa: PLR0913, PLR0917 - a step: who, what, when, and what belongs to it
    conn: db.Connection,
    market: Market,
    verb: Verb,
    ask: Ask,
    at: datetime,
    lots: Sequence[Said] | None,
    also: Also | None = None,
) -> Answer:
    """Take a step and tell of it; raises Problem where it is refused, and nothing is written."""
    (answer,) = await verb(conn, market.id, [ask], at=at)
    if isinstance(answer, Refused):
        raise refusal(answer, ask)
    named = Naming({}) if lots is None else await name(conn, market, answer.value, lots)
    if named.wrong:
        raise _misnamed(named.wrong)
    more = {} if also is None else await also(answer.value.after)
    await outbox.tell(conn, market.id, tell.facts([answer.value], named.lots, more), at=at)
    return await shown(conn, market, answer.value.after)


async def shown(conn: db.Connection, market: Market, work: Work) -> Answer:
    """Answer with a fulfillment order as it stands."""
    lots = await lots_shown.of_works(conn, market, [work])
    by = await promises.milestones_of(conn, market.id, [work.id])
    known = await _pickups(conn, market, [work])
    answer = work_answer(work, lots, by.get(work.id), known.get(work.id))
    return json_answer(200, answer, etag(work.head.version))


def _misnamed(wrong: Sequence[Misnamed]) -> Problem:
    code = Code.CONFLICT if any(each.clash for each in wrong) else Code.INVALID
    errors = [FieldError(each.detail, each.pointer) for each in wrong]
    return Problem(code, wrong[0].detail, errors=errors)


def refusal(refused: Refused[WhyNot], ask: Ask) -> Problem:
    """Say a refusal as HTTP does."""
    code, pointer = _REFUSALS[refused.why]
    if pointer and ask.packages:
        pointer = "/packages"
    if pointer and ask.scanned:
        pointer = "/scans"
    errors = [FieldError(refused.detail, pointer)] if pointer else []
    return Problem(code, refused.detail, errors=errors)


def _unknown(id_: UUID) -> Problem:
    return Problem(Code.NOT_FOUND, f"there is no fulfillment order {id_}")


def _fulfillment_order_id(request: Request) -> FulfillmentOrderId:
    absent = "there is no fulfillment order {}"
    return FulfillmentOrderId(id_parameter(request, "fulfillment_order", absent))


def _if_match(header: str | None) -> frozenset[int] | None:
    """Read the versions an If-Match names; None where any will do. What is no version is none."""
    if header is None or header.strip() == "*":
        return None
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))
    return frozenset(
        int(tag) for tag in tags if tag.isascii() and tag.isdecimal() and len(tag) < 10
    )


def _again(query: WorkQuery, cursor: str) -> str:
    """The query of the next page: the same filters, from the cursor on."""
    said = [("limit", str(query.limit)), ("node", query.node), ("method", query.method)]
    said += [("state", state.value) for state in query.state]
    said += [("at_risk", "true" if query.at_risk else None)]
    said += [("late_by", None if query.late_by is None else str(query.late_by))]
    return urlencode([(name, value) for name, value in (*said, ("cursor", cursor)) if value])


def _lines(body: PickBody) -> dict[str, Any]:
    return {"units": named(body.lines)}


def _lines_and_reason(body: RejectBody | ShortBody) -> dict[str, Any]:
    return {"units": named(body.lines), "reason": body.reason}


def _packages(body: ShipBody) -> dict[str, Any]:
    return {"packages": packed(body.packages)}


def _nothing(_: EmptyBody) -> dict[str, Any]:
    return {}


_STEPS: Sequence[tuple[str, Verb, type[msgspec.Struct], Read, str]] = (
    ("accept", accept, EmptyBody, _nothing, "The node takes the work on"),
    ("reject", reject, RejectBody, _lines_and_reason, "The node gives the work back"),
    ("pick", pick, PickBody, _lines, "Units were picked"),
    ("short", short, ShortBody, _lines_and_reason, "Units could not be found"),
    ("pack", pack, EmptyBody, _nothing, "What was picked is packed"),
    ("ship", ship, ShipBody, _packages, "Packages were handed over to a carrier"),
)

AT_ITS_NODE = Of("fulfillment_order", nodes_of)

ROUTES = [
    Route(
        "GET", PATH, listing, Scope.FULFILLMENT_READ, "A node's work list",
        query=WorkQuery, answer=FulfillmentOrdersAnswer, at=InQuery(many=True),
    ),
    Route(
        "GET", f"{PATH}/{{fulfillment_order}}", one, Scope.FULFILLMENT_READ,
        "A fulfillment order", answer=WholeAnswer, at=AT_ITS_NODE,
    ),
    *(
        Route(
            "POST", f"{PATH}/{{fulfillment_order}}/{name}", step(verb, read),
            Scope.FULFILLMENT_WRITE, summary, body=body, answer=FulfillmentOrderAnswer,
            keyed=True, problems=(Code.TRANSITION, Code.PRECONDITION, Code.CONFLICT),
            at=AT_ITS_NODE,
        )
        for name, verb, body, read, summary in _STEPS
    ),
]  # fmt: skip
