"""What plumbing keeps, as plain data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

EVENTS_PER_TURN_MAX = 5_000
"""One relay commit numbers at most so many events: some 100 ms of work, so readers never wait."""

EVENTS_PER_STEP_MAX = 500
"""A journey step handles at most so many events in one commit: its row locks are held that long."""

STEPS_PER_TURN_MAX = 20
"""A journey step catches up by at most so many commits before the others, the timers and whoever
wants to stop us have their turn: more than one relay commit gives it to do."""

AGAIN_PER_TURN_MAX = 40
"""A step that has more to do of the same facts, as when 100,000 wait for what came, goes on for so
many commits before the others: some ten seconds."""


class Claimed(msgspec.Struct, frozen=True, gc=False):
    principal: str
    key: str


@dataclass(frozen=True, slots=True)
class Kept:
    principal: str
    key: str
    fingerprint: bytes
    status: int | None
    answer: bytes | None
    subject: UUID | None


@dataclass(frozen=True, slots=True)
class MarketName:
    market: str


@dataclass(frozen=True, slots=True)
class Lead:
    last_sequence: int


@dataclass(frozen=True, slots=True)
class Numbered:
    last_sequence: int


@dataclass(frozen=True, slots=True)
class Feed:
    market: str
    last_sequence: int


@dataclass(frozen=True, slots=True)
class Position:
    sequence: int


@dataclass(frozen=True, slots=True)
class CursorAt:
    market: str
    step: str
    sequence: int


class Event(msgspec.Struct, frozen=True, gc=False):
    """A fact of the feed. `data` is its JSON text."""

    sequence: int
    type: str
    event_id: UUID
    order_id: UUID | None
    subject: str
    at: datetime
    data: str


@dataclass(frozen=True, slots=True)
class News:
    outbox_id: int
    type: str
    event_id: UUID
    order_id: UUID | None
    subject: str
    at: datetime
    data: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """An exception: what, why, and how it ended. `detail` is JSON text."""

    exception_id: UUID
    kind: str
    subject: str
    order_id: UUID | None
    line_no: int | None
    reason: str
    detail: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None


@dataclass(frozen=True, slots=True)
class Closed:
    """An exception that has just ended."""

    exception_id: UUID
    kind: str
    subject: str
    order_id: UUID | None
    line_no: int | None


@dataclass(frozen=True, slots=True)
class Taken:
    message_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    digest: bytes
    outcome: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Lag:
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """A moment, as the database tells it."""

    at: datetime
