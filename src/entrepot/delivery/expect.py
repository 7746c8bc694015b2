"""Expect parcels: packages that left become parcels, with all that was said of them already."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from entrepot.delivery import rules, store
from entrepot.delivery.model import News, Scan, Status, TrackingEvent
from entrepot.delivery.track import scanned
from entrepot.plumbing import db
from entrepot.terms.ids import FulfillmentOrderId, MarketId


async def expect(
    conn: db.Connection,
    market: MarketId,
    fulfillment_order_ids: Sequence[FulfillmentOrderId],
    *,
    at: datetime,
) -> News:
    """Expect every package of these fulfillment orders; answers what was said of them before.

    What is expected already is left as it is. The caller owns the transaction; it may be the one
    that shipped.
    """
    packages = await store.packages_to_expect(conn, market, fulfillment_order_ids)
    if not packages:
        return News([], [])
    numbers = {each.number for each in packages}
    await store.lock_numbers(conn, market, numbers, at)
    # Again, under the locks: another may have expected some of them meanwhile.
    packages = await store.packages_to_expect(conn, market, fulfillment_order_ids)
    scans = await store.scans_of_numbers(conn, market, sorted(numbers))

    events = [_event(scan) for scan in scans]
    said = rules.said_of(events)
    parcels = [rules.moved(package, said.get(package.number, ())) for package in packages]

    await store.make_parcels(conn, market, parcels)
    delivered = [parcel for parcel in parcels if rules.newly_delivered(None, parcel)]
    return News(scanned(events, parcels), delivered)


class _Detail(msgspec.Struct):
    location: str | None = None
    description: str | None = None


def _event(scan: Scan) -> TrackingEvent:
    detail = msgspec.json.decode(scan.detail, type=_Detail)
    return TrackingEvent(
        scan.tracking_number, scan.carrier, Status(scan.status), scan.occurred_at,
        detail.location, detail.description,
    )  # fmt: skip
