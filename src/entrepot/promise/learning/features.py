"""What is known of a parcel at a moment, as numbers: from history that lies before it. Pure.

The same code answers for training, where each row is asked about at its own moment, and for a
promise, where all are asked about at one. Of every history only what lies before counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.promise.learning.pace import Pace, paces
from entrepot.promise.learning.past import Past, Told
from entrepot.promise.learning.recent import Recent
from entrepot.promise.learning.table import FACTS, KEYS, Floats, Ints, Parcels, Strings

ALL: Final = "all"
HANDLING_PASTS: Final = (
    ("node", 15), ("category", 40), ("origin", 60), ("payment", 60), (ALL, 150),
)  # fmt: skip
TRANSIT_PASTS: Final = (
    ("lane", 60), ("region", 60), ("post3", 15), ("post2", 30), ("node", 15), ("carrier", 60),
    ("reach", 60), (ALL, 150),
)  # fmt: skip
HANDLING_DRIFTS: Final = (("node", 15), ("payment", 60), ("category", 60), (ALL, 100))
TRANSIT_DRIFTS: Final = (
    ("lane", 40), ("region", 40), ("post3", 15), ("post2", 30), ("node", 15), ("carrier", 60),
    (ALL, 60), (ALL, 300),
)  # fmt: skip
"""Keys, and how many of their last values are looked at."""

HANDLING_RECENT: Final = (("node", 4.0), (ALL, 3.0))
TRANSIT_RECENT: Final = (
    ("region", 3.0), ("reach", 5.0), ("carrier", 3.0), ("node", 5.0), (ALL, 2.0),
)  # fmt: skip
"""Keys, and the days after which what was off then counts half."""

RECENT_PRIOR: Final = 2.0
"""Outcomes that were not off at all, which a key's newest are weighed against."""

PACES: Final = (("transit", ALL, 7), ("transit", ALL, 21), ("transit", "region", 14),
    ("transit", "carrier", 7), ("handling", ALL, 7), ("handling", "node", 14))  # fmt: skip
"""Stage, key and days of the paces that are looked at."""

HANDLING_DEFAULT: Final = 2.0
TRANSIT_DEFAULT: Final = 5.0
"""Days that are thought of until the first outcome is known."""

LEAST_DAYS: Final = 0.05
"""An estimate is never nothing: a little more than an hour."""


@dataclass(frozen=True, slots=True)
class Asked:
    """N parcels asked about: their features float64[N, F], and what rules think, in days."""

    names: tuple[str, ...]
    matrix: Floats
    handling: Floats
    transit: Floats

    @property
    def whole(self) -> Floats:
        """Days from order to delivery, as rules think."""
        return self.handling + self.transit

    def of(self, names: Sequence[str]) -> Floats:
        """Give the features of these names: those that a forest was grown on."""
        return of_names(self.names, self.matrix, names)


