"""Where something is: enough to find a distance zone and a time zone."""

from math import asin, cos, radians, sin, sqrt

import msgspec

EARTH_RADIUS_KM = 6371.0088


class Place(msgspec.Struct, frozen=True, gc=False):
    """`country`: ISO 3166-1 alpha-2; coordinates: degrees; `time_zone`: an IANA name or ""."""

    country: str
    postal_code: str
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str = ""


def kilometers(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance (haversine)."""
    a, b = radians(lat_a), radians(lat_b)
    h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(h))
