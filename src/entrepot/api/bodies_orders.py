"""An order's document as it is read: the receipt of its capture, and all that has become of it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from entrepot.delivery.model import Status
from entrepot.fulfillment.states import State
from entrepot.journey.receipt import LineView, PlannedShipment, PromiseView
from entrepot.network.model import Method, NodeKind
from entrepot.orders.model import Address, Backorder, Customer, HoldKind, Payment
from entrepot.orders.phase import Phase


class UnitsShown(msgspec.Struct, frozen=True):
    line: int
    sku: str
    quantity: int


class WaitingShown(msgspec.Struct, frozen=True):
    """What waits of a line, in which class, and when which supply brings the last of it."""

    sku: str
    quantity: int
    why: str
    priority: int
    expected_at: datetime | None
    supply: str | None


class LineShown(LineView, frozen=True, kw_only=True):
    """A line as it stands. `cancelable` units have not left."""

    waiting: list[WaitingShown]
    cancelable: int


class AtNode(msgspec.Struct, frozen=True):
    node: str
    lines: list[UnitsShown]


class PlanShown(msgspec.Struct, frozen=True):
    """The plan of the capture, and where the units are claimed now (`nodes`)."""

    cost: int
    extra: int
    exact: bool
    shipments: list[PlannedShipment]
    nodes: list[AtNode]


class WorkLine(msgspec.Struct, frozen=True):
    line: int
    sku: str
    quantity: int
    picked: int
    shorted: int
    canceled: int


class ExpectedShown(msgspec.Struct, frozen=True):
    """When work that is still to come is expected, and why then."""

    earliest: datetime
    latest: datetime
    maker: str
    cause: str
    reason: str


class MilestonesShown(msgspec.Struct, frozen=True):
    """By when it must have come how far; `alarm` is the milestone at risk, or missed."""

    release_by: datetime
    accept_by: datetime
    pick_by: datetime
    ship_by: datetime
    deliver_by: datetime
    alarm: str | None
    missed: bool
    cause: str | None


class WorkShown(msgspec.Struct, frozen=True):
    """A node's work. `cost` in minor units, where its plan says it of the node alone."""

    id: UUID
    node: str
    method: str
    service: str
    carrier: str | None
    lane_id: str | None
    state: State
    day: date
    ship_by: datetime | None
    release_at: datetime
    made_at: datetime
    moved_at: datetime
    version: int
    lines: list[WorkLine]
    milestones: MilestonesShown | None
    expected: ExpectedShown | None
    cost: int | None


class ScanShown(msgspec.Struct, frozen=True):
    status: Status
    at: datetime
    location: str | None
    description: str | None


class PackageShown(msgspec.Struct, frozen=True):
    """A package that left, and what its carrier has said of it."""

    fulfillment_order_id: UUID
    tracking_number: str
    carrier: str
    service: str
    lines: list[UnitsShown]
    shipped_at: datetime
    status: Status
    delivered_at: datetime | None
    scans: list[ScanShown]


class HoldShown(msgspec.Struct, frozen=True):
    hold_id: UUID
    kind: HoldKind
    reason: str
    actor: str
    placed_at: datetime
    until: datetime | None
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None


class TroubleShown(msgspec.Struct, frozen=True):
    """An exception that stands, or stood, against the order."""

    exception_id: UUID
    kind: str
    subject: str
    line: int | None
    reason: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None


class PromiseTold(msgspec.Struct, frozen=True):
    """What the customer was told, from then on; `was` the latest before."""

    earliest: datetime
    latest: datetime
    was: datetime | None
    maker: str
    cause: str
    reason: str | None
    at: datetime


class StageShown(msgspec.Struct, frozen=True):
    """A stage, and how many units (of `of`) have come there."""

    id: Literal[
        "placed", "planned", "in_fulfillment", "shipped", "delivered", "ready_for_pickup",
        "collected",
    ]  # fmt: skip
    state: Literal["done", "current", "todo"]
    units: int
    of: int
    at: datetime | None


class MoneyLine(msgspec.Struct, frozen=True):
    line: int
    goods: int
    discount: int
    tax: int
    total: int
    canceled: int


class MoneyShown(msgspec.Struct, frozen=True):
    """Minor units: what was agreed, what of it was canceled, and what stands."""

    currency: str
    goods: int
    discount: int
    tax: int
    shipping: int
    shipping_tax: int
    total: int
    canceled: int
    standing: int
    authorized: int | None
    lines: list[MoneyLine]


class MayBeDone(msgspec.Struct, frozen=True):
    """Holds that may be put and lifted now, and whether units may be canceled."""

    hold: list[HoldKind]
    unhold: list[HoldKind]
    cancel: bool


class NodeBrief(msgspec.Struct, frozen=True):
    name: str
    kind: NodeKind
    time_zone: str


class WhoDid(msgspec.Struct, frozen=True):
    """Whose doing it was; `by` the key or user that told it, where that is another."""

    kind: Literal["person", "system", "node", "carrier", "channel"]
    name: str
    by: str | None = None


class Changed(msgspec.Struct, frozen=True):
    """What was so before, and what is so since."""

    field: str
    before: Any = msgspec.field(name="from")
    to: Any = None


class TimelineEntry(msgspec.Struct, frozen=True):
    """A fact of the order, or a note. `minor`: of interest to machines; `decision`: its reasons."""

    sequence: int | None
    type: str
    at: datetime
    actor: str
    reason: str | None
    data: dict[str, Any]
    group: Literal[
        "order", "plan", "work", "promise", "delivery", "customer", "exception", "note",
    ]  # fmt: skip
    minor: bool
    who: WhoDid
    changes: list[Changed]
    decision: UUID | None


class OrderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it stands. `version` is its ETag: notes leave it as it is."""

    id: UUID
    number: str
    channel: str
    external_id: str
    placed_at: datetime
    captured_at: datetime
    currency: str
    phase: Phase
    method: Method
    service: str
    pickup_node: str | None
    backorder: Backorder
    customer: Customer | None
    ship_to: Address | None
    payment: Payment | None
    note: str | None
    shipping: int
    shipping_tax: int
    total: int
    promise: PromiseView | None
    lines: list[LineShown]
    plan: PlanShown | None
    fulfillment_orders: list[WorkShown]
    shipments: list[PackageShown]
    payments: list[Payment]
    holds: list[HoldShown]
    exceptions: list[TroubleShown]
    promises: list[PromiseTold]
    stages: list[StageShown]
    money: MoneyShown
    can: MayBeDone
    nodes: dict[str, NodeBrief]
    timeline: list[TimelineEntry]
    version: int
