"""Several estimates into one, each counted by how near it has been lately. Pure.

Trees grown on a Monday do not know of the storm that began on Tuesday, nor that last month's is
over. Four voices are heard: the forest, what rules think, and each of the two moved by what it was
off lately. Their weights follow their errors on the newest deliveries (exponential weights;
Cesa-Bianchi & Lugosi 2006), day by day, so that whoever is nearer now is heard most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning.forest import MIDDLE
from entrepot.promise.learning.questions import Question
from entrepot.promise.learning.table import Floats, Ints

LOOKED_AT: Final = 150
"""Errors and weights are taken from the newest deliveries: so many of them at least."""

OUTCOMES_MIN: Final = 60
"""With fewer, nothing is moved and all are heard alike."""

MOVED: Final = (0.0, 0.7, 0.0, 0.7)
"""Which part of its median error each voice is moved by: forest, forest, rules, rules."""

LEAST_ERROR: Final = 0.05
"""Days: who is nearer than that is right."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How voices are heard: by the deliveries of so many `days`, and how sharply.

    A voice is heard e times less where its error is larger by 1 / `sharpness` of the nearest's or,
    not `relative`, of a day.
    """

    days: int
    sharpness: float
    relative: bool


FIRST: Final = Manner(0, 4.0, relative=False)
"""By the last 150 deliveries: what versions of the first shape were made with."""

NOW: Final = Manner(7, 16.0, relative=True)
"""150 deliveries may be an hour's, and errors of less than a day as different as larger ones."""


@dataclass(frozen=True, slots=True)
class Voices:
    """How the voices are heard on a day: what each is moved by (log days), and its weight."""

    moves: tuple[float, ...]
    weights: tuple[float, ...]

    def heard(self, forest: Floats, rules: Floats) -> Floats:
        """Give the blend of the forest's median and the rules' estimate, in log(1 + days)."""
        said = (forest, forest, rules, rules)
        found: Floats = np.sum(
            [w * (each + m) for each, m, w in zip(said, self.moves, self.weights, strict=True)],
            axis=0,
        )
        return found


ALIKE: Final = Voices((0.0, 0.0, 0.0, 0.0), (0.25, 0.25, 0.25, 0.25))


class Choir:
    """The voices as they were, day by day. Days have to be asked about in ascending order."""

    def __init__(self, asked: Question, made: Floats, manner: Manner = NOW) -> None:
        self._manner = manner
        forest = made[:, MIDDLE]
        said = np.flatnonzero(np.isfinite(forest))
        self._rows, self._days = said, np.floor(asked.begins[said]).astype(np.int64)
        self._made, self._rules, self._outcome = made, asked.rules, asked.outcome
        done = said[np.isfinite(asked.ends[said])]
        self._ranked = done[np.argsort(asked.ends[done], kind="stable")]
        self._ends = asked.ends[self._ranked]
        self._voiced = np.full((len(MOVED), len(asked)), np.nan)

    def blended(self) -> Floats:
        """Give the quantiles moved so that their middle is the blend: float64[N, 4]."""
        found = self._made.copy()
        for day in np.unique(self._days):
            voices = self.at(int(day))
            rows = self._rows[self._days == day]
            forest, rules = self._made[rows, MIDDLE], self._rules[rows]
            for number, said in enumerate((forest, forest, rules, rules)):
                self._voiced[number, rows] = said + voices.moves[number]
            found[rows] += (voices.heard(forest, rules) - forest)[:, None]
        return found

    def at(self, day: int) -> Voices:
        """Say how the voices are heard on a day, by what was delivered before it."""
        end = int(np.searchsorted(self._ends, day, side="left"))
        begin = int(np.searchsorted(self._ends, day - self._manner.days, side="left"))
        last = self._ranked[max(0, min(begin, end - LOOKED_AT)) : end]
        if len(last) < OUTCOMES_MIN:
            return ALIKE
        outcome = self._outcome[last]
        moves = [
            part * float(np.median(outcome - said[last])) if part else 0.0
            for part, said in zip(MOVED, self._said(), strict=True)
        ]
        return Voices(tuple(moves), self._weights(last, outcome))

    def _said(self) -> Sequence[Floats]:
        forest = self._made[:, MIDDLE]
        return (forest, forest, self._rules, self._rules)

    def _weights(self, last: Ints, outcome: Floats) -> tuple[float, ...]:
        days = np.expm1(outcome)
        errors = np.array(
            [float(np.mean(np.abs(np.expm1(each[last]) - days))) for each in self._voiced]
        )
        return weights_of(errors, self._manner)


def weights_of(errors: Floats, manner: Manner = NOW) -> tuple[float, ...]:
    """Say how much each voice is heard, by its mean error in days; together they are 1."""
    nearest = float(errors.min())
    unit = max(nearest, LEAST_ERROR) if manner.relative else 1.0
    heard = np.exp(-manner.sharpness * (errors - nearest) / unit)
    return tuple(float(each) for each in heard / heard.sum())
