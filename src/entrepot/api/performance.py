"""How carriers and nodes perform, over HTTP: by lane, service and weekday, from outcomes."""

import json
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bounds import InQuery
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.plumbing import mint
from entrepot.promise import performance_browse as browse
from entrepot.promise.performance_browse import Span
from entrepot.promise.performance_model import CarrierFigure, NodeFigure

DAYS_BY_DEFAULT = 60
DAYS_MAX = 1_100
"""Three years: a page adds up every day of the span."""

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Day = Annotated[date, Meta(description="a day (UTC); both ends of a span are included")]


class CarriersQuery(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """By default the last sixty days, by carrier and service."""

    from_: Day | None = None
    to: Day | None = None
    by: list[Literal["carrier", "service", "node", "area", "weekday"]] = msgspec.field(
        default_factory=list
    )
    carrier: Id | None = None
    service: Id | None = None
    node: Id | None = None
    area: Annotated[
        str, Meta(min_length=2, max_length=128, description="where to, such as `US-TX`")
    ] | None = None  # fmt: skip
    limit: Limit = 50
    cursor: Cursor = ""


class NodesQuery(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """By default the last sixty days, by node."""

    from_: Day | None = None
    to: Day | None = None
    by: list[Literal["service", "weekday"]] = msgspec.field(default_factory=list)
    node: Id | None = None
    service: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class CarrierFigureAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How parcels went. `transit_days_median` and `_p90` are carrier business days.

    `on_time` of the `promised` ones came by the end of what their order was promised at first;
    `weekday` is that of the hand-over, 1 is Monday.
    """

    parcels: int
    promised: int
    on_time: int
    on_time_rate: float | None
    transit_days_median: int
    transit_days_p90: int
    carrier: str | None = None
    service: str | None = None
    node: str | None = None
    area: str | None = None
    weekday: int | None = None


class NodeFigureAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a node's work went. Times are minutes from accepting to handing over, or making ready.

    `on_time` of the `due` ones left by the cut-off they were planned for.
    """

    node: str
    works: int
    rejected: int
    rejection_rate: float
    due: int
    on_time: int
    on_time_rate: float | None
    handling_minutes_median: int | None
    handling_minutes_p90: int | None
    service: str | None = None
    weekday: int | None = None


class CarrierFiguresAnswer(msgspec.Struct, frozen=True):
    items: list[CarrierFigureAnswer]
    next: str | None


class NodeFiguresAnswer(msgspec.Struct, frozen=True):
    items: list[NodeFigureAnswer]
    next: str | None


async def carriers(request: Request) -> Answer:
    """Show how parcels went, by the dimensions named."""
    query: CarriersQuery = request.query
    by = query.by or ["carrier", "service"]
    span = _span(query)
    after = browse.BEFORE_CARRIERS
    if query.cursor:
        carrier, service, node, area, weekday = _after(query.cursor, 5)
        after = (str(carrier), str(service), str(node), str(area), _number(weekday))
    async with request.app.pool.acquire() as conn:
        rows = await browse.carriers(
            conn, request.principal.market, span, by=by, carrier=query.carrier,
            service=query.service, node=query.node, area=query.area, after=after,
            most=query.limit + 1,
        )  # fmt: skip
    items = [_carrier(row) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, CarrierFiguresAnswer(items, None))
    last = rows[query.limit - 1]
    cursor = cursor_of(
        json.dumps([last.carrier, last.service, last.node_id, last.area, last.weekday])
    )
    link = next_link(
        "/v1/performance/carriers", cursor, by=by, carrier=query.carrier, service=query.service,
        node=query.node, area=query.area, limit=query.limit, **_said(span),
    )  # fmt: skip
    return json_answer(200, CarrierFiguresAnswer(items, cursor), link)


async def nodes(request: Request) -> Answer:
    """Show how nodes' work went, by node and the dimensions named."""
    query: NodesQuery = request.query
    span = _span(query)
    after = browse.BEFORE_NODES
    if query.cursor:
        node, service, weekday = _after(query.cursor, 3)
        after = (str(node), str(service), _number(weekday))
    async with request.app.pool.acquire() as conn:
        rows = await browse.nodes(
            conn, request.principal.market, span, by=query.by, service=query.service,
            node=query.node, after=after, most=query.limit + 1,
        )  # fmt: skip
    items = [_node(row) for row in rows[: query.limit]]
    if len(rows) <= query.limit:
        return json_answer(200, NodeFiguresAnswer(items, None))
    last = rows[query.limit - 1]
    cursor = cursor_of(json.dumps([last.node_id, last.service, last.weekday]))
    link = next_link(
        "/v1/performance/nodes", cursor, by=query.by, service=query.service, node=query.node,
        limit=query.limit, **_said(span),
    )  # fmt: skip
    return json_answer(200, NodeFiguresAnswer(items, cursor), link)


def _span(query: CarriersQuery | NodesQuery) -> Span:
    until = query.to or mint.now().astimezone(UTC).date()
    since = query.from_
    if since is None:
        room = min(DAYS_BY_DEFAULT, (until - date.min).days)
        since = until - timedelta(days=room)
    if since > until:
        raise _wrong("from", "lies after the span's end")
    if (until - since).days > DAYS_MAX:
        raise _wrong("from", f"at most {DAYS_MAX} days are added up")
    return Span(since, until)


def _wrong(parameter: str, detail: str) -> Problem:
    return Problem(
        Code.INVALID, f"{parameter}: {detail}", errors=[FieldError(detail, parameter=parameter)]
    )


def _after(cursor: str, count: int) -> Sequence[object]:
    try:
        found = json.loads(after_of(cursor))
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) != count:
        raise _wrong("cursor", "is none of ours")
    return found


def _number(value: object) -> int:
    if not isinstance(value, int) or not -1 <= value <= 7:
        raise _wrong("cursor", "is none of ours")
    return value


def _said(span: Span) -> dict[str, str]:
    return {"from": span.since.isoformat(), "to": span.until.isoformat()}


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _carrier(row: CarrierFigure) -> CarrierFigureAnswer:
    return CarrierFigureAnswer(
        parcels=row.parcels,
        promised=row.promised,
        on_time=row.on_time,
        on_time_rate=_rate(row.on_time, row.promised),
        transit_days_median=row.median,
        transit_days_p90=row.p90,
        carrier=row.carrier or None,
        service=row.service or None,
        node=row.node_id or None,
        area=row.area or None,
        weekday=row.weekday or None,
    )


def _node(row: NodeFigure) -> NodeFigureAnswer:
    return NodeFigureAnswer(
        node=row.node_id,
        works=row.works,
        rejected=row.rejected,
        rejection_rate=_rate(row.rejected, row.works) or 0.0,
        due=row.due,
        on_time=row.on_time,
        on_time_rate=_rate(row.on_time, row.due),
        handling_minutes_median=row.median,
        handling_minutes_p90=row.p90,
        service=row.service or None,
        weekday=row.weekday or None,
    )


ROUTES = [
    Route(
        "GET", "/v1/performance/carriers", carriers, Scope.FULFILLMENT_READ,
        "How carriers perform", query=CarriersQuery, answer=CarrierFiguresAnswer, at=InQuery(),
    ),
    Route(
        "GET", "/v1/performance/nodes", nodes, Scope.FULFILLMENT_READ,
        "How nodes perform", query=NodesQuery, answer=NodeFiguresAnswer, at=InQuery(),
    ),
]  # fmt: skip
