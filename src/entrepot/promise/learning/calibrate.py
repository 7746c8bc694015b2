"""Windows that hold as often as they say: conformal quantiles in the order of deliveries. Pure.

Conformalized quantile regression (Romano, Patterson & Candes 2019) moves each end of a window by
how far outcomes lay beyond it, the two ends apart. What lay how far is taken of the last outcomes
as they happened: by order date, the slow ones would be missing. The level asked for follows what
was missed lately (adaptive conformal inference; Gibbs & Candes 2021).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning.table import Floats

OUTCOMES_MAX: Final = 500
OUTCOMES_MIN: Final = 60
"""So many of the newest outcomes are looked at; with fewer no window is claimed."""

MISSED_OF: Final = 200
STEP: Final = 0.1
FADES: Final = 0.4
ALPHA_MIN, ALPHA_MAX = 0.01, 0.15
"""Once a week each tail's level moves by a tenth of the error of the newest 200 windows, and goes
back two fifths of the way to what is asked for: outcomes come late, and are soon stale."""


@dataclass(frozen=True, slots=True)
class Tails:
    """How far the window's ends are moved, in log days: the lower one down, the upper one up."""

    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Level:
    """The misses each tail asks for now: below the window, above it."""

    low: float
    high: float


def tails(below: Floats, above: Floats, level: Level) -> Tails:
    """Give the moves that leave `level` of outcomes outside.

    `below` is the window's lower end less the outcome, `above` the outcome less its upper end, both
    in log days, of the newest outcomes.
    """
    return Tails(_upper(below, 1 - level.low), _upper(above, 1 - level.high))


def adapted(level: Level, goal: Level, missed_below: float, missed_above: float) -> Level:
    """Move the levels by what was missed: ask for fewer misses where there were too many."""
    return Level(
        _moved(level.low, goal.low, missed_below), _moved(level.high, goal.high, missed_above)
    )


def goal_of(confidence: float) -> Level:
    """Split what may be missed evenly between the two ends."""
    return Level((1 - confidence) / 2, (1 - confidence) / 2)


def _moved(level: float, goal: float, missed: float) -> float:
    moved = level + STEP * (goal - missed) + FADES * (goal - level)
    return float(np.clip(moved, ALPHA_MIN, ALPHA_MAX))


def _upper(scores: Floats, share: float) -> float:
    """Give the quantile with the correction for few scores: the ceiling of (n + 1) * share of n."""
    if not len(scores):
        return 0.0
    place = int(np.ceil((len(scores) + 1) * share)) - 1
    return float(np.sort(scores)[min(max(place, 0), len(scores) - 1)])
