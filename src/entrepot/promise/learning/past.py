"""What has happened, filed by a key: the last few values before a moment, for many at once. Pure.

Only what lies strictly before the moment asked about counts: a feature made of these cannot know
more than a person had known then.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning.table import DAY_S, Bools, Floats, Ints, Strings

ROWS_AT_ONCE: Final = 20_000
"""Queries whose values are laid side by side: 24 MB at 150 values each."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the last values before a moment say, float64[Q] each; `count` is int64[Q].

    NaN where there were none. `high` is their 90th percentile.
    """

    middle: Floats
    mean: Floats
    high: Floats
    count: Ints


class Past:
    """Values by key and time, of which the last `last` before a moment are asked for."""

    def __init__(self, keys: Ints, times: Floats, values: Floats, last: int) -> None:
        fine = np.isfinite(times) & np.isfinite(values)
        codes, seconds = keys[fine], whole_seconds(times[fine])
        order = np.lexsort((np.arange(len(codes)), seconds, codes))
        self.last = last
        self.codes, self.seconds = codes[order], seconds[order]
        self.values = values[fine][order]
        self._marks = mark(self.codes, self.seconds)
        self._every: tuple[float, Told | None] = (np.nan, None)

    def before(self, keys: Ints, times: Floats) -> Told:
        """Say what each key's last values before its time were.

        Where one moment is asked about again and again, as promises do, all keys are told once.
        """
        if len(times) and np.isfinite(times[0]) and (times == times[0]).all():
            moment = float(times[0])
            asked_at, table = self._every
            if moment == asked_at:
                return self._looked_up(keys, moment, table)
            self._every = (moment, None)
        return self._told_of(keys, times)

    def _looked_up(self, keys: Ints, moment: float, table: Told | None) -> Told:
        if table is None:
            last = int(self.codes[-1]) if len(self.codes) else -1
            every = np.append(np.arange(last + 1), -1)
            table = self._told_of(every, np.full(len(every), moment))
            self._every = (moment, table)
        rows = np.where((keys >= 0) & (keys < len(table.count) - 1), keys, len(table.count) - 1)
        return Told(table.middle[rows], table.mean[rows], table.high[rows], table.count[rows])

    def _told_of(self, keys: Ints, times: Floats) -> Told:
        parts = [
            self._before(keys[at : at + ROWS_AT_ONCE], times[at : at + ROWS_AT_ONCE])
            for at in range(0, len(keys), ROWS_AT_ONCE)
        ]
        if not parts:
            none = np.empty(0)
            return Told(none, none, none, np.empty(0, np.int64))
        return Told(
            np.concatenate([part.middle for part in parts]),
            np.concatenate([part.mean for part in parts]),
            np.concatenate([part.high for part in parts]),
            np.concatenate([part.count for part in parts]),
        )

    def before_all(self, keys: Ints, times: Floats) -> Floats:
        """Count all of each key's values before its time."""
        asked = np.where(np.isfinite(times), times, 0.0)
        ends = np.searchsorted(self._marks, mark(keys, whole_seconds(asked)), side="left")
        begins = np.searchsorted(self._marks, mark(keys, np.zeros(len(keys), np.int64)))
        return (ends - begins).astype(np.float64)

    def _before(self, keys: Ints, times: Floats) -> Told:
        asked = np.where(np.isfinite(times), times, 0.0)
        ends = np.searchsorted(self._marks, mark(keys, whole_seconds(asked)), side="left")
        begins = np.searchsorted(self._marks, mark(keys, np.zeros(len(keys), np.int64)))
        count = np.minimum(ends - begins, self.last)
        places = ends[:, None] - 1 - np.arange(self.last)
        seen = places >= (ends - count)[:, None]
        if not len(self.values):
            return _told(np.full(places.shape, np.nan), seen, count)
        found = np.where(seen, self.values[np.where(seen, places, 0)], np.nan)
        return _told(found, seen, count)


def codes_of(keys: Strings) -> Ints:
    """Number keys; the numbers say nothing but which are the same."""
    _, codes = np.unique(keys, return_inverse=True)
    return codes.astype(np.int64).reshape(-1)


def _told(found: Floats, seen: Bools, count: Ints) -> Told:
    none, rows = count == 0, np.arange(len(found))
    if not len(found):
        nothing = np.empty(0)
        return Told(nothing, nothing, nothing, count)
    ranked = np.sort(found, axis=1)
    top = np.maximum(count - 1, 0)
    lower, upper = ranked[rows, top // 2], ranked[rows, (top + 1) // 2]
    at = top * 0.9
    low = np.floor(at).astype(np.int64)
    step = ranked[rows, np.minimum(low + 1, top)] - ranked[rows, low]
    high = ranked[rows, low] + (at - low) * step
    mean = np.where(seen, found, 0.0).sum(axis=1) / np.maximum(count, 1)
    return Told(
        np.where(none, np.nan, (lower + upper) / 2),
        np.where(none, np.nan, mean),
        np.where(none, np.nan, high),
        count,
    )


def whole_seconds(times: Floats) -> Ints:
    """Give days since 1970 in whole seconds."""
    return np.floor(times * DAY_S).astype(np.int64)


def mark(codes: Ints, seconds: Ints) -> Ints:
    """Give one number that orders by key, then by time: whole seconds fit 32 bits until 2106."""
    return (codes << 32) | np.clip(seconds, 0, (1 << 32) - 1)
