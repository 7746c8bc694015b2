"""Policies of what operations look at: from how many on a figure is a warning, or an alarm."""

from typing import Annotated

import msgspec
from msgspec import Meta

Number = Annotated[int, Meta(ge=1, le=1_000_000)]


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From so many on it is a warning, an alarm; null: never."""

    warn: Number | None = 1
    alarm: Number | None = None


class Today(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of the figures of `GET /v1/overview`."""

    unaccepted_minutes: Annotated[
        int,
        Meta(ge=1, le=30 * 1440, description="Minutes in which a node should accept its work."),
    ] = 120
    late: Level = Level(warn=1, alarm=20)
    at_risk: Level = Level(warn=1, alarm=50)
    unaccepted: Level = Level(warn=1, alarm=25)
    exceptions: Level = Level(warn=1, alarm=25)
    held: Level = Level(warn=25, alarm=100)
    waiting: Level = Level(warn=50, alarm=500)
    stale_feeds: Level = Level(warn=1, alarm=3)
    oversold: Level = Level(warn=1, alarm=1)
