"""What of the stock is kept back: the words of the rules, as they are written in a policy.

Rules are lists, and the first one that fits wins: what a person reads from above is what happens.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

UNITS_MAX = 1_000_000
"""As large as a row of a feed may be: nothing larger can be kept."""

RULES_MAX = 200
"""Rules of one list: a person reads them from above, and each costs every sku a look."""

NAMES_MAX = 5_000
"""Names in one list of a rule; a longer one is a category or a node group without a name."""

SEGMENTS_MAX = 20
"""Segments of a market: each one is looked at in every sale of what it protects."""

Name = Annotated[str, Meta(min_length=1, max_length=128)]
Names = Annotated[tuple[Name, ...], Meta(min_length=1, max_length=NAMES_MAX)]
Kind = Annotated[str, Meta(pattern="^(dc|store|3pl|supplier|virtual)$")]
Pace = Annotated[float, Meta(ge=0, le=UNITS_MAX)]
Note = Annotated[str, Meta(max_length=200)]


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which positions a rule is for: all of what is said must hold, and of each list any name.

    `nodes` and `node_groups` are one list: a node by name or as a member.

    Velocities are units a day that sold at the node: `velocity_from` <= v < `velocity_below`.
    """

    skus: Names | None = None
    categories: Names | None = None
    nodes: Names | None = None
    node_groups: Names | None = None
    node_kinds: Annotated[tuple[Kind, ...], Meta(min_length=1, max_length=5)] | None = None
    channels: Names | None = None
    velocity_below: Pace | None = None
    velocity_from: Pace | None = None


class Keep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Keep so many units unsold at each position: `units`, or what sells there in `days` days.

    Without channels it is safety stock, kept from everybody; with channels it is kept from these.
    """

    match: Match = Match()
    units: Annotated[int, Meta(ge=0, le=UNITS_MAX)] | None = None
    days: Annotated[float, Meta(ge=0, le=365)] | None = None
    note: Note = ""


class Protect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much a segment may count on at each position: `units`, or a `share` in percent."""

    match: Match = Match()
    units: Annotated[int, Meta(ge=0, le=UNITS_MAX)] | None = None
    share: Annotated[int, Meta(ge=0, le=100)] | None = None


class Borrow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Others may take what is protected, down to `leave` units at each node.

    Near the segment's end only, where `hours_before_end` is said.
    """

    leave: Annotated[int, Meta(ge=0, le=UNITS_MAX)] = 0
    hours_before_end: Annotated[int, Meta(ge=1, le=8_760)] | None = None


class Segment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Units that are for some only, until `until`: their sales use the protection up.

    For these channels, for customers of these classes, or for both said at once. What its orders
    free is protected again, unless `give_back` says that it is everybody's.
    """

    segment: Name
    channels: Names | None = None
    customer_classes: Names | None = None
    give_back: bool = True
    protect: Annotated[tuple[Protect, ...], Meta(min_length=1, max_length=RULES_MAX)]
    until: Annotated[datetime, Meta(tz=True)] | None = None
    borrow: Borrow | None = None
    note: Note = ""
