"""Words of a sale that channels and histories share: who bought, where it goes, what was paid."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Customer:
    """Who bought. What the channel does not tell is ""."""

    email: str = ""
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ShipTo:
    """Where the parcel goes; what the channel does not tell is "".

    `country` is ISO 3166-1 alpha-2. Coordinates are degrees, both given or both None.
    """

    name: str
    line1: str
    city: str
    postal_code: str
    country: str
    line2: str = ""
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """`authorized` is what the channel vouches for, in minor units; 0 while nothing is paid."""

    provider: str
    reference: str
    authorized: int
