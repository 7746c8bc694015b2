"""The facts of parcels: the names and the data of every event, in one place.

Each type has its schema in docs/events/<type>.json.
"""

import msgspec

from entrepot.delivery.model import News, Parcel, Scanned
from entrepot.plumbing import db
from entrepot.plumbing.outbox import Fact
from entrepot.terms.order_number import number_of

SCANNED, DELIVERED = "delivery.scanned", "delivery.delivered"


def facts(news: News, *, actor: str) -> list[Fact]:
    """Tell the news: what was said, then which parcels arrived."""
    return [
        *(_scanned(each, actor) for each in news.scanned),
        *(_delivered(each, actor) for each in news.delivered),
    ]


def _scanned(scanned: Scanned, actor: str) -> Fact:
    event = scanned.event
    more = {
        "status": event.status,
        "occurred_at": event.occurred_at,
        "parcel_status": scanned.parcel.status,
        "location": event.location,
        "reason": event.description,
    }
    return _told(SCANNED, scanned.parcel, actor, more)


def _delivered(parcel: Parcel, actor: str) -> Fact:
    return _told(DELIVERED, parcel, actor, {"delivered_at": parcel.delivered_at})


def _told(type_: str, parcel: Parcel, actor: str, more: dict[str, object]) -> Fact:
    data: dict[str, object] = {
        "order_id": str(parcel.order_id),
        "order_number": number_of(parcel.order_id),
        "fulfillment_order_id": str(parcel.fulfillment_order_id),
        "node": parcel.node_id,
        "lines": msgspec.Raw(parcel.lines.encode()),
        "actor": actor,
        "tracking_number": parcel.tracking_number,
        "carrier": parcel.carrier,
    }
    data |= {name: value for name, value in more.items() if value is not None}
    subject = f"fulfillment-orders/{parcel.fulfillment_order_id}"
    return Fact(type_, subject, db.json_text(data), parcel.order_id)
