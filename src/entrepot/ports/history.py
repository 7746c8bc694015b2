"""The port to histories: what another system has recorded of orders that have happened already.

A history is read once, from files, when a house moves in. It says which nodes and items there were,
how far each order came and when, and what had to be mended or left out on the way. It opens no
connection and writes nothing but scratch files; taking it over is the core's work.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

from entrepot.ports.sale import Customer, Payment, ShipTo
from entrepot.terms.ids import NodeId, Sku

NodeKind = Literal["dc", "store", "3pl", "supplier", "virtual"]


class Stage(StrEnum):
    """How far an order came. From `planned` on, each has the steps of those before it behind it.

    `unpaid`: placed, its payment never confirmed. `missing`: its units could not be had.
    """

    UNPAID = "unpaid"
    MISSING = "missing"
    PLANNED = "planned"
    RELEASED = "released"
    ACCEPTED = "accepted"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class PastNode:
    """A place orders were sent from. Coordinates are degrees, both given or both None."""

    node_id: NodeId
    name: str
    kind: NodeKind
    country: str
    postal_code: str
    time_zone: str
    region: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class PastItem:
    """Something that was sold."""

    sku: Sku
    name: str
    weight_g: int
    category: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastLine:
    """Units of a sku, and the node they were to come from. Amounts are minor units.

    `discount` and `tax` are for the whole line; `external_id` is unique within its order.
    """

    external_id: str
    sku: Sku
    quantity: int
    unit_price: int
    node_id: NodeId | None
    discount: int = 0
    tax: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class PastParcel:
    """What left a node; without one, a parcel is named after its order."""

    node_id: NodeId
    carrier: str
    tracking_number: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order for delivery, and what became of it.

    `status` is what the other system calls its state, `reason` why it was canceled or is stuck.
    Times carry the offset of the place they were taken at and follow each other: placed, released,
    handed over, delivered. `shipped` needs the third, `delivered` the fourth too; a release that
    nobody noted happened when the order was placed. `promised_by` is what the customer was told.
    `release_at` is when planned work may go to its node; None: no timer sends it.
    """

    external_id: str
    placed_at: datetime
    currency: str
    lines: tuple[PastLine, ...]
    stage: Stage
    status: str = ""
    reason: str = ""
    customer: Customer | None = None
    ship_to: ShipTo | None = None
    service: str = "standard"
    shipping: int = 0
    shipping_tax: int = 0
    payment: Payment | None = None
    note: str = ""
    released_at: datetime | None = None
    handed_over_at: datetime | None = None
    delivered_at: datetime | None = None
    canceled_at: datetime | None = None
    promised_by: datetime | None = None
    ship_by: datetime | None = None
    release_at: datetime | None = None
    parcels: tuple[PastParcel, ...] = ()


class Effect(StrEnum):
    """What a finding did: `noted` changes nothing, `repaired` mends, `rejected` leaves out."""

    NOTED = "noted"
    REPAIRED = "repaired"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something of a file that was not as it should be; `row` as a spreadsheet numbers it."""

    rule: str
    effect: Effect
    file: str
    row: int
    subject: str
    detail: str = ""


Told = PastNode | PastItem | PastOrder | Finding


class History(Protocol):
    """One system's records, in its own layout of files."""

    @property
    def name(self) -> str:
        """Give the name it is asked for by: the entry point's own, and its orders' channel."""
        ...

    @property
    def rules(self) -> Mapping[str, str]:
        """Say each rule that a finding may name, in a sentence."""
        ...

    def size(self, folder: Path) -> int:
        """Count the orders, for progress. Raises HistoryUnreadable, as `read` does."""
        ...

    def read(self, folder: Path, scratch: Path) -> Iterator[Told]:
        """Tell all of it: a node or an item before the first order that names it.

        Memory does not grow with the number of orders; `scratch` is a folder to write in. The same
        files tell the same.
        """
        ...


class HistoryUnreadable(ValueError):  # noqa: N818 - what was found
    """The files as a whole cannot be read: one is missing, or its header is not what it must be."""
