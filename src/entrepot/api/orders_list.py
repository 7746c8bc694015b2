"""Lists of orders over HTTP: found by anything, filtered by several things at once, by key."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bounds import Narrowed
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.journey.filters import Filters, Sort
from entrepot.journey.finding_model import Place
from entrepot.journey.listing import COUNTED_MAX, count_orders, list_orders
from entrepot.journey.model import Stage
from entrepot.journey.search import LISTED_MAX
from entrepot.network.model import Method
from entrepot.orders.model import HoldKind
from entrepot.orders.phase import Phase
from entrepot.plumbing import mint

OWN = Narrowed("orders that have work at one's nodes")
NO_NODE = ("",)
"""The name of no node: who works at none sees no order."""

VALUES_MAX = 50
"""Values of one filter."""

TYPED_CHARS_MAX = 8_000
"""A pasted column of ids."""

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Ids = Annotated[list[Id], Meta(max_length=VALUES_MAX)]
When = Annotated[datetime, Meta(tz=True)]


class OrdersFilter(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """All that is said must fit; of the values of one name any.

    `q` is whatever a person types: an order's number, external id, e-mail address, name, telephone
    number, sku or tracking number, or the beginning of one, in any case; several words that look
    like ids are a list of them. `numbers` are such ids, one each. `stage` is where the part of an
    order stands that is furthest behind; `late`: promised before now and still to come; `at_risk`:
    a milestone is; `unaccepted_before`: a node has had work since then and has not accepted it;
    `ended_after`: delivered or collected since.
    """

    q: Annotated[str, Meta(min_length=1, max_length=TYPED_CHARS_MAX)] | None = None
    numbers: Annotated[list[Id], Meta(max_length=LISTED_MAX)] = []
    phase: Annotated[list[Phase], Meta(max_length=VALUES_MAX)] = []
    stage: Annotated[list[Stage], Meta(max_length=VALUES_MAX)] = []
    channel: Ids = []
    node: Ids = []
    method: Annotated[list[Method], Meta(max_length=VALUES_MAX)] = []
    service: Ids = []
    sku: Ids = []
    email: Annotated[str, Meta(min_length=1, max_length=320)] | None = None
    hold: Annotated[list[HoldKind], Meta(max_length=VALUES_MAX)] = []
    held: bool = False
    exceptions: bool = False
    late: bool = False
    at_risk: bool = False
    unaccepted_before: When | None = None
    placed_after: When | None = None
    placed_before: When | None = None
    promised_before: When | None = None
    ended_after: When | None = None


class OrdersSorted(OrdersFilter, frozen=True, kw_only=True, omit_defaults=True):
    """`sort`: newest or oldest first, or orders still to come by the end of their promise."""

    sort: Sort = Sort.NEWEST


class OrdersQuery(OrdersSorted, frozen=True, kw_only=True, omit_defaults=True):
    limit: Limit = 50
    cursor: Cursor = ""


class CountQuery(OrdersFilter, frozen=True, kw_only=True, omit_defaults=True):
    """`most`: where counting ends."""

    most: Annotated[int, Meta(ge=1, le=COUNTED_MAX)] = 100


class OrdersAnswer(msgspec.Struct, frozen=True):
    """`next` is the cursor of the page after this one; a page may be short and not the last."""

    items: list[dict[str, Any]]
    next: str | None


class CountAnswer(msgspec.Struct, frozen=True):
    """How many orders fit; `more`: more than were counted."""

    orders: int
    more: bool


def narrowed(request: Request, said: OrdersFilter) -> Filters:
    """Read a query's filters; who works at certain nodes sees orders of these alone."""
    filters, own = filters_of(said), request.principal.nodes
    if own is None:
        return filters
    others = sorted(set(filters.node) - own)
    if others:
        detail = f"is of {', '.join(others)}; yours: {', '.join(sorted(own))}"
        errors = [FieldError(detail, parameter="node")]
        raise Problem(Code.FORBIDDEN_NODE, f"node: {detail}", errors=errors)
    return replace(filters, node=filters.node or tuple(sorted(own)) or NO_NODE)


def filters_of(said: OrdersFilter) -> Filters:
    """Read a query's filters."""
    asked: dict[str, Any] = {
        field: tuple(value) if isinstance(value, list) else value
        for field in OrdersFilter.__struct_fields__
        if (value := getattr(said, field)) is not None
    }
    return Filters(**asked)


def said_of(said: OrdersFilter) -> dict[str, Any]:
    """Give a query back as it is written, without what it does not say."""
    plain: dict[str, Any] = msgspec.to_builtins(said, str_keys=True)
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in plain.items()
        if name not in {"limit", "cursor", "most"}
    }


async def listed(request: Request) -> Answer:
    """Orders that fit, a page at a time."""
    query: OrdersQuery = request.query
    async with request.app.pool.acquire() as conn:
        found, after = await list_orders(
            conn, request.principal.market, narrowed(request, query), query.sort,
            after=place_of(query.cursor), most=query.limit, at=mint.now(),
        )  # fmt: skip
    if after is None:
        return json_answer(200, OrdersAnswer(found, None))
    cursor = written(after)
    link = next_link("/v1/orders", cursor, limit=query.limit, **said_of(query))
    return json_answer(200, OrdersAnswer(found, cursor), link)


async def counted(request: Request) -> Answer:
    """Count the orders that fit, up to a bound."""
    query: CountQuery = request.query
    async with request.app.pool.acquire() as conn:
        count = await count_orders(
            conn, request.principal.market, narrowed(request, query), at=mint.now(), most=query.most
        )
    return json_answer(200, CountAnswer(count.orders, count.more))


def written(place: Place) -> str:
    """Write where a page ended as a cursor."""
    due = "" if place.due is None else place.due.astimezone(UTC).isoformat()
    return cursor_of(f"{place.order_id} {due}".strip())


def place_of(cursor: str) -> Place | None:
    """Read a cursor; raises Problem for one that was not made here."""
    if not cursor:
        return None
    order_id, _, due = after_of(cursor).partition(" ")
    try:
        return Place(UUID(order_id), datetime.fromisoformat(due) if due else None)
    except ValueError:
        raise Problem(
            Code.INVALID, "cursor: is none of ours",
            errors=[FieldError("is none of ours", parameter="cursor")],
        ) from None  # fmt: skip


def query_of(filters: Filters) -> str:
    """Write filters as the query that lists what they find."""
    said = {name: getattr(filters, name) for name in OrdersFilter.__struct_fields__}
    lists: dict[str, Any] = {
        name: list(v) if isinstance(v, tuple) else v for name, v in said.items()
    }
    return urlencode(said_of(OrdersFilter(**lists)), doseq=True)


ROUTES = [
    Route(
        "GET", "/v1/orders", listed, Scope.ORDERS_READ, "Orders, found and filtered",
        query=OrdersQuery, answer=OrdersAnswer, at=OWN,
    ),
    Route(
        "GET", "/v1/orders/count", counted, Scope.ORDERS_READ,
        "How many orders fit, up to a bound", query=CountQuery, answer=CountAnswer, at=OWN,
    ),
]  # fmt: skip
