"""One thing done to many orders, as plain data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from entrepot.journey.filters import Filters
from entrepot.orders.model import HoldKind

ORDERS_NAMED_MAX = 5_000
"""Orders picked by hand; a filter has no bound."""

PREVIEWED_MAX = 10_000
"""Orders looked at for a preview: about a second."""


class Action(StrEnum):
    """What is done. Holds that a job put or lifted can be taken back."""

    HOLD = "hold"
    UNHOLD = "unhold"
    CANCEL = "cancel"


class Skip(StrEnum):
    """Why an order stays as it is, in order of precedence."""

    UNKNOWN = "unknown_order"
    CLOSED = "closed"
    CANCELED = "canceled"
    SHIPPED = "already_shipped"
    HELD = "already_held"
    NOT_HELD = "not_held"
    LIFTED = "hold_is_gone"


class Outcome(StrEnum):
    CHANGED = "changed"
    SKIPPED = "skipped"
    FAILED = "failed"


class End(StrEnum):
    DONE = "done"
    CANCELED = "canceled"
    FAULT = "fault"


class Task(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is asked: of the orders named, or of those a filter finds as seen at `at`."""

    action: Action
    reason: str
    at: datetime
    kind: HoldKind = HoldKind.MANUAL
    order_ids: tuple[UUID, ...] = ()
    filters: Filters | None = None


class BulkRow(msgspec.Struct, frozen=True, gc=False):
    """What became of an order."""

    order_id: UUID
    outcome: str
    why: str | None
    detail: str | None
    hold_id: UUID | None


@dataclass(frozen=True, slots=True)
class Bulk:
    """A job as it stands. `request` is a Task as JSON text; `expected` orders, at least."""

    bulk_id: UUID
    action: str
    request: str
    actor: str
    undoes: UUID | None
    undone_by: UUID | None
    made_at: datetime
    upto: UUID
    after_id: UUID
    expected: int
    expected_all: bool
    changed: int
    skipped: int
    failed: int
    stop_asked: bool
    ended_at: datetime | None
    ended_by: str | None
    fault: str | None

    @property
    def task(self) -> Task:
        """What is asked."""
        return msgspec.json.decode(self.request, type=Task)


@dataclass(frozen=True, slots=True)
class BulkName:
    bulk_id: UUID


@dataclass(frozen=True, slots=True)
class WhyCount:
    """Orders of a job that were left as they are, by reason."""

    why: str
    orders: int
