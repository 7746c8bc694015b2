"""What the last outcomes were, the newest counting most: exponentially weighted means. Pure.

A mean over the last so many values is of days in a busy key and of months in a quiet one. This one
fades by time, and where little has been seen lately it is near nothing.
"""

from typing import Final

import numpy as np

from entrepot.promise.learning.table import DAY_S, Floats, Ints

DOUBLINGS_MAX: Final = 900.0
"""Weights double so often at most over a whole history: more is beyond what a float holds."""


class Recent:
    """Values by key and time; each counts half as much `half_life` days later."""

    def __init__(
        self, keys: Ints, times: Floats, values: Floats, half_life: float, prior: float
    ) -> None:
        fine = np.isfinite(times) & np.isfinite(values)
        codes, when, what = keys[fine], _whole_seconds(times[fine]), values[fine]
        order = np.lexsort((np.arange(len(codes)), when, codes))
        codes, self._times, what = codes[order], when[order], what[order]
        self._prior = prior
        self._from = float(self._times.min()) if len(codes) else 0.0
        span = float(self._times.max()) - self._from if len(codes) else 0.0
        self._half_life = max(half_life, span / DOUBLINGS_MAX)
        weights = 2.0 ** ((self._times - self._from) / self._half_life)
        groups = int(codes.max()) + 1 if len(codes) else 0
        self._ends = np.searchsorted(codes, np.arange(groups + 1))
        self._weights, self._sums = np.empty(len(codes)), np.empty(len(codes))
        for begin, end in zip(self._ends[:-1], self._ends[1:], strict=True):
            self._weights[begin:end] = weights[begin:end].cumsum()
            self._sums[begin:end] = (weights[begin:end] * what[begin:end]).cumsum()

    def before(self, keys: Ints, times: Floats) -> Floats:
        """Give each key's mean of what lay before its time, pulled towards nothing by `prior`."""
        found = np.zeros(len(keys))
        asked = np.where(np.isfinite(times), _whole_seconds(times), self._from)
        for key in np.unique(keys):
            if not 0 <= key < len(self._ends) - 1:
                continue
            rows = np.flatnonzero(keys == key)
            begin, end = self._ends[key], self._ends[key + 1]
            seen = np.searchsorted(self._times[begin:end], asked[rows], side="left")
            rows, last = rows[seen > 0], begin + seen[seen > 0] - 1
            now = 2.0 ** ((asked[rows] - self._from) / self._half_life)
            found[rows] = self._sums[last] / (self._weights[last] + self._prior * now)
        return found


def _whole_seconds(times: Floats) -> Floats:
    return np.floor(times * DAY_S) / DAY_S
