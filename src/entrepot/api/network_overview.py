"""The network and its nodes as operations see them now: load, state, queues, flows, freshness."""

from datetime import date, datetime, timedelta

import msgspec

from entrepot.access.model import Scope
from entrepot.api.bounds import InPath
from entrepot.api.capacity import DAYS_SHOWN, DayAnswer, day_answer
from entrepot.api.face import Answer, Request, Route, parameter
from entrepot.api.kinds import ID_CHARS_MAX
from entrepot.api.problems import Code, Problem
from entrepot.api.unchanged import unless_same
from entrepot.fulfillment.states import State
from entrepot.inventory.truth_model import Accuracy
from entrepot.journey import days, network_overview
from entrepot.journey.network_overview import Flow, NodeStatus, Seen
from entrepot.journey.world import Market
from entrepot.network.model import Method, NodeKind, OverrideRow
from entrepot.plumbing import mint
from entrepot.terms.calendar import instant
from entrepot.terms.ids import NodeId


class PauseAnswer(msgspec.Struct, frozen=True):
    """A pause in force, of all work or of one service; `id` is what lifts it."""

    id: str
    service: Method | None
    reason: str
    actor: str
    until: datetime


class SeenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A node at a glance.

    On its `day` it does what it is asked for now: `planned` of `limit` fulfillment orders are on
    it, which is `load` of it (null: no limit). `queue` is open work, of which `late` should have
    left; the oldest has stood still since `oldest`. `orders` and `units` were planned in the last
    24 hours. `stale_feeds` have fallen silent.
    """

    node: str
    name: str
    kind: NodeKind
    status: NodeStatus
    country: str
    region: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    day: date | None
    planned: int
    limit: int | None
    load: float | None
    queue: int
    late: int
    oldest: datetime | None
    orders: int
    units: int
    pause: PauseAnswer | None
    stale_feeds: int
    heard_at: datetime | None


class FlowAnswer(msgspec.Struct, frozen=True):
    """Fulfillment orders sent from a node to an area in the last 24 hours, the most first.

    An area is the first three signs of a postal code. Of the newest 5,000 orders.
    """

    node: str
    country: str
    area: str
    region: str
    latitude: float | None
    longitude: float | None
    orders: int


class NetworkOverviewAnswer(msgspec.Struct, frozen=True):
    """All nodes, and where they send to.

    It is made anew after a second, or after ten times as long as it took: `as_of` says when.
    """

    as_of: datetime
    nodes: list[SeenAnswer]
    flows: list[FlowAnswer]


class WorkQueueAnswer(msgspec.Struct, frozen=True):
    """Work in a state: how much, since when the oldest is in it, and how much is late."""

    state: State
    works: int
    oldest: datetime
    late: int


class HoursAnswer(msgspec.Struct, frozen=True):
    """When a node is open on a local day."""

    day: date
    opens: datetime
    closes: datetime


class AccuracyAnswer(msgspec.Struct, frozen=True):
    """What is believed of the books. `accuracy` is the share of `book` units that are there.

    Over `positions`; `expected_missing` of the units are not. Of `picks` for what was there
    `missed` did not find it.
    """

    positions: int
    book: int
    expected_missing: float
    accuracy: float | None
    doubtful: int
    picks: int
    missed: int
    last_look: datetime | None


class TroubleAnswer(msgspec.Struct, frozen=True):
    """Open exceptions of a kind."""

    kind: str
    open: int


class NodeOverviewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One node: at a glance, its queue by state, its days and hours, and how well it does."""

    as_of: datetime
    seen: SeenAnswer
    services: list[Method]
    queue: list[WorkQueueAnswer]
    days: list[DayAnswer]
    hours: list[HoursAnswer]
    accuracy: AccuracyAnswer | None
    exceptions: list[TroubleAnswer]


async def get_network(request: Request) -> Answer:
    """Show all nodes, and where they send to."""
    market = await request.app.world.market(request.principal.market)

    async def make() -> bytes:
        at = mint.now()
        async with request.app.pool.acquire() as conn:
            seen, flows = await network_overview.network(conn, market, at=at)
        nodes = [_seen(each) for each in seen]
        shown = NetworkOverviewAnswer(at, nodes, [_flow(each) for each in flows])
        return msgspec.json.encode(shown)

    key = ("network", market.id, market.network.version)
    return unless_same(request, await request.app.remembered.get(key, make))


