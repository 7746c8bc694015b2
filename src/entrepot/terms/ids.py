"""The names of things: one NewType per identifier, so that a line is never taken for an order."""

from datetime import datetime
from typing import NewType
from uuid import UUID

MarketId = NewType("MarketId", str)
ChannelId = NewType("ChannelId", str)
NodeId = NewType("NodeId", str)
LaneId = NewType("LaneId", str)
Sku = NewType("Sku", str)
OrderId = NewType("OrderId", UUID)
FulfillmentOrderId = NewType("FulfillmentOrderId", UUID)
ShipmentId = NewType("ShipmentId", UUID)
KeyId = NewType("KeyId", str)
UserId = NewType("UserId", UUID)
TransferId = NewType("TransferId", str)
CustomerId = NewType("CustomerId", str)
CartId = NewType("CartId", UUID)
LaunchId = NewType("LaunchId", str)

LineNo = NewType("LineNo", int)
"""A line's place in its order, from 1. With the order's id it names the line for ever."""

AFTER_ALL = UUID(int=(1 << 128) - 1)
"""No id comes after it: a list of ids that descend begins before it."""


def uuid7(at_ms: int, random_74: int) -> UUID:
    """Make a time-ordered id (RFC 9562, version 7) of a Unix time in ms and 74 random bits.

    Ids that sort by time keep every index that begins with them append-only and warm.
    """
    rand_a, rand_b = random_74 >> 62, random_74 & ((1 << 62) - 1)
    return UUID(int=at_ms << 80 | 7 << 76 | rand_a << 64 | 2 << 62 | rand_b)


def id_at(at: datetime) -> UUID:
    """Give the least id that can be made at a moment."""
    return uuid7(max(0, int(at.timestamp() * 1000)), 0)


def uuid7_ms(identifier: UUID) -> int:
    """Read the Unix time in ms back out of a version 7 id."""
    return identifier.int >> 80
