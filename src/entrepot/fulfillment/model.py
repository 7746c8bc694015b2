"""A node's work for one order, as plain data: what is asked, what was done, what left."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from entrepot.fulfillment.states import State, Verb
from entrepot.terms.ids import FulfillmentOrderId, LaneId, LineNo, NodeId, OrderId, Sku
from entrepot.terms.outcome import Outcome

PACKAGES_MAX = 200
"""Packages in one hand-over: more than a truck's tail lift takes of one order."""

RELEASES_PER_COMMIT_MAX = 500
"""Fulfillment orders released by one commit of the sweep: their rows are locked that long."""


class Units(msgspec.Struct, frozen=True, gc=False):
    """Units of a sku, for a line of the order. A kit's line has one entry for each component."""

    line_no: LineNo
    sku: Sku
    quantity: int


class NewFulfillmentOrder(msgspec.Struct, frozen=True, gc=False):
    """What a plan asks of a node. `made_at` is given where history is taken over."""

    order_id: OrderId
    node_id: NodeId
    method: str
    service: str
    carrier: str | None
    lane_id: LaneId | None
    day: date
    ship_by: datetime | None
    release_at: datetime
    lines: tuple[Units, ...]
    made_at: datetime | None = None


class FulfillmentOrder(msgspec.Struct, frozen=True, gc=False):
    """The row. `day` is the node's working day whose capacity it uses; `version` counts moves."""

    fulfillment_order_id: FulfillmentOrderId
    order_id: OrderId
    node_id: NodeId
    method: str
    service: str
    carrier: str | None
    lane_id: LaneId | None
    state: str
    day: date
    ship_by: datetime | None
    release_at: datetime
    made_at: datetime
    moved_at: datetime
    version: int


class Line(msgspec.Struct, frozen=True, gc=False):
    """Units asked of the node, and what became of them."""

    fulfillment_order_id: FulfillmentOrderId
    line_no: LineNo
    sku: Sku
    quantity: int
    picked: int
    shorted: int
    canceled: int

    @property
    def live(self) -> int:
        """Units that are still this node's to send: picked, or to be picked."""
        return self.quantity - self.shorted - self.canceled

    @property
    def to_pick(self) -> int:
        """Units nobody has picked, missed or canceled yet."""
        return self.live - self.picked


class Move(msgspec.Struct, frozen=True, gc=False):
    """A step of a life: by whom, why and when."""

    fulfillment_order_id: FulfillmentOrderId
    move_no: int
    from_state: str
    verb: str
    actor: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package that left. `lines` is JSON text: `[{line, sku, quantity}]`, empty where unknown."""

    fulfillment_order_id: FulfillmentOrderId
    package_no: int
    order_id: OrderId
    carrier: str
    service: str
    tracking_number: str
    lines: str
    shipped_at: datetime


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with work of some kind."""

    order_id: OrderId


class Work(msgspec.Struct, frozen=True, gc=False):
    """A fulfillment order with its lines."""

    head: FulfillmentOrder
    lines: tuple[Line, ...]

    @property
    def id(self) -> FulfillmentOrderId:
        """Its id."""
        return self.head.fulfillment_order_id

    @property
    def state(self) -> State:
        """Its state, as the table names it."""
        return State(self.head.state)


@dataclass(frozen=True, slots=True)
class Whole:
    """All there is to show of a fulfillment order."""

    work: Work
    packages: tuple[PackageRow, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Units as a node names them: the sku may be left out where the line has only one."""

    line_no: LineNo
    quantity: int
    sku: Sku | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    """A package as the node describes it. No units: everything, or not told which."""

    tracking_number: str
    carrier: str
    service: str | None = None
    units: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Scanned:
    """Units of a sku as they were scanned: for whichever line still wants them."""

    sku: Sku
    quantity: int


class Ask(msgspec.Struct, frozen=True, gc=False):
    """What somebody wants done with one fulfillment order.

    `units` empty means all that there are, unless some were `scanned`. `if_versions` demands that
    the fulfillment order is at one of these. `at` is when it happened, where that is not now.
    """

    fulfillment_order_id: FulfillmentOrderId
    actor: str
    reason: str | None = None
    units: tuple[Named, ...] = ()
    packages: tuple[Packed, ...] = ()
    if_versions: frozenset[int] | None = None
    at: datetime | None = None
    scanned: tuple[Scanned, ...] = ()


class WhyNot(StrEnum):
    """In order of precedence: the first that holds is what the caller hears."""

    UNKNOWN_FULFILLMENT_ORDER = "unknown_fulfillment_order"
    VERSION_CHANGED = "version_changed"
    ILLEGAL_TRANSITION = "illegal_transition"
    ON_HOLD = "on_hold"
    UNKNOWN_LINE = "unknown_line"
    TOO_MANY_UNITS = "too_many_units"
    NOTHING_TO_DO = "nothing_to_do"
    PACKAGES_DO_NOT_MATCH = "packages_do_not_match"


@dataclass(frozen=True, slots=True)
class Package:
    """A package that left, with its units; of several packages nobody may have told which."""

    tracking_number: str
    carrier: str
    service: str
    units: tuple[Units, ...]


class Turn(msgspec.Struct, frozen=True, gc=False):
    """What is to happen to a fulfillment order: the moves in order and the lines they leave.

    `units` is what the turn was about; `missing`, of a rejection, what the node could not find.
    """

    verbs: tuple[Verb, ...]
    lines: tuple[Line, ...]
    units: tuple[Units, ...]
    packages: tuple[Package, ...] = ()
    missing: tuple[Units, ...] = ()


class Acted(msgspec.Struct, frozen=True, gc=False):
    """What happened to a fulfillment order: `before` it, the turn, and the work `after` it."""

    before: State
    after: Work
    turn: Turn
    actor: str
    reason: str | None
    at: datetime


Decided = Outcome[Turn, WhyNot]
Answer = Outcome[Acted, WhyNot]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Units of an order's line that are wanted no more."""

    order_id: OrderId
    line_no: LineNo
    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True)
class Recall:
    """Units of an order's line that one node cannot have, and nobody there has picked."""

    order_id: OrderId
    line_no: LineNo
    sku: Sku
    node_id: NodeId
    quantity: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many units of each withdrawal were withdrawn, in order, and from which work."""

    quantities: list[int]
    acted: list[Acted]


@dataclass(frozen=True, slots=True)
class Guarded:
    """How many rows passed the guard of a write."""

    passed: int


class LineLot(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot that were picked for a line; `gone`: they are off the books."""

    fulfillment_order_id: FulfillmentOrderId
    line_no: LineNo
    sku: Sku
    node_id: NodeId
    lot: str
    serial: bool
    quantity: int
    gone: bool = False


class PickedLot(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot at a node that are picked and still on the books."""

    sku: Sku
    node_id: NodeId
    lot: str
    quantity: int


class PickedFor(msgspec.Struct, frozen=True, gc=False):
    """Whose work a lot's units were picked for."""

    sku: Sku
    lot: str
    fulfillment_order_id: FulfillmentOrderId
    order_id: OrderId
    line_no: LineNo


@dataclass(frozen=True, slots=True)
class Standing:
    """An order that a hold stands against."""

    order_id: OrderId
