"""Lots and serial numbers, as plain data: a serial number is a lot of one unit."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku

LOTS_PER_ROW_MAX = 1_000
"""Lots, or serial numbers, that one row of a feed or call may name."""

LOT_CHARS_MAX = 64
"""A GS1 batch number has 20 characters, a serial number 20; some houses have longer ones."""

SELLABLE = ""
"""The state of units that are not set aside; the other states are reasons."""


NOWHERE = NodeId("")
"""Where a lot is that nobody has."""

NAMED = "named"
"""Units of an unknown lot, or of another, turned out to have been of this one."""

FITTED = "fitted"
"""Units were of known lots that a position has no more: they are of none any more."""


class LotUnits(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot, as somebody names them.

    `expires_on` is the last day they are good for, where it was said; `lasts_to` what it is taken
    to be where nobody ever said.
    """

    lot: str
    quantity: int
    expires_on: date | None = None
    serial: bool = False
    lasts_to: date | None = None


class Lot(msgspec.Struct, frozen=True, gc=False):
    """A lot as it was told."""

    sku: Sku
    lot: str
    serial: bool
    expires_on: date | None


class HeldLot(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot at a node, in a state: sellable, or set aside for a reason."""

    sku: Sku
    node_id: NodeId
    lot: str
    reason: str
    serial: bool
    expires_on: date | None
    quantity: int


class StateUnits(msgspec.Struct, frozen=True, gc=False):
    """Units of a position in a state, of whatever lot."""

    sku: Sku
    node_id: NodeId
    reason: str
    quantity: int


class Lotted(msgspec.Struct, frozen=True, gc=False):
    """A position at which lots are known."""

    sku: Sku
    node_id: NodeId


class LotMoved(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot that came (+) and went (-) at a position since its count."""

    ask_no: int
    lot: str
    quantity: int


class LotOnItsWay(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot that a transfer has taken and not brought."""

    transfer_id: str
    sku: Sku
    lot: str
    serial: bool
    expires_on: date | None
    quantity: int


class LotEntry(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot that came to a state of a position (+) or left it (-).

    `why` is there where they did not move: NAMED, or FITTED.
    """

    lot: str
    reason: str
    quantity: int
    why: str = ""


class LotDrift(msgspec.Struct, frozen=True, gc=False):
    """A lot's balance that is not what the ledger says, or more than its position has."""

    sku: Sku
    node_id: NodeId
    lot: str
    reason: str
    quantity: int
    entered: int


class LotSeen(msgspec.Struct, frozen=True, gc=False):
    """A lot at a node, whatever state its units are in: `asides` and `asided` side by side."""

    sku: Sku
    node_id: NodeId
    lot: str
    serial: bool
    expires_on: date | None
    quantity: int
    asides: list[str] | None
    asided: list[int] | None


class LotTravels(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot on their way to a node."""

    transfer_id: str
    to_node: NodeId
    quantity: int


class LotTold(msgspec.Struct, frozen=True, gc=False):
    """A lot, and when it was first told."""

    sku: Sku
    lot: str
    serial: bool
    expires_on: date | None
    made_at: datetime


class LotStep(msgspec.Struct, frozen=True, gc=False):
    """A step of a lot's way: an entry of the ledger that moved units of it."""

    movement_id: UUID
    entry_no: int
    node_id: NodeId
    kind: str
    reason: str
    quantity: int
    order_id: OrderId | None
    line_no: LineNo | None
    transfer_id: str | None
    at: datetime


class LotGone(msgspec.Struct, frozen=True, gc=False):
    """Units of a lot that left for an order's line."""

    order_id: OrderId
    line_no: LineNo
    sku: Sku
    node_id: NodeId
    lot: str
    serial: bool
    expires_on: date | None
    quantity: int
    at: datetime


class SerialSeen(msgspec.Struct, frozen=True, gc=False):
    """A unit by its serial number: where it is (`node_id`), or the last that was heard of it."""

    sku: Sku
    serial: str
    expires_on: date | None
    node_id: NodeId | None
    reason: str | None
    last_kind: str | None
    last_node: NodeId | None
    order_id: OrderId | None
    line_no: LineNo | None
    transfer_id: str | None
    at: datetime | None
