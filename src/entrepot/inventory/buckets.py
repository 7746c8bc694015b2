"""Why units that are there are not for sale, and what becomes of that when units leave. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

import msgspec

from entrepot.inventory.lots_model import LotUnits
from entrepot.terms.ids import NodeId, Sku


class AdjustReason(StrEnum):
    """Why a person says that there are more or fewer units than the books have."""

    FOUND = "found"
    LOST = "lost"
    MISCOUNT = "miscount"
    STOLEN = "stolen"
    SAMPLE = "sample"
    UNDO = "undo"


class AsideReason(StrEnum):
    """In the order in which set-aside units are the first to be missing.

    Where fewer units are left than are set aside, those that nobody has seen go first, then those
    a customer could buy in the end, and last those that nobody would take.
    """

    DOUBT = "doubt"
    DISPLAY = "display"
    QUARANTINE = "quarantine"
    EXPIRED = "expired"
    DAMAGED = "damaged"


FACTS = frozenset({AsideReason.QUARANTINE, AsideReason.EXPIRED, AsideReason.DAMAGED})
"""Reasons that are facts of the goods, not wishes of their keeper: a broken, recalled or expired
unit cannot be sent, whoever has a claim on it. Only these may take claimed units, and raise a
shortage."""

Aside = Mapping[AsideReason, int]
"""Units of a position by the reason they are set aside for; a reason that is absent holds none."""

NOTHING: Aside = MappingProxyType({})


class SetAside(msgspec.Struct, frozen=True, gc=False):
    """Units to be set aside (+) for a reason, or to be made sellable again (-).

    As its `source`'s `sequence`-th message, told of `occurred_at`, it is applied once.
    """

    sku: Sku
    node_id: NodeId
    reason: AsideReason
    quantity: int
    reference: str | None = None
    source: str | None = None
    sequence: int | None = None
    occurred_at: datetime | None = None
    lots: tuple[LotUnits, ...] = ()


class Bucket(msgspec.Struct, frozen=True, gc=False):
    """What a change leaves set aside for a reason, and how much that is more (+) or less (-)."""

    reason: AsideReason
    quantity: int
    delta: int


class AsideRow(msgspec.Struct, frozen=True, gc=False):
    """A row: units of a position that are set aside for a reason."""

    sku: Sku
    node_id: NodeId
    reason: str
    quantity: int


def by_position(rows: Sequence[AsideRow]) -> dict[tuple[Sku, NodeId], Aside]:
    """Sort rows by position."""
    found: dict[tuple[Sku, NodeId], dict[AsideReason, int]] = {}
    for row in rows:
        found.setdefault((row.sku, row.node_id), {})[AsideReason(row.reason)] = row.quantity
    return dict(found)


def turned(before: Aside, after: Aside) -> tuple[Bucket, ...]:
    """Name the reasons of which more, or less, is set aside than before."""
    return tuple(
        Bucket(reason, after.get(reason, 0), delta)
        for reason in AsideReason
        if (delta := after.get(reason, 0) - before.get(reason, 0))
    )


def after(aside: Aside, buckets: tuple[Bucket, ...]) -> Aside:
    """Give what is set aside once a change is written."""
    return {**aside, **{each.reason: each.quantity for each in buckets}} if buckets else aside


def more(aside: Aside, reason: AsideReason, quantity: int) -> Aside:
    """Give what is set aside with so many units more (or less) for one reason."""
    return {**aside, reason: aside.get(reason, 0) + quantity}


def without(aside: Aside, reason: AsideReason) -> Aside:
    """Give what is set aside for every other reason."""
    return {each: units for each, units in aside.items() if each is not reason}


def fitting(aside: Aside, most: int) -> Aside:
    """Give what can be set aside of `most` units: no unit is set aside that is not there."""
    over = sum(aside.values()) - most
    if over <= 0:
        return aside
    left = dict(aside)
    for reason in AsideReason:
        gone = min(max(0, over), left.get(reason, 0))
        if gone:
            left[reason] -= gone
            over -= gone
    return left
