"""Parcels on their way, as plain data: what carriers say of them, and where that leaves them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from entrepot.terms.ids import FulfillmentOrderId, NodeId, OrderId

EVENTS_PER_CALL_MAX = 1_000
"""Events in one call: the numbers they speak of are locked for one commit, about 30 ms."""

FIRST_AT = datetime(1970, 1, 1, tzinfo=UTC)
"""When a number's first scan is dated, the one we write ourselves: `pending`, before all others.

It is the row that whoever scans or expects the number locks, so that a scan and the parcel it
speaks of cannot pass each other unseen in two transactions.
"""


class Status(StrEnum):
    """What a carrier says of a parcel, in our words."""

    PENDING = "pending"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERY_DELAYED = "delivery_delayed"
    ON_HOLD = "on_hold"
    RETURN_TO_SENDER = "return_to_sender"
    UNKNOWN = "unknown"


Number = tuple[str, str]
"""A tracking number and its carrier: numbers are unique with one carrier only."""


@dataclass(frozen=True, slots=True)
class TrackingEvent:
    """One thing a carrier says of a parcel."""

    tracking_number: str
    carrier: str
    status: Status
    occurred_at: datetime
    location: str | None = None
    description: str | None = None

    @property
    def number(self) -> Number:
        """Whose parcel it speaks of."""
        return self.tracking_number, self.carrier


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a parcel stands, and since when."""

    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Scan:
    """The row of a tracking event. `detail` is JSON text with `location` and `description`."""

    tracking_number: str
    carrier: str
    occurred_at: datetime
    status: str
    detail: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """A scan that was new."""

    tracking_number: str
    carrier: str
    occurred_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A package of a fulfillment order as its carrier tells of it.

    `lines` is JSON text: `[{line, sku, quantity}]`, empty where nobody told what is in it.
    """

    tracking_number: str
    carrier: str
    fulfillment_order_id: FulfillmentOrderId
    order_id: OrderId
    status: str
    status_at: datetime
    delivered_at: datetime | None
    node_id: NodeId
    lines: str

    @property
    def number(self) -> Number:
        """What it is known by to its carrier."""
        return self.tracking_number, self.carrier

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        return Standing(Status(self.status), self.status_at)


class Result(StrEnum):
    """What became of one tracking event."""

    NEW = "new"
    DUPLICATE = "duplicate"
    UNKNOWN_PARCEL = "unknown_parcel"


@dataclass(frozen=True, slots=True)
class Scanned:
    """Something new that was said of a parcel; `parcel` is as it stands after all of it."""

    parcel: Parcel
    event: TrackingEvent


@dataclass(frozen=True, slots=True)
class News:
    """What is new of parcels: what was said of them, and those that were delivered by it."""

    scanned: list[Scanned]
    delivered: list[Parcel]


@dataclass(frozen=True, slots=True)
class Tracked:
    """One result for each event, in order, and the news they bring."""

    results: list[Result]
    news: News


@dataclass(frozen=True, slots=True)
class Arrived:
    """A fulfillment order all of whose packages were delivered, the last one at `delivered_at`."""

    fulfillment_order_id: FulfillmentOrderId
    delivered_at: datetime
