"""Who buys what: an endless, seeded stream of shoppers, each with an order as the API takes it."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import TypeVar

import numpy as np

from entrepot.demo.assortment import Body
from entrepot.demo.places import ZipCode, chords, dot_within, zip_codes
from entrepot.demo.retailer import Retailer
from entrepot.demo.sites import CURBSIDE, PICKS_UP

T = TypeVar("T")

LINES_PERCENT = (60, 22, 10, 5, 3)
QUANTITY_PERCENT = (85, 11, 4)
CHANNELS_PERCENT = {
    "web": 48,
    "app": 27,
    "marketplace": 12,
    "pos": 5,
    "call_center": 4,
    "b2b": 4,
}
COLLECTING_CHANNELS = frozenset({"web", "app", "call_center"})
PICKUP_PERCENT, CURBSIDE_PERCENT = 12, 3
"""Of all orders; they come through the 79 % of orders of the channels that offer it."""

SERVICES_PERCENT = {"standard": 80, "expedited": 15, "next_day": 5}
SHIPPING_CENTS = {"standard": 599, "expedited": 1299, "next_day": 2499}
FREE_STANDARD_FROM_CENTS = 5000
NEAR_KM = 40.0
ASKS_PERCENT, TWICE_PERCENT, CANCELS_PERCENT, DISCOUNTED_PERCENT = 5, 2, 2, 20
DISCOUNTS_PERCENT = (10, 15, 20)
B2B_DISCOUNT_PERCENT = 15
REASONS = ("changed my mind", "found it cheaper", "ordered twice", "needed it sooner")

_TAX = """
AL 4000 AK 0 AZ 5600 AR 6500 CA 7250 CO 2900 CT 6350 DE 0 DC 6000 FL 6000 GA 4000 HI 4000 ID 6000
IL 6250 IN 7000 IA 6000 KS 6500 KY 6000 LA 5000 ME 5500 MD 6000 MA 6250 MI 6000 MN 6875 MS 7000
MO 4225 MT 0 NE 5500 NV 6850 NH 0 NJ 6625 NM 4875 NY 4000 NC 4750 ND 5000 OH 5750 OK 4500 OR 0
PA 6000 RI 7000 SC 6000 SD 4200 TN 7000 TX 6250 UT 6100 VT 6000 VA 5300 WA 6500 WV 6000 WI 5000
WY 4000
"""
TAX_PER_100_000 = dict(zip(_TAX.split()[::2], map(int, _TAX.split()[1::2]), strict=True))
"""The states' general sales tax, without what counties and cities add."""

_FIRST = """
Ada Ben Cleo Dan Eva Finn Gia Hugo Iris Jon Kim Leo Maya Noah Olga Pia Quin Rosa Sam Tara Uma Vic
Wren Xena Yara Zane
"""
_LAST = """
Abbott Brooks Carver Doe Ellis Foster Grant Hayes Ingram Jensen Keller Lopez Morgan Nguyen Ortiz
Patel Quigley Reyes Stone Tanaka Underwood Vargas Walker Xu Young Zimmer
"""
_STREET = "Main Oak Maple Cedar Park Lake Hill Washington Mill River Church Spring Elm Walnut"
FIRST_NAMES, LAST_NAMES = tuple(_FIRST.split()), tuple(_LAST.split())
STREETS = tuple(_STREET.split())


@dataclass(frozen=True, slots=True)
class Visit:
    """One shopper: the order (the body of `POST /v1/orders`) and the shopper's ways.

    `asks`: wants to see delivery promises first. `sends_twice`: sends the order again under the
    same key, as a phone with a weak signal does. `cancels`: the reason given later, or None.
    """

    number: int
    order: Body
    asks: Body | None
    sends_twice: bool
    cancels: str | None


class Wheel:
    """A wheel of fortune: outcome n comes up in proportion to its weight."""

    def __init__(self, weights: Iterable[float]) -> None:
        self._edges = array("d", accumulate(weights))

    def spin(self, rng: Random) -> int:
        """Give the place of the outcome; takes one draw."""
        return bisect_right(self._edges, rng.random() * self._edges[-1], 0, len(self._edges) - 1)


