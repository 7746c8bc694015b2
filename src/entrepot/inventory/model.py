"""Stock, as plain data: what nodes hold, what lines claim, what counts and movements say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from entrepot.inventory.buckets import AsideReason, Bucket
from entrepot.inventory.launch_model import NOT_ON_SALE
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.protection import Guard
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku, TransferId

QUANTITY_MAX = 1_000_000
"""One row of a feed or order speaks of at most a million units: beyond it is a unit error, and sums
of a batch stay far inside PostgreSQL's integer."""

COUNTS_PER_CALL_MAX = 10_000
"""Rows in one call: locks are held for one chunk of it at a time."""

ROWS_PER_COMMIT_MAX = 1_000
"""Positions locked by one commit of a feed: about 20 ms, so that captures never queue behind it."""


class Position(msgspec.Struct, frozen=True, gc=False):
    """The balances of a sku at a node; `drawn` as `inventory.protection` reads it."""

    sku: Sku
    node_id: NodeId
    on_hand: int
    reserved: int
    unavailable: int
    safety: int
    shortage: int
    drawn: str | None = None

    @property
    def free(self) -> int:
        """Units that may be sold now; negative where a shortage stands."""
        return self.on_hand - self.reserved - self.unavailable - self.safety

    @property
    def movable(self) -> int:
        """Units that may leave for another node: also before they are on sale."""
        return self.free + (self.safety if self.safety == NOT_ON_SALE else 0)


class Claim(msgspec.Struct, frozen=True, gc=False):
    """Units of a sku at a node, for an order's line.

    `keep` units must stay free there after it, and what the `guards` have left; `draws` is the
    segment whose protection it uses up (EVERYBODY: none; None: nobody keeps count there).
    """

    order_id: OrderId
    line_no: LineNo
    sku: Sku
    node_id: NodeId
    quantity: int
    keep: int = 0
    draws: str | None = None
    guards: tuple[Guard, ...] = ()


class Reservation(msgspec.Struct, frozen=True, gc=False):
    """A claim and how much of it was resolved. Open units are neither freed nor consumed."""

    order_id: OrderId
    line_no: LineNo
    sku: Sku
    node_id: NodeId
    quantity: int
    freed: int
    consumed: int
    given_up: int = 0

    @property
    def open(self) -> int:
        """Units still claimed."""
        return self.quantity - self.freed - self.consumed


class Ending(StrEnum):
    """How a claim ends: its units left, are wanted no more, or their node has given them up."""

    CONSUMED = "consumed"
    FREED = "freed"
    GIVEN_UP = "given_up"


class Demand(msgspec.Struct, frozen=True, gc=False):
    """Units accepted that no node has a claim for.

    Served by class, 0 first, then by age. `expected_at` is when all of them can be sent, by what is
    known of supply; `supply_id` brings the last of them.
    """

    order_id: OrderId
    line_no: LineNo
    sku: Sku
    quantity: int
    why: str
    priority: int = 5
    expected_at: datetime | None = None
    supply_id: str | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    sku: Sku
    quantity: int


class WhyNotReserved(StrEnum):
    """In order of precedence: the first that holds is what the caller hears."""

    UNKNOWN_POSITION = "unknown_position"
    SHORT = "short"


class MovementKind(StrEnum):
    """What a node may report. Receipts and transfers in add, damage and transfers out take away."""

    RECEIPT = "receipt"
    ADJUSTMENT = "adjustment"
    DAMAGE = "damage"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"


class Count(msgspec.Struct, frozen=True, gc=False):
    """What a source found at a node: `on_hand` units at `counted_at`, its `sequence`-th message.

    `lots`: which of them are of which lot, where somebody looked; the others are of an unknown one.
    """

    sku: Sku
    node_id: NodeId
    on_hand: int
    source: str
    sequence: int | None
    counted_at: datetime
    lots: tuple[LotUnits, ...] = ()


class CountMark(msgspec.Struct, frozen=True, gc=False):
    """The newest count heard from a source; `on_hand` None: it was not kept what it found."""

    sku: Sku
    node_id: NodeId
    source: str
    sequence: int | None
    counted_at: datetime
    on_hand: int | None


class Moved(msgspec.Struct, frozen=True, gc=False):
    """Units that came or left physically at a position after a moment."""

    ask_no: int
    quantity: int


class Delta(msgspec.Struct, frozen=True, gc=False):
    """A movement a node reports: signed units, its source's `sequence`-th message.

    With a number it is applied once, and never refused for want of units. `set_aside`: the units
    come in set aside for that reason, or leave from what is; None: sellable ones.
    """

    kind: MovementKind
    sku: Sku
    node_id: NodeId
    quantity: int
    reference: str | None = None
    source: str | None = None
    sequence: int | None = None
    occurred_at: datetime | None = None
    set_aside: AsideReason | None = None
    lots: tuple[LotUnits, ...] = ()


