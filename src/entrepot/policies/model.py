"""What the business decides, as one document with defaults; each version of it is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from entrepot.policies.keeping import RULES_MAX, SEGMENTS_MAX, UNITS_MAX, Keep, Segment
from entrepot.policies.strategies import Sourcing

DAY_S = 86_400
HOLIDAYS_MAX = 1_000
"""Twenty years of fifty holidays."""

REASON_LENGTH_MAX = 500

NodeKindName = Literal["dc", "store", "3pl", "supplier", "virtual"]


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


class Waves(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When what is planned and not yet released is planned again, all of it together."""

    every_minutes: Annotated[
        int, Meta(ge=1, le=DAY_S // 60, description="Minutes from one wave to the next.")
    ] = 15
    orders_max: Annotated[
        int, Meta(ge=2, le=20_000, description="Orders planned together; the first to be released.")
    ] = 5_000
    saving_min: Annotated[
        int, Meta(ge=1, le=10**9, description="Minor units an order must save to be moved.")
    ] = 25


class Overstock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Stock that lasts too long where it is: sending a unit of it from there is worth something."""

    days: Annotated[int, Meta(ge=1, le=3_650, description="Days of sales there; more is too much.")]
    units_worth: Annotated[
        int, Meta(ge=1, le=10**6, description="Minor units that each unit sent is worth.")
    ]


class LookAhead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How stock and room are priced for the orders still to come."""

    every_hours: Annotated[
        int, Meta(ge=1, le=168, description="Hours from one pricing to the next.")
    ] = 24
    restocked_percent: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=1_000,
                description="Units that came in, in percent of all that was free, after which "
                "prices are made again at once; null: never.",
            ),
        ]
        | None
    ) = 10
    days: Annotated[
        int, Meta(ge=1, le=28, description="Days until the shelves are filled again, about.")
    ] = 7
    history_days: Annotated[
        int, Meta(ge=1, le=365, description="Days of orders that say what will be ordered.")
    ] = 28
    unserved: Annotated[
        int, Meta(ge=0, le=10**7, description="Minor units that running out of a line costs.")
    ] = 4_500
    overstock: Overstock | None = None


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


Percent = Annotated[float, Meta(ge=-100, le=1_000)]


class RequireReplay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a policy has to show before it comes into force: history decided again by it.

    The replay reproduces every recorded decision by the rules of then, and stays within the limits
    that are said.
    """

    days: Annotated[
        int, Meta(ge=1, le=366, description="Days of history that it must cover at least.")
    ] = 7
    within_hours: Annotated[
        int, Meta(ge=1, le=24 * 31, description="Hours since it and its history may have ended.")
    ] = 72
    max_cost_increase_pct: (
        Annotated[Percent, Meta(description="Of the cost per order, in percent.")] | None
    ) = None
    max_split_increase: (
        Annotated[Percent, Meta(description="Of the orders that are split, percentage points.")]
        | None
    ) = None
    max_late_increase: (
        Annotated[Percent, Meta(description="Of the promises that are late, percentage points.")]
        | None
    ) = None
    max_refused_increase: (
        Annotated[Percent, Meta(description="Of the orders refused, in percentage points.")] | None
    ) = None
    surely: Annotated[
        bool, Meta(description="The whole 95 % interval must lie within the limits.")
    ] = False


class Claiming(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Work to be sent is offered to several nodes, and the first that accepts has it.

    The first rule that fits an order holds. Nobody accepts: it is offered again, to others than
    those that declined, and after the last attempt it is the planned node's.
    """

    channels: (
        Annotated[
            tuple[Annotated[str, Meta(min_length=1, max_length=128)], ...],
            Meta(min_length=1, max_length=1_000, description="Orders of these; null: of all."),
        ]
        | None
    ) = None
    services: (
        Annotated[
            tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...],
            Meta(min_length=1, max_length=100, description="Carrier services; null: all."),
        ]
        | None
    ) = None
    node_kinds: Annotated[
        tuple[NodeKindName, ...],
        Meta(min_length=1, max_length=5, description="Kinds of nodes it is offered to."),
    ] = ("store",)
    offered_max: Annotated[
        int, Meta(ge=1, le=50, description="Nodes it is offered to at once, the cheapest first.")
    ] = 5
    minutes: Annotated[
        int, Meta(ge=1, le=7 * 24 * 60, description="Minutes until an offer ends.")
    ] = 30
    attempts_max: Annotated[
        int, Meta(ge=1, le=10, description="How often an order's work is offered in all.")
    ] = 1
    tell_a_person: Annotated[
        bool, Meta(description="Open an exception where nobody has accepted.")
    ] = False


CLAIMING_MAX = 50


class PickupConsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a customer is asked whose store cannot serve, and what is done without an answer."""

    choices: Annotated[
        tuple[Literal["ship", "other_store", "cancel"], ...],
        Meta(min_length=1, max_length=3, description="What the customer may choose."),
    ] = ("ship", "other_store", "cancel")
    minutes: Annotated[
        int, Meta(ge=1, le=30 * 24 * 60, description="Minutes until the default is done.")
    ] = 24 * 60
    default: Annotated[
        Literal["wait", "cancel"],
        Meta(description="Without an answer: the lines wait for a person, or are canceled."),
    ] = "wait"


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
