"""The grid of skus and nodes over HTTP: its axes, then windows of it, and what is behind a cell."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bounds import Anywhere, InQuery
from entrepot.api.face import Answer, Request, Route
from entrepot.api.inventory import Id
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.api.unchanged import unless_same
from entrepot.catalog import search
from entrepot.inventory import grid as stock
from entrepot.inventory.grid_model import (
    CELLS_PER_WINDOW_MAX,
    SKUS_PER_WINDOW_MAX,
    Bucket,
    Cells,
)
from entrepot.journey import grid
from entrepot.journey.grid import Columns, Only, Order, Rows
from entrepot.network.model import GroupId, NodeKind
from entrepot.terms.ids import NodeId, Sku

LOW_MAX = 1_000_000

Text = Annotated[
    str, Meta(max_length=128, description="the beginning of a sku, or of words of a name")
]


class AxesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows the grid: rows by text, category and `only`, columns by group, kind and node.

    `only`: `short`, reserved units are missing; `low`, at most `low` units can be sold at the nodes
    shown, all together; `negative`, fewer are free than orders wait for.
    """

    q: Text = ""
    category: Annotated[str, Meta(max_length=128)] | None = None
    group: list[Id] = []
    kind: list[NodeKind] = []
    node: list[Id] = []
    only: Only | None = None
    low: Annotated[int, Meta(ge=0, le=LOW_MAX)] = 5
    order: Order = Order.SKU


class Column(msgspec.Struct, frozen=True):
    """A node. `heard_at` is when the newest of its feeds spoke, `stale` that one is silent."""

    node: str
    name: str
    kind: NodeKind
    enabled: bool
    heard_at: datetime | None
    stale: bool


class AxesAnswer(msgspec.Struct, frozen=True):
    """Rows and columns, in order. `more`: there are other skus; narrow what is asked."""

    skus: list[str]
    more: bool
    nodes: list[Column]
    categories: list[str]


class WindowQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the rows, by name; columns as for the axes. `bucket`: `available` where none is."""

    sku: Annotated[list[Id], Meta(min_length=1, max_length=SKUS_PER_WINDOW_MAX)]
    bucket: list[Bucket] = []
    group: list[Id] = []
    kind: list[NodeKind] = []
    node: list[Id] = []


class WindowAnswer(msgspec.Struct, frozen=True):
    """Cells by bucket: for each sku, in the order asked, its units at each of `nodes`.

    null: the sku has no position there. `totals` are sums of the nodes shown; `waiting` are units
    that orders wait for, of the whole market. Its ETag changes when anything in it does.
    """

    nodes: list[str]
    skus: list[str]
    names: list[str]
    categories: list[str]
    cells: dict[Bucket, list[Cells]]
    totals: dict[Bucket, list[int]]
    waiting: list[int]


class ClaimsQuery(msgspec.Struct, frozen=True, kw_only=True):
    sku: Id
    node: Id


class OrderClaim(msgspec.Struct, frozen=True):
    """Units of an order's line."""

    order_id: UUID
    line: int
    units: int


class CartClaim(msgspec.Struct, frozen=True):
    """Units a cart keeps until `expires_at`."""

    cart_id: UUID
    channel: str
    units: int
    expires_at: datetime


class ClaimsAnswer(msgspec.Struct, frozen=True):
    """Whose units are reserved at a position: the newest orders first, the first carts to expire.

    Of each the first 100; `more`: there are others.
    """

    orders: list[OrderClaim]
    carts: list[CartClaim]
    more: bool


CLAIMS_MAX = 100


