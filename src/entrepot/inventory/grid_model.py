"""What a grid of skus and nodes shows, as plain data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku

SKUS_PER_WINDOW_MAX = 200
CELLS_PER_WINDOW_MAX = 100_000
"""A window is what somebody looks at, and some more: half a megabyte a bucket at most."""

DAYS_MAX = 92
"""A quarter: each day is a look-up at every node that has the sku."""


class Bucket(StrEnum):
    """What a cell may show, units all. What is on hand falls into four of them.

    `on_hand` is the sum of `reserved`, `unavailable`, `safety` and `available`. `safety` is what is
    kept back of what is there, `available` is less than nothing where reserved units are missing.
    """

    AVAILABLE = "available"
    ON_HAND = "on_hand"
    RESERVED = "reserved"
    SAFETY = "safety"
    UNAVAILABLE = "unavailable"
    IN_TRANSIT = "in_transit"
    ON_ORDER = "on_order"


class ShelfRow(msgspec.Struct, frozen=True, gc=False):
    """A sku's positions, side by side; `nodes` is a JSON array of their ids."""

    sku: Sku
    nodes: str
    on_hand: list[int]
    reserved: list[int]
    unavailable: list[int]
    safety: list[int]


@dataclass(frozen=True, slots=True)
class Fresh:
    """When a node was last heard of by any of its feeds; of how many too long ago."""

    node_id: NodeId
    heard_at: datetime
    feeds: int
    stale: int


@dataclass(frozen=True, slots=True)
class Coming:
    """A transfer and the units of a sku that are on the road with it."""

    transfer_id: str
    from_node: NodeId
    to_node: NodeId
    expected_at: datetime | None
    units: int


@dataclass(frozen=True, slots=True)
class ClaimAt:
    """An order's line and the units it has claimed at a position."""

    order_id: OrderId
    line_no: LineNo
    units: int


@dataclass(frozen=True, slots=True)
class CartAt:
    """A cart and the units it keeps at a position, until when."""

    cart_id: UUID
    channel: str
    expires_at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class DayBalance:
    """Balances at a moment, by its place among those asked for, from 1."""

    place: int
    on_hand: int
    reserved: int
    unavailable: int


Cells = list[int | None]
"""A sku's units node by node, in the order of the window's nodes; None where it has no position."""


@dataclass(frozen=True, slots=True)
class Window:
    """Cells of some skus, bucket by bucket; in each a row for each sku, in the order asked."""

    cells: dict[Bucket, list[Cells]]
    totals: dict[Bucket, list[int]]
    waiting: list[int]
