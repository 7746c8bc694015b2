"""A small shop, opened through the API: three nodes, one channel, and what is on the shelves."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from itertools import count
from random import Random

from entrepot.demo.http import Http

NODES: Mapping[str, tuple[str, str, float, float]] = {
    "AUSTIN": ("78701", "TX", 30.27, -97.74),
    "DENVER": ("80202", "CO", 39.75, -105.00),
    "NEWARK": ("07102", "NJ", 40.73, -74.17),
}
"""Postal code, region, latitude, longitude."""

HOMES = (("78701", "Austin", "TX"), ("80202", "Denver", "CO"), ("10001", "New York", "NY"))
PRICE = 1999

Shelves = Mapping[tuple[str, str], int]
"""Units by (sku, node)."""


async def open_shop(http: Http, shelves: Shelves, *, run: str = "open") -> None:
    """Make nodes, a channel `web`, the items, and count what is on the shelves.

    Raises AssertionError with the answer that was not as expected.
    """
    for node, (postal_code, region, latitude, longitude) in NODES.items():
        address = {
            "country": "US",
            "postal_code": postal_code,
            "region": region,
            "latitude": latitude,
            "longitude": longitude,
        }
        body = {"name": node.title(), "kind": "dc", "time_zone": "America/Chicago"}
        body |= {"address": address, "services": ["ship", "pickup"], "handling_cost": 50}
        await _put(http, f"/v1/nodes/{node}", body, f"{run}-{node}")
    await _put(http, "/v1/channels/web", {"name": "Web shop"}, f"{run}-web")
    for sku in sorted({sku for sku, _ in shelves}):
        body = {"name": f"Item {sku}", "weight_g": 250}
        await _put(http, f"/v1/items/{sku}", body, f"{run}-{sku}")
    counts = [{"sku": s, "node": n, "on_hand": units} for (s, n), units in shelves.items()]
    body = json.dumps({"counts": counts}).encode()
    answer = await http.send("POST", "/v1/inventory/counts", body, key=f"{run}-counts")
    assert answer.status == 200, answer.body
    statuses = [result["status"] for result in json.loads(answer.body)["results"]]
    assert statuses == ["applied"] * len(counts)


async def _put(http: Http, path: str, body: Mapping[str, object], key: str) -> None:
    answer = await http.send("PUT", path, json.dumps(body).encode(), key=key)
    assert answer.status in {200, 201}, answer.body


def order(
    buyer: str, lines: Iterable[tuple[str, int]], *, external_id: str = "", home: int = 0
) -> bytes:
    """Write the body of an order; `lines` are (sku, quantity). The buyer's mark is his email."""
    postal_code, city, region = HOMES[home]
    return json.dumps(
        {
            "channel": "web",
            "external_id": external_id or f"x-{buyer}",
            "placed_at": "2026-11-20T10:00:00Z",
            "currency": "USD",
            "customer": {"email": buyer, "name": "A Buyer"},
            "ship_to": {
                "name": "A Buyer",
                "line1": "1 Main St",
                "city": city,
                "region": region,
                "postal_code": postal_code,
                "country": "US",
            },
            "method": "ship",
            "service": "standard",
            "lines": [
                {"external_id": str(n), "sku": sku, "quantity": units, "unit_price": PRICE}
                for n, (sku, units) in enumerate(lines, start=1)
            ],
        }
    ).encode()


class Basket:
    """Baskets by chance, the same for the same seed: one to three of `skus`, few units of each."""

    def __init__(self, skus: Iterable[str], *, seed: int) -> None:
        self._skus = sorted(skus)
        self._chance = Random(seed)  # noqa: S311 - repeatable chance, not cryptography
        self._buyers = count(1)

    def next(self) -> tuple[str, bytes]:
        """Give the next buyer and the body of his order."""
        buyer = f"buyer-{next(self._buyers)}@example.com"
        chosen = self._chance.sample(self._skus, self._chance.choice((1, 1, 2, 3)))
        lines = [(sku, self._chance.choice((1, 1, 2))) for sku in chosen]
        return buyer, order(buyer, lines, home=self._chance.randrange(len(HOMES)))


def shelves(*, scarce: int, units: int, plenty: int) -> dict[tuple[str, str], int]:
    """Stock `scarce` skus with so many units at each node, and `plenty` skus without end."""
    stock = {(f"S{n:02}", node): units for n in range(scarce) for node in NODES}
    return stock | {(f"P{n:02}", node): 100_000 for n in range(plenty) for node in NODES}


async def balances(http: Http, sku: str, node: str) -> tuple[int, int]:
    """Ask for a position: units on hand and reserved."""
    answer = await http.send("GET", f"/v1/inventory/positions?sku={sku}&node={node}")
    assert answer.status == 200, answer.body
    (position,) = json.loads(answer.body)["items"]
    return position["on_hand"], position["reserved"]


async def available(http: Http, sku: str, *, until: int) -> int:
    """Ask what may still be sold, again until it is `until`: others' sales are seen by polling."""
    units = -1
    for _ in range(100):
        answer = await http.send("GET", f"/v1/availability?sku={sku}&channel=web")
        assert answer.status == 200, answer.body
        units = json.loads(answer.body)["items"][0]["available"]
        if units == until:
            break
        await asyncio.sleep(0.1)
    return units
