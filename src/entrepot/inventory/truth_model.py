"""What is believed of the shelf, as plain data: units missing of the books, and how we know.

A belief is a distribution over the units missing at a position, in the manner of DeHoratius,
Mersereau and Schrage, "Retail Inventory Management When Records Are Inaccurate", M&SOM 10(2), 2008.
What the rates begin at is of the order that DeHoratius and Raman report of 370,000 records in 37
stores, "Inventory Record Inaccuracy", Management Science 54(4), 2008: most are wrong after a year,
by about five units.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from entrepot.terms.ids import NodeId, Sku

MISSING_MAX = 15
"""Losses are told apart up to 14 units; the last place says "so many or more, perhaps all"."""

ALL_GONE = 0.9
"""So much of the last place means that nothing is left: a unit that a picker finds disproves it."""

COUNT_ERROR = 0.02
"""How often a count says too much: half by one unit, half by goods that nobody will find."""

SCATTER = 0.3
"""How losses clump: 0 is one unit at a time; at 0.3 one loss in six takes more than one."""

GONE = 0.04
"""For each unit that trickles away, so often all the rest goes with it: a moved pallet, a box put
down elsewhere."""

SALE_DAYS = 0.3
"""What a unit that leaves does to the record, in days on the shelf: it may be booked as another."""

FRAILTY = 1.0
"""Skus differ: the shape of the Gamma distribution of their rates around their node's. At 1 a sku
that lost one unit more than most is twice as likely to lose the next."""

VELOCITY_HALF_LIFE_DAYS = 30.0
VELOCITY_LEAST = 0.02
"""Units a day: what has not sold lately may still be asked for."""

HORIZON_DAYS = 14.0
"""How long a count is good for: promises of the next two weeks are what it saves."""

KIND_LOSSES = 2.0
NODE_LOSSES = 10.0
"""How many losses seen weigh as much as what is believed of a kind beforehand, and of a node by its
kind."""

KIND_PICKS = 50.0
NODE_PICKS = 200.0
"""The same for picks that missed what was there."""

MISFIND = 0.02
"""Of the picks for goods that are there, so many do not find them, until a node shows otherwise."""

LOSSES_A_DAY: Mapping[str, float] = {
    "store": 0.012, "dc": 0.002, "3pl": 0.002, "supplier": 0.004, "virtual": 0.0005,
}  # fmt: skip
"""Units a position loses a day, by the kind of its node, until counts have shown otherwise."""

UNITS_LISTED_MAX = 100
"""An answer lists P(at least n) up to this n: below it every further step says the same."""

Missing = tuple[float, ...]
"""P(d units are missing) for d = 0 to MISSING_MAX; together 1."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What a node does to its records: units lost per position and day, picks that miss."""

    losses_a_day: float
    misfind: float


@dataclass(frozen=True, slots=True)
class NodeSums:
    """What a node's positions have shown together. `lost` holds what is expected to be missing."""

    node_id: NodeId
    kind: str
    lost: float
    exposed: float
    attempts: int
    misfound: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What is believed of a node's books: of `book` units at so many positions so many are missing.

    `doubtful` are not offered for it. Of `attempts` picks `misfound` missed what a count found.
    """

    positions: int
    book: int
    missing: float
    doubtful: int
    attempts: int
    misfound: int
    looked_at: datetime | None


class Belief(msgspec.Struct, frozen=True, gc=False):
    """What is believed of one position, as of `as_of`. It was last counted at `looked_at`.

    `exposed` and `running` are exposure in days before and since that count; `picked` and `shorted`
    what picks have shown since, the last miss at `shorted_at`. Counts have found `lost` units
    missing so far. `attempts` picks were made in all, of which `misfound` missed what a count then
    found. `velocity`: units a day. `doubtful` units are not to be counted on, by the policy.
    """

    sku: Sku
    node_id: NodeId
    as_of: datetime
    looked_at: datetime
    missing: list[float]
    exposed: float
    running: float
    lost: int
    picked: int
    shorted: int
    shorted_at: datetime | None
    attempts: int
    misfound: int
    velocity: float
    doubtful: int = 0


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A position as its belief needs it: units on hand, and those `gone` since `as_of`.

    Where no belief is, `since` is when a count last changed the books.
    """

    sku: Sku
    node_id: NodeId
    kind: str
    on_hand: int
    reserved: int
    unavailable: int
    since: datetime | None
    gone: int


class Evidence(StrEnum):
    FOUND = "found"
    EMPTY = "empty"
    FEWER = "fewer"


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """What a picker's hands say of a shelf at `at`.

    `in_hand` units of the position are picked and have not left. FOUND: these are there. EMPTY:
    and no others. FEWER: of others there are fewer than `units`.
    """

    sku: Sku
    node_id: NodeId
    what: Evidence
    units: int
    in_hand: int
    at: datetime


class Look(msgspec.Struct, frozen=True, gc=False):
    """A count at `at`: `found` is what is there, `book` what the books said, both as of now."""

    sku: Sku
    node_id: NodeId
    book: int
    found: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """What the policy in force says of stock that may not be there.

    Stock of these kinds of nodes counts up to the largest n with P(at least n) >= `at_least`; None:
    all that the books have counts.
    """

    version: int = 0
    kinds: frozenset[str] = frozenset()
    at_least: float | None = None

    def of(self, kind: str) -> float | None:
        """The bar for a kind of node."""
        return self.at_least if kind in self.kinds else None


@dataclass(frozen=True, slots=True)
class Counting:
    """What counting costs a store's crew: seconds to get there, and seconds for each unit."""

    seconds: int = 45
    unit_seconds: int = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A position that could be counted. `offered` of its `book` units may be promised now."""

    sku: Sku
    missing: Missing
    book: int
    offered: int
    velocity: float


@dataclass(frozen=True, slots=True)
class Task:
    """A count worth making. `saves`: promises that would be wrong without it, expected."""

    sku: Sku
    book: int
    at_least_one: float
    expected_missing: float
    saves: float
    seconds: int


@dataclass(frozen=True, slots=True)
class Untracked:
    """A position of which nothing is believed."""

    sku: Sku
    node_id: NodeId


@dataclass(frozen=True, slots=True)
class LearnedRates:
    """A node's rates as they are stored."""

    node_id: NodeId
    losses_a_day: float
    misfind: float


class Countable(msgspec.Struct, frozen=True, gc=False):
    """A position that could be counted, as it is stored."""

    sku: Sku
    kind: str
    on_hand: int
    unavailable: int
    doubtful: int
    as_of: datetime
    missing: list[float]
    velocity: float


@dataclass(frozen=True, slots=True)
class Truth:
    """What is believed of a position now: how many units are there with which probability."""

    sku: Sku
    node_id: NodeId
    book: int
    at_least: list[float]
    expected_missing: float
    doubtful: int
    counted_at: datetime | None
    velocity: float
    evidence: list[str]
