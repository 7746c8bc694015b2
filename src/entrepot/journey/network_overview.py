"""The network as operations see it now: every node's load, state, queue and flows; one node closer.

Open work and what was planned in the last day are read, never what is over. The standing of a node
is that of the network in memory: its pauses, its limits, and what is planned on its day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from entrepot.inventory import grid, truth_browse
from entrepot.inventory.grid_model import Fresh
from entrepot.inventory.truth_model import Accuracy
from entrepot.journey.world import Market
from entrepot.network import overrides
from entrepot.network.model import Node, OverrideKind, OverrideRow
from entrepot.plumbing import db, sql
from entrepot.terms.geo import locate
from entrepot.terms.ids import NodeId, id_at
from entrepot.terms.place import Place

Q = sql.load(__package__, "network_overview.sql")

LATELY = timedelta(hours=24)
"""What "lately" is: a day, whatever the time zone of whoever asks."""

WORKS_MAX = 50_000
"""Work of a day that is added up; beyond it the newest stand for all."""

FLOWS_OF_MAX = 5_000
"""Orders whose destinations are read for the map: enough for its widest lines to be right."""

WAYS_MAX = 400
"""Lines on a map: more cannot be told apart."""

PLANNED_DAYS = timedelta(days=31)
"""How far back work may still be planned: what is held for a month is somebody's exception."""

TROUBLES_MAX = 5_000


class NodeStatus(StrEnum):
    """How a node stands, in order of precedence."""

    DISABLED = "disabled"
    PAUSED = "paused"
    FULL = "full"
    STALE = "stale"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class NodeQueue:
    """Open work at a node, since when the oldest stands still, and how much should have left."""

    node_id: NodeId
    works: int
    since: datetime
    late: int


@dataclass(frozen=True, slots=True)
class QueueState:
    """The same of one state."""

    state: str
    works: int
    since: datetime
    late: int


@dataclass(frozen=True, slots=True)
class NodePlanned:
    """Fulfillment orders and units planned at a node lately."""

    node_id: NodeId
    orders: int
    units: int


@dataclass(frozen=True, slots=True)
class FlowCount:
    """Fulfillment orders from a node to an area."""

    node_id: NodeId
    country: str
    postal_area: str
    postal_code: str
    region: str
    orders: int


@dataclass(frozen=True, slots=True)
class TroubleCount:
    """Open exceptions of a kind."""

    kind: str
    open_ones: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A node at a glance. `planned` of `limit` (None: there is none) are on its `day`.

    That is the day on which it does what it is asked for now: after today's cut-off another one.
    """

    node: Node
    status: NodeStatus
    day: date | None
    planned: int
    limit: int | None
    queue: NodeQueue | None
    lately: NodePlanned | None
    pause: OverrideRow | None
    fresh: Fresh | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Orders from a node to an area, which lies there."""

    node: NodeId
    country: str
    area: str
    region: str
    orders: int
    place: Place


async def network(
    conn: db.Connection, market: Market, *, at: datetime
) -> tuple[list[Seen], list[Flow]]:
    """Look at all nodes, and at where they send to."""
    since = id_at(at - LATELY)
    queues = await db.fetch(conn, Q["queues_of_nodes"], NodeQueue, market=market.id, at=at)
    planned = await db.fetch(
        conn, Q["planned_since"], NodePlanned, market=market.id, since=since, most=WORKS_MAX
    )
    flows = await db.fetch(
        conn, Q["flows_since"], FlowCount,
        market=market.id, since=since, most=FLOWS_OF_MAX, ways=WAYS_MAX,
    )  # fmt: skip
    fresh = await grid.freshness(conn, market.id)
    pauses = pauses_at(await overrides.standing(conn, market.id), at)
    by_queue = {row.node_id: row for row in queues}
    by_planned = {row.node_id: row for row in planned}
    seen = [
        _seen(
            market, node, at, by_queue.get(node.node_id), by_planned.get(node.node_id),
            pauses.get(node.node_id), fresh.get(node.node_id),
        )
        for node in market.network.nodes
    ]  # fmt: skip
    return seen, [_flow(each) for each in flows]


async def node(
    conn: db.Connection, market: Market, node_id: NodeId, *, at: datetime
) -> tuple[Seen, list[QueueState]]:
    """Look at one node, and at its queue state by state. The node is one that the network has."""
    ix = market.compiled.index[node_id]
    today = at.astimezone(market.compiled.zone_info(ix)).date()
    states = await db.fetch(
        conn, Q["queue_of_node"], QueueState,
        market=market.id, node_id=node_id, first=today - PLANNED_DAYS, at=at,
    )  # fmt: skip
    fresh = await grid.freshness(conn, market.id)
    said = await overrides.of_node(conn, market.id, node_id, most=1000)
    pause = pauses_at(said, at).get(node_id)
    at_work = market.network.nodes[ix]
    return _seen(market, at_work, at, None, None, pause, fresh.get(node_id)), states


async def troubles(conn: db.Connection, market: Market, node_id: NodeId) -> list[TroubleCount]:
    """Count the open exceptions about a node, by kind."""
    return await db.fetch(
        conn, Q["troubles_at"], TroubleCount,
        market=market.id, node_id=node_id, most=TROUBLES_MAX,
    )  # fmt: skip


async def accuracy(conn: db.Connection, market: Market, node_id: NodeId) -> Accuracy | None:
    """Read how far a node's books are believed; None where nobody has looked yet."""
    return await truth_browse.accuracy(conn, market.id, node_id)


def pauses_at(rows: Sequence[OverrideRow], at: datetime) -> Mapping[NodeId, OverrideRow]:
    """Give for each node the pause in force that ends last; one of all work goes before others."""
    found: dict[NodeId, OverrideRow] = {}
    for row in rows:
        if row.kind != OverrideKind.PAUSE or not row.begins_at <= at < row.ends_at:
            continue
        known = found.get(row.node_id)
        if known is None or _weight(row) > _weight(known):
            found[row.node_id] = row
    return found


def _weight(row: OverrideRow) -> tuple[bool, datetime]:
    return row.method is None, row.ends_at


def _seen(  # noqa: PLR0913, PLR0917 - all that a glance is made of
    market: Market,
    node: Node,
    at: datetime,
    queue: NodeQueue | None,
    lately: NodePlanned | None,
    pause: OverrideRow | None,
    fresh: Fresh | None,
) -> Seen:
    ix = market.compiled.index[node.node_id]
    ordinal = market.compiled.work_day(ix, at)
    day = date.fromordinal(ordinal) if ordinal > 0 else None
    limit = None if day is None else node.limit_on(day)
    planned = 0 if day is None else market.load.get((ix, ordinal), 0)
    status = NodeStatus.OPEN
    if not node.enabled:
        status = NodeStatus.DISABLED
    elif pause is not None and pause.method is None:
        status = NodeStatus.PAUSED
    elif limit is not None and planned >= limit:
        status = NodeStatus.FULL
    elif fresh is not None and fresh.stale:
        status = NodeStatus.STALE
    return Seen(node, status, day, planned, limit, queue, lately, pause, fresh)


def _flow(row: FlowCount) -> Flow:
    place = locate(Place(row.country, row.postal_code, row.region))
    return Flow(row.node_id, row.country, row.postal_area, row.region, row.orders, place)
