"""Policies of what operations look at: from how many on a figure is a warning, or an alarm."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

DAY: Final = 24 * 60

Trouble = Literal[
    "sourcing.unroutable",
    "promise.at_risk",
    "promise.undated",
    "offer.unclaimed",
    "inventory.short",
    "inventory.surplus",
    "inventory.feed_stale",
    "channel.unmapped",
    "channel.delivery_reused",
    "journey.poison",
    "notices.disabled",
    "notices.undelivered",
    "policy.not_activated",
]
"""Kinds of exceptions."""

WITHIN_MINUTES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "sourcing.unroutable": 60,
        "promise.at_risk": 30,
        "promise.undated": DAY,
        "offer.unclaimed": 60,
        "inventory.short": 2 * 60,
        "inventory.surplus": DAY,
        "inventory.feed_stale": 60,
        "channel.unmapped": 30,
        "channel.delivery_reused": DAY,
        "journey.poison": 30,
        "notices.disabled": 60,
        "notices.undelivered": DAY,
        "policy.not_activated": 60,
    }
)
"""Minutes in which each kind is dealt with, where the policy does not say otherwise."""

Minutes = Annotated[int, Meta(ge=1, le=30 * DAY)]
Number = Annotated[int, Meta(ge=1, le=1_000_000)]


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From so many on it is a warning, an alarm; null: never."""

    warn: Number | None = 1
    alarm: Number | None = None


class Today(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of the figures of `GET /v1/overview`, and the service levels of exceptions."""

    unaccepted_minutes: Annotated[
        Minutes, Meta(description="Minutes in which a node should accept its work.")
    ] = 120
    exceptions_within_minutes: Annotated[
        dict[Trouble, Minutes],
        Meta(description="Service levels: minutes in which exceptions of a kind are dealt with."),
    ] = {}
    late: Level = Level(warn=1, alarm=20)
    at_risk: Level = Level(warn=1, alarm=50)
    unaccepted: Level = Level(warn=1, alarm=25)
    exceptions: Level = Level(warn=1, alarm=25)
    held: Level = Level(warn=25, alarm=100)
    waiting: Level = Level(warn=50, alarm=500)
    stale_feeds: Level = Level(warn=1, alarm=3)
    oversold: Level = Level(warn=1, alarm=1)

    @property
    def service_levels(self) -> dict[str, int]:
        """Give the service level of each kind of exceptions, in minutes."""
        levels = dict(WITHIN_MINUTES)
        levels.update(self.exceptions_within_minutes.items())
        return levels