async def get_axes(request: Request) -> Answer:
    """Give the rows and the columns of a grid."""
    query: AxesQuery = request.query
    market = await request.app.world.market(request.principal.market)
    wanted = _columns(query.group, query.kind, query.node)
    nodes = grid.columns(market, wanted)
    rows = Rows(query.q, query.category, query.only, query.low, query.order)
    async with request.app.pool.acquire() as conn:
        skus, more = await grid.rows(conn, market, rows, None if wanted.all else nodes)
        fresh = await stock.freshness(conn, market.id)
        categories = await search.categories(conn, market.id)
    shown = []
    for node in nodes:
        heard = fresh.get(node.node_id)
        shown.append(
            Column(
                node.node_id, node.name, node.kind, node.enabled,
                heard.heard_at if heard else None, bool(heard and heard.stale),
            )
        )  # fmt: skip
    answer = AxesAnswer([str(sku) for sku in skus], more, shown, categories)
    return unless_same(request, msgspec.json.encode(answer))


async def get_window(request: Request) -> Answer:
    """Give the cells of some rows."""
    query: WindowQuery = request.query
    skus = [Sku(sku) for sku in dict.fromkeys(query.sku)]
    market = await request.app.world.market(request.principal.market)
    nodes = grid.columns(market, _columns(query.group, query.kind, query.node))
    if not 0 < len(skus) <= SKUS_PER_WINDOW_MAX or len(skus) * len(nodes) > CELLS_PER_WINDOW_MAX:
        most = min(SKUS_PER_WINDOW_MAX, CELLS_PER_WINDOW_MAX // max(1, len(nodes)))
        what = f"1 to {most} of them at {len(nodes)} nodes"
        raise Problem(Code.INVALID, f"sku: {what}", errors=[FieldError(what, parameter="sku")])
    buckets = query.bucket or [Bucket.AVAILABLE]
    async with request.app.pool.acquire() as conn:
        found, labels = await grid.window(conn, market, skus, nodes, buckets)
    known = [labels.get(sku) for sku in skus]
    answer = WindowAnswer(
        [node.node_id for node in nodes],
        [str(sku) for sku in skus],
        [label.name if label else "" for label in known],
        [label.category if label else "" for label in known],
        found.cells, found.totals, found.waiting,
    )  # fmt: skip
    return unless_same(request, msgspec.json.encode(answer))


async def get_claims(request: Request) -> Answer:
    """Say whose units are reserved at a position."""
    query: ClaimsQuery = request.query
    async with request.app.pool.acquire() as conn:
        orders, carts = await stock.claims_at(
            conn, request.principal.market, Sku(query.sku), NodeId(query.node), most=CLAIMS_MAX + 1
        )
    answer = ClaimsAnswer(
        [OrderClaim(each.order_id, each.line_no, each.units) for each in orders[:CLAIMS_MAX]],
        [
            CartClaim(each.cart_id, each.channel, each.units, each.expires_at)
            for each in carts[:CLAIMS_MAX]
        ],
        max(len(orders), len(carts)) > CLAIMS_MAX,
    )
    return unless_same(request, msgspec.json.encode(answer))


def _columns(groups: list[str], kinds: list[NodeKind], nodes: list[str]) -> Columns:
    return Columns(frozenset(map(GroupId, groups)), frozenset(kinds), frozenset(map(NodeId, nodes)))


ELSEWHERE = Anywhere("a store says where else something is to be had")

ROUTES = [
    Route(
        "GET", "/v1/inventory/grid/axes", get_axes, Scope.INVENTORY_READ,
        "Rows and columns of the grid of skus and nodes", query=AxesQuery, answer=AxesAnswer,
        at=ELSEWHERE,
    ),
    Route(
        "GET", "/v1/inventory/grid", get_window, Scope.INVENTORY_READ,
        "A window of the grid of skus and nodes", query=WindowQuery, answer=WindowAnswer,
        at=ELSEWHERE,
    ),
    Route(
        "GET", "/v1/inventory/claims", get_claims, Scope.INVENTORY_READ,
        "Whose units are reserved at a position", query=ClaimsQuery, answer=ClaimsAnswer,
        at=InQuery(),
    ),
]  # fmt: skip
