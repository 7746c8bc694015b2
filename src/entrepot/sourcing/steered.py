"""What steered decisions beside costs, packed for their record: rules, due days, prices."""

from collections.abc import Sequence
from datetime import date

import msgspec
import numpy as np
import numpy.typing as npt

from entrepot.sourcing.model import Ask, Due, Guide, Prices
from entrepot.sourcing.packing import packed_units, unpacked_units
from entrepot.sourcing.shelves import Shelves
from entrepot.terms.ids import Sku


class PackedPrices(msgspec.Struct, array_like=True, frozen=True):
    """What stock and room were worth: of the shelves named, at the nodes that had some."""

    version: int
    room: bytes | None
    worth: tuple[tuple[int, bytes], ...]


class PackedWish(msgspec.Struct, array_like=True, frozen=True):
    """What few asks have: more services, a due day (its ordinal), a place in the record's guides.

    `guide` -1: none.
    """

    services: tuple[str, ...] = ()
    due: int | None = None
    hard: bool = False
    guide: int = -1


def packed_prices(shelves: Shelves) -> PackedPrices | None:
    """Pack what a batch saw of prices."""
    if shelves.prices is None:
        return None
    worth, ends = [], np.cumsum(shelves.seen.counts).tolist()
    rows = () if shelves.worth is None else shelves.worth
    for row, (each, count) in enumerate(zip(rows, shelves.seen.counts, strict=False)):
        units = each[shelves.seen.nodes[ends[row] - count : ends[row]]]
        if units.any():
            worth.append((row, packed_units(units)))
    room = None if shelves.room is None else packed_units(shelves.room)
    return PackedPrices(shelves.prices.version, room, tuple(worth))


def prices_of(
    packed: PackedPrices | None,
    skus: Sequence[Sku],
    nodes: Sequence[npt.NDArray[np.int32]],
    count: int,
) -> Prices | None:
    """Give the prices that were packed; `nodes` are per shelf those that had some."""
    if packed is None:
        return None
    stock = {}
    for row, units in packed.worth:
        stock[skus[row]] = np.zeros(count, np.int64)
        stock[skus[row]][nodes[row]] = unpacked_units(units, len(nodes[row]))
    room = None if packed.room is None else unpacked_units(packed.room, count)
    return Prices(packed.version, stock, room)


def packed_wish(ask: Ask, guides: dict[Guide, int]) -> PackedWish | None:
    """Pack what an ask has beside, adding its guide to those of the record; None for nothing."""
    if not ask.services and ask.due is None and ask.guide is None:
        return None
    guide = -1 if ask.guide is None else guides.setdefault(ask.guide, len(guides))
    if ask.due is None:
        return PackedWish(ask.services, guide=guide)
    return PackedWish(ask.services, ask.due.day.toordinal(), ask.due.hard, guide)


def wished(ask: Ask, packed: PackedWish | None, guides: Sequence[Guide]) -> Ask:
    """Give an ask what was packed of it."""
    if packed is None:
        return ask
    due = None if packed.due is None else Due(date.fromordinal(packed.due), packed.hard)
    guide = None if packed.guide < 0 else guides[packed.guide]
    return msgspec.structs.replace(ask, services=packed.services, due=due, guide=guide)