class Memory:
    """All that has happened, ready to be asked about any moment in or after it."""

    def __init__(self, parcels: Parcels, holidays: Sequence[int] = ()) -> None:
        self.names: dict[str, Strings] = {key: np.unique(parcels.keys[key]) for key in KEYS}
        self.holidays = np.array(sorted(holidays), np.int64)
        codes = {key: self.codes(key, parcels.keys[key]) for key in KEYS}
        codes[ALL] = np.zeros(len(parcels), np.int64)
        self._placed = np.sort(parcels.placed)
        self._opened = Past(codes["node"], parcels.placed, parcels.placed, 1)
        self._shipped = Past(codes["node"], parcels.handed, parcels.handed, 1)
        left, arrived = parcels.handed, parcels.delivered
        handling, transit = parcels.handling, parcels.transit
        self._handling = {
            key: Past(codes[key], left, handling - parcels.stated_handling, last)
            for key, last in HANDLING_PASTS
        }
        self._transit = {
            key: Past(codes[key], arrived, transit - parcels.stated_transit, last)
            for key, last in TRANSIT_PASTS
        }
        thought, _ = self._thought(parcels, codes, parcels.placed)
        _, expected = self._thought(parcels, codes, left)
        slow = np.log1p(np.maximum(handling, 0)) - np.log1p(thought)
        late = np.log1p(np.maximum(transit, 0)) - np.log1p(expected)
        self._slow = [Past(codes[key], left, slow, last) for key, last in HANDLING_DRIFTS]
        self._late = [Past(codes[key], arrived, late, last) for key, last in TRANSIT_DRIFTS]
        days, more = handling - thought, transit - expected
        self._slow_now = [
            Recent(codes[key], left, days, fades, RECENT_PRIOR) for key, fades in HANDLING_RECENT
        ]
        self._late_now = [
            Recent(codes[key], arrived, more, fades, RECENT_PRIOR) for key, fades in TRANSIT_RECENT
        ]
        self._paces: dict[tuple[str, str], Pace] = {}
        for stage, key, _ in PACES:
            if (stage, key) not in self._paces:
                began, ended, guess = (
                    (parcels.placed, left, thought)
                    if stage == "handling"
                    else (left, arrived, expected)
                )
                self._paces[stage, key] = paces(codes[key], began, ended, guess)

    def codes(self, key: str, values: Strings) -> Ints:
        """Number keys as they are remembered: -1 for one that is not."""
        names = self.names[key]
        if not len(names):
            return np.full(len(values), -1, np.int64)
        places = np.minimum(np.searchsorted(names, values), len(names) - 1)
        return np.where(names[places] == values, places, -1).astype(np.int64)

    def asked(self, parcels: Parcels, times: Floats, *, left: bool) -> Asked:
        """Say what is known of parcels, each at its time; `left`: they have been handed over."""
        codes = {key: self.codes(key, parcels.keys[key]) for key in KEYS}
        codes[ALL] = np.zeros(len(parcels), np.int64)
        columns: dict[str, Floats] = {name: parcels.facts[name] for name in FACTS}
        columns |= _of_itself(parcels)
        columns |= self._calendar(parcels, times)
        handling, transit = self._thought(parcels, codes, times, columns)
        if left:
            handling = np.maximum(parcels.handling, 0)
            columns["handling_was"] = handling
        columns |= {"handling": handling, "transit": transit}
        columns |= _comes(times + parcels.clock, transit if left else handling + transit)
        for (key, last), past in zip(HANDLING_DRIFTS, self._slow, strict=True):
            _drift(columns, f"slow_{key}_{last}", past.before(codes[key], times))
        for (key, last), past in zip(TRANSIT_DRIFTS, self._late, strict=True):
            _drift(columns, f"late_{key}_{last}", past.before(codes[key], times))
        for (key, _), recent in zip(HANDLING_RECENT, self._slow_now, strict=True):
            columns[f"slow_{key}_now"] = recent.before(codes[key], times)
        for (key, _), recent in zip(TRANSIT_RECENT, self._late_now, strict=True):
            columns[f"late_{key}_now"] = recent.before(codes[key], times)
        for stage, key, window in PACES:
            columns[f"pace_{stage}_{key}_{window}"] = self._paces[stage, key].at(
                codes[key], times, window
            )
        columns |= self._load(codes["node"], times)
        counted = columns["node_open"] / parcels.facts["capacity"]
        columns["backlog"] = np.where(np.isnan(columns["backlog"]), counted, columns["backlog"])
        return Asked(tuple(columns), np.column_stack(list(columns.values())), handling, transit)

    def _thought(
        self,
        parcels: Parcels,
        codes: Mapping[str, Ints],
        times: Floats,
        columns: dict[str, Floats] | None = None,
    ) -> tuple[Floats, Floats]:
        """Give handling and transit (days) as the last outcomes say, few of them shrunk."""
        slow = {key: past.before(codes[key], times) for key, past in self._handling.items()}
        late = {key: past.before(codes[key], times) for key, past in self._transit.items()}
        if columns is not None:
            for stage, told in (("handling", slow), ("transit", late)):
                for key, each in told.items():
                    name = f"{stage}_{key}"
                    columns |= {f"{name}_middle": each.middle, f"{name}_mean": each.mean}
                    columns |= {
                        f"{name}_high": each.high,
                        f"{name}_count": each.count.astype(float),
                    }
        anywhere = _or(slow[ALL].middle, HANDLING_DEFAULT)
        handling = _shrunk(slow["node"], 4, _shrunk(slow["category"], 20, anywhere))
        anywhere = _or(late[ALL].middle, TRANSIT_DEFAULT)
        there = _shrunk(late["lane"], 8, _shrunk(late["region"], 10, anywhere))
        transit = (there + _shrunk(late["post2"], 10, anywhere)) / 2
        return (
            np.maximum(handling + parcels.stated_handling, LEAST_DAYS),
            np.maximum(transit + parcels.stated_transit, LEAST_DAYS),
        )

    def _calendar(self, parcels: Parcels, times: Floats) -> dict[str, Floats]:
        local = np.where(np.isfinite(times), times, 0.0) + parcels.clock
        day = np.floor(local).astype(np.int64)
        found: dict[str, Floats] = {
            "weekday": ((day + 3) % 7).astype(np.float64),
            "hour": (local - day) * 24,
        }
        for ahead in (3, 7, 14):
            found[f"closed_{ahead}"] = self._closed(day, ahead)
        return found

    def _closed(self, day: Ints, ahead: int) -> Floats:
        """Count the days of the next `ahead` on which nobody moves: weekends and holidays."""
        closed = np.zeros(len(day))
        for step in range(1, ahead + 1):
            then = day + step
            closed += ((then + 3) % 7 >= 5) | np.isin(then, self.holidays)
        return closed

    def _load(self, nodes: Ints, times: Floats) -> dict[str, Floats]:
        week = _since(self._placed, times, 7)
        month = _since(self._placed, times, 28)
        opened = self._opened.before_all(nodes, times)
        waiting = opened - self._shipped.before_all(nodes, times)
        pace = (opened - self._opened.before_all(nodes, times - 28)) / 28
        return {
            "load": (week + 1) * 4 / (month + 4),
            "node_open": waiting,
            "node_days": waiting / (pace + 0.1),
        }


