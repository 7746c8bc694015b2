"""How carriers and nodes have performed, for whoever looks. No locks, no writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from entrepot.plumbing import db, sql
from entrepot.promise.performance_model import CarrierFigure, NodeFigure
from entrepot.terms.ids import MarketId

V = sql.load(__package__, "performance_views.sql")

CarrierKey = tuple[str, str, str, str, int]
"""Carrier, service, node, area, weekday: where a page ended."""

NodeKey = tuple[str, str, int]
"""Node, service, weekday."""

BEFORE_CARRIERS: CarrierKey = ("", "", "", "", -1)
BEFORE_NODES: NodeKey = ("", "", -1)


@dataclass(frozen=True, slots=True)
class Miscounted:
    """Of a node, more or less is counted than happened."""

    node_id: str
    what: str
    counted: int
    happened: int


@dataclass(frozen=True, slots=True)
class Span:
    """From which day to which (UTC), both included."""

    since: date
    until: date


async def carriers(  # noqa: PLR0913 - a list's filters and its cursor
    conn: db.Connection,
    market: MarketId,
    span: Span,
    *,
    by: Collection[str],
    carrier: str | None,
    service: str | None,
    node: str | None,
    area: str | None,
    after: CarrierKey,
    most: int,
) -> Sequence[CarrierFigure]:
    """Give a page of figures by the dimensions named: carrier, service, node, area, weekday."""
    return await db.fetch(
        conn, V["carriers"], CarrierFigure,
        market=market, since=span.since, until=span.until, dimensions=list(by), carrier=carrier,
        service=service, node_id=node, area=area, after_carrier=after[0], after_service=after[1],
        after_node=after[2], after_area=after[3], after_weekday=after[4], most=most,
    )  # fmt: skip


async def nodes(  # noqa: PLR0913 - a list's filters and its cursor
    conn: db.Connection,
    market: MarketId,
    span: Span,
    *,
    by: Collection[str],
    service: str | None,
    node: str | None,
    after: NodeKey,
    most: int,
) -> Sequence[NodeFigure]:
    """Give a page of figures by node and by the dimensions named: service, weekday."""
    return await db.fetch(
        conn, V["nodes"], NodeFigure,
        market=market, since=span.since, until=span.until, dimensions=list(by), service=service,
        node_id=node, after_node=after[0], after_service=after[1], after_weekday=after[2],
        most=most,
    )  # fmt: skip


async def miscounted(conn: db.Connection, market: MarketId) -> list[Miscounted]:
    """Give the nodes whose counts are not what happened."""
    return await db.fetch(conn, V["miscounted"], Miscounted, market=market)
