"""From where the sample retailer sells: distribution centers, stores, groups of them, channels."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from entrepot.demo.assortment import Body
from entrepot.demo.places import ZipCode, cities, seats

DC_CITIES = (
    ("PA", "Allentown"),
    ("GA", "Atlanta"),
    ("TX", "Dallas"),
    ("IL", "Joliet"),
    ("CA", "Ontario"),
)
"""One in each corner of the country where American retailers put warehouses, and one amid them."""

DC_CAPACITY_PER_DAY = 20_000
STORE_CAPACITY_PER_DAY = (60, 240)
CALENDAR_YEARS = range(2025, 2031)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
DC_HOURS = {day: ["06:00-22:00"] for day in WEEKDAYS} | {"sat": ["06:00-14:00"]}
STORE_HOURS = {day: ["09:00-21:00"] for day in (*WEEKDAYS, "sat")} | {"sun": ["11:00-18:00"]}
SHIPS, PICKS_UP, CURBSIDE = "ship", "pickup", "curbside"


@dataclass(frozen=True, slots=True)
class Site:
    """A node: its id, place and services; `size` is 0 to 1, how much of the range it holds."""

    node: str
    kind: str
    place: ZipCode
    services: tuple[str, ...]
    size: float
    body: Body


def sites(rng: Random, *, stores: int) -> tuple[Site, ...]:
    """Open the five distribution centers, then `stores` stores where people are."""
    centers = [_center(number, key) for number, key in enumerate(DC_CITIES)]
    named = [(key, n) for key, count in seats(stores).items() for n in range(1, count + 1)]
    return tuple(centers) + tuple(
        _store(rng, key, number, _services(place)) for place, (key, number) in enumerate(named)
    )


def groups(opened: tuple[Site, ...]) -> dict[str, Body]:
    """Name the sets of nodes that the channels sell from."""
    centers = [site.node for site in opened if site.kind == "dc"]
    stores = [site.node for site in opened if site.kind == "store"]
    shipping = [site.node for site in opened if SHIPS in site.services and site.kind == "store"]
    return {
        "centers": {"name": "Distribution centers", "nodes": centers},
        "stores": {"name": "All stores", "nodes": stores},
        "shipping-stores": {"name": "Stores that ship", "nodes": shipping},
    }


def channels() -> dict[str, Body]:
    """Give the six channels: each sees other nodes and keeps another buffer at every position."""
    everywhere = ["centers", "stores"]
    return {
        "web": {"name": "Web shop", "node_groups": everywhere, "buffer": 1},
        "app": {"name": "Mobile app", "node_groups": everywhere, "buffer": 1},
        "marketplace": {"name": "Marketplace", "node_groups": ["centers"], "buffer": 3},
        "pos": {
            "name": "Store tills",
            "node_groups": ["centers", "shipping-stores"],
            "buffer": 0,
        },
        "call_center": {"name": "Call center", "node_groups": everywhere, "buffer": 0},
        "b2b": {"name": "Business customers", "node_groups": ["centers"], "buffer": 5},
    }


def holidays(kind: str) -> list[str]:
    """List the days on which a kind of node is closed: stores on three a year, centers on six."""
    days: list[date] = []
    for year in CALENDAR_YEARS:
        days += [date(year, 1, 1), _nth_weekday(date(year, 11, 1), 3, 4), date(year, 12, 25)]
        if kind == "dc":
            memorial = _nth_weekday(date(year, 6, 1), 0, 1) - timedelta(days=7)
            days += [memorial, date(year, 7, 4), _nth_weekday(date(year, 9, 1), 0, 1)]
    return [day.isoformat() for day in sorted(days)]


def _nth_weekday(first: date, weekday: int, nth: int) -> date:
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _center(number: int, key: tuple[str, str]) -> Site:
    region, city = key
    place = cities()[key][0]
    body = _body(f"{city} distribution center", "dc", place)
    body |= {
        "calendar": {"weekly": DC_HOURS, "holidays": holidays("dc")},
        "cut_off": ("15:00", "16:00", "17:00")[number % 3],
        "capacity_per_day": DC_CAPACITY_PER_DAY,
        "services": [SHIPS],
        "handling_cost": 90 + 10 * number,
    }
    return Site(f"dc-{_slug(city)}-{region.lower()}", "dc", place, (SHIPS,), 1.0, body)


def _services(store: int) -> tuple[str, ...]:
    """Every store hands over at the counter, four in five ship, seven in ten come to the car."""
    ships = (SHIPS,) if store % 5 != 4 else ()
    return (*ships, PICKS_UP, CURBSIDE) if store % 10 < 7 else (*ships, PICKS_UP)


def _store(rng: Random, key: tuple[str, str], number: int, services: tuple[str, ...]) -> Site:
    region, city = key
    place = cities()[key][int(rng.random() * len(cities()[key]))]
    size = 0.4 + 0.6 * rng.random()
    low, high = STORE_CAPACITY_PER_DAY
    body = _body(f"{city} store {number}", "store", place)
    body |= {
        "calendar": {"weekly": STORE_HOURS, "holidays": holidays("store")},
        "cut_off": ("14:00", "15:00", "16:00")[int(rng.random() * 3)],
        "capacity_per_day": int(low + (high - low) * size),
        "services": list(services),
        "handling_cost": 240 + int(rng.random() * 120),
    }
    node = f"store-{_slug(city)}-{region.lower()}-{number}"
    return Site(node, "store", place, services, size, body)


def _body(name: str, kind: str, place: ZipCode) -> Body:
    return {
        "name": name,
        "kind": kind,
        "address": {
            "country": "US",
            "postal_code": place.postal_code,
            "region": place.region,
            "city": place.city,
            "latitude": place.latitude,
            "longitude": place.longitude,
        },
        "time_zone": place.time_zone,
        "enabled": True,
    }


def _slug(city: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in city.lower()).split())
