"""An item's stock over HTTP: what each channel may sell, where it lies, what comes, how it went."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bounds import InQuery
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.grid import ELSEWHERE
from entrepot.api.inventory import Id
from entrepot.api.kinds import ID_CHARS_MAX
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.catalog import browse as catalog
from entrepot.catalog.model import Tracking
from entrepot.inventory import browse as stock
from entrepot.inventory import expected, grid
from entrepot.inventory.grid_model import DAYS_MAX, Bucket
from entrepot.journey.grid import Columns, columns
from entrepot.journey.offer import Offer
from entrepot.journey.world import Market
from entrepot.network.model import Channel, Node, NodeKind
from entrepot.plumbing import db, mint
from entrepot.terms.calendar import instant, time_zone
from entrepot.terms.ids import NodeId, Sku

TRIPS_MAX = 200

CHANNELS_MAX = 100
"""Channels that are asked about for one page."""


class PartAnswer(msgspec.Struct, frozen=True):
    sku: str
    quantity: int


class ChannelStock(msgspec.Struct, frozen=True):
    """What a channel may sell now; `next_inbound` is the next supply's date."""

    channel: str
    name: str
    available: int
    next_inbound: datetime | None


class NodeStock(msgspec.Struct, frozen=True, kw_only=True):
    """Where units lie. `on_hand` is the sum of the four after it, as in the grid."""

    node: str
    name: str
    kind: NodeKind
    on_hand: int
    reserved: int
    unavailable: int
    safety: int
    available: int
    in_transit: int
    on_order: int


class Inbound(msgspec.Struct, frozen=True, kw_only=True, rename={"from_node": "from"}):
    """Units that come: by a document of supply, or by a transfer `from` another node."""

    kind: Literal["supply", "transfer"]
    id: str
    node: str
    from_node: str | None
    expected_at: datetime | None
    units: int
    overdue: bool


class ItemStockAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`parts`: it is a kit, and has no stock of its own. `waiting` units are owed to orders."""

    sku: str
    name: str
    category: str
    tracking: Tracking
    parts: list[PartAnswer]
    as_of: datetime
    channels: list[ChannelStock]
    nodes: list[NodeStock]
    inbound: list[Inbound]
    waiting: int


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """At the end of each local day of the node; of all nodes together, of days in UTC."""

    days: Annotated[int, Meta(ge=1, le=DAYS_MAX)] = 30
    node: Id | None = None


class DayStock(msgspec.Struct, frozen=True):
    """What the books said at the end of a day; of today, now."""

    day: date
    on_hand: int
    reserved: int
    unavailable: int


class HistoryAnswer(msgspec.Struct, frozen=True):
    sku: str
    node: str | None
    time_zone: str
    days: list[DayStock]


async def get_stock(request: Request) -> Answer:
    """Show an item's stock."""
    sku = Sku(parameter(request, "sku", most=ID_CHARS_MAX))
    market = await request.app.world.market(request.principal.market)
    at = mint.now()
    async with request.app.pool.acquire() as conn:
        item = await catalog.item(conn, market.id, sku)
        if item is None:
            raise Problem(Code.NOT_FOUND, f"there is no item {sku}")
        shown = columns(market, Columns())
        nodes = [] if item.components else await _nodes(conn, market, sku, shown)
        inbound = [] if item.components else await _inbound(conn, market, sku, at)
        owed = await stock.owed(conn, market.id, [sku])
    answer = ItemStockAnswer(
        sku=sku,
        name=item.name,
        category=item.category,
        tracking=item.tracking,
        parts=[PartAnswer(part.sku, part.quantity) for part in item.components],
        as_of=at,
        channels=await _channels(request, market, sku),
        nodes=nodes,
        inbound=inbound,
        waiting=owed.get(sku, 0),
    )
    return json_answer(200, answer)


