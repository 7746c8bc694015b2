"""Learning as it would have been: each week on what had happened by then. Pure.

Training, evaluation and the benchmark are this one walk: nothing that is said of a moment has seen
anything after it. Predictions are kept as they were made; windows are calibrated with them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning import calibrate
from entrepot.promise.learning.calibrate import Tails
from entrepot.promise.learning.censored import RESIDUALS_MAX, given_age
from entrepot.promise.learning.forest import (
    HIGH,
    LOW,
    MIDDLE,
    QUANTILES,
    ROUNDS,
    Forest,
    grown,
)
from entrepot.promise.learning.questions import Question
from entrepot.promise.learning.table import Floats, Ints

WEEK: Final = 7
MONDAY: Final = 4
ROWS_MIN: Final = 300
"""Finished parcels below which nothing is learned: rules know as much."""

LOST_AFTER: Final = 60
"""Days after which what is open is not waited for any more."""

OPEN_WEIGHT: Final = 0.5
"""What is still open counts half: how long it will have taken is only thought."""

HALF_LIFE: Final = 180.0
"""Days after which an outcome counts half."""


def mondays(first: float, last: float) -> list[int]:
    """Give the Mondays (days since 1970) of the weeks that reach from `first` to `last`."""
    begins = int(np.floor(first))
    begins -= (begins - MONDAY) % WEEK
    return list(range(begins, int(np.ceil(last)), WEEK))


def learn(asked: Question, moment: float, rounds: int = ROUNDS) -> Forest | None:
    """Grow a forest on what was known at a moment; None where too little was.

    How far what is open may still go is taken from the distance of outcomes to the rules' estimate.
    (Not to earlier forests': what one of them overstates would be learned by the next.)
    """
    done = asked.ends < moment
    begun = asked.begins < moment
    if done.sum() < ROWS_MIN:
        return None
    pending = begun & ~done & (asked.begins >= moment - LOST_AFTER)
    outcome, said = asked.outcome, asked.rules
    newest = np.flatnonzero(done)[np.argsort(asked.ends[done], kind="stable")[-RESIDUALS_MAX:]]
    residuals = outcome[newest] - said[newest]
    rows = np.flatnonzero(done | pending)
    held = pending[rows]
    age = moment - asked.begins[rows]
    targets = []
    for quantile in QUANTILES:
        filled = given_age(said[rows], age, residuals, max(quantile, 0.5))
        targets.append(np.where(held, filled, outcome[rows]) - asked.rules[rows])
    weights = 0.5 ** (age / HALF_LIFE) * np.where(held, OPEN_WEIGHT, 1.0)
    return grown(asked.names, asked.matrix[rows], targets, weights, rounds)


def walk(
    asked: Question,
    weeks: Iterable[int],
    *,
    rounds: int = ROUNDS,
    each: Callable[[int], None] | None = None,
) -> Floats:
    """Predict every parcel of these weeks as it would have been: float64[N, 4] in log(1 + days).

    NaN where nothing was predicted. `each` hears of every week that is done.
    """
    made = np.full((len(asked), len(QUANTILES)), np.nan)
    for week in weeks:
        forest = learn(asked, week, rounds)
        rows = np.flatnonzero((asked.begins >= week) & (asked.begins < week + WEEK))
        if forest is not None and len(rows):
            made[rows] = asked.rules[rows, None] + forest.offsets(asked.matrix[rows])
        if each:
            each(week)
    return made


@dataclass(frozen=True, slots=True)
class Windows:
    """Calibrated windows of N parcels, in log(1 + days); NaN where none is claimed."""

    low: Floats
    high: Floats


class Calibration:
    """Windows as they were claimed, day by day, and what the next day's are moved by.

    `made` is float64[N, 4] as `walk` gives it. Days have to be asked about in ascending order.
    """

    def __init__(self, asked: Question, made: Floats, confidence: float) -> None:
        self._made, self._outcome = made, asked.outcome
        self._goal = self._level = calibrate.goal_of(confidence)
        self._week = -1
        said = np.flatnonzero(np.isfinite(made[:, MIDDLE]))
        self._days = np.floor(asked.begins[said]).astype(np.int64)
        self._said = said
        done = said[np.isfinite(asked.ends[said])]
        self._ranked = done[np.argsort(asked.ends[done], kind="stable")]
        self._ends = asked.ends[self._ranked]
        self._low, self._high = np.full(len(asked), np.nan), np.full(len(asked), np.nan)

    def windows(self) -> Windows:
        """Claim a window for all that was predicted."""
        for day in np.unique(self._days):
            moved = self.at(int(day))
            if moved is not None:
                rows = self._said[self._days == day]
                self._low[rows] = self._made[rows, LOW] - moved.low
                self._high[rows] = self._made[rows, HIGH] + moved.high
        middle = self._made[:, MIDDLE]
        return Windows(np.minimum(self._low, middle), np.maximum(self._high, middle))

    def at(self, day: int) -> Tails | None:
        """Say what a day's windows are moved by; None while too little is known to claim any."""
        before = self._ranked[: np.searchsorted(self._ends, day, side="left")]
        week = (day - MONDAY) // WEEK
        if week != self._week:
            self._week = week
            self._adapt(before[-calibrate.MISSED_OF :])
        if len(before) < calibrate.OUTCOMES_MIN:
            return None
        last = before[-calibrate.OUTCOMES_MAX :]
        outcome = self._outcome[last]
        below, above = self._made[last, LOW] - outcome, outcome - self._made[last, HIGH]
        return calibrate.tails(below, above, self._level)

    def _adapt(self, last: Ints) -> None:
        last = last[np.isfinite(self._low[last])]
        if len(last) >= calibrate.OUTCOMES_MIN:
            outcome = self._outcome[last]
            self._level = calibrate.adapted(
                self._level,
                self._goal,
                float(np.mean(outcome < self._low[last])),
                float(np.mean(outcome > self._high[last])),
            )
