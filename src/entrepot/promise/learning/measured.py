"""The rules' engine: tables of how long lanes and nodes took lately, renewed weekly. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning.past import codes_of
from entrepot.promise.learning.questions import Question
from entrepot.promise.learning.table import Floats, Parcels, Strings
from entrepot.promise.learning.walk import WEEK

LOOKS_BACK_DAYS: Final = 120
LANE_MIN: Final = 15
NODE_MIN: Final = 5
"""Deliveries a lane needs, and hand-overs a node, to speak for themselves."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Medians in days beyond what is stated. `anywhere` is of all: handling, transit.

    A lane that has not enough deliveries takes the measure of its way by whatever carrier.
    """

    handling: Mapping[str, float]
    transit: Mapping[str, float]
    ways: Mapping[str, float]
    anywhere: tuple[float, float]

    def estimate(self, parcels: Parcels) -> tuple[Floats, Floats]:
        """Give handling and transit of parcels, in days."""
        slow = _looked_up(self.handling, parcels.keys["node"], self.anywhere[0])
        late = _looked_up(self.ways, parcels.keys["way"], self.anywhere[1])
        late = np.array(
            [
                self.transit.get(str(lane), way)
                for lane, way in zip(parcels.keys["lane"], late, strict=True)
            ]
        )
        return (
            np.maximum(slow + parcels.stated_handling, 0),
            np.maximum(late + parcels.stated_transit, 0),
        )


def tables(parcels: Parcels, moment: float) -> Tables | None:
    """Measure what was delivered in the 120 days before a moment; None where nothing was."""
    seen = (parcels.delivered < moment) & (parcels.delivered >= moment - LOOKS_BACK_DAYS)
    if not seen.any():
        return None
    past = parcels.take(seen)
    slow, late = past.handling - past.stated_handling, past.transit - past.stated_transit
    return Tables(
        _medians(past.keys["node"], slow, NODE_MIN),
        _medians(past.keys["lane"], late, LANE_MIN),
        _medians(past.keys["way"], late, LANE_MIN),
        (float(np.median(slow)), float(np.median(late))),
    )


def walked(parcels: Parcels, asked: Question, weeks: Iterable[int]) -> Floats:
    """Estimate every parcel of these weeks with the tables of its Monday: log(1 + days), or NaN."""
    said = np.full(len(asked), np.nan)
    for week in weeks:
        rows = np.flatnonzero((asked.begins >= week) & (asked.begins < week + WEEK))
        measured = tables(parcels, week)
        if measured is None or not len(rows):
            continue
        slow, late = measured.estimate(parcels.take(rows))
        days = {"whole": slow + late, "handling": slow, "transit": late}[asked.stage]
        said[rows] = np.log1p(days)
    return said


def _medians(keys: Strings, values: Floats, least: int) -> dict[str, float]:
    codes = codes_of(keys)
    order = np.lexsort((values, codes))
    names, begins, counts = np.unique(keys[order], return_index=True, return_counts=True)
    ranked = values[order]
    return {
        str(name): float(np.median(ranked[begin : begin + count]))
        for name, begin, count in zip(names, begins, counts, strict=True)
        if count >= least
    }


def _looked_up(table: Mapping[str, float], keys: Strings, other: float) -> Floats:
    return np.array([table.get(str(key), other) for key in keys], np.float64)
