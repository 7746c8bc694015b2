"""Parcels come at certain hours of certain days: a moment between two of them is neither. Pure.

The middle of what may come is a moment at which something comes. An estimate is set to the nearest
of these, as long as that has been nearer to what came lately.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning.forest import MIDDLE
from entrepot.promise.learning.questions import Question
from entrepot.promise.learning.table import Floats

TAKEN_FROM_DAYS: Final = 28
OUTCOMES_MIN: Final = 100
"""Habits are those of four weeks, of so many outcomes at least."""

LOOKED_AT: Final = 300
"""The newest outcomes, on which estimates set to habits are compared with those left alone."""

SHARE_MIN: Final = 0.02
"""On a weekday of fewer nothing comes: an even share would be a seventh."""

GAIN_MIN: Final = 0.01
"""Estimates are set to habits where they come nearer by such a share: by less may be chance."""


@dataclass(frozen=True, slots=True)
class Habit:
    """The hour at which things end (a part of the day, local), and the weekdays, from Monday."""

    hour: float
    weekdays: tuple[bool, ...]

    def nearest(self, local: Floats) -> Floats:
        """Give the nearest moments (local days since 1970) at which things end."""
        day = np.floor(local - self.hour + 0.5)
        best = np.full(len(local), np.inf)
        found = local.copy()
        for step in (0, -1, 1, -2, 2, -3, 3):
            moment = day + step + self.hour
            open_ = np.array(self.weekdays)[((day + step + 3) % 7).astype(np.int64)]
            off = np.where(open_, np.abs(moment - local), np.inf)
            found = np.where(off < best, moment, found)
            best = np.minimum(off, best)
        return found

    def set_to(self, said: Floats, begins: Floats, clock: Floats) -> Floats:
        """Set estimates, log(1 + days) from `begins`, to the nearest such moment after it."""
        at = begins + clock
        days = self.nearest(at + np.expm1(said)) - at
        found: Floats = np.where(days > 0, np.log1p(np.maximum(days, 0)), said)
        return found


def habit_of(local: Floats) -> Habit:
    """Take the habit of what ended at these moments, local days since 1970."""
    angle = 2 * np.pi * (local % 1)
    about = float(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean()) / (2 * np.pi))
    hour = (about + float(np.median((local - about + 0.5) % 1 - 0.5))) % 1
    day = np.floor(local - hour + 0.5).astype(np.int64)
    shares = np.bincount((day + 3) % 7, minlength=7) / len(local)
    return Habit(hour, tuple(bool(share >= SHARE_MIN) for share in shares))


class Habits:
    """Habits as they were, day by day: None where estimates are better left as they are."""

    def __init__(self, asked: Question, made: Floats) -> None:
        self._asked, self._said = asked, made[:, MIDDLE]
        done = np.flatnonzero(np.isfinite(self._said) & np.isfinite(asked.ends))
        self._ranked = done[np.argsort(asked.ends[done], kind="stable")]
        self._ends = asked.ends[self._ranked]

    def at(self, day: int) -> Habit | None:
        """Say what habit estimates of a day are set to, by what had ended before it."""
        begin, end = np.searchsorted(self._ends, (day - TAKEN_FROM_DAYS, day), side="left")
        lately = self._ranked[begin:end]
        if len(lately) < OUTCOMES_MIN:
            return None
        asked = self._asked
        habit = habit_of(asked.ends[lately] + asked.clock[lately])
        last = lately[-LOOKED_AT:]
        said = self._said[last]
        days = np.expm1(asked.outcome[last])
        there = np.expm1(habit.set_to(said, asked.begins[last], asked.clock[last]))
        left, moved = (float(np.abs(each - days).mean()) for each in (np.expm1(said), there))
        return habit if moved < left * (1 - GAIN_MIN) else None

    def kept(self, made: Floats) -> Floats:
        """Give the quantiles, float64[N, 4], with their middle set to the habits of its day."""
        found = made.copy()
        rows = np.flatnonzero(np.isfinite(self._said))
        days = np.floor(self._asked.begins[rows]).astype(np.int64)
        for day in np.unique(days):
            habit, now = self.at(int(day)), rows[days == day]
            if habit is not None:
                asked = self._asked
                found[now, MIDDLE] = habit.set_to(
                    self._said[now], asked.begins[now], asked.clock[now]
                )
        return found
