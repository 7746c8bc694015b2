"""Look at what is planned and not yet released, to plan it again together. Locks nothing.

An order is looked at where all of its work is planned, all that it claims is in that work, and it
is to be sent: what a node has begun, and what a customer comes for, stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from entrepot.fulfillment import browse as fulfillment
from entrepot.fulfillment.model import Work
from entrepot.fulfillment.states import State
from entrepot.inventory import browse as stock
from entrepot.inventory.model import Claim
from entrepot.journey import withhold
from entrepot.journey.agreed import questions_of, wants_of
from entrepot.journey.asking import Need
from entrepot.journey.here import Here
from entrepot.journey.progress import Claims, claims_of, given_up, unopened
from entrepot.journey.world import Market
from entrepot.network.compiled import Compiled, Days
from entrepot.promise import browse as promises
from entrepot.promise.after_model import Told
from entrepot.sourcing.eligibility import Load, ServiceLoad, allowed_by
from entrepot.sourcing.model import Ask, NoPlan, Plan, Stock
from entrepot.sourcing.solve import plan_each
from entrepot.terms.calendar import time_zone
from entrepot.terms.ids import FulfillmentOrderId, LineNo, NodeId, OrderId, Sku

GONE = frozenset({State.CANCELED.value, State.REJECTED.value})
"""States of work that holds no units."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An order's plan as it stands: its work's versions, what it claims, and the days it uses."""

    versions: Mapping[FulfillmentOrderId, int]
    claims: tuple[Claim, ...]
    days: tuple[tuple[NodeId, date], ...]


@dataclass(frozen=True, slots=True)
class Movable:
    """An order that may be planned again: its question, its needs by line, its plan as it stands.

    `latest` is what its customer was promised; None: no date. The question speaks of the nodes of
    one version of the network.
    """

    order_id: OrderId
    ask: Ask
    needs: tuple[Need, ...]
    standing: Standing
    plan: Plan
    latest: datetime | None
    network_version: int


@dataclass(frozen=True, slots=True)
class Wave:
    """All that planning together depends on, as it was read; `at` is aware.

    `stock` is what is free beside what the orders hold; `load` has their work in it.
    """

    orders: tuple[Movable, ...]
    stock: Stock
    compiled: Compiled
    days: Days
    load: Load
    services: ServiceLoad
    at: datetime


async def look(here: Here, *, until: datetime, most: int) -> Wave:
    """Find the orders whose release comes after `until`, and what they could be planned on."""
    market = await here.world.fresh(here.conn, here.market)
    ids = await fulfillment.unreleased(here.conn, here.market, until=until, most=most)
    found = await claims_of(here.conn, here.market, ids)
    standing = {o: made for o in ids if o in found and (made := standing_of(found[o])) is not None}
    asks = await questions_of(here, market, {o: needs_of(s.claims) for o, s in standing.items()})
    wanting = {o: _wanting(market, asks[o], needs_of(s.claims)) for o, s in standing.items()}
    skus = sorted({want.sku for ask in wanting.values() for want in ask.wants})
    market.stock.replace(skus, await stock.free_of_skus(here.conn, here.market, skus))
    owed = await stock.owed(here.conn, here.market, skus)
    seen = withhold.seen(market, list(wanting.values()), here.at, owed=owed)
    await here.world.fresh_load(here.conn, market)
    days, load = market.compiled.days(here.at), dict(market.load)
    told = await promises.told_of(here.conn, here.market, list(standing))
    orders = _movable(market, here.at, standing, wanting, told, plan_each(
        [owning(wanting[o], _units(s.claims)) for o, s in standing.items()],
        seen, market.compiled, days, load, None, market.services,
    ))  # fmt: skip
    return Wave(tuple(orders), seen, market.compiled, days, load, dict(market.services), here.at)


