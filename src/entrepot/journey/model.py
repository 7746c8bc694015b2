"""What the journey reads and finds, as plain data: summaries, claims at risk, publication."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku


class Stage(StrEnum):
    """Where an order stands: the part of it that is furthest behind."""

    CAPTURED = "captured"
    PLANNED = "planned"
    RELEASED = "released"
    ACCEPTED = "accepted"
    PICKED = "picked"
    PACKED = "packed"
    READY = "ready"
    SHIPPED = "shipped"
    DONE = "done"


class Summary(msgspec.Struct, frozen=True, gc=False):
    """An order as lists find it; `terms` are sorted, see `terms.py`."""

    order_id: UUID
    phase: str
    stage: str
    placed_at: datetime
    promised_latest: datetime | None
    ended_at: datetime | None
    terms: list[str]


@dataclass(frozen=True, slots=True)
class Ending:
    """When an order was closed."""

    order_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Dated:
    """By when a customer was told last that all is there."""

    order_id: UUID
    latest: datetime


@dataclass(frozen=True, slots=True)
class Tracked:
    """A tracking number of an order."""

    order_id: UUID
    tracking_number: str


class Expiring(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot at a node whose day has come; or that were set aside for it and are good."""

    sku: Sku
    node_id: NodeId
    lot: str
    serial: bool
    expires_on: date | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn was taken."""

    began_at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """The first of the orders that a forecast looks at."""

    first_id: UUID


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """Orders that go to an area: the first signs of its postal codes, and one code of it."""

    country: str
    postal_area: str
    postal_code: str
    region: str
    orders: int


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """Orders that are sent by a service."""

    service: str
    orders: int


@dataclass(frozen=True, slots=True)
class LengthCount:
    """Orders that have so many skus."""

    skus: int
    orders: int


@dataclass(frozen=True, slots=True)
class UnitsOrdered:
    """Units of a sku that were ordered, `lately` of them in the last part of the time."""

    sku: Sku
    units: int
    lately: int


@dataclass(frozen=True, slots=True)
class CameIn:
    """Units."""

    units: int


@dataclass(frozen=True, slots=True)
class Waved:
    """What a wave brought: orders looked at, moved, and not to be moved any more; minor units."""

    looked: int
    moved: int
    contended: int
    saved: int


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A wave as it is listed; `ended_at` None: it is under way, or was cut off."""

    wave_id: UUID
    began_at: datetime
    ended_at: datetime | None
    looked: int
    moved: int
    contended: int
    saved: int


@dataclass(frozen=True, slots=True)
class InHand:
    """Units of a sku that are picked at a node and have not left it."""

    sku: Sku
    node_id: NodeId
    units: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An order in a list."""

    order_id: UUID


class Why(StrEnum):
    """Why a channel is told what it may sell."""

    FIRST = "first"
    REPUBLISH = "republish"
    THRESHOLD = "threshold"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Look:
    """How far a market was looked through for what changed."""

    looked_at: datetime
    looked_back_at: datetime
    sequence: int
    network_version: int


@dataclass(frozen=True, slots=True)
class Sweep:
    """Skus to go through; no channel: all that publish; no category: all items."""

    sweep_id: UUID
    channel: str | None
    category: str | None
    forced: bool
    after_sku: str


@dataclass(frozen=True, slots=True)
class Page:
    """How many items a page had, and the last of them."""

    skus: int
    last_sku: str


class Due(msgspec.Struct, frozen=True, gc=False):
    """To be looked at; `forced`: to be told whether it changed or not."""

    channel: str
    sku: Sku
    forced: bool


class Published(msgspec.Struct, frozen=True, gc=False):
    """What a channel was told it may sell of a sku, in units."""

    channel: str
    sku: Sku
    available: int
    version: int
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the feed."""

    sequence: int


class News(msgspec.Struct, frozen=True, gc=False):
    """What a channel is told now; `was` is what it was told before, None where it never was."""

    channel: str
    sku: Sku
    available: int
    was: int | None
    version: int
    why: Why


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Claimed units that are missing at their node, and whose claim can still give way.

    `claimant` is an order, whose units may come from another node, or a cart.
    """

    claimant: UUID
    is_cart: bool
    line_no: LineNo
    sku: Sku
    node_id: NodeId
    quantity: int


@dataclass(frozen=True, slots=True)
class StillShort:
    """A position where claimed units are missing, and the orders that have them in hand."""

    sku: Sku
    node_id: NodeId
    on_hand: int
    shortage: int
    order_ids: list[OrderId]


@dataclass(frozen=True, slots=True)
class Way:
    """By which channel an order came, and how it reaches its customer."""

    order_id: OrderId
    channel: str
    method: str


@dataclass(frozen=True, slots=True)
class Wanted:
    sku: Sku
