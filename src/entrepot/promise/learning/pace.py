"""How fast things move just now, of what is still open as much as of what is done. Pure.

Durations of finished parcels tell of a delay only when it is over. What is open tells at once: of
parcels this old, so many should have arrived in the last days, and so many have. Expected are the
increments of the cumulative hazard (Nelson 1969, Aalen 1978) of duration over estimate.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning.table import Floats, Ints

LEARNED_DAYS: Final = 120
"""The hazard is that of what began in so many days before its week."""

LEARNED_FROM_MIN: Final = 50
"""Fewer parcels say nothing about a hazard: then nothing is expected and the pace is even."""

FOLLOWED_DAYS: Final = 60
"""What is open for longer is lost, and tells nothing of today."""

PRIOR: Final = 4.0
"""Arrivals that stand for an even pace: with few to be expected, the pace is near it."""

WEEK: Final = 7
MONDAY: Final = 4
"""Day 4 since 1970 was a Monday."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Events seen and expected, cumulated over days: float64[G, D + 1] from day `first` on."""

    first: int
    seen: Floats
    expected: Floats

    def at(self, codes: Ints, times: Floats, window: int) -> Floats:
        """Give log(seen / expected) of the `window` whole days before each time: 0 is as usual.

        A group that is not known has an even pace.
        """
        last = self.seen.shape[1] - 1
        asked = np.where(np.isfinite(times), np.floor(times), self.first)
        ends = np.clip(asked.astype(np.int64) - self.first, 0, last)
        begins = np.maximum(ends - window, 0)
        known = codes >= 0
        rows = np.where(known, codes, 0)
        seen = self.seen[rows, ends] - self.seen[rows, begins]
        due = self.expected[rows, ends] - self.expected[rows, begins]
        told: Floats = np.where(known, np.log((seen + PRIOR) / (due + PRIOR)), 0.0)
        return told


def paces(codes: Ints, began: Floats, ended: Floats, estimate: Floats) -> Pace:
    """Count what was seen and what was to be expected of each group (codes 0 to G - 1) and day.

    `began` and `ended` are days since 1970, the latter NaN while open; `estimate` (days, positive)
    is what was thought of each when it began.
    """
    fine = np.isfinite(began) & np.isfinite(estimate)
    codes, began, ended, estimate = codes[fine], began[fine], ended[fine], estimate[fine]
    groups = int(codes.max()) + 1 if len(codes) else 1
    if not len(codes):
        return Pace(0, np.zeros((groups, 1)), np.zeros((groups, 1)))
    first = int(np.floor(began.min()))
    closed = np.isfinite(ended)
    last = int(np.floor(max(began.max(), ended[closed].max() if closed.any() else 0.0))) + 1
    until = np.where(closed, ended, last)
    seen = np.zeros((groups, last - first + 2))
    due = np.zeros_like(seen)
    soon = closed & (ended - began < FOLLOWED_DAYS)
    days = np.floor(ended[soon]).astype(np.int64) - first + 1
    np.add.at(seen, (codes[soon], days), 1.0)
    for week in range(first - (first - MONDAY) % WEEK, last + 1, WEEK):
        hazard = _hazard(began, ended, estimate, week)
        open_then = (began < week + WEEK) & (until >= week) & (began > week - FOLLOWED_DAYS)
        if hazard is None or not open_then.any():
            continue
        rows = np.flatnonzero(open_then)
        for day in range(week, min(week + WEEK, last + 1)):
            if day < first:
                continue
            span = estimate[rows]
            lower = np.clip(day - began[rows], 0, None)
            upper = np.clip(np.minimum(day + 1, until[rows]) - began[rows], lower, None)
            step = _at(hazard, upper / span) - _at(hazard, lower / span)
            due[:, day - first + 1] += np.bincount(codes[rows], step, minlength=groups)
    return Pace(first, np.cumsum(seen, axis=1), np.cumsum(due, axis=1))


def _hazard(
    began: Floats, ended: Floats, estimate: Floats, moment: float
) -> tuple[Floats, Floats] | None:
    """Estimate the cumulative hazard over age / estimate, of what was known at a moment."""
    recent = (began < moment) & (began >= moment - LEARNED_DAYS)
    if recent.sum() < LEARNED_FROM_MIN:
        return None
    stop = np.where(ended[recent] < moment, ended[recent], np.nan)
    happened = np.isfinite(stop)
    age = np.where(happened, stop, moment) - began[recent]
    ratio = age / estimate[recent]
    order = np.argsort(ratio, kind="stable")
    at_risk = len(order) - np.arange(len(order))
    steps = np.cumsum(np.where(happened[order], 1.0 / at_risk, 0.0))
    keep = at_risk >= max(10, len(order) // 50)
    return ratio[order][keep], steps[keep]


def _at(hazard: tuple[Floats, Floats], ratio: Floats) -> Floats:
    """Read the curve; beyond its end it goes on as it ended."""
    xs, ys = hazard
    half = len(xs) // 2
    slope = (ys[-1] - ys[half]) / max(xs[-1] - xs[half], 1e-9)
    inside = np.interp(ratio, xs, ys, left=0.0)
    told: Floats = np.where(ratio > xs[-1], ys[-1] + (ratio - xs[-1]) * slope, inside)
    return told
