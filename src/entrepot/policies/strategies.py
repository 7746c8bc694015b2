"""Which nodes may send what: the words of sourcing's rules, as they are written in a policy.

Profiles are a list, and the first one that fits an order is its own. Its strategies are tried from
above: the first that finds all units somewhere wins. Conditions are CEL; what is a list of names
and numbers (kinds, groups, nodes, distances, prices) is a table.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.policies.keeping import Kind, Names, Note

PROFILES_MAX = 50
"""Kinds of orders that a person tells apart; each may cost every order a look."""

STRATEGIES_MAX = 20
"""Ways to try one after the other; an order that fails them all was planned so many times."""

RULES_OF_STRATEGY_MAX = 20
"""Fences, or ratings, of a strategy: each is a look at every node, whose answer is kept."""

RATING_MAX = 10_000_000
"""Minor units. Dearer than any parcel; what may never be used is fenced off instead."""

DISTANCE_KM_MAX = 20_100
"""Half way round the earth."""

EXPRESSION_CHARS_MAX = 2_000
"""Longer than any condition that a person could read."""

Expression = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=EXPRESSION_CHARS_MAX,
        description="CEL. See the how-to on policies for the names it knows.",
    ),
]
Named = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[^/]*$")]
Kinds = Annotated[tuple[Kind, ...], Meta(min_length=1, max_length=5)]
Kilometers = Annotated[float, Meta(ge=0, le=DISTANCE_KM_MAX)]
Price = Annotated[
    int,
    Meta(
        ge=-RATING_MAX,
        le=RATING_MAX,
        description="Minor units for each shipment; below zero the node is preferred.",
    ),
]


class Otherwise(StrEnum):
    """What becomes of units that no strategy finds.

    `order`: what the order says (refused, or it waits). `refuse`: the order is refused, even if it
    would wait. `wait`: they wait for stock, even if the order says refuse. `exception`: they wait,
    and a person is told. `ignore_fences`: any node may send them after all.
    """

    ORDER = "order"
    REFUSE = "refuse"
    WAIT = "wait"
    EXCEPTION = "exception"
    IGNORE_FENCES = "ignore_fences"


class Fence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A node outside of it is not used: all of what is said must hold, and of each list any name.

    `node` is CEL over `node` and the order, true where the node may be used. `nodes` and
    `node_groups` are one list: a node by name or as a member.
    """

    node: Expression | None = None
    node_kinds: Kinds | None = None
    node_groups: Names | None = None
    nodes: Names | None = None
    distance_km_max: Kilometers | None = None
    note: Note = ""


class Rating(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A price added to each shipment from a node, to be weighed with what it costs to send it.

    `node` is CEL and answers a number, or a table says it: by name, else by the first group in the
    table's order that has the node, else by kind; a node that none names is rated 0.
    """

    node: Expression | None = None
    by_node: dict[str, Price] | None = None
    by_group: dict[str, Price] | None = None
    by_kind: dict[Kind, Price] | None = None
    note: Note = ""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How far an order may be spread: shipments, kilometers to where it goes, whose nodes."""

    shipments_max: Annotated[int, Meta(ge=1, le=100)] | None = None
    distance_km_max: Kilometers | None = None
    node_groups: Names | None = None
    nodes: Names | None = None


class Strategy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way to source an order; it is passed over where `when` is false."""

    strategy: Named
    when: Expression | None = None
    fences: Annotated[tuple[Fence, ...], Meta(max_length=RULES_OF_STRATEGY_MAX)] = ()
    ratings: Annotated[tuple[Rating, ...], Meta(max_length=RULES_OF_STRATEGY_MAX)] = ()
    limits: Limits = Limits()
    note: Note = ""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The orders for which `when` is true, how they are sourced, and what if that fails."""

    profile: Named
    when: Expression | None = None
    strategies: Annotated[tuple[Strategy, ...], Meta(min_length=1, max_length=STRATEGIES_MAX)]
    otherwise: Otherwise = Otherwise.ORDER
    note: Note = ""


class Sourcing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How orders that are sent are sourced. Who collects has chosen the store already."""

    profiles: Annotated[tuple[Profile, ...], Meta(max_length=PROFILES_MAX)] = ()