def of_names(have: Sequence[str], matrix: Floats, names: Sequence[str]) -> Floats:
    """Choose columns by their names, in that order."""
    if tuple(names) == tuple(have):
        return matrix
    places = {name: place for place, name in enumerate(have)}
    return matrix[:, [places[name] for name in names]]


def _of_itself(parcels: Parcels) -> dict[str, Floats]:
    facts, keys = parcels.facts, parcels.keys
    return {
        "freight_share": facts["freight"] / (facts["price"] + 1),
        "same_region": (keys["origin"] == keys["region"]).astype(np.float64),
        "stated_handling": parcels.stated_handling,
        "stated_transit": parcels.stated_transit,
    }


def _comes(local: Floats, thought: Floats) -> dict[str, Floats]:
    """Say at which hour and on which weekday it would come, as rules think."""
    comes = np.where(np.isfinite(local), local, 0.0) + thought
    day = np.floor(comes)
    return {"comes_hour": (comes - day) * 24, "comes_weekday": (day + 3) % 7}


def _drift(columns: dict[str, Floats], name: str, told: Told) -> None:
    columns[f"{name}_middle"] = told.middle
    columns[f"{name}_mean"] = told.mean


def _shrunk(told: Told, weight: float, prior: Floats) -> Floats:
    """Pull a middle of few values towards what is thought without them."""
    own = np.where(told.count > 0, told.middle, 0.0)
    found: Floats = (own * told.count + prior * weight) / (told.count + weight)
    return found


def _or(values: Floats, other: float) -> Floats:
    return np.where(np.isfinite(values), values, other)


def _since(sorted_times: Floats, times: Floats, days: float) -> Floats:
    asked = np.where(np.isfinite(times), times, 0.0)
    until = np.searchsorted(sorted_times, asked, side="left")
    return (until - np.searchsorted(sorted_times, asked - days, side="left")).astype(np.float64)
