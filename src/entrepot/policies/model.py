"""What the business decides, as one document with defaults; each version of it is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.policies.keeping import RULES_MAX, SEGMENTS_MAX, Keep, Segment

DAY_S = 86_400
HOLIDAYS_MAX = 1_000
"""Twenty years of fifty holidays."""

REASON_LENGTH_MAX = 500


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A market's rules. What a document does not say has the default below."""

    release_after_s: (
        Annotated[
            int,
            Meta(ge=0, le=30 * DAY_S, description="Seconds for second thoughts before release."),
        ]
        | None
    ) = None
    extra_shipment: Annotated[
        int,
        Meta(
            ge=0,
            le=10**9,
            description="What each shipment of an order after the first costs beside its freight, "
            "in minor units.",
        ),
    ] = 150
    pickup_lead_minutes: Annotated[
        int,
        Meta(ge=0, le=30 * 24 * 60, description="Opening time a store needs to make goods ready."),
    ] = 120
    carrier_holidays: Annotated[
        tuple[date, ...],
        Meta(max_length=HOLIDAYS_MAX, description="Days on which no carrier moves."),
    ] = ()
    hold_expiry_s: (
        Annotated[
            int,
            Meta(
                ge=60,
                le=365 * DAY_S,
                description="Seconds after which a hold lifts itself, unless it says; null: never.",
            ),
        ]
        | None
    ) = None
    max_replans: Annotated[
        int,
        Meta(
            ge=0, le=20, description="How often a line is planned again before a person is asked."
        ),
    ] = 3
    keep: Annotated[
        tuple[Keep, ...],
        Meta(
            max_length=RULES_MAX,
            description="Stock that stays unsold. Of the rules without channels the first that "
            "fits wins (safety stock); of those of a channel the first too, beside it.",
        ),
    ] = ()
    segments: Annotated[
        tuple[Segment, ...],
        Meta(max_length=SEGMENTS_MAX, description="Stock that is for some channels only."),
    ] = ()
    velocity_days: Annotated[
        int, Meta(ge=1, le=365, description="Whole days (UTC) over which velocities are counted.")
    ] = 28


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A version as it is stored; `document` is JSON text."""

    version: int
    document: str


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A version, who made it and why. `document` is JSON text."""

    version: int
    document: str
    actor: str
    reason: str
    active_from: datetime
