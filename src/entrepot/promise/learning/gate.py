"""Who answers for a lane: the model where it has beaten the rules lately, else the rules. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning.questions import Question
from entrepot.promise.learning.table import Bools, Floats, Strings
from entrepot.promise.learning.walk import WEEK

LOOKS_BACK_DAYS: Final = 120
OUTCOMES_MIN: Final = 60
"""Outcomes both have been scored on, over all lanes, before the model answers anywhere."""

PRIOR: Final = 60.0
"""Outcomes of all lanes that a lane's own are weighed against: ten late parcels prove little."""


@dataclass(frozen=True, slots=True)
class Scores:
    """By how many days a parcel the model has been nearer than the rules: negative is better.

    `lanes` are pulled towards `overall`, which also speaks for lanes without outcomes. `count` is
    of all.
    """

    overall: float
    count: int
    lanes: Mapping[str, float]

    def prefers_model(self, lanes: Strings) -> Bools:
        """Say for which lanes the model answers."""
        if self.count < OUTCOMES_MIN:
            return np.zeros(len(lanes), np.bool_)
        return np.array([self.lanes.get(str(lane), self.overall) < 0 for lane in lanes], np.bool_)


def scored(asked: Question, model: Floats, rules: Floats, lanes: Strings, moment: float) -> Scores:
    """Compare both on what was finished in the 120 days before a moment.

    `model` and `rules` are float64[N], what each said, in log(1 + days); NaN where it said nothing.
    """
    done = (asked.ends < moment) & (asked.ends >= moment - LOOKS_BACK_DAYS)
    rows = np.flatnonzero(done & np.isfinite(model) & np.isfinite(rules))
    if not len(rows):
        return Scores(0.0, 0, {})
    days = np.expm1(asked.outcome[rows])
    nearer = np.abs(np.expm1(model[rows]) - days) - np.abs(np.expm1(rules[rows]) - days)
    overall = float(nearer.mean())
    names, codes = np.unique(lanes[rows], return_inverse=True)
    sums = np.bincount(codes, weights=nearer) + PRIOR * overall
    means = sums / (np.bincount(codes) + PRIOR)
    by_lane = {str(name): float(mean) for name, mean in zip(names, means, strict=True)}
    return Scores(overall, len(rows), by_lane)


def gated(
    asked: Question, model: Floats, rules: Floats, lanes: Strings, weeks: Iterable[int]
) -> Bools:
    """Say of every parcel of these weeks who answered by its Monday's scores: True, the model."""
    answers = np.zeros(len(asked), np.bool_)
    for week in weeks:
        rows = np.flatnonzero((asked.begins >= week) & (asked.begins < week + WEEK))
        if len(rows):
            scores = scored(asked, model, rules, lanes, week)
            answers[rows] = scores.prefers_model(lanes[rows]) & np.isfinite(model[rows])
    return answers | (np.isfinite(model) & ~np.isfinite(rules))
