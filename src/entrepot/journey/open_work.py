"""sourcing.planned -> fulfillment.open: every claimed unit becomes some node's planned work.

What is opened is what is claimed and not yet anybody's work, whatever the fact said when it was
told: units canceled in between open nothing, and running the step again opens nothing twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from entrepot.fulfillment import tell
from entrepot.fulfillment.model import NewFulfillmentOrder, Units
from entrepot.fulfillment.open import open_planned
from entrepot.journey import claiming_rules as claiming
from entrepot.journey import milestones
from entrepot.journey.here import Here, orders_of
from entrepot.journey.progress import Claims, claims_of, unopened
from entrepot.journey.world import Market
from entrepot.orders import browse as orders
from entrepot.orders import consents
from entrepot.orders.consents import LineWay
from entrepot.plumbing import outbox
from entrepot.plumbing.model import Event
from entrepot.sourcing import capacity
from entrepot.sourcing.model import DayKey
from entrepot.terms.ids import LaneId, LineNo, NodeId, OrderId


class ShipmentTold(msgspec.Struct, frozen=True):
    node: NodeId
    lane: LaneId | None
    day: date


class PlannedTold(msgspec.Struct, frozen=True):
    order_id: UUID
    shipments: list[ShipmentTold]


_planned = msgspec.json.Decoder(PlannedTold)


async def open_work(here: Here, events: Sequence[Event]) -> None:
    """Open fulfillment orders for what these orders have claimed."""
    market = await here.world.fresh(here.conn, here.market)
    ids = orders_of(events)
    await orders.lock(here.conn, here.market, ids)
    standing = await claims_of(here.conn, here.market, ids)
    ways = await consents.ways_of(here.conn, here.market, ids)
    told: dict[tuple[OrderId, NodeId], list[ShipmentTold]] = {}
    for planned in (_planned.decode(event.data) for event in events):
        for shipment in planned.shipments:
            told.setdefault((OrderId(planned.order_id), shipment.node), []).append(shipment)
    wait_s = market.policy.release_after_s
    wait = timedelta(seconds=here.release_after_s if wait_s is None else wait_s)

    new = [
        _new(
            market,
            standing[order_id],
            node,
            way,
            units,
            _last(told, order_id, node),
            _release(market, standing[order_id], here.at, wait),
            here.at,
        )
        for order_id in ids
        if order_id in standing
        for (node, way), units in _by_node(standing[order_id], ways.get(order_id, {})).items()
    ]

    opened = await open_planned(here.conn, here.market, new, at=here.at)
    methods = {
        order_id: next((w.method for w in ways.get(order_id, {}).values()), each.head.method)
        for order_id, each in standing.items()
    }
    await milestones.begin(here, market, opened, new)
    days = _unused(told, {(each.order_id, each.node_id) for each in new}, methods)
    await capacity.give_back(here.conn, here.market, *market.to_give_back(days))
    await outbox.tell(
        here.conn, here.market, tell.planned(opened, new, actor="entrepot"), at=here.at
    )


def _release(market: Market, standing: Claims, now: datetime, wait: timedelta) -> datetime:
    """Say when work is released: an order that is planned again keeps its first plan's time.

    New work waits for its offer, where it is offered.
    """
    at = min([work.head.release_at for work in standing.works], default=now + wait)
    offered = claiming.longest(market.policy, standing.head)
    return max(at, now + offered) if offered else at


HowSent = tuple[str, str]
"""A method, and a carrier's service or ""."""

Told = Mapping[tuple[OrderId, NodeId], Sequence[ShipmentTold]]


def _last(told: Told, order_id: OrderId, node: NodeId) -> ShipmentTold | None:
    shipments = told.get((order_id, node))
    return shipments[-1] if shipments else None


def _unused(
    told: Told, opened: Collection[tuple[OrderId, NodeId]], methods: Mapping[OrderId, str]
) -> list[DayKey]:
    """Give the days that were taken for work that is not opened.

    Its units were canceled, or joined other units of the order at the node in one piece of work.
    """
    return [
        (node, shipment.day, methods[order_id])
        for (order_id, node), shipments in told.items()
        if order_id in methods
        for shipment in (shipments[:-1] if (order_id, node) in opened else shipments)
    ]


def _by_node(
    standing: Claims, ways: Mapping[LineNo, LineWay]
) -> dict[tuple[NodeId, HowSent], list[Units]]:
    """Put units that go from a node in the same way into one piece of work."""
    usual = (standing.head.method, standing.head.service)
    found: dict[tuple[NodeId, HowSent], list[Units]] = {}
    for claim in unopened(standing):
        units = Units(claim.line_no, claim.sku, claim.quantity)
        special = ways.get(claim.line_no)
        how = usual if special is None else (special.method, special.service)
        found.setdefault((claim.node_id, how), []).append(units)
    return found


def _new(  # noqa: PLR0913, PLR0917 - all that a fulfillment order is made of
    market: Market,
    standing: Claims,
    node: NodeId,
    how: HowSent,
    units: list[Units],
    told: ShipmentTold | None,
    release_at: datetime,
    at: datetime,
) -> NewFulfillmentOrder:
    compiled = market.compiled
    ix = compiled.index[node]
    ordinal = told.day.toordinal() if told else max(compiled.work_day(ix, at), 1)
    lane_id = told.lane if told else None
    lane_ix = compiled.lane_index.get(lane_id) if lane_id else None
    return NewFulfillmentOrder(
        order_id=standing.head.order_id,
        node_id=node,
        method=how[0],
        service=how[1] if lane_ix is None else compiled.lane(lane_ix).service,
        carrier=compiled.lane(lane_ix).carrier if lane_ix is not None else None,
        lane_id=lane_id,
        day=date.fromordinal(ordinal),
        ship_by=compiled.cut_off(ix, ordinal),
        release_at=release_at,
        lines=tuple(units),
    )
