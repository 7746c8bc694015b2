"""What the last outcomes were, the newest counting most: exponentially weighted means. Pure.

A mean over the last so many values is of days in a busy key and of months in a quiet one. This one
fades by time, and where little has been seen lately it is near nothing.
"""

from itertools import pairwise
from typing import Final

import numpy as np

from entrepot.promise.learning.past import mark, whole_seconds
from entrepot.promise.learning.table import DAY_S, Floats, Ints

DOUBLINGS_MAX: Final = 900.0
"""Weights double so often at most over a whole history: more is beyond what a float holds."""


class Recent:
    """Values by key and time; each counts half as much `half_life` days later."""

    def __init__(
        self, keys: Ints, times: Floats, values: Floats, half_life: float, prior: float
    ) -> None:
        fine = np.isfinite(times) & np.isfinite(values)
        codes, when, what = keys[fine], whole_seconds(times[fine]), values[fine]
        order = np.lexsort((np.arange(len(codes)), when, codes))
        codes, when, what = codes[order], when[order], what[order]
        self._marks, self._prior = mark(codes, when), prior
        self._from = float(when.min()) if len(codes) else 0.0
        span = float(when.max()) - self._from if len(codes) else 0.0
        self._half_life = max(half_life * DAY_S, span / DOUBLINGS_MAX)
        weights = 2.0 ** ((when - self._from) / self._half_life)
        self._weights, self._sums = np.empty(len(codes)), np.empty(len(codes))
        edges = np.flatnonzero(np.diff(codes, prepend=-2, append=-2))
        for begin, end in pairwise(edges.tolist()):
            self._weights[begin:end] = weights[begin:end].cumsum()
            self._sums[begin:end] = (weights[begin:end] * what[begin:end]).cumsum()

    def before(self, keys: Ints, times: Floats) -> Floats:
        """Give each key's mean of what lay before its time, pulled towards nothing by `prior`."""
        asked = whole_seconds(np.where(np.isfinite(times), times, 0.0))
        ends = np.searchsorted(self._marks, mark(keys, asked), side="left")
        begins = np.searchsorted(self._marks, mark(keys, np.zeros(len(keys), np.int64)))
        rows = np.flatnonzero(ends > begins)
        last, found = ends[rows] - 1, np.zeros(len(keys))
        now = 2.0 ** ((asked[rows] - self._from) / self._half_life)
        found[rows] = self._sums[last] / (self._weights[last] + self._prior * now)
        return found
