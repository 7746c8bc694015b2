"""Policies of work that nodes claim, and of what customers are asked."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

CLAIMING_MAX = 50
"""Rules a person can still read from above."""

NodeKindName = Literal["dc", "store", "3pl", "supplier", "virtual"]


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
    may_be_late: Annotated[
        bool,
        Meta(
            description="Offer it also to nodes that would miss the promised date, and while the "
            "planned node would miss it by waiting."
        ),
    ] = False


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
