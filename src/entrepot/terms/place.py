"""Where something is: enough to find a distance zone and a time zone."""

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
