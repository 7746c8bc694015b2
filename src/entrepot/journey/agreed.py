"""What orders have agreed, read from their documents, as questions to sourcing."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import msgspec

from entrepot.journey import asking
from entrepot.journey.asking import Need
from entrepot.journey.here import Here
from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.orders import browse as orders
from entrepot.orders import consents
from entrepot.orders.consents import LineWay
from entrepot.orders.model import Address, Customer
from entrepot.promise import browse as promises
from entrepot.promise.after_model import Told
from entrepot.sourcing import browse as sourcing
from entrepot.sourcing.model import Ask, Due, Want
from entrepot.terms.calendar import time_zone
from entrepot.terms.ids import ChannelId, NodeId, OrderId, Sku
from entrepot.terms.place import Place

Key = tuple[Sku, NodeId]

Barred = Mapping[OrderId, Collection[Key]]
"""Nodes that are not asked for a sku of an order."""

NOBODY: Barred = MappingProxyType({})


class Agreed(msgspec.Struct, frozen=True):
    """What an order's document says that a plan needs."""

    channel: ChannelId
    method: Method
    service: str
    pickup_node: NodeId | None = None
    ship_to: Address | None = None
    customer: Customer | None = None


_agreed = msgspec.json.Decoder(Agreed)


def agreed_of(document: str) -> Agreed:
    """Read of an order's document what a plan needs."""
    return _agreed.decode(document)


async def questions_of(
    here: Here, market: Market, wanted: Mapping[OrderId, list[Need]], but: Barred = NOBODY
) -> dict[OrderId, Ask]:
    """Read what these orders ask of sourcing, but for what they want.

    `but` are nodes that are not asked, beside those that are barred for good.
    """
    documents = await orders.documents(here.conn, here.market, list(wanted))
    bars: dict[OrderId, set[tuple[Sku, NodeId]]] = {o: set(keys) for o, keys in but.items()}
    for bar in await sourcing.bars_of(here.conn, here.market, list(wanted)):
        bars.setdefault(bar.order_id, set()).add((bar.sku, bar.node_id))
    skus = {sku for needs in wanted.values() for _, sku, _ in needs}
    await market.catalog.fetch_missing(here.conn, skus)
    ways = await consents.ways_of(here.conn, here.market, list(wanted))
    told: Mapping[OrderId, Told] = {}
    if market.policy.late_per_day:
        told = await promises.told_of(here.conn, here.market, list(wanted))
    questions = {}
    for order_id, needs in wanted.items():
        agreed = agreed_of(documents[order_id])
        if needs and needs[0][0] in ways.get(order_id, {}):
            agreed = _another(agreed, ways[order_id][needs[0][0]])
        there = asking.destination(agreed.ship_to) if agreed.method is Method.SHIP else None
        due = _due(told.get(order_id), there)
        questions[order_id] = Ask(
            channel=agreed.channel,
            method=agreed.method,
            service=agreed.service,
            services=() if due is None else market.compiled.services,
            due=due,
            wants=(),
            destination=there,
            pickup_node=agreed.pickup_node,
            barred=frozenset(bars.get(order_id, ())),
            customer_class=asking.class_of(agreed.customer),
        )
    return questions


def _due(told: Told | None, there: Place | None) -> Due | None:
    """Say by which day an order was promised there: later costs what the policy says."""
    if told is None or there is None:
        return None
    return Due(told.latest.astimezone(time_zone(there.time_zone or "UTC")).date())


def _another(agreed: Agreed, way: LineWay) -> Agreed:
    """What holds of lines that go another way than the order says."""
    return msgspec.structs.replace(
        agreed,
        method=Method(way.method),
        service=way.service,
        pickup_node=way.pickup_node,
        ship_to=None if way.ship_to is None else msgspec.json.decode(way.ship_to, type=Address),
    )


def wants_of(market: Market, needs: Sequence[Need]) -> tuple[Want, ...]:
    """Sum needs by sku, with what a unit of each weighs."""
    items = market.catalog.items
    weights = {sku: items[sku].weight_g for _, sku, _ in needs if sku in items}
    volumes = {sku: items[sku].volume_cm3 for _, sku, _ in needs if sku in items}
    return asking.wants(needs, weights, volumes)
