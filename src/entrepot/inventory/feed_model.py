"""What was heard and what the books said, as plain data: messages, feeds, the ledger's contents."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.inventory.model import Free, RowResult
from entrepot.terms.ids import NodeId, OrderId, Sku


class PositionThen(msgspec.Struct, frozen=True, gc=False):
    """The balances of a position at a past moment."""

    sku: Sku
    node_id: NodeId
    on_hand: int
    reserved: int
    unavailable: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the movement ledger. `actor` None: the order's, or nobody's in particular.

    `reason` is what its `unavailable_delta` was set aside for.
    """

    movement_id: UUID
    sku: Sku
    node_id: NodeId
    kind: str
    on_hand_delta: int
    reserved_delta: int
    unavailable_delta: int
    order_id: OrderId | None
    line_no: int | None
    reference: str | None
    reason: str | None
    at: datetime
    actor: str | None
    source: str | None
    sequence: int | None


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """How far the ledger's contents reach."""

    upto_id: UUID


@dataclass(frozen=True, slots=True)
class Closing:
    """The chapter just written: its last entry, and how many it has."""

    upto_id: UUID
    entries: int


@dataclass(frozen=True, slots=True)
class Drift:
    """A position that says one thing while its ledger and its claims say another."""

    sku: Sku
    node_id: NodeId
    on_hand: int
    reserved: int
    unavailable: int
    entered_on_hand: int
    entered_reserved: int
    entered_unavailable: int
    claimed: int


@dataclass(frozen=True, slots=True)
class Tally:
    count: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of messages: one result per row, in order.

    `free` is what may be sold now where it changed. `quiet` are the places of counts that found
    what the books say: nothing follows from them.
    """

    results: list[RowResult]
    free: list[Free]
    quiet: frozenset[int] = frozenset()


class Taken(msgspec.Struct, frozen=True, gc=False):
    """So many of a source's numbers were new; `sequences` are these, unless all asked for were."""

    source: str
    many: int
    sequences: list[int] | None


class Confirmed(msgspec.Struct, frozen=True, gc=False):
    """Counts whose positions are locked: `held` of them, the others have none yet.

    Of `unasked` positions nobody knows when anything moved there. `places` are those of the counts
    that changed nothing; None: there were none.
    """

    held: int
    unasked: int
    places: list[int] | None


class Recounted(msgspec.Struct, frozen=True, gc=False):
    """Counts that were taken as they are, side by side, by their places.

    `shorts` are units that are claimed and not there, `were_short` those of before; `frees` may be
    sold.
    """

    places: list[int]
    shorts: list[int]
    were_short: list[int]
    frees: list[int]


class Stand(msgspec.Struct, frozen=True, gc=False):
    """Positions as they are after their movements, side by side: `spots` says which they are.

    `claimeds` are units that are reserved or unavailable.
    """

    spots: list[int]
    on_hands: list[int]
    claimeds: list[int]
    safeties: list[int]


class Deficit(msgspec.Struct, frozen=True, gc=False):
    """Units a position owes: messages took more than its books had."""

    sku: Sku
    node_id: NodeId
    units: int


@dataclass(frozen=True, slots=True)
class FeedRow:
    """How fresh a source is at a node. `per_s` is messages a second, lately."""

    source: str
    node_id: NodeId
    heard_at: datetime
    told_at: datetime
    sequence: int | None
    messages: int
    stale_since: datetime | None
    per_s: float


@dataclass(frozen=True, slots=True)
class Gaps:
    """Numbers that a source has left out so far, and the first of them."""

    source: str
    missing: int
    first_missing: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A feed that has fallen silent, or that had; `exception_id` is its alarm."""

    source: str
    node_id: NodeId
    heard_at: datetime
    exception_id: UUID | None
