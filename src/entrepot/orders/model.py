"""Orders, as plain data. `NewOrder` is both what the wire brings and what the rules judge."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from entrepot.network.model import Method
from entrepot.terms.ids import LineNo, OrderId, Sku

LINES_PER_ORDER_MAX = 500
"""More lines than any basket; a B2B order of 10,000 units is quantities, not lines. Bounds the work
one order can ask of a batch it shares with others."""

AMOUNT_MAX = 10**12
"""Minor units: ten billion of a main unit. Sums over an order stay inside 63 bits."""

QUANTITY_MAX = 1_000_000

Text = Annotated[str, Meta(max_length=200)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Identifier = Annotated[str, Meta(min_length=1, max_length=128)]
Amount = Annotated[int, Meta(ge=0, le=AMOUNT_MAX, description="minor units of the currency")]
When = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset")]


class Backorder(StrEnum):
    """What to do about units that cannot be had now: refuse the order, let them wait, drop them."""

    REFUSE = "refuse"
    ALLOW = "allow"
    PARTIAL = "partial"


class Customer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who buys. `class` is the word that the market sorts customers by: segments are for some."""

    email: Annotated[str, Meta(max_length=320)] | None = None
    name: Text | None = None
    phone: Annotated[str, Meta(max_length=40)] | None = None
    customer_class: Annotated[str, Meta(min_length=1, max_length=64)] | msgspec.UnsetType | None = (
        msgspec.field(name="class", default=msgspec.UNSET)
    )


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a parcel goes. Coordinates, where the channel knows them, make zones exact."""

    name: Text | None = None
    line1: Text | None = None
    line2: Text | None = None
    city: Text | None = None
    region: Annotated[str, Meta(max_length=80)] | None = None
    postal_code: Annotated[str, Meta(min_length=1, max_length=20)]
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None


class Payment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    provider: Annotated[str, Meta(min_length=1, max_length=60)]
    reference: Annotated[str, Meta(max_length=200)] = ""
    authorized: Amount = 0


class NewLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`discount` and `tax` are for the whole line."""

    external_id: Identifier | None = None
    sku: Identifier
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
    unit_price: Amount
    discount: Amount = 0
    tax: Amount = 0
    name: Text | None = None


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order as a channel places it. `pickup_node` belongs to pickup and curbside.

    `reservation` is the cart it came out of. Where there is none it is not part of what an order
    says, so that an order sent before there were any is still the same order.
    """

    channel: Identifier
    external_id: Identifier
    placed_at: When
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
    customer: Customer | None = None
    ship_to: Address | None = None
    method: Method = Method.SHIP
    service: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    pickup_node: Identifier | None = None
    shipping: Amount = 0
    shipping_tax: Amount = 0
    lines: Annotated[list[NewLine], Meta(min_length=1, max_length=LINES_PER_ORDER_MAX)]
    backorder: Backorder = Backorder.REFUSE
    payment: Payment | None = None
    note: Annotated[str, Meta(max_length=2000)] | None = None
    reservation: UUID | UnsetType | None = UNSET


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that is wrong, by JSON Pointer."""

    pointer: str
    detail: str


class Captured(msgspec.Struct, frozen=True):
    """An order ready to be written. `canceled` are units dropped at capture, per line from 1.

    `parts` are (line, sku, units per unit of the line) of lines that sell kits; `digital` lines are
    sold and in no parcel.
    """

    order_id: OrderId
    order: NewOrder
    service: str
    total: int
    fingerprint: bytes
    document: str
    promised_earliest: datetime | None
    promised_latest: datetime | None
    canceled: dict[LineNo, int]
    parts: tuple[tuple[LineNo, Sku, int], ...]
    digital: frozenset[LineNo] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """An order that has this external id already."""

    channel: str
    external_id: str
    order_id: OrderId
    fingerprint: bytes
    document: str


class HoldKind(StrEnum):
    MANUAL = "manual"
    FRAUD = "fraud"
    ADDRESS = "address"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Hold:
    order_id: OrderId
    hold_id: UUID
    kind: str
    reason: str
    actor: str
    placed_at: datetime
    until: datetime | None
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to be put on an order that is being taken in."""

    order_id: OrderId
    kind: HoldKind
    reason: str
    actor: str


class Head(msgspec.Struct, frozen=True, gc=False):
    """An order's row without its document."""

    order_id: OrderId
    channel: str
    external_id: str
    placed_at: datetime
    captured_at: datetime
    currency: str
    total: int
    email: str | None
    method: str
    service: str
    backorder: str
    promised_earliest: datetime | None
    promised_latest: datetime | None


class Line(msgspec.Struct, frozen=True, gc=False):
    order_id: OrderId
    line_no: LineNo
    external_id: str
    sku: Sku
    quantity: int
    canceled: int
    unit_price: int
    discount: int
    tax: int
    digital: bool


class Part(msgspec.Struct, frozen=True, gc=False):
    order_id: OrderId
    line_no: LineNo
    sku: Sku
    per_unit: int


@dataclass(frozen=True, slots=True)
class Document:
    order_id: OrderId
    document: str


@dataclass(frozen=True, slots=True)
class Locked:
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class Expired:
    """A hold whose time has come."""

    market: str
    order_id: OrderId
    hold_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Units of a line to cancel, already known to be cancelable."""

    order_id: OrderId
    line_no: LineNo
    quantity: int
    reason: str
    actor: str


class WhyNotHeld(StrEnum):
    UNKNOWN_ORDER = "unknown_order"
    ALREADY_HELD = "already_held"
    NOT_HELD = "not_held"
    DONE = "done"