async def get_node(request: Request) -> Answer:
    """Show one node."""
    name = NodeId(parameter(request, "node", most=ID_CHARS_MAX))
    at = mint.now()
    async with request.app.pool.acquire() as conn:
        market = await request.app.world.fresh(conn, request.principal.market)
        if name not in market.compiled.index:
            raise Problem(Code.NOT_FOUND, f"there is no node {name}")
        seen, states = await network_overview.node(conn, market, name, at=at)
        ix = market.compiled.index[name]
        first = at.astimezone(market.compiled.zone_info(ix)).date()
        last = first + timedelta(days=DAYS_SHOWN - 1)
        ahead = await days.page(conn, market, name, first, last, at=at)
        believed = await network_overview.accuracy(conn, market, name)
        troubles = await network_overview.troubles(conn, market, name)
    by_state = {row.state: row for row in states}
    answer = NodeOverviewAnswer(
        as_of=at,
        seen=_seen(seen),
        services=sorted(seen.node.services),
        queue=[
            WorkQueueAnswer(state, row.works, row.since, row.late)
            for state in State
            if (row := by_state.get(state.value)) is not None
        ],
        days=[day_answer(day) for day in ahead],
        hours=_hours(market, ix, first),
        accuracy=None if believed is None else _accuracy(believed),
        exceptions=[TroubleAnswer(each.kind, each.open_ones) for each in troubles],
    )
    return unless_same(request, msgspec.json.encode(answer))


def _seen(seen: Seen) -> SeenAnswer:
    node, queue, lately = seen.node, seen.queue, seen.lately
    return SeenAnswer(
        node=node.node_id,
        name=node.name,
        kind=node.kind,
        status=seen.status,
        country=node.place.country,
        region=node.place.region,
        latitude=node.place.latitude,
        longitude=node.place.longitude,
        time_zone=node.time_zone,
        day=seen.day,
        planned=seen.planned,
        limit=seen.limit,
        load=None if not seen.limit else round(seen.planned / seen.limit, 4),
        queue=queue.works if queue else 0,
        late=queue.late if queue else 0,
        oldest=queue.since if queue else None,
        orders=lately.orders if lately else 0,
        units=lately.units if lately else 0,
        pause=None if seen.pause is None else _pause(seen.pause),
        stale_feeds=seen.fresh.stale if seen.fresh else 0,
        heard_at=seen.fresh.heard_at if seen.fresh else None,
    )


def _pause(row: OverrideRow) -> PauseAnswer:
    service = None if row.method is None else Method(row.method)
    return PauseAnswer(str(row.override_id), service, row.reason, row.actor, row.ends_at)


def _flow(flow: Flow) -> FlowAnswer:
    return FlowAnswer(
        flow.node, flow.country, flow.area, flow.region, flow.place.latitude,
        flow.place.longitude, flow.orders,
    )  # fmt: skip


def _accuracy(believed: Accuracy) -> AccuracyAnswer:
    share = None
    if believed.book:
        share = round(max(0.0, 1 - believed.missing / believed.book), 4)
    return AccuracyAnswer(
        believed.positions, believed.book, round(believed.missing, 2), share, believed.doubtful,
        believed.attempts, believed.misfound, believed.looked_at,
    )  # fmt: skip


def _hours(market: Market, ix: int, first: date) -> list[HoursAnswer]:
    zone, calendar = market.compiled.zone_info(ix), market.network.nodes[ix].calendar
    ahead = [first + timedelta(days=each) for each in range(DAYS_SHOWN)]
    return [
        HoursAnswer(day, instant(day, opens, zone), instant(day, closes, zone))
        for day in ahead
        for opens, closes in calendar.spans(day)
    ]


ROUTES = [
    Route(
        "GET", "/v1/network/overview", get_network, Scope.NETWORK_READ,
        "All nodes now, and where they send to", answer=NetworkOverviewAnswer,
    ),
    Route(
        "GET", "/v1/nodes/{node}/overview", get_node, Scope.NETWORK_READ, "A node now",
        answer=NodeOverviewAnswer, problems=(Code.NOT_FOUND,), at=InPath(),
    ),
]  # fmt: skip
