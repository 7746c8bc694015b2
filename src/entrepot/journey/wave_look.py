"""Look at what is planned and not yet released, to plan it again together. Locks nothing.

An order is looked at where all of its work is planned, all that it claims is in that work, and it
is to be sent: what a node has begun, and what a customer comes for, stays as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from entrepot.fulfillment import browse as fulfillment
from entrepot.fulfillment.model import Work
from entrepot.fulfillment.states import State
from entrepot.inventory import browse as stock
from entrepot.inventory.model import Claim
from entrepot.journey import asking, withhold
from entrepot.journey.asking import Need
from entrepot.journey.here import Here
from entrepot.journey.progress import Claims, claims_of, given_up, unopened
from entrepot.journey.reroute import questions_of
from entrepot.journey.world import Market
from entrepot.network.compiled import Compiled, Days
from entrepot.sourcing.eligibility import Load
from entrepot.sourcing.model import Ask, Stock, Want
from entrepot.terms.ids import FulfillmentOrderId, NodeId, OrderId, Sku

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

    `latest` is what its customer was promised; None: no date.
    """

    order_id: OrderId
    ask: Ask
    needs: tuple[Need, ...]
    standing: Standing
    latest: datetime | None


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
    at: datetime


async def look(here: Here, *, until: datetime, most: int) -> Wave:
    """Find the orders whose release comes after `until`, and what they could be planned on."""
    market = await here.world.fresh(here.conn, here.market)
    ids = await fulfillment.unreleased(here.conn, here.market, until=until, most=most)
    found = await claims_of(here.conn, here.market, ids)
    standing = {o: made for o in ids if o in found and (made := standing_of(found[o])) is not None}
    asks = await questions_of(here, market, {o: needs_of(s.claims) for o, s in standing.items()})
    orders = tuple(
        _movable(market, order_id, asks[order_id], each, found[order_id])
        for order_id, each in standing.items()
    )
    skus = sorted({want.sku for order in orders for want in order.ask.wants})
    market.stock.replace(skus, await stock.free_of_skus(here.conn, here.market, skus))
    owed = await stock.owed(here.conn, here.market, skus)
    seen = withhold.seen(market, [order.ask for order in orders], here.at, owed=owed)
    days = market.compiled.days(here.at)
    return Wave(orders, seen, market.compiled, days, dict(market.load), here.at)


def standing_of(claims: Claims) -> Standing | None:
    """Say how an order's plan stands; None where not all of it is planned work, or none is."""
    works = [work for work in claims.works if work.head.state not in GONE]
    if not works or any(work.head.state != State.PLANNED for work in works):
        return None
    if unopened(claims) or given_up(claims):
        return None
    return Standing(
        {work.id: work.head.version for work in works},
        tuple(_claims(claims.head.order_id, works)),
        tuple(sorted((work.head.node_id, work.head.day) for work in works)),
    )


def _claims(order_id: OrderId, works: Iterable[Work]) -> list[Claim]:
    units: dict[tuple[int, Sku, NodeId], int] = {}
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
    units: dict[tuple[int, Sku], int] = {}
    for claim in claims:
        units[claim.line_no, claim.sku] = units.get((claim.line_no, claim.sku), 0) + claim.quantity
    return [(line_no, sku, quantity) for (line_no, sku), quantity in units.items()]


def _movable(
    market: Market, order_id: OrderId, ask: Ask, standing: Standing, claims: Claims
) -> Movable:
    needs = tuple(needs_of(standing.claims))
    return Movable(
        order_id,
        msgspec.structs.replace(ask, wants=_wants(market, needs)),
        needs,
        standing,
        claims.head.promised_latest,
    )


def _wants(market: Market, needs: Sequence[Need]) -> tuple[Want, ...]:
    items = market.catalog.items
    weights = {sku: items[sku].weight_g for _, sku, _ in needs if sku in items}
    return asking.wants(needs, weights)