class RowStatus(StrEnum):
    """What became of one row of a feed."""

    APPLIED = "applied"
    BELOW_ZERO = "below_zero"
    ALREADY_COUNTED = "already_counted"
    DUPLICATE = "duplicate"
    STALE = "stale"
    UNKNOWN_SKU = "unknown_sku"
    UNKNOWN_NODE = "unknown_node"
    WRONG_SIGN = "wrong_sign"
    INSUFFICIENT = "insufficient_stock"
    CLAIMED = "claimed"
    NOT_SET_ASIDE = "not_set_aside"
    KIT = "kit_has_no_stock"
    NOT_TRACKED = "not_tracked_so"
    UNKNOWN_LOT = "unknown_lot"
    LOT_INSUFFICIENT = "insufficient_lot"
    LOT_EXPIRES_OTHERWISE = "lot_expires_otherwise"
    SERIAL_ELSEWHERE = "serial_in_stock"


class RowResult(msgspec.Struct, frozen=True, gc=False):
    """`short` is how many reserved units the row found missing: a shortage now stands.

    `mended`: one stood before the row, and none does after it.
    """

    sku: Sku
    node_id: NodeId
    status: RowStatus
    on_hand: int | None = None
    short: int = 0
    mended: bool = False


class Change(msgspec.Struct, frozen=True, gc=False):
    """New balances of a position and the ledger entry that explains them.

    `buckets` says for which reasons `unavailable` changed: their deltas sum to its delta, and each
    has an entry of its own. `lots` are the lots of the units that it moves or, of a count, of those
    that were found.
    """

    sku: Sku
    node_id: NodeId
    on_hand: int
    reserved: int
    unavailable: int
    shortage: int
    kind: str
    on_hand_delta: int
    reserved_delta: int
    unavailable_delta: int
    order_id: OrderId | None = None
    line_no: LineNo | None = None
    reference: str | None = None
    at: datetime | None = None
    drawn: str | None = None
    drawn_by: str | None = None
    source: str | None = None
    sequence: int | None = None
    actor: str | None = None
    buckets: tuple[Bucket, ...] = ()
    transfer_id: TransferId | None = None
    lots: tuple[LotUnits, ...] = ()


class Free(msgspec.Struct, frozen=True, gc=False):
    """Free units of one position, for the in-process view; `drawn` None: as it was."""

    sku: Sku
    node_id: NodeId
    free: int
    drawn: str | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """Whose protection a claim has drawn on."""

    order_id: OrderId
    line_no: LineNo
    sku: Sku
    node_id: NodeId
    drawn_by: str


@dataclass(frozen=True, slots=True)
class DrawnAt:
    """What was drawn at a position where anything is protected."""

    sku: Sku
    node_id: NodeId
    drawn: str


@dataclass(frozen=True, slots=True)
class FreeRow:
    """A sku's stocked nodes, ascending, and the free units at each."""

    sku: Sku
    nodes: list[str]
    free: list[int]


@dataclass(frozen=True, slots=True)
class Day:
    """A day (UTC) whose sales were counted."""

    day: date


@dataclass(frozen=True, slots=True)
class Sold:
    """Units of a sku sold at nodes, ascending, side by side."""

    sku: Sku
    nodes: list[str]
    units: list[int]


@dataclass(frozen=True, slots=True)
class Sweep:
    """How far the sweep that writes safety has come: of `mark`, after a position.

    `swept` is the mark of the last sweep that came to its end, `ruled` whether it followed a rule.
    """

    mark: str
    swept: str
    after_sku: str
    after_node: str
    ruled: bool
    policy_version: int


@dataclass(frozen=True, slots=True)
class Secured:
    """A position's safety as it stands; `unsecured`: the rules are to be asked about it."""

    sku: Sku
    node_id: NodeId
    safety: int
    unsecured: bool


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Units at a position that are not to be counted on, beside those set aside for doubt."""

    sku: Sku
    node_id: NodeId
    units: int


@dataclass(frozen=True, slots=True)
class Unheard:
    """A node with a feed that has fallen silent."""

    node_id: NodeId


@dataclass(frozen=True, slots=True)
class NodeSweep:
    """A node whose positions are gone through, and the sku that was looked at last."""

    node_id: NodeId
    after_sku: Sku


@dataclass(frozen=True, slots=True)
class Available:
    """Units a channel may sell of a sku, summed over its nodes, and what is free at all nodes."""

    sku: Sku
    available: int
    free: int


class Shelf(msgspec.Struct, frozen=True, gc=False):
    """What a channel may sell of a sku: a JSON array of nodes that have some, the units there."""

    sku: Sku
    nodes: str
    units: list[int]


class AtNodes(NamedTuple):
    """Units at nodes, ascending by node id. Equal nodes are the same tuple, whoever asks."""

    nodes: tuple[NodeId, ...]
    units: Sequence[int]


class Guarded(msgspec.Struct, frozen=True, gc=False):
    """How many rows passed the guard of a write."""

    positions: int
