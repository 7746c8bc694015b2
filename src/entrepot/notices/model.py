"""Webhooks and what is owed to them, as plain data."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

TYPES = frozenset(
    {
        "availability.changed",
        *("capacity.clearing", "capacity.overridden", "capacity.restored"),
        *("consent.answered", "consent.asked", "consent.expired", "consent.withdrawn"),
        *("delivery.delivered", "delivery.scanned"),
        *("exception.attended", "exception.closed", "exception.opened"),
        *("fulfillment.accepted", "fulfillment.canceled", "fulfillment.collected"),
        *("fulfillment.delivered", "fulfillment.packed", "fulfillment.picked"),
        *("fulfillment.picking", "fulfillment.planned", "fulfillment.ready"),
        *("fulfillment.rejected", "fulfillment.released", "fulfillment.shipped"),
        "fulfillment.shorted",
        *("import.checked", "import.ended"),
        *("inventory.expired", "inventory.shorted", "inventory.supplied"),
        *("launch.canceled", "launch.ended", "launch.opened", "launch.planned"),
        *("offer.accepted", "offer.declined", "offer.expired", "offer.opened", "offer.withdrawn"),
        *("milestone.at_risk", "milestone.missed"),
        *("order.canceled", "order.captured", "order.closed", "order.held"),
        *("order.imported", "order.noted", "order.prioritized", "order.unheld"),
        "pickup.arrived",
        *("promise.revised", "sourcing.planned", "supply.changed", "terms.changed"),
        *("transfer.canceled", "transfer.closed", "transfer.planned", "transfer.received"),
        *("transfer.sent", "transfer.written_off"),
    }
)
"""The facts a webhook may ask for: those of docs/events. A type that is misspelled is refused."""

WEBHOOKS_MAX = 100
"""Of one market: each reads the whole feed."""

URL_CHARS_MAX = 2_000
SECRET_BYTES_MIN, SECRET_BYTES_MAX = 24, 64
"""As Standard Webhooks has it."""

ATTEMPTS_MAX = 16
"""About a day, with the pauses below."""

PAUSE_S_FIRST = 5.0
PAUSE_S_MAX = 4 * 3_600.0

AT_ONCE_MAX = 16
"""Deliveries in flight to one webhook, each of another subject."""

AHEAD_MAX = 400
"""How far ahead of the oldest that waits subjects are looked for."""

EVENTS_PER_COMMIT_MAX = 5_000
"""Events of the feed that become deliveries in one commit."""

COUNTED_MAX = 1_000
"""Of what waits or was given up no more is counted: beyond it there is much."""

RETRIED_AT_ONCE_MAX = 1_000
"""Deliveries that one call has tried anew."""

CALL_S_MAX = 10.0
LEASE = timedelta(seconds=60)
"""A delivery that was claimed and not recorded (somebody died) is claimed again after this."""

ERROR_CHARS_MAX = 300
"""What is kept of an answer that was no success; no more of it is read."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Who is told what. No types: all. Channels: only facts that name one of them.

    `sequence` is how far the feed was read for it. `failures` counts those since the last success;
    `due_at` is when it may be called again; `exception_id` says why it was disabled.
    """

    webhook_id: str
    url: str
    secret: str = field(repr=False)
    types: list[str]
    channels: list[str] | None
    enabled: bool
    version: int
    sequence: int
    failures: int
    due_at: datetime
    succeeded_at: datetime | None
    exception_id: UUID | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A webhook as somebody puts it; no secret: the one it has stays."""

    webhook_id: str
    url: str
    secret: str | None = field(repr=False)
    types: list[str]
    channels: list[str] | None
    enabled: bool


class WhyNot(StrEnum):
    """Why a webhook is not put, in order of precedence."""

    UNSIGNED = "unsigned"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Put:
    """A webhook as it is now, and the exception that its being enabled ends."""

    webhook: Webhook
    ends: UUID | None


@dataclass(frozen=True, slots=True)
class Counted:
    number: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What a webhook is owed and what was given up, each counted up to `COUNTED_MAX`."""

    webhook_id: str
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class Retried:
    """A delivery that is tried anew."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A webhook that something may be due to."""

    webhook_id: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery to be made now, with its event; `attempt` counts from 1 and fences the record."""

    sequence: int
    type: str
    event_id: UUID
    order_id: UUID | None
    subject: str
    at: datetime
    data: str
    attempt: int
    tried_at: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """What one webhook is sent at once."""

    webhook: Webhook
    claimed: list[Claimed]


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a call: a status, or none where there was no answer; and what was wrong."""

    status: int | None
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Say whether it was taken."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Ended:
    """A delivery after a call: how it stands, and when it is due again if it waits."""

    sequence: int
    attempt: int
    state: DeliveryState
    due_at: datetime
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a round's calls mean: for each delivery, for the webhook, for a person."""

    ended: list[Ended]
    failures: int
    due_at: datetime
    succeeded: bool
    disable: str | None
    given_up: list[int]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the delivery log."""

    sequence: int
    event_id: UUID
    type: str
    subject: str
    state: str
    attempts: int
    due_at: datetime
    ended_at: datetime | None
    status: int | None
    error: str | None