def standing_of(claims: Claims) -> Standing | None:
    """Say how an order's plan stands; None where not all of it is planned work, or none is."""
    works = [work for work in claims.works if work.head.state not in GONE]
    if not works or any(work.head.state != State.PLANNED for work in works):
        return None
    if unopened(claims) or given_up(claims):
        return None
    if len({(work.head.method, work.head.service) for work in works}) > 1:
        return None
    return Standing(
        {work.id: work.head.version for work in works},
        tuple(_claims(claims.head.order_id, works)),
        tuple(sorted((work.head.node_id, work.head.day) for work in works)),
    )


def _claims(order_id: OrderId, works: Iterable[Work]) -> list[Claim]:
    units: dict[tuple[LineNo, Sku, NodeId], int] = {}
    for work in works:
        for line in work.lines:
            if line.live:
                key = (line.line_no, line.sku, work.head.node_id)
                units[key] = units.get(key, 0) + line.live
    return [
        Claim(order_id, line_no, sku, node, quantity)
        for (line_no, sku, node), quantity in sorted(units.items())
    ]


def needs_of(claims: Sequence[Claim]) -> list[Need]:
    """Say what an order needs, by line, wherever it is claimed."""
    units: dict[tuple[LineNo, Sku], int] = {}
    for claim in claims:
        units[claim.line_no, claim.sku] = units.get((claim.line_no, claim.sku), 0) + claim.quantity
    return [(line_no, sku, quantity) for (line_no, sku), quantity in units.items()]


def last_day_of(order: Movable) -> date | None:
    """Give the last day that the customer was promised, as it is where the parcel goes."""
    if order.latest is None:
        return None
    zone = order.ask.destination.time_zone if order.ask.destination else ""
    return order.latest.astimezone(time_zone(zone or "UTC")).date()


def owning(ask: Ask, units: Iterable[tuple[Sku, NodeId, int]]) -> Ask:
    """Ask as somebody whose units these are: the answer is the plan that they make."""
    return msgspec.structs.replace(ask, own=tuple(sorted(units)))


def _units(claims: Sequence[Claim]) -> list[tuple[Sku, NodeId, int]]:
    units: dict[tuple[Sku, NodeId], int] = {}
    for claim in claims:
        units[claim.sku, claim.node_id] = units.get((claim.sku, claim.node_id), 0) + claim.quantity
    return [(*key, quantity) for key, quantity in units.items()]


def _movable(
    market: Market,
    at: datetime,
    standing: Mapping[OrderId, Standing],
    asks: Mapping[OrderId, Ask],
    told: Mapping[OrderId, Told],
    answers: Sequence[Plan | NoPlan],
) -> Iterator[Movable]:
    """Give the orders whose plan can be priced as it stands: the network may be another by now."""
    for (order_id, each), answer in zip(standing.items(), answers, strict=True):
        if isinstance(answer, Plan) and _spots(answer) == sorted(_units(each.claims)):
            latest = told[order_id].latest if order_id in told else None
            needs = tuple(needs_of(each.claims))
            ask = _guided(market, asks[order_id], answer, at)
            if ask is not None:
                yield Movable(order_id, ask, needs, each, answer, latest, market.network.version)


def _guided(market: Market, ask: Ask, plan: Plan, at: datetime) -> Ask | None:
    """Keep to the first strategy that lets the plan stand as it is; None where none does."""
    guided = market.guides.of(ask, at, market.category) if market.guides else None
    if guided is None:
        return ask
    nodes = [market.compiled.index[each.node_id] for each in plan.shipments]
    count = len(market.compiled.network.nodes)
    for guide in guided.guides:
        allowed = allowed_by(guide, count)
        most = guide.shipments_max or len(nodes)
        if len(nodes) <= most and (allowed is None or allowed[nodes].all()):
            return msgspec.structs.replace(ask, guide=guide)
    return None


def _spots(plan: Plan) -> list[tuple[Sku, NodeId, int]]:
    return sorted(
        (sku, each.node_id, units) for each in plan.shipments for sku, units in each.items
    )


def _wanting(market: Market, ask: Ask, needs: Sequence[Need]) -> Ask:
    return msgspec.structs.replace(ask, wants=wants_of(market, needs))
