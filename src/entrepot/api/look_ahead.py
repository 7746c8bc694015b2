"""Looking ahead over HTTP: what stock is worth to the orders still to come, and since when."""

from datetime import datetime

import msgspec

from entrepot.access.model import Scope
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.paging import PageQuery, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.policies.browse import VERSION_MAX
from entrepot.sourcing import price_rows
from entrepot.terms.ids import Sku


class PriceTableAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Prices that were made at once: of so many skus at so many nodes, the dearest unit's.

    `why`: `due`, `restocked`, or who asked for them.
    """

    version: int
    made_at: datetime
    why: str
    skus: int
    positions: int
    dearest: int


class PriceTablesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    items: list[PriceTableAnswer]
    next: str | None


class NodeWorth(msgspec.Struct, frozen=True):
    """What a unit is worth at a node to the orders still to come, in minor units."""

    node: str
    worth: int


class WorthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A sku's prices as routers use them; nodes that are not named: nothing. Version 0: none."""

    sku: str
    version: int
    nodes: list[NodeWorth]


async def get_tables(request: Request) -> Answer:
    """Answer which prices were made, the newest first."""
    query: PageQuery = request.query
    async with request.app.pool.acquire() as conn:
        rows = await price_rows.listed(
            conn, request.principal.market, before=_before(query.cursor), most=query.limit + 1
        )
    items = [
        PriceTableAnswer(
            version=row.version, made_at=row.made_at, why=row.why, skus=row.skus,
            positions=row.positions, dearest=row.dearest,
        )
        for row in rows[: query.limit]
    ]  # fmt: skip
    if len(rows) <= query.limit:
        return json_answer(200, PriceTablesAnswer(items=items, next=None))
    cursor = cursor_of(str(items[-1].version))
    link = next_link("/v1/sourcing/prices", cursor, limit=query.limit)
    return json_answer(200, PriceTablesAnswer(items=items, next=cursor), link)


def _before(cursor: str) -> int:
    if not cursor:
        return VERSION_MAX
    text = after_of(cursor)
    if not text.isdecimal() or int(text) > VERSION_MAX:
        raise Problem(
            Code.INVALID, "cursor: is none of ours",
            errors=[FieldError("is none of ours", parameter="cursor")],
        )  # fmt: skip
    return int(text)


async def get_worth(request: Request) -> Answer:
    """Answer what a sku's units are worth, node by node, as orders are planned by it now."""
    sku = Sku(parameter(request, "sku"))
    market = await request.app.world.market(request.principal.market)
    prices = market.prices
    worth = prices.stock.get(sku) if prices is not None else None
    nodes = [
        NodeWorth(node.node_id, int(worth[at]))
        for at, node in enumerate(market.network.nodes)
        if worth is not None and worth[at]
    ]
    version = prices.version if prices is not None else 0
    return json_answer(200, WorthAnswer(sku=sku, version=version, nodes=nodes))


ROUTES = [
    Route(
        "GET", "/v1/sourcing/prices", get_tables, Scope.NETWORK_READ,
        "What stock is worth to the orders still to come", query=PageQuery,
        answer=PriceTablesAnswer,
    ),
    Route(
        "GET", "/v1/sourcing/prices/{sku}", get_worth, Scope.NETWORK_READ,
        "What a sku's units are worth", answer=WorthAnswer,
    ),
]  # fmt: skip
