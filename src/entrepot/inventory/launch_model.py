"""Launches and their waiting lines, as plain data."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from entrepot.terms.ids import LaunchId, Sku

SKUS_PER_LAUNCH_MAX = 100
"""Their positions are locked in one commit: at 200 nodes some 20,000, a good half second."""

NOT_ON_SALE = 1_000_000_000
"""What stays at a position until its launch has opened: more units than any position ever holds,
and few enough that no sum of balances leaves PostgreSQL's integer."""

FIRST_MAX = 1_000_000
PER_S_MAX = 100_000
"""Nobody is admitted faster than a busy cluster can sell."""

LINE_BEFORE = timedelta(seconds=10)
"""A line stands so long before the opening: by then every serving process has heard of it."""

AHEAD_MAX = timedelta(days=366)
"""A launch is planned at most a year ahead: beyond it a date is a slip of the pen."""

SECRET_BYTES = 32
HEADER_CHARS_MAX = 1_000
"""Of the header that brings tickets: an order of ten launches at once."""

TICKETS_PER_COMMIT_MAX = 1_024
"""Tickets drawn in one commit: some milliseconds of work."""


@dataclass(frozen=True, slots=True)
class Line:
    """Who is admitted: `first` at the opening, `per_s` more in every second after it."""

    first: int
    per_s: int


@dataclass(frozen=True, slots=True)
class NewLaunch:
    """What is to go on sale together, and when; each sku once."""

    launch_id: LaunchId
    skus: tuple[Sku, ...]
    opens_at: datetime
    line: Line | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch as its row stands. `secret` signs its tickets, and is told to nobody."""

    launch_id: LaunchId
    state: str
    skus: list[Sku]
    opens_at: datetime
    line_first: int | None
    line_per_s: int | None
    issued: int
    secret: bytes = field(repr=False)
    reason: str | None
    made_at: datetime
    moved_at: datetime
    version: int

    @property
    def line(self) -> Line | None:
        """Its line, where it is sold by turns."""
        if self.line_first is None or self.line_per_s is None:
            return None
        return Line(self.line_first, self.line_per_s)


@dataclass(frozen=True, slots=True)
class LaunchMove:
    """One step of a launch's life."""

    move_no: int
    from_state: str
    verb: str
    actor: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LaunchOfSku:
    """Which launch that has not ended a sku is in."""

    sku: Sku
    launch_id: LaunchId


@dataclass(frozen=True, slots=True)
class Unopened:
    """A sku that is not on sale before its launch opens."""

    sku: Sku
    launch_id: LaunchId
    opens_at: datetime


@dataclass(frozen=True, slots=True)
class LaunchWritten:
    """A launch whose row passed the guard of a write."""

    launch_id: LaunchId


@dataclass(frozen=True, slots=True)
class TicketsIssued:
    """How many tickets of a launch were drawn in all."""

    launch_id: LaunchId
    issued: int


@dataclass(frozen=True, slots=True)
class TicketUse:
    """A ticket, and the order or cart that was made with it."""

    launch_id: LaunchId
    number: int
    holder: UUID


class WhyNotLaunched(StrEnum):
    """Why a launch is not changed as asked, in order of precedence."""

    VERSION_CHANGED = "version_changed"
    TRANSITION = "transition"
    TAKEN = "taken"


class WhyNoTicket(StrEnum):
    """Why no ticket is given, in order of precedence."""

    UNKNOWN = "unknown"
    NO_LINE = "no_line"
    ENDED = "ended"
    KEY_REUSED = "key_reused"
