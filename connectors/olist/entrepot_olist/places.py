"""Where postal prefixes are, and what time it is in Brazil's states. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from entrepot.terms.geo import default_time_zone

NORTH, SOUTH = 5.4, -33.8
EAST, WEST = -28.8, -74.0
"""Brazil with its islands (degrees): what is outside was not measured there."""

COUNTRY = "BR"
CAPITAL = "America/Sao_Paulo"
"""The zone of Brasilia's time, which the history's own times are in."""

_NAMES = "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO"
STATES = frozenset(_NAMES.split())


@dataclass(slots=True)
class Sum:
    """Points added up: latitudes, longitudes, and how many."""

    latitude: float = 0.0
    longitude: float = 0.0
    points: int = 0

    def add(self, latitude: float, longitude: float, points: int) -> None:
        """Count so many more points."""
        self.latitude += latitude * points
        self.longitude += longitude * points
        self.points += points

    @property
    def middle(self) -> tuple[float, float]:
        """Their middle, to about ten meters."""
        return round(self.latitude / self.points, 4), round(self.longitude / self.points, 4)


class Centroids:
    """The middle of the points of each postal prefix: 5 digits, and the first 3 of them."""

    def __init__(self) -> None:
        self._sums: dict[str, Sum] = {}

    def add(self, prefix: str, latitude: float, longitude: float, points: int = 1) -> None:
        """Count a point for its prefix."""
        for code in (prefix, prefix[:3]):
            self._sums.setdefault(code, Sum()).add(latitude, longitude, points)

    def of(self, prefix: str) -> tuple[float, float] | None:
        """Give the middle of a prefix's points."""
        found = self._sums.get(prefix) if len(prefix) == 5 else None
        return found.middle if found else None

    def near(self, prefix: str) -> tuple[float, float] | None:
        """Give the middle of all that share its first three digits."""
        found = self._sums.get(prefix[:3]) if len(prefix) == 5 else None
        return found.middle if found else None


def prefix_of(text: str) -> str:
    """Give a postal prefix its five digits back: tables lose leading zeros. "" where it is none."""
    digits = text.removesuffix(".0")
    return digits.zfill(5) if digits.isascii() and digits.isdigit() and len(digits) <= 5 else ""


def in_brazil(latitude: float, longitude: float) -> bool:
    """Say whether a point may be in Brazil."""
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


def zone_of(state: str) -> str:
    """Say what time zone a state keeps; Brasilia's where it is unknown."""
    return (state in STATES and default_time_zone(COUNTRY, state)) or CAPITAL


def median(values: Iterable[int]) -> int:
    """Give the middle value, the lower of two; 0 of none."""
    ranked = sorted(values)
    return ranked[(len(ranked) - 1) // 2] if ranked else 0
