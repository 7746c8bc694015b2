"""Where Americans live and shop: real ZIP codes, from the data of the installed package `zipcodes`.

No census is at hand, so the number of ZIP codes stands in for the number of people: the postal
service draws a new code where the old ones carry too much mail. A ZIP code's weight is the square
root of how many others share its half-degree cell, which puts 39 % of all customers into the 100
densest of 3,066 cells. Stores are given to cities as seats are given to parties.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heapreplace
from math import cos, radians, sin, sqrt

import numpy as np
import numpy.typing as npt
import zipcodes

from entrepot.terms.place import EARTH_RADIUS_KM

_STATES = """
AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM
NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY
"""
STATES = frozenset(_STATES.split())
CELL_DEGREES = 0.5


@dataclass(frozen=True, slots=True)
class ZipCode:
    """A delivery area. `weight` is its share of the customers, up to a common factor."""

    postal_code: str
    city: str
    region: str
    latitude: float
    longitude: float
    time_zone: str
    weight: float


@lru_cache(maxsize=1)
def zip_codes() -> tuple[ZipCode, ...]:
    """Give every street-delivery ZIP code of the fifty states and Washington, ascending."""
    listed: list[dict[str, str]] = zipcodes.list_all()  # type: ignore[no-untyped-call]
    rows = [
        (row, float(row["lat"]), float(row["long"]))
        for row in listed
        if row["zip_code_type"] == "STANDARD" and row["active"] and row["state"] in STATES
    ]
    placed = sorted(((r, la, lo) for r, la, lo in rows if la), key=lambda x: x[0]["zip_code"])
    crowd = Counter(_cell(latitude, longitude) for _, latitude, longitude in placed)
    return tuple(
        ZipCode(
            postal_code=row["zip_code"],
            city=row["city"],
            region=row["state"],
            latitude=latitude,
            longitude=longitude,
            time_zone=row["timezone"],
            weight=sqrt(crowd[_cell(latitude, longitude)]),
        )
        for row, latitude, longitude in placed
    )


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return int(latitude // CELL_DEGREES), int(longitude // CELL_DEGREES)


@lru_cache(maxsize=1)
def cities() -> dict[tuple[str, str], tuple[ZipCode, ...]]:
    """Give the ZIP codes of each (region, city), in the order of their names."""
    found: defaultdict[tuple[str, str], list[ZipCode]] = defaultdict(list)
    for code in zip_codes():
        found[code.region, code.city].append(code)
    return {key: tuple(found[key]) for key in sorted(found)}


def seats(count: int) -> dict[tuple[str, str], int]:
    """Share `count` stores among the cities in proportion to their ZIP codes.

    Webster's method (Sainte-Laguë): each seat goes where the quotient n / (2·seats + 1) is largest,
    ties to the earlier name. It favors neither big nor small, and most small towns get none.
    """
    queue = [(-float(len(codes)), key, 0) for key, codes in cities().items()]
    heapify(queue)
    given: dict[tuple[str, str], int] = {}
    for _ in range(count):
        _, key, before = queue[0]
        given[key] = before + 1
        heapreplace(queue, (-len(cities()[key]) / (2 * before + 3), key, before + 1))
    return dict(sorted(given.items()))


def chords(latitudes: list[float], longitudes: list[float]) -> npt.NDArray[np.float64]:
    """Give the points as unit vectors, [N, 3]: nearer on the globe is a larger dot product."""
    rows = [
        (cos(radians(la)) * cos(radians(lo)), cos(radians(la)) * sin(radians(lo)), sin(radians(la)))
        for la, lo in zip(latitudes, longitudes, strict=True)
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def dot_within(distance_km: float) -> float:
    """Give the dot product of two unit vectors that lie `distance_km` apart on the globe."""
    return cos(distance_km / EARTH_RADIUS_KM)
