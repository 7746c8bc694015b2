"""What a segment has left, by the units it was given and those it has drawn. Pure.

A position remembers in `drawn` what each segment has drawn there, and under EVERYBODY what all
others have: net of what came back. All that was ever for sale is what is free and what was drawn:
selling and shipping do not change it, so that a share of it is not worn away by sales.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

EVERYBODY = ""
"""Whoever has no segment of their own."""

Drawn = Mapping[str, int]


class Guard(NamedTuple):
    """What a segment may count on at one position.

    That is `units`, and `share` percent of what was ever for sale there. Others may borrow it down
    to `leave` units; None: they may not.
    """

    segment: str
    units: int
    share: int
    leave: int | None


def read(drawn: str | None) -> dict[str, int]:
    """Read a position's `drawn`, JSON text or None."""
    return {} if drawn is None else msgspec.json.decode(drawn, type=dict[str, int])


def write(drawn: Drawn) -> str:
    """Write what a position has had drawn as JSON text, segments ascending."""
    return msgspec.json.encode(dict(sorted(drawn.items()))).decode()


def left(guard: Guard, free: int, drawn: Drawn) -> int:
    """Say how many units of a position others may not take because of this segment now.

    `free` are the units free there, of which the answer may be more: supply that comes fills it up.
    """
    ever = max(0, free) + sum(drawn.values()) if guard.share else 0
    units = max(0, guard.units - (-guard.share * ever // 100) - drawn.get(guard.segment, 0))
    return units if guard.leave is None else min(units, guard.leave)
