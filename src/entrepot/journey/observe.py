"""What became of nodes' work and of parcels -> promise.observe: it is counted, once.

fulfillment.shipped, fulfillment.ready, fulfillment.rejected, fulfillment.delivered,
order.imported -> promise.observe
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.journey.asking import destination
from entrepot.journey.here import Here, orders_of, work_told
from entrepot.network.compiled import Compiled
from entrepot.orders.model import Address
from entrepot.plumbing import cursors, db
from entrepot.plumbing.model import Event
from entrepot.promise import performance
from entrepot.promise.performance_model import ELSEWHERE, Arrived, Transit
from entrepot.promise.performance_rules import tallied, transit_of
from entrepot.terms.geo import us_postal
from entrepot.terms.ids import FulfillmentOrderId, MarketId
from entrepot.terms.place import Place

WORKS_PER_COMMIT_MAX = 5_000
"""Pieces of work counted again in one go when all is counted from the start."""

_address = msgspec.json.Decoder(Address | None)


async def observe(here: Here, events: Sequence[Event]) -> None:
    """Count what these facts tell of."""
    counted = await performance.counted_to(here.conn, here.market)
    events = [event for event in events if event.sequence > counted]
    if not events:
        return
    market = await here.world.market(here.market)
    imported = [event for event in events if event.type == "order.imported"]
    taken_over = await performance.works_of_orders(
        here.conn, here.market, orders_of(imported)
    ) if imported else []  # fmt: skip
    told = [event for event in events if event.type != "order.imported"]
    came = _works([event for event in told if event.type == "fulfillment.delivered"])
    left = _works([event for event in told if event.type != "fulfillment.delivered"])
    await count(here.conn, here.market, [*came, *taken_over], [*left, *taken_over], market.compiled)
    await performance.count_to(here.conn, here.market, events[-1].sequence)


def _works(events: Sequence[Event]) -> list[FulfillmentOrderId]:
    return sorted({FulfillmentOrderId(each.fulfillment_order_id) for each in work_told(events)})


async def count(
    conn: db.Connection,
    market: MarketId,
    came: Sequence[FulfillmentOrderId],
    left: Sequence[FulfillmentOrderId],
    network: Compiled,
) -> None:
    """Count the deliveries of some work, and how long nodes took for some. The caller commits."""
    if came:
        rows = await performance.arrived(conn, market, came)
        counts = tallied([_outcome(row, network) for row in rows])
        await performance.count_transit(conn, market, counts)
    if left:
        await performance.count_handling(conn, market, left, network)


async def recount(conn: db.Connection, market: MarketId, network: Compiled) -> int | None:
    """Count everything from the start; answers how much work was read, None while facts wait.

    The caller's transaction is a repeatable read, so that what is counted and what waits are of the
    same moment.
    """
    await performance.counted_to(conn, market)
    if await cursors.are_behind(conn, market):
        return None
    await performance.forget(conn, market)
    after, done = UUID(int=0), 0
    while True:
        ids = await performance.works_after(conn, market, after, WORKS_PER_COMMIT_MAX)
        if not ids:
            return done
        await count(conn, market, ids, ids, network)
        after, done = ids[-1], done + len(ids)


def _outcome(row: Arrived, network: Compiled) -> tuple[Transit, bool, bool]:
    place = destination(_address.decode(row.ship_to)) if row.ship_to else None
    area, zone = (area_of(place), place.time_zone) if place else (ELSEWHERE, "")
    promised: datetime | None = row.promised_latest
    kept = promised is not None and row.delivered_at <= promised
    return transit_of(row, area, zone, network), promised is not None, kept


def area_of(place: Place) -> str:
    """Name the area a parcel goes to: its country and, where it is known, the region of it."""
    region = place.region
    if not region and place.country.upper() == "US":
        postal = us_postal(place.postal_code)
        region = postal.state if postal else ""
    return f"{place.country}-{region}" if region else place.country
