"""What is said of every node, in few bytes: units, and the days on which they work."""

from typing import Final

import numpy as np

from entrepot.network.compiled import Days
from entrepot.sourcing.cost import Ints

PackedDays = tuple[int, bytes]
"""The first day (ordinal), and how many days after it: see `packed_days`."""

_CLOSED: Final = 255  # in days packed as bytes: open on none of the next 30
_NO_DAY: Final = -1


def packed_units(units: Ints) -> bytes:
    """Pack units at each node in as few bytes as the largest of them takes: 1, 2 or 4 each."""
    most = int(units.max(initial=0))
    width = next(w for w in (1, 2, 4) if most >> (8 * w) == 0)
    return units.astype(f"<u{width}").tobytes()


def unpacked_units(packed: bytes, count: int) -> Ints:
    """Give int64[count], the units that were packed."""
    width = len(packed) // max(count, 1)
    return np.frombuffer(packed, f"<u{width or 1}").astype(np.int64)


def packed_days(days: Days) -> PackedDays:
    """Pack each node's work day as (first day, how many days after it).

    The second is empty where all are the first day, a bit per node where none is later than the
    next, else a byte per node, 255 for a node that stays closed.
    """
    work_day = days.work_day
    opened = work_day[work_day >= 0]
    if not len(opened):
        return _NO_DAY, b""
    first = int(opened.min())
    if len(opened) == len(work_day):
        after = work_day - first
        last = int(after.max())
        if last == 0:
            return first, b""
        if last == 1:
            return first, np.packbits(after.astype(np.bool_)).tobytes()
    after = np.where(work_day < 0, _CLOSED, work_day - first)
    return first, after.astype(np.uint8).tobytes()


def unpacked_days(packed: PackedDays, count: int) -> Ints:
    """Give int64[count], the work days that were packed."""
    first, after = packed
    if not after:
        return np.full(count, first, np.int64)
    raw = np.frombuffer(after, np.uint8)
    if len(raw) < count:
        return first + np.unpackbits(raw, count=count).astype(np.int64)
    return np.where(raw == _CLOSED, -1, first + raw.astype(np.int64))
