"""The sample retailer, small, with orders at every point of their lives."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from entrepot.demo.retailer import Retailer, found
from entrepot.demo.run import run
from entrepot.demo.shoppers import Shoppers
from scenarios.client import Client
from scenarios.shop import eventually
from scenarios.system import System

SCALE = 0.02
SEED = 1
SEEN_THROUGH = 40
"""Orders of the demo's people, from the click to the door: a history to look at."""

OPEN = 36
"""Orders that nobody has seen through; the tests' own are placed beside them."""

REASON = "sample"


@dataclass(slots=True)
class Sample:
    """What is there: ids of orders and of nodes' work, by how far it was brought."""

    retailer: Retailer
    orders: list[str]
    work: dict[str, list[str]] = field(default_factory=dict)

    @property
    def stores(self) -> list[str]:
        """Name the stores."""
        return [site.node for site in self.retailer.sites if site.kind == "store"]

    @property
    def centers(self) -> list[str]:
        """Name the distribution centers."""
        return [site.node for site in self.retailer.sites if site.kind == "dc"]


def load(system: System, client: Client) -> Sample:
    """Open the retailer, see some orders through, and bring others so far and no further."""
    seeing = partial(
        run, system.url, system.key, orders=SEEN_THROUGH, rate=None, seed=SEED, scale=SCALE,
        view=None,
    )  # fmt: skip
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop may be running in this thread
        summary = aside.submit(lambda: asyncio.run(seeing())).result()
    assert summary.ok, summary
    retailer = found(seed=SEED, scale=SCALE)
    sample = Sample(retailer, _placed(client, retailer))
    _bring(client, sample)
    return sample


def _placed(client: Client, retailer: Retailer) -> list[str]:
    shoppers = Shoppers(retailer, seed=SEED + 1, run="browser")
    now = datetime.now(UTC)  # noqa: TID251 - a test is a shell
    orders: list[str] = []
    while len(orders) < OPEN:
        answer = client.post("/v1/orders", shoppers.next_visit(now).order).expect(201, 409)
        if answer.status == 201:
            orders.append(answer.json["id"])
    return orders


def _bring(client: Client, sample: Sample) -> None:
    """Reject some work, and bring some as far as accepted, picked, packed or ready, shipped."""
    wanted = len(sample.orders) // 2
    released = eventually(lambda: _released(client, wanted), what="work is released")
    steps = ("rejected", "accepted", "picked", "packed", "shipped")
    for place, work in enumerate(released[:20]):
        _do(client, sample, work, steps[place % len(steps)])
    held = sample.orders[-3:]
    for order in held:
        client.post(f"/v1/orders/{order}/hold", {"kind": "manual", "reason": REASON}).expect(
            200, 409
        )
    sample.work["held"] = held


def _released(client: Client, wanted: int) -> list[dict[str, Any]]:
    path = "/v1/fulfillment-orders?state=released&limit=200"
    work: list[dict[str, Any]] = client.get(path).expect(200).json["items"]
    return work if len(work) >= wanted else []


def _do(client: Client, sample: Sample, work: dict[str, Any], until: str) -> None:
    path = f"/v1/fulfillment-orders/{work['id']}"
    sample.work.setdefault(until, []).append(work["id"])
    if until == "rejected":
        client.post(f"{path}/reject", {"reason": "not found on the shelf"}).expect(200, 409)
        return
    ships = work["method"] == "ship"
    verbs = ("accept", "pick", *(("pack", "ship") if ships else ("ready", "collect")))
    for verb in verbs[: ("accepted", "picked", "packed", "shipped").index(until) + 1]:
        body = _packages(work) if verb == "ship" else {}
        if client.post(f"{path}/{verb}", body).expect(200, 409).status == 409:
            return


def _packages(work: dict[str, Any]) -> dict[str, Any]:
    lines = [{key: line[key] for key in ("line", "sku", "quantity")} for line in work["lines"]]
    number = f"BR{work['id'].replace('-', '').upper()}"
    service = work.get("service") or "standard"
    return {
        "packages": [
            {
                "tracking_number": number,
                "carrier": "road-runner",
                "service": service,
                "lines": lines,
            }
        ]
    }
