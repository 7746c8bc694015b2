"""After the order, as plain data: milestones, what is expected, revisions, outcomes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from entrepot.terms.ids import FulfillmentOrderId, LaneId, NodeId, OrderId

WATCHED_PER_COMMIT_MAX = 500
"""Milestones looked at by one commit of the sweep: their rows are locked that long."""

RULES = "rules"
"""The maker of promises that are reckoned by the calendar, the card and what lanes have shown."""


class Milestone(StrEnum):
    """What a node's work must have done by a time, in this order."""

    RELEASE = "release"
    ACCEPT = "accept"
    PICK = "pick"
    SHIP = "ship"
    DELIVER = "deliver"


class AlarmCause(StrEnum):
    """Why a milestone is at risk: time runs out, or its node is paused, or full."""

    TIME = "time"
    PAUSED = "paused"
    FULL = "full"


class Milestones(msgspec.Struct, frozen=True, gc=False):
    """By when a promise needs a node's work to have come how far. All times are UTC."""

    release_by: datetime
    accept_by: datetime
    pick_by: datetime
    ship_by: datetime
    deliver_by: datetime

    def of(self, milestone: Milestone) -> datetime:
        """Give the time of one of them."""
        by: datetime = getattr(self, f"{milestone}_by")
        return by


class MilestoneRow(msgspec.Struct, frozen=True, gc=False):
    """A row of milestones. `alarm` names the one that was told as at risk, or as missed."""

    fulfillment_order_id: FulfillmentOrderId
    order_id: OrderId
    release_by: datetime
    accept_by: datetime
    pick_by: datetime
    ship_by: datetime
    deliver_by: datetime
    watch_at: datetime | None
    alarm: str | None
    missed: bool
    cause: str | None

    @property
    def times(self) -> Milestones:
        """The milestones alone."""
        return Milestones(
            self.release_by, self.accept_by, self.pick_by, self.ship_by, self.deliver_by
        )


class Watched(msgspec.Struct, frozen=True, gc=False):
    """Milestones that are due to be looked at, and how far their work has come."""

    fulfillment_order_id: FulfillmentOrderId
    order_id: OrderId
    release_by: datetime
    accept_by: datetime
    pick_by: datetime
    ship_by: datetime
    deliver_by: datetime
    alarm: str | None
    missed: bool
    cause: str | None
    node_id: NodeId
    state: str
    moved_at: datetime
    held: bool

    @property
    def times(self) -> Milestones:
        """The milestones alone."""
        return Milestones(
            self.release_by, self.accept_by, self.pick_by, self.ship_by, self.deliver_by
        )


class Look(msgspec.Struct, frozen=True, gc=False):
    """What came of a look: when to look again, and the alarm that stands then.

    `news`: the alarm was not told before. `over`: one that stood does not any more.
    """

    watch_at: datetime | None
    alarm: Milestone | None = None
    missed: bool = False
    cause: AlarmCause | None = None
    news: bool = False
    over: bool = False


class Cause(StrEnum):
    """What moved a promise."""

    PLAN = "plan"
    HAND_OVER = "hand_over"
    SCAN = "scan"
    BACKLOG = "backlog"
    LATE_WORK = "late_work"
    OVERDUE = "overdue"


class Way(msgspec.Struct, frozen=True, gc=False):
    """One node's work for an order as far as its delivery depends on it, and its parcel if any.

    Of several parcels it is the one that is furthest behind. `crowded`: it is beyond what its
    node's days hold.
    """

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    node_id: NodeId
    lane_id: LaneId | None
    method: str
    state: str
    day: date
    shipped_at: datetime | None
    carrier: str | None
    status: str | None
    status_at: datetime | None
    delivered_at: datetime | None
    crowded: bool = False


class Told(msgspec.Struct, frozen=True, gc=False):
    """What an order's customer was told last; number 0 is the promise the order was taken with.

    `was` is what they were told before it, `revised_at` when it moved. All of it as calendars and
    rate card would have said it: what was learned promised `shift` later, or, below zero, earlier.
    """

    order_id: OrderId
    was: datetime | None
    revised_at: datetime | None
    revision_no: int
    earliest: datetime
    latest: datetime
    shift: timedelta = timedelta(0)

    def shifted(self, sign: int) -> "Told":
        """Go from what was said to what calendars and rate card say (-1), or back (+1)."""
        by = sign * self.shift
        was = None if self.was is None else self.was + by
        return msgspec.structs.replace(
            self, was=was, earliest=self.earliest + by, latest=self.latest + by
        )


class Expected(msgspec.Struct, frozen=True, gc=False):
    """When an order, or one node's part of it, is expected, by whom, and what it hangs on."""

    earliest: datetime
    latest: datetime
    cause: Cause
    reason: str
    maker: str = RULES
    confidence: float | None = None

    def later(self, by: timedelta) -> "Expected":
        """Say what was learned would say of it: as much later as it has promised at first."""
        return msgspec.structs.replace(self, earliest=self.earliest + by, latest=self.latest + by)


@dataclass(frozen=True, slots=True)
class Revision:
    """A row of a promise's history."""

    order_id: OrderId
    revision_no: int
    earliest: datetime
    latest: datetime
    was: datetime
    maker: str
    cause: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """Work of a node and a method for a working day that has not left it.

    Of it, `alarmed` was told of.
    """

    node_id: NodeId
    day: date
    method: str
    works: int
    alarmed: int


@dataclass(frozen=True, slots=True)
class Overfull:
    """How many pieces of a node's work up to a day are more than its days hold until then."""

    node_id: NodeId
    day: date
    excess: int


@dataclass(frozen=True, slots=True)
class Stirred:
    """An order whose promise may have moved."""

    order_id: OrderId
