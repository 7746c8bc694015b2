"""What the business decides, as one document with defaults; each version of it is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from entrepot.policies.afterwards import LearnedTransit, Milestones, Revisions
from entrepot.policies.ahead import LookAhead, Waves
from entrepot.policies.claims import CLAIMING_MAX, Claiming, NodeKindName, PickupConsent
from entrepot.policies.keeping import RULES_MAX, SEGMENTS_MAX, UNITS_MAX, Keep, Segment
from entrepot.policies.strategies import Sourcing
from entrepot.policies.today import Today
from entrepot.policies.trial import RequireReplay

DAY_S = 86_400
HOLIDAYS_MAX = 1_000
"""Twenty years of fifty holidays."""

REASON_LENGTH_MAX = 500


class StoreTruth(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where it is asked whether the books' units are really there, and what counting costs."""

    node_kinds: Annotated[
        tuple[NodeKindName, ...],
        Meta(max_length=5, description="Kinds of nodes whose picks and counts are learned from."),
    ] = ("store",)
    count_sources: (
        Annotated[
            tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...],
            Meta(max_length=100, description="Sources whose counts are looks at the shelf."),
        ]
        | None
    ) = None
    count_s: Annotated[
        int, Meta(ge=1, le=3600, description="Seconds to get to a shelf and back to the list.")
    ] = 45
    count_unit_s: Annotated[
        int, Meta(ge=0, le=600, description="Seconds to count each unit of the books.")
    ] = 2


class TruthDiscount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Stock counts only up to the largest n of which P(at least n are there) reaches the bar."""

    node_kinds: Annotated[
        tuple[NodeKindName, ...],
        Meta(min_length=1, max_length=5, description="Kinds of nodes whose stock is discounted."),
    ] = ("store",)
    at_least_probability: Annotated[
        float, Meta(ge=0.5, le=0.999, description="The bar: 0.9 breaks one promise in ten at most.")
    ] = 0.9


class StaleStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What stays unsold at a node while one of its feeds is stale: see `feed_stale_after_s`."""

    node_kinds: Annotated[
        tuple[NodeKindName, ...],
        Meta(min_length=1, max_length=5, description="Kinds of nodes whose stock is discounted."),
    ] = ("dc", "store", "3pl", "supplier", "virtual")
    units: Annotated[
        int,
        Meta(ge=1, le=UNITS_MAX, description="Units kept back at each position; many: sell none."),
    ] = 1


CHANNELS_PUBLISHED_MAX = 1_000
"""Every change of a sku is looked at for each of them."""


class Publication(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a channel is told that what it may sell has changed.

    Crossing between none, low and normal is always told. Another change is where it reaches
    `step_units` or `step_share` of what was told last; a step that is null tells of nothing.
    """

    channel: Annotated[str, Meta(min_length=1, max_length=128)]
    enabled: bool = True
    low_at: Annotated[
        int, Meta(ge=0, le=UNITS_MAX, description="Units at which stock is low; 0: no such band.")
    ] = 0
    step_units: Annotated[int, Meta(ge=1, le=UNITS_MAX, description="Units.")] | None = 1
    step_share: (
        Annotated[float, Meta(gt=0, le=1, description="Of what was published last.")] | None
    ) = None
    coalesce_ms: Annotated[
        int,
        Meta(ge=0, le=3_600_000, description="Milliseconds in which changes of a sku become one."),
    ] = 1_000


class Promising(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may promise, how sure, and how often is learned anew once a version is in force."""

    engine: Annotated[
        Literal["static", "rules", "model"],
        Meta(description="The best engine that may answer; those below it answer where it cannot."),
    ] = "model"
    confidence: Annotated[
        float, Meta(ge=0.5, le=0.99, description="The share of promised windows that are to hold.")
    ] = 0.9
    retrain_days: (
        Annotated[int, Meta(ge=1, le=365, description="Days between trainings; null: never.")]
        | None
    ) = 7
    remember_minutes: Annotated[
        int,
        Meta(ge=1, le=10_080, description="Minutes after which new deliveries are taken in."),
    ] = 60


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
    feed_stale_after_s: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=365 * DAY_S,
                description="Seconds of silence after which a feed is stale; null: never.",
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
    truth: StoreTruth = StoreTruth()
    truth_discount: TruthDiscount | None = None
    stale_stock: StaleStock | None = None
    publication: Annotated[
        tuple[Publication, ...],
        Meta(
            max_length=CHANNELS_PUBLISHED_MAX,
            description="The channels that are told what they may sell; others are not.",
        ),
    ] = ()
    promise: Promising = Promising()
    milestones: Milestones | None = Milestones()
    revisions: Revisions = Revisions()
    learned_transit: LearnedTransit | None = None
    waves: Waves | None = None
    look_ahead: LookAhead | None = None
    sourcing: Annotated[
        Sourcing,
        Meta(
            description="Which nodes may send what, in which order of strategies; without profiles "
            "every order is sent at the least cost from any node that can."
        ),
    ] = Sourcing()
    late_per_day: Annotated[
        int,
        Meta(
            ge=0,
            le=10**9,
            description="What each day weighs that a shipment arrives after its order is due, in "
            "minor units: a faster service is taken where it costs less.",
        ),
    ] = 0
    require_replay: RequireReplay | None = None
    claiming: Annotated[
        tuple[Claiming, ...],
        Meta(max_length=CLAIMING_MAX, description="Work that nodes claim; the first that fits."),
    ] = ()
    when_given_up: Annotated[
        Literal["partial", "whole", "cancel"],
        Meta(
            description="Of an order of which a node rejects or shorts units: only these are "
            "planned again; or, with them, all that nobody has begun; or these are canceled.",
        ),
    ] = "partial"
    pickup_consent: PickupConsent | None = None
    today: Today = Today()


def policy_of(document: str) -> Policy:
    """Read a stored document."""
    return msgspec.json.decode(document, type=Policy)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """The version in force as it is stored; `document` is JSON text."""

    version: int
    document: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version, who made it and why, and how far its life is. `document` is JSON text.

    `activation` counts the versions that came into force, None for one that never was; `restores`
    is the version whose document it has again. `revision` counts its changes, from 1.
    """

    version: int
    state: str
    document: str
    actor: str
    reason: str
    made_at: datetime
    changed_at: datetime
    effective_at: datetime | None
    active_from: datetime | None
    retired_at: datetime | None
    restores: int | None
    activation: int | None
    revision: int


@dataclass(frozen=True, slots=True)
class PolicyMove:
    """One step of a version's life."""

    move_no: int
    from_state: str
    verb: str
    actor: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A version whose row passed the guard of a write."""

    version: int


class WhyNotMoved(StrEnum):
    """Why a version is not changed as asked, in order of precedence."""

    UNKNOWN = "unknown"
    VERSION_CHANGED = "version_changed"
    TRANSITION = "transition"
    NEVER_IN_FORCE = "never_in_force"
    IN_FORCE = "in_force"