async def _channels(request: Request, market: Market, sku: Sku) -> list[ChannelStock]:
    """Ask for every channel: all of them are answered together."""

    async def one(channel: Channel) -> ChannelStock:
        offer = Offer(channel.channel_id, (sku,))
        found = await request.app.offers.submit((market.id, offer))
        return ChannelStock(
            channel.channel_id, channel.name, found.totals[sku], found.inbound.get(sku)
        )

    some = market.network.channels[:CHANNELS_MAX]
    return list(await asyncio.gather(*(one(channel) for channel in some)))


async def _nodes(
    conn: db.Connection, market: Market, sku: Sku, nodes: list[Node]
) -> list[NodeStock]:
    ids = [node.node_id for node in nodes]
    found = await grid.window(conn, market.id, [sku], ids, list(Bucket), some=False)
    units = {bucket: rows[0] for bucket, rows in found.cells.items()}
    shown = []
    for at, node in enumerate(nodes):
        here = {bucket.value: cells[at] for bucket, cells in units.items()}
        if any(each is not None for each in here.values()):
            said = {name: each or 0 for name, each in here.items()}
            shown.append(NodeStock(node=node.node_id, name=node.name, kind=node.kind, **said))
    return shown


async def _inbound(conn: db.Connection, market: Market, sku: Sku, at: datetime) -> list[Inbound]:
    supplies = [
        Inbound(
            kind="supply", id=due.supply_id, node=due.node_id, from_node=None,
            expected_at=due.expected_at, units=due.units, overdue=due.expected_at <= at,
        )
        for due in await expected.due(conn, market.id, [sku])
    ]  # fmt: skip
    trips = [
        Inbound(
            kind="transfer", id=trip.transfer_id, node=trip.to_node, from_node=trip.from_node,
            expected_at=trip.expected_at, units=trip.units,
            overdue=trip.expected_at is not None and trip.expected_at <= at,
        )
        for trip in await grid.on_the_road(conn, market.id, sku, TRIPS_MAX)
    ]  # fmt: skip
    last = datetime.max.replace(tzinfo=UTC)
    return sorted([*supplies, *trips], key=lambda each: (each.expected_at or last, each.id))


async def get_history(request: Request) -> Answer:
    """Show an item's balances day by day, as the ledger has them."""
    sku = Sku(parameter(request, "sku", most=ID_CHARS_MAX))
    query: HistoryQuery = request.query
    at = mint.now()
    async with request.app.pool.acquire() as conn:
        market = await request.app.world.fresh(conn, request.principal.market)
        node = None if query.node is None else NodeId(query.node)
        if node is not None and node not in market.compiled.index:
            what = f"there is no node {node}"
            errors = [FieldError("is not known", parameter="node")]
            raise Problem(Code.NOT_FOUND, what, errors=errors)
        named = "UTC"
        if node is not None:
            named = market.network.nodes[market.compiled.index[node]].time_zone
        zone = time_zone(named)
        today = at.astimezone(zone).date()
        days = [today - timedelta(days=back) for back in range(query.days - 1, -1, -1)]
        ends = [instant(day + timedelta(days=1), 0, zone) for day in days[:-1]]
        rows = await grid.by_day(conn, market.id, sku, [*ends, at + timedelta(hours=1)], node=node)
    points = [
        DayStock(day, row.on_hand, row.reserved, row.unavailable)
        for day, row in zip(days, rows, strict=True)
    ]
    return json_answer(200, HistoryAnswer(sku, node, named, points))


ROUTES = [
    Route(
        "GET", "/v1/items/{sku}/stock", get_stock, Scope.INVENTORY_READ, "An item's stock",
        answer=ItemStockAnswer, problems=(Code.NOT_FOUND,), at=ELSEWHERE,
    ),
    Route(
        "GET", "/v1/items/{sku}/history", get_history, Scope.INVENTORY_READ,
        "An item's stock day by day", query=HistoryQuery, answer=HistoryAnswer,
        problems=(Code.NOT_FOUND,), at=InQuery(),
    ),
]  # fmt: skip
