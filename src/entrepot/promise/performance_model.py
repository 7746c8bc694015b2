"""How carriers and nodes perform, as plain data: outcomes, what is counted of them, figures."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import msgspec

from entrepot.terms.ids import FulfillmentOrderId, LaneId, NodeId, OrderId

MINUTES_MAX: Final = 60 * 24 * 60
"""Handling times beyond two months are counted as two months."""

TRANSIT_DAYS_MAX: Final = 120
"""Transit beyond so many carrier days is counted as so many: what was lost and found."""

ELSEWHERE: Final = "??"
"""The area of an address that is not known."""


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """Work that was delivered, by its moves. `ship_to` is the JSON text of the order's address.

    `planned_carrier` is the lane's, `carrier` who took it; `promised_latest` what the order was
    promised when it was taken.
    """

    fulfillment_order_id: FulfillmentOrderId
    order_id: OrderId
    node_id: NodeId
    lane_id: LaneId | None
    planned_carrier: str | None
    carrier: str
    service: str
    shipped_at: datetime
    delivered_at: datetime
    promised_latest: datetime | None
    ship_to: str | None


class Handled(msgspec.Struct, frozen=True, gc=False):
    """Work that left its node, or was given back, by its moves."""

    fulfillment_order_id: FulfillmentOrderId
    node_id: NodeId
    service: str
    ship_by: datetime | None
    accepted_at: datetime | None
    ended_at: datetime
    verb: str


class Transit(msgspec.Struct, frozen=True, gc=False):
    """A way of parcels that is counted: see `promise.transit`."""

    day: date
    node_id: NodeId
    lane_id: str
    carrier: str
    service: str
    area: str
    weekday: int
    days: int


class Handling(msgspec.Struct, frozen=True, gc=False):
    """A way of a node's work that is counted: see `promise.handling`."""

    day: date
    node_id: NodeId
    service: str
    weekday: int
    outcome: str
    minutes: int


@dataclass(slots=True)
class Tally:
    """How many went so; of those with a date, how many kept it."""

    count: int = 0
    dated: int = 0
    on_time: int = 0


@dataclass(frozen=True, slots=True)
class CarrierFigure:
    """How parcels of a group went; dimensions that were not asked for are "", or 0 as weekday.

    `median` and `p90` are carrier business days from hand-over to delivery.
    """

    carrier: str
    service: str
    node_id: str
    area: str
    weekday: int
    parcels: int
    promised: int
    on_time: int
    median: int
    p90: int


@dataclass(frozen=True, slots=True)
class NodeFigure:
    """How work of a group went. `median` and `p90` are minutes from accepting to handing over.

    Both are null where nothing was handed over. `due` are those that had a time to leave by.
    """

    node_id: str
    service: str
    weekday: int
    works: int
    rejected: int
    due: int
    on_time: int
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class LaneDays:
    """So many parcels of a lane from a node took so many carrier days."""

    node_id: NodeId
    lane_id: LaneId
    days: int
    parcels: int


@dataclass(frozen=True, slots=True)
class TransitTable:
    """A version of the learned transit days. `document` is the JSON text of its rows."""

    version: int
    made_at: datetime
    document: str


class LearnedLane(msgspec.Struct, frozen=True, gc=False):
    """What a lane from a node has shown: its promised transit days now, of so many parcels."""

    node: NodeId
    lane: LaneId
    days: int
    parcels: int
