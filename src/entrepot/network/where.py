"""Where nodes are, as arrays: in which zone a destination lies from each, and how far."""

from collections.abc import Sequence
from math import sin
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.network.model import ZONE_MAX, Node
from entrepot.terms.place import EARTH_RADIUS_KM

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Key = tuple[str, str, str, float | None, float | None]


ZONE_SAME_POSTAL_CODE: Final = 1
ZONE_SAME_REGION: Final = 3
ZONE_SAME_COUNTRY: Final = 5
"""Zones of a node and a destination between which no distance can be computed."""


class Where:
    """Where the nodes are, as arrays; degrees are radians here, NaN where unknown."""

    def __init__(self, nodes: tuple[Node, ...], rings_km: tuple[int, ...]) -> None:
        # The squared chord, on a globe of radius 1, of each ring.
        self.chords = [(2 * sin(km / EARTH_RADIUS_KM / 2)) ** 2 for km in rings_km]
        places = [node.place for node in nodes]
        self.latitude = _radians([place.latitude for place in places])
        self.longitude = _radians([place.longitude for place in places])
        self.north, self.east, self.up = _unit_vectors(self.latitude, self.longitude)
        self.somewhere = bool(np.isnan(self.north).any())
        self.country = np.array([place.country for place in places], np.str_)
        self.region = np.array([place.region for place in places], np.str_)
        self.postal_code = np.array([_squeezed(place.postal_code) for place in places], np.str_)

    def zones(self, keys: Sequence[Key]) -> Bytes:
        """Give uint8[K, N], the zones from every node to each of K destinations.

        A node lies in the first ring whose chord is not shorter than its own to the destination:
        the same as comparing great circles, at a tenth of the cost.
        """
        latitude = _radians([key[3] if key[4] is not None else None for key in keys])
        longitude = _radians([key[4] for key in keys])
        north, east, up = _unit_vectors(latitude, longitude)
        chord = (north[:, None] - self.north) ** 2
        chord += (east[:, None] - self.east) ** 2
        chord += (up[:, None] - self.up) ** 2
        zones = np.ones(chord.shape, np.uint8)
        for ring in self.chords:
            zones += chord > ring
        for row in np.flatnonzero(np.isnan(latitude) | self.somewhere).tolist():
            unknown = np.isnan(chord[row])
            zones[row, unknown] = self._by_name(keys[row])[unknown]
        for country in {key[0] for key in keys}:
            rows = [row for row, key in enumerate(keys) if key[0] == country]
            zones[np.ix_(rows, self.country != country)] = ZONE_MAX
        zones.setflags(write=False)
        return zones

    def _by_name(self, key: Key) -> Bytes:
        _, postal_code, region, _, _ = key
        zones = np.full(len(self.country), ZONE_SAME_COUNTRY, np.uint8)
        if region:
            zones[self.region == region] = ZONE_SAME_REGION
        if postal_code:
            zones[self.postal_code == _squeezed(postal_code)] = ZONE_SAME_POSTAL_CODE
        return zones

    def kilometers(self, latitude: float, longitude: float) -> Floats:
        """Great-circle distance from every node (haversine), NaN where a node's is unknown."""
        north = np.sin((self.latitude - latitude) / 2) ** 2
        east = np.sin((self.longitude - longitude) / 2) ** 2
        h = north + np.cos(latitude) * np.cos(self.latitude) * east
        km: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
        return km


def _radians(degrees: list[float | None]) -> Floats:
    return np.radians(np.array([np.nan if each is None else each for each in degrees], np.float64))


def _unit_vectors(latitude: Floats, longitude: Floats) -> tuple[Floats, Floats, Floats]:
    level = np.cos(latitude)
    return level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)


def _squeezed(postal_code: str) -> str:
    return "".join(postal_code.split()).upper()
