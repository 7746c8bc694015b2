"""Supply on its way, as plain data: documents, their lines, who waits, and on what terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku

LINES_PER_SUPPLY_MAX = 2_000
"""Lines of one document: its receipt locks a position for each in one commit, about 20 ms."""

PRIORITY_MAX = 9
"""Classes go from 0, served first, to 9."""

PRIORITY = 5
"""The class of whoever was given none: there is room before and behind."""

LEAD_DAYS_MAX = 365


class SupplyKind(StrEnum):
    """What was ordered, or what its supplier says was shipped."""

    PURCHASE = "purchase"
    ASN = "asn"


class SupplyState(StrEnum):
    """Open while something of it is outstanding."""

    OPEN = "open"
    RECEIVED = "received"
    CANCELED = "canceled"


class NewSupply(msgspec.Struct, frozen=True, gc=False):
    """A document as its source tells it; `lines` are (sku, units), each sku once."""

    supply_id: str
    kind: SupplyKind
    node_id: NodeId
    expected_at: datetime
    lines: tuple[tuple[Sku, int], ...]
    supplier: str | None = None
    purchase_order: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """A document without its lines, as it stands."""

    supply_id: str
    kind: str
    node_id: NodeId
    supplier: str | None
    purchase_order: str | None
    expected_at: datetime
    sequence: int | None
    version: int
    state: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SupplyLine:
    """Units of a sku on a document."""

    supply_id: str
    sku: Sku
    quantity: int
    received: int
    canceled: int

    @property
    def outstanding(self) -> int:
        """Units still to come by this document."""
        return max(0, self.quantity - self.received - self.canceled)

    @property
    def over(self) -> int:
        """Units received beyond what was wanted."""
        return max(0, self.received - (self.quantity - self.canceled))


@dataclass(frozen=True, slots=True)
class OnNotice:
    """Units of an order's line that its open notices carry."""

    supply_id: str
    sku: Sku
    units: int


@dataclass(frozen=True, slots=True)
class SupplyNamed:
    supply_id: str


@dataclass(frozen=True, slots=True)
class Supply:
    """A document whole. `carried`: of an order, the units per sku that its notices stand for."""

    row: SupplyRow
    lines: tuple[SupplyLine, ...]
    carried: Mapping[Sku, int] = field(default_factory=dict)

    def expected(self, line: SupplyLine) -> int:
        """Units this document alone still stands for: what its notices carry is not told twice."""
        return max(0, line.outstanding - self.carried.get(line.sku, 0))


@dataclass(frozen=True, slots=True)
class Due:
    """Units of a sku that a document brings to a node by a date. Dates are as its source said."""

    sku: Sku
    supply_id: str
    node_id: NodeId
    expected_at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be sold of a sku before it is there. A limit that is None is none.

    `preorder_limit` holds before `on_sale_from`, `backorder_limit` from then on; both count the
    units that wait. `lead_days` is how long a receipt takes until it can be sent.
    """

    sku: Sku
    backorder_limit: int | None
    preorder_limit: int | None
    on_sale_from: datetime | None
    lead_days: int
    version: int


class InTurn(msgspec.Struct, frozen=True, gc=False, order=True):
    """A line's place in the queue of a sku: class, then age, then who came first."""

    priority: int
    since: datetime
    order_id: OrderId
    line_no: LineNo


class Queued(msgspec.Struct, frozen=True, gc=False):
    """A line that waits and is within reach of what is free."""

    sku: Sku
    priority: int
    since: datetime
    order_id: OrderId
    line_no: LineNo
    quantity: int

    @property
    def turn(self) -> InTurn:
        """Its place in the queue."""
        return InTurn(self.priority, self.since, self.order_id, self.line_no)


class Waiter(msgspec.Struct, frozen=True, gc=False):
    """A line that waits, its date so far, and what says which nodes may serve it."""

    sku: Sku
    priority: int
    since: datetime
    order_id: OrderId
    line_no: LineNo
    quantity: int
    expected_at: datetime | None
    supply_id: str | None


@dataclass(frozen=True, slots=True)
class Dating:
    """A line's new date, or none. `why` says what moved it, for the customer's eyes."""

    waiter: Waiter
    expected_at: datetime | None
    supply_id: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A line whose new date was written."""

    order_id: OrderId
    line_no: LineNo
    sku: Sku


@dataclass(frozen=True, slots=True)
class FreeUnits:
    """Units of a sku that are free, over all nodes."""

    sku: Sku
    units: int


@dataclass(frozen=True, slots=True)
class SkuNamed:
    sku: Sku


class WhyNotSupplied(StrEnum):
    """In order of precedence."""

    UNKNOWN_SUPPLY = "unknown_supply"
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_SKU = "unknown_sku"
    KIT = "kit_has_no_stock"
    KIND_CHANGED = "kind_changed"
    NOT_A_PURCHASE = "not_a_purchase"
    CANCELED = "canceled"
    NOT_ON_IT = "not_on_it"
    NOTHING_LEFT = "nothing_left"
    LOTS = "lots_cannot_be"