class Shoppers:
    """The stream. The same retailer, seed and run name give the same visits in the same order.

    `run` begins every external id, so that two runs against one database are different orders.
    """

    def __init__(self, retailer: Retailer, *, seed: int, run: str) -> None:
        self._retailer = retailer
        self._run = run
        self._rng = Random(f"{seed}:shoppers")
        self._number = 0
        self._homes = zip_codes()
        self._home = Wheel(home.weight for home in self._homes)
        self._item = Wheel(item.demand for item in retailer.items)
        self._channel, self._channels = _wheel(CHANNELS_PERCENT)
        self._service, self._services = _wheel(SERVICES_PERCENT)
        self._lines = Wheel(LINES_PERCENT)
        self._quantity = Wheel(QUANTITY_PERCENT)
        self._near = {method: self._neighborhood(method) for method in (PICKS_UP, CURBSIDE)}
        self._shelves: dict[int, tuple[list[int], Wheel]] = {}

    def next_visit(self, at: datetime) -> Visit:
        """Give the next shopper, who comes at `at`: only the time of placing depends on it."""
        rng = self._rng
        self._number += 1
        channel = self._channels[self._channel.spin(rng)]
        method = self._method(channel)
        if method == "ship":
            store, home = None, self._homes[self._home.spin(rng)]
            basket = self._basket(range(len(self._retailer.items)), self._item)
        else:
            store, home = self._neighbor(method)
            basket = self._basket(*self._shelf(store))
        order = self._order(channel, method, home, self._priced(basket, channel, home))
        order["placed_at"] = at.isoformat()
        order["pickup_node"] = None if store is None else self._retailer.sites[store].node
        return Visit(
            number=self._number,
            order=order,
            asks=_question(order) if rng.random() * 100 < ASKS_PERCENT else None,
            sends_twice=rng.random() * 100 < TWICE_PERCENT,
            cancels=_one(rng, REASONS) if rng.random() * 100 < CANCELS_PERCENT else None,
        )

    def _method(self, channel: str) -> str:
        offered = sum(CHANNELS_PERCENT[name] for name in COLLECTING_CHANNELS)
        draw = self._rng.random() * offered
        if channel not in COLLECTING_CHANNELS or draw >= PICKUP_PERCENT + CURBSIDE_PERCENT:
            return "ship"
        return PICKS_UP if draw < PICKUP_PERCENT else CURBSIDE

    def _neighborhood(self, method: str) -> tuple[list[int], list[int], Wheel]:
        """Give the homes near a store that offers the method, their nearest such store, a wheel."""
        sites = self._retailer.sites
        offering = [n for n, site in enumerate(sites) if method in site.services]
        homes = chords([z.latitude for z in self._homes], [z.longitude for z in self._homes])
        stores = chords(
            [sites[n].place.latitude for n in offering],
            [sites[n].place.longitude for n in offering],
        )
        closeness = homes @ stores.T
        nearest = closeness.argmax(axis=1)
        near = np.flatnonzero(closeness.max(axis=1) >= dot_within(NEAR_KM)).tolist()
        return (
            near,
            [offering[nearest[home]] for home in near],
            Wheel(self._homes[home].weight for home in near),
        )

    def _neighbor(self, method: str) -> tuple[int, ZipCode]:
        homes, stores, wheel = self._near[method]
        place = wheel.spin(self._rng)
        return stores[place], self._homes[homes[place]]

    def _shelf(self, store: int) -> tuple[Sequence[int], Wheel]:
        """Give what lay in a store when it opened, with the kits that can be made of it."""
        if store not in self._shelves:
            lying = self._retailer.stock.at(store).tolist()
            there, items = set(lying), self._retailer.items
            kits = [
                n
                for n, item in enumerate(items)
                if item.components and all(place in there for place, _ in item.components)
            ]
            self._shelves[store] = lying + kits, Wheel(items[n].demand for n in lying + kits)
        return self._shelves[store]

    def _basket(self, choice: Sequence[int], wheel: Wheel) -> list[int]:
        """Choose 1 to 5 different items; fewer where a shelf is so small that chance repeats."""
        wanted = self._lines.spin(self._rng) + 1
        basket: list[int] = []
        for _ in range(8 * wanted):
            item = choice[wheel.spin(self._rng)]
            if item not in basket:
                basket.append(item)
            if len(basket) == wanted:
                break
        return basket

    def _priced(self, basket: Sequence[int], channel: str, home: ZipCode) -> list[Body]:
        rng, business = self._rng, channel == "b2b"
        percent = B2B_DISCOUNT_PERCENT if business else 0
        if not business and rng.random() * 100 < DISCOUNTED_PERCENT:
            percent = _one(rng, DISCOUNTS_PERCENT)
        rate = 0 if business else TAX_PER_100_000[home.region]
        lines: list[Body] = []
        for number, place in enumerate(basket, 1):
            item = self._retailer.items[place]
            quantity = 4 + int(12 * rng.random() ** 2) if business else self._quantity.spin(rng) + 1
            gross = quantity * item.price
            discount = gross * percent // 100
            lines.append(
                {
                    "external_id": str(number),
                    "sku": item.sku,
                    "quantity": quantity,
                    "unit_price": item.price,
                    "discount": discount,
                    "tax": ((gross - discount) * rate + 50_000) // 100_000,
                }
            )
        return lines

    def _order(self, channel: str, method: str, home: ZipCode, lines: list[Body]) -> Body:
        rng = self._rng
        goods = sum(_net(line) for line in lines)
        service = self._services[self._service.spin(rng)] if method == "ship" else None
        shipping = 0 if service is None else SHIPPING_CENTS[service]
        if service == "standard" and goods >= FREE_STANDARD_FROM_CENTS:
            shipping = 0
        first, last = _one(rng, FIRST_NAMES), _one(rng, LAST_NAMES)
        person = f"{first} {last}"
        email = f"{first}.{last}{int(rng.random() * 1000)}@example.com".lower()
        tax = sum(_cents(line, "tax") for line in lines)
        order: Body = {
            "channel": channel,
            "external_id": f"{self._run}-{self._number:07d}",
            "currency": "USD",
            "customer": {
                "email": email,
                "name": person,
                "phone": f"+1202555{100 + int(rng.random() * 100):04d}",
            },
            "ship_to": {
                "name": person,
                "line1": f"{1 + int(rng.random() * 9998)} {_one(rng, STREETS)} St",
                "city": home.city,
                "region": home.region,
                "postal_code": home.postal_code,
                "country": "US",
            },
            "method": method,
            "shipping": shipping,
            "shipping_tax": 0,
            "lines": lines,
            "backorder": "refuse",
            "payment": {
                "provider": "manual",
                "reference": f"auth-{self._run}-{self._number}",
                "authorized": goods + tax + shipping,
            },
        }
        if service is not None:
            order["service"] = service
        return order


def _question(order: Body) -> Body:
    """Give the body of `POST /v1/promises` for the same basket."""
    lines, home = order["lines"], order["ship_to"]
    assert isinstance(lines, list)
    assert isinstance(home, dict)
    return {
        "channel": order["channel"],
        "destination": {key: home[key] for key in ("country", "postal_code", "region", "city")},
        "lines": [{"sku": line["sku"], "quantity": line["quantity"]} for line in lines],
    }


def _wheel(percents: dict[str, int]) -> tuple[Wheel, tuple[str, ...]]:
    return Wheel(percents.values()), tuple(percents)


def _net(line: Body) -> int:
    return _cents(line, "unit_price") * _cents(line, "quantity") - _cents(line, "discount")


def _cents(line: Body, key: str) -> int:
    value = line[key]
    assert isinstance(value, int)
    return value


def _one(rng: Random, values: Sequence[T]) -> T:
    return values[int(rng.random() * len(values))]
