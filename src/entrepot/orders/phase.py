"""The phase people are shown: derived, never stored as the truth. Pure.

The first that holds, in this order:

1. `canceled`: every unit was canceled. (An order of nothing but digital goods is `delivered`.)
2. `closed`: the order is done and was closed.
3. `on_hold`: a hold stands and something is still to be done.
4. `picked_up`, `delivered`: every unit left is with the customer.
5. `ready_for_pickup`: everything left that is to be collected is ready.
6. `shipped`, `partially_shipped`: all, or some, of what is left is on its way or arrived.
7. `in_fulfillment`: some node has begun. 8. `released`: some node has been told.
9. `backordered`: some units wait for supply. 10. `pending`: some units have no node and no supply
   to wait for, a person has to look. 11. `planned`: every unit left is some node's planned work.
12. `confirmed`: taken in, and every unit left is claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    DRAFT = "draft"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    CONFIRMED = "confirmed"
    BACKORDERED = "backordered"
    PLANNED = "planned"
    RELEASED = "released"
    IN_FULFILLMENT = "in_fulfillment"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    PICKED_UP = "picked_up"
    PARTIALLY_RETURNED = "partially_returned"
    RETURNED = "returned"
    CANCELED = "canceled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Work:
    """One fulfillment order's part: its state and the units it still stands for."""

    state: str
    units: int


@dataclass(frozen=True, slots=True)
class Progress:
    """All a phase is derived from. Units are of stock (a kit counts its parts).

    `left` are the units not canceled, `waiting` those that wait for supply, `stuck` those that
    wait for a person, `digital` that something was sold that no parcel holds.
    """

    left: int
    waiting: int
    stuck: int
    works: Sequence[Work]
    held: bool
    closed: bool
    digital: bool = False


_WITH_CUSTOMER = {"delivered", "collected"}
_ON_ITS_WAY = {"shipped", "delivered", "collected"}
_BEGUN = {"accepted", "picking", "picked", "packed", "ready_for_pickup"}


def phase(progress: Progress) -> Phase:
    """Derive the phase; see the module for the precedence."""
    if progress.left == 0 and not progress.digital:
        return Phase.CANCELED
    if progress.closed:
        return Phase.CLOSED
    if progress.left == 0:
        return Phase.ON_HOLD if progress.held else Phase.DELIVERED
    there = _units(progress, _WITH_CUSTOMER)
    if progress.held and there < progress.left:
        return Phase.ON_HOLD
    return _moving(progress, there) or _standing(progress)


def _moving(progress: Progress, there: int) -> Phase | None:
    if there >= progress.left:
        collected = _units(progress, {"collected"})
        return Phase.PICKED_UP if collected >= progress.left else Phase.DELIVERED
    ready = _units(progress, {"ready_for_pickup"})
    if ready and ready + there >= progress.left:
        return Phase.READY_FOR_PICKUP
    gone = _units(progress, _ON_ITS_WAY)
    if gone:
        return Phase.SHIPPED if gone >= progress.left else Phase.PARTIALLY_SHIPPED
    if _units(progress, _BEGUN):
        return Phase.IN_FULFILLMENT
    return Phase.RELEASED if _units(progress, {"released"}) else None


def _standing(progress: Progress) -> Phase:
    if progress.waiting:
        return Phase.BACKORDERED
    if progress.stuck:
        return Phase.PENDING
    if _units(progress, {"planned"}) >= progress.left:
        return Phase.PLANNED
    return Phase.CONFIRMED


def _units(progress: Progress, states: set[str]) -> int:
    return sum(work.units for work in progress.works if work.state in states)
