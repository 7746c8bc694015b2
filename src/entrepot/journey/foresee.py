"""What a channel may promise by date: its nodes' stock and what is on its way to them.

A kit is promised as often as its scarcest part allows on each date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import atp, expected
from entrepot.inventory import browse as stock
from entrepot.inventory import supply_rules as rules
from entrepot.inventory.atp import Point
from entrepot.inventory.model import Free
from entrepot.inventory.supply_model import Due, Terms
from entrepot.journey.withhold import takable_of
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import ChannelId, MarketId, NodeId, Sku


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A sku's curve over all nodes a channel may use, and each node's. `due` as its sources said.

    `waiting` units are owed already, `overdue` units are late and not promised upon.
    """

    curve: list[Point]
    nodes: dict[NodeId, list[Point]]
    waiting: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many units of a sku wait, how many may, and how many are on their way, dated."""

    sku: Sku
    units: int
    limit: int | None
    room: int | None
    due: int
    overdue: int
    terms: Terms | None


async def foresee(
    conn: db.Connection, market: Market, buyer: Buyer, skus: Sequence[Sku], *, at: datetime
) -> dict[Sku, Foreseen]:
    """Answer for each sku the channel's market knows. The channel is known."""
    await market.catalog.fetch_missing(conn, set(skus))
    items = market.catalog.items
    parts = {
        sku: [(part.sku, part.quantity) for part in items[sku].parts] or [(sku, 1)]
        for sku in skus
        if sku in items
    }
    goods = sorted({part for made in parts.values() for part, _ in made})
    single = await _of_goods(conn, market, buyer, goods, at)
    return {sku: _of_parts(single, made) for sku, made in parts.items()}


def _of_parts(single: Mapping[Sku, Foreseen], made: Sequence[tuple[Sku, int]]) -> Foreseen:
    if made == [(made[0][0], 1)]:
        return single[made[0][0]]
    of = [(single[sku], units) for sku, units in made]
    at_nodes = {}
    for node in sorted(set.intersection(*(set(each.nodes) for each, _ in of))):
        points = atp.of_kit([(each.nodes[node], units) for each, units in of])
        if any(point.available for point in points):
            at_nodes[node] = points
    return Foreseen(atp.of_kit([(each.curve, units) for each, units in of]), at_nodes, 0, 0)


async def _of_goods(
    conn: db.Connection, market: Market, buyer: Buyer, skus: Sequence[Sku], at: datetime
) -> dict[Sku, Foreseen]:
    nodes = nodes_of(market, buyer.channel)
    rows: dict[Sku, list[Free]] = {sku: [] for sku in skus}
    for row in await stock.free_of_skus(conn, market.id, skus):
        if row.node_id in nodes:
            rows[row.sku].append(row)
    free = {sku: takable_of(market, buyer, sku, found, at) for sku, found in rows.items()}
    owed = await stock.owed(conn, market.id, skus)
    due: dict[Sku, list[Due]] = {sku: [] for sku in skus}
    terms = await expected.terms_of(conn, market.id, skus)
    for each in rules.ready(await expected.due(conn, market.id, skus), terms):
        if each.node_id in nodes:
            due[each.sku].append(each)
    return {sku: _foreseen(free[sku], owed.get(sku, 0), due[sku], at) for sku in skus}


def _foreseen(
    free: Mapping[NodeId, int], waiting: int, due: Sequence[Due], at: datetime
) -> Foreseen:
    whole = atp.curve(sum(free.values()), waiting, due, at)
    at_nodes = {}
    for node in sorted(free.keys() | {each.node_id for each in due}):
        own = atp.curve(free.get(node, 0), 0, [d for d in due if d.node_id == node], at)
        points = atp.capped(own, whole)
        if any(point.available for point in points):
            at_nodes[node] = points
    overdue = sum(each.units for each in due if each.expected_at <= at)
    return Foreseen(whole, at_nodes, waiting, overdue)


async def next_inbound(
    conn: db.Connection,
    market: Market,
    parts: Mapping[Sku, Sequence[tuple[Sku, int]]],
    node_ids: Sequence[NodeId] | None,
    *,
    at: datetime,
) -> dict[Sku, datetime]:
    """When more comes next of each sku, at these nodes (None: all); of a kit, of its first part.

    `parts` are what each sku is made of. A sku of which nothing is on its way is left out.
    """
    goods = {part for made in parts.values() for part, _ in made}
    due = await expected.due(conn, market.id, goods)
    if not due:
        return {}
    terms = await expected.terms_of(conn, market.id, {each.sku for each in due})
    allowed = None if node_ids is None else set(node_ids)
    first: dict[Sku, datetime] = {}
    for each in rules.ready(due, terms):
        if each.expected_at > at and (allowed is None or each.node_id in allowed):
            first[each.sku] = min(first.get(each.sku, each.expected_at), each.expected_at)
    found = {}
    for sku, made in parts.items():
        dates = [first[part] for part, _ in made if part in first]
        if dates:
            found[sku] = min(dates)
    return found


async def waiting(
    conn: db.Connection, market: MarketId, skus: Sequence[Sku], *, at: datetime
) -> list[Waiting]:
    """Say of each sku how many units wait beside how many may; in the order asked."""
    owed = await stock.owed(conn, market, skus)
    terms = await expected.terms_of(conn, market, skus)
    due: dict[Sku, int] = {}
    late: dict[Sku, int] = {}
    for each in rules.ready(await expected.due(conn, market, skus), terms):
        of = due if each.expected_at > at else late
        of[each.sku] = of.get(each.sku, 0) + each.units
    return [
        Waiting(
            sku,
            owed.get(sku, 0),
            rules.limit(terms.get(sku), at),
            rules.room(terms.get(sku), owed.get(sku, 0), at),
            due.get(sku, 0),
            late.get(sku, 0),
            terms.get(sku),
        )
        for sku in skus
    ]


def nodes_of(market: Market, channel: ChannelId) -> frozenset[NodeId]:
    """The nodes a channel may sell from now; none for a channel that is not known."""
    compiled = market.compiled
    view = compiled.channel_mask(channel)
    if view is None:
        return frozenset()
    nodes = compiled.network.nodes
    return frozenset(nodes[ix].node_id for ix in (compiled.enabled & view).nonzero()[0])
