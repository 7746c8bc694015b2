"""What is learned: three durations, each asked at the moment it begins. Pure.

`whole` is asked when an order is placed, `handling` too, `transit` when the parcel is handed over.
The first is learned as one: the sum of two medians is not the median of the sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning.features import Asked, Memory
from entrepot.promise.learning.table import Floats, Parcels

STAGES: Final = ("whole", "handling", "transit")


@dataclass(frozen=True, slots=True)
class Question:
    """One duration of N parcels. Times are days since 1970, `rules` and `outcome` log(1 + days).

    `begins` is NaN where it has not begun, `ends` and `outcome` where it is open. `clock` is the
    node's offset from UTC in days.
    """

    stage: str
    names: tuple[str, ...]
    matrix: Floats
    rules: Floats
    begins: Floats
    ends: Floats
    clock: Floats

    @property
    def outcome(self) -> Floats:
        """What it took, in log(1 + days)."""
        return np.log1p(np.maximum(self.ends - self.begins, 0))

    def __len__(self) -> int:
        return len(self.begins)


def questions(
    parcels: Parcels, memory: Memory, stages: Sequence[str] = STAGES
) -> dict[str, Question]:
    """Ask all of them of all parcels, each at its own moment."""
    found = {}
    if {"whole", "handling"} & set(stages):
        placed = memory.asked(parcels, parcels.placed, left=False)
        for stage, ends in (("whole", parcels.delivered), ("handling", parcels.handed)):
            if stage in stages:
                found[stage] = _question(stage, placed, parcels.placed, ends, parcels.clock)
    if "transit" in stages:
        left = memory.asked(parcels, parcels.handed, left=True)
        found["transit"] = _question(
            "transit", left, parcels.handed, parcels.delivered, parcels.clock
        )
    return found


def thought(stage: str, asked: Asked) -> Floats:
    """Give what rules think of a stage, in log(1 + days)."""
    found: Floats = np.log1p(getattr(asked, stage))
    return found


def _question(stage: str, asked: Asked, begins: Floats, ends: Floats, clock: Floats) -> Question:
    return Question(stage, asked.names, asked.matrix, thought(stage, asked), begins, ends, clock)
