"""What ZIP3-205 charges, in cents: ground and two-day parcels, handling, splits, lateness.

The card has the shape that carriers publish, a price that falls by the pound and rises by the zone,
and no carrier's prices.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

POUND_G: Final = 453.59237
POUNDS_MAX: Final = 70
"""A heavier parcel pays as this one."""

ROAD: Final = 1.18
"""Roads are so much longer than great circles."""

ZONE_MILES: Final = (150, 300, 600, 1000, 1400, 1800)
"""The farthest road distance of all zones but the last."""

ZONE_KM: Final = tuple(round(miles * 1.609344 / ROAD) for miles in ZONE_MILES)
"""The same rings as great circles: what the network is told."""

STEPS_G: Final = tuple(int(pound * POUND_G) for pound in range(1, POUNDS_MAX + 1))

GROUND_DAYS: Final = (1, 2, 2, 3, 4, 4, 5)
AIR_DAYS: Final = 2
DUE_DAYS: Final = (2, 5)
"""An express order is due in the first, any other in the second, counted from its own day."""

SPLIT: Final = 150
LATE_DAY: Final = 300
UNFILLED: Final = 4500

PER_PARCEL: Final = (90, 220)
PER_UNIT: Final = (35, 90)
DAYS_OF_WORK: Final = (0, 1)
"""Handling of a parcel and of a unit, and the days before it leaves: warehouses, then stores."""


def _card(first: tuple[float, ...], more: tuple[float, ...], bend: float) -> Ints:
    pounds = np.arange(POUNDS_MAX)
    dollars = np.array(first)[:, None] + np.array(more)[:, None] * pounds**bend
    return np.rint(dollars * 100).astype(np.int64)


GROUND: Final = _card(
    (7.2, 7.6, 8.1, 8.5, 8.9, 9.3, 9.9), (0.28, 0.34, 0.43, 0.52, 0.64, 0.76, 0.90), 0.92
)
AIR: Final = _card(
    (12.0, 13.0, 15.0, 17.0, 19.0, 21.0, 23.0), (0.9, 1.1, 1.4, 1.8, 2.2, 2.5, 2.8), 0.95
)
"""Cents by zone (rows) and started pound (columns)."""
