"""Parcels as columns: what learning is given, one row a parcel. Pure.

Moments are float64 days since 1970 (UTC), NaN for what has not happened; durations are days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Strings = npt.NDArray[np.str_]

DAY_S: Final = 86_400.0
KM_PER_RADIAN: Final = 6371.0088

KEYS: Final = (
    "node", "origin", "region", "post2", "post3", "carrier", "category", "payment", "way", "lane",
    "reach",
)  # fmt: skip
"""What a parcel is filed under; `way` is origin > region, `lane` the same by carrier, `reach` the
carrier's into the region from anywhere."""

FACTS: Final = (
    "latitude", "longitude", "from_latitude", "from_longitude", "km", "weight_g", "volume_l",
    "units", "lines", "parcels", "price", "freight", "capacity", "backlog",
)  # fmt: skip
"""What is measured of a parcel when it is ordered; NaN where it is not known."""


class Row(msgspec.Struct, frozen=True):
    """One parcel as it is read: an order's units from one node.

    `clock_s` is the node's offset from UTC when it was ordered. `carrier` names the carrier's
    service. Amounts are major units. `stated_handling`, `stated_transit` are days as calendars and
    rate card say, 0 where they say nothing. `capacity` is how many parcels the node's day holds;
    `backlog` what it had before this one, in days, where somebody has counted more than parcels.
    """

    order: str
    placed: datetime
    node: str
    origin: str
    region: str
    postal_code: str
    carrier: str = ""
    category: str = ""
    payment: str = ""
    handed: datetime | None = None
    delivered: datetime | None = None
    clock_s: float = 0.0
    latitude: float | None = None
    longitude: float | None = None
    from_latitude: float | None = None
    from_longitude: float | None = None
    weight_g: float | None = None
    volume_l: float | None = None
    units: float = 1.0
    lines: float = 1.0
    parcels: float = 1.0
    price: float | None = None
    freight: float | None = None
    capacity: float | None = None
    backlog: float | None = None
    stated_handling: float = 0.0
    stated_transit: float = 0.0


@dataclass(frozen=True, slots=True)
class Parcels:
    """N parcels. `keys` has KEYS, `facts` FACTS; `clock` is the node's offset from UTC in days."""

    placed: Floats
    handed: Floats
    delivered: Floats
    clock: Floats
    stated_handling: Floats
    stated_transit: Floats
    keys: Mapping[str, Strings]
    facts: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.placed)

    @property
    def handling(self) -> Floats:
        """Days from order to hand-over."""
        return self.handed - self.placed

    @property
    def transit(self) -> Floats:
        """Days from hand-over to delivery."""
        return self.delivered - self.handed

    @property
    def whole(self) -> Floats:
        """Days from order to delivery."""
        return self.delivered - self.placed

    def take(self, rows: Ints | Bools) -> "Parcels":
        """Give some of the rows."""
        return Parcels(
            self.placed[rows], self.handed[rows], self.delivered[rows], self.clock[rows],
            self.stated_handling[rows], self.stated_transit[rows],
            {name: each[rows] for name, each in self.keys.items()},
            {name: each[rows] for name, each in self.facts.items()},
        )  # fmt: skip

    def known_at(self, moment: float) -> "Parcels":
        """Give what was known at a moment: what was ordered before it, and what had happened."""
        past = self.take(self.placed < moment)
        return Parcels(
            past.placed, hidden(past.handed, moment), hidden(past.delivered, moment), past.clock,
            past.stated_handling, past.stated_transit, past.keys, past.facts,
        )  # fmt: skip


def hidden(times: Floats, moment: float) -> Floats:
    """Blank the times that lie at a moment or after it."""
    return np.where(times < moment, times, np.nan)


def parcels_of(rows: Iterable[Row]) -> Parcels:
    """Make columns of rows, in the order they were placed."""
    ranked = sorted(rows, key=lambda row: (row.placed, row.order, row.node))
    keys = {
        "node": _strings([row.node for row in ranked]),
        "origin": _strings([row.origin for row in ranked]),
        "region": _strings([row.region for row in ranked]),
        "post2": _strings([row.postal_code[:2] for row in ranked]),
        "post3": _strings([row.postal_code[:3] for row in ranked]),
        "carrier": _strings([row.carrier for row in ranked]),
        "category": _strings([row.category for row in ranked]),
        "payment": _strings([row.payment for row in ranked]),
        "way": _strings([f"{row.origin}>{row.region}" for row in ranked]),
        "lane": _strings([f"{row.origin}>{row.region} {row.carrier}" for row in ranked]),
    }
    keys["reach"] = reaches(keys["region"], keys["carrier"])
    facts = {
        name: _numbers([getattr(row, name) for row in ranked]) for name in FACTS if name != "km"
    }
    facts["km"] = kilometers(
        facts["from_latitude"], facts["from_longitude"], facts["latitude"], facts["longitude"]
    )
    return Parcels(
        days([row.placed for row in ranked]),
        days([row.handed for row in ranked]),
        days([row.delivered for row in ranked]),
        _numbers([row.clock_s for row in ranked]) / DAY_S,
        _numbers([row.stated_handling for row in ranked]),
        _numbers([row.stated_transit for row in ranked]),
        keys,
        facts,
    )


def reaches(regions: Strings, carriers: Strings) -> Strings:
    """Name where a carrier's service goes, whoever sends."""
    return _strings([f"{to} {by}" for to, by in zip(regions, carriers, strict=True)])


def days(times: Sequence[datetime | None]) -> Floats:
    """Give moments as days since 1970."""
    return np.array(
        [np.nan if each is None else each.timestamp() / DAY_S for each in times], np.float64
    )


def kilometers(north: Floats, east: Floats, to_north: Floats, to_east: Floats) -> Floats:
    """Give great-circle distances (haversine) of points in degrees; NaN where one is not known."""
    a, b, c, d = (np.radians(each) for each in (north, east, to_north, to_east))
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    found: Floats = 2 * KM_PER_RADIAN * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
    return found


def _strings(values: Sequence[str]) -> Strings:
    return np.array(values, np.str_) if values else np.empty(0, "U1")


def _numbers(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if each is None else each for each in values], np.float64)
