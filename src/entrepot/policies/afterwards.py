"""Policies of what follows an order: milestones, dates that move, what lanes have shown."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Milestones(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By when work must have come how far, and what follows where it has not.

    Counted back from the hand-over that the promise needs, in the node's opening time.
    """

    alert_minutes: Annotated[
        int, Meta(ge=0, le=7 * 1440, description="How long before it is missed one is at risk.")
    ] = 60
    accept_minutes: Annotated[
        int, Meta(ge=0, le=7 * 1440, description="Opening time a node has to take work on.")
    ] = 60
    pick_minutes: Annotated[
        int, Meta(ge=0, le=7 * 1440, description="Opening time it has to pick.")
    ] = 60
    pack_minutes: Annotated[
        int, Meta(ge=0, le=7 * 1440, description="Opening time it has to pack and hand over.")
    ] = 30
    replan_unaccepted_after_minutes: (
        Annotated[
            int,
            Meta(
                ge=5,
                le=30 * 1440,
                description="Opening time after which unaccepted work goes elsewhere, "
                "if that is earlier; null: when the promise needs it.",
            ),
        ]
        | None
    ) = None
    replan: Annotated[
        bool,
        Meta(description="Whether work that is not taken on goes to a node that makes the date."),
    ] = True


class Revisions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a customer is told another date: see `docs/algorithms/promise.md`."""

    quiet_hours: Annotated[
        int,
        Meta(ge=0, le=30 * 24, description="Hours in which a date that moved does not move back."),
    ] = 12
    tell_earlier: Annotated[
        bool, Meta(description="Whether customers are told an earlier date too.")
    ] = True


class LearnedTransit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Promise by what lanes have shown rather than by the card alone."""

    window_days: Annotated[
        int, Meta(ge=7, le=730, description="Days of deliveries that are looked at.")
    ] = 60
    card_weight: Annotated[
        int, Meta(ge=0, le=10_000, description="The card weighs as much as so many deliveries.")
    ] = 20
    share: Annotated[
        float, Meta(ge=0.5, le=0.99, description="Deliveries that are to make the promised day.")
    ] = 0.9
