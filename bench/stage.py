"""Where the figures play: a running system with the sample retailer in it, loaded over HTTP.

Two things are raised, so that a minute may hold a year's orders: what the nodes may ship in a day,
and what lies in the distribution centers. Stores keep their thin shelves.
"""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import msgspec

from bench import client, postgres
from bench.effort import Effort
from bench.request import Target, Template, get, post, put
from bench.system import System, running, settle
from entrepot.demo import places, retailer
from entrepot.demo.retailer import Retailer

SEED = 1
CAPACITY_PER_DAY = 1_000_000
CENTER_EXTRA = 1_000
ROWS_PER_IMPORT = 5_000
ROWS_PER_COUNT = 10_000
SERVICES = ("standard",) * 16 + ("expedited",) * 3 + ("next_day",)
SWEPT_WITHIN_S = 600
BODIES = 20_000
"""So many different orders are made before the clock starts; then they go round."""

_calls = itertools.count()
"""Every call of a run is a call of its own: no two share an idempotency key."""

Body = dict[str, object]


class RefusedError(RuntimeError):
    """The system did not take what the benchmark needs it to take."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`skus` are the goods that are no kits; `centers` and `nodes` are node ids."""

    system: System
    retailer: Retailer
    skus: tuple[str, ...]
    centers: tuple[str, ...]
    nodes: tuple[str, ...]

    @property
    def to(self) -> Target:
        return self.system.to


@contextmanager
def staged(effort: Effort) -> Iterator[Stage]:
    """Start a system, open the retailer in it, wait until it is calm, and stop it at the end."""
    with running() as system:
        stage = set_up(system, effort)
        settle(system)
        yield stage


def set_up(system: System, effort: Effort) -> Stage:
    """Open the sample retailer in an empty system."""
    opened = retailer.found(seed=SEED, scale=effort.scale)
    _open(system.to, opened)
    return Stage(
        system=system,
        retailer=opened,
        skus=tuple(item.sku for item in opened.items if not item.components),
        centers=tuple(site.node for site in opened.sites if site.kind == "dc"),
        nodes=tuple(site.node for site in opened.sites),
    )


def order_bodies(
    stage: Stage, *, seed: int, channel: str = "web", first: str | None = None
) -> list[Body]:
    """Draw 2-line orders to be shipped, one unit a line, skus uniform.

    `first`, where it is given, is the first sku of them all.
    """
    rng = Random(seed)  # noqa: S311 - sample orders, no secrets
    homes = places.zip_codes()
    prices = {item.sku: item.price for item in stage.retailer.items}
    bodies = []
    for number in range(BODIES):
        skus = rng.sample(stage.skus, 2)
        if first is not None:
            skus[0] = first
        bodies.append(_order(rng, homes, channel, [(sku, prices.get(sku, 1999)) for sku in skus]))
        bodies[-1]["customer"] = {"email": f"shopper{number}@example.com", "name": "Kim Doe"}
    return bodies


def ask(to: Target, path: str) -> bytes:
    """GET, and answer the body. Raises RefusedError when the answer is not 200."""
    return must(to, [get(to, path)], 200)[0]


def must(to: Target, templates: Sequence[Template], *statuses: int, width: int = 1) -> list[bytes]:
    """Send each request once and answer the bodies, in the order in which they came back.

    Raises RefusedError with the first answer that has none of the statuses.
    """
    bodies: list[bytes] = []

    def seen(status: int, body: bytes) -> None:
        if status not in statuses:
            raise RefusedError(f"{status}: {body[:2000].decode(errors='replace')}")
        bodies.append(body)

    client.send(to, [t.filled(0) for t in templates], connections=width, seen=seen)
    return bodies


def count(to: Target, rows: Sequence[Body], *, source: str) -> None:
    """Load counts, in calls of as many rows as one may have."""
    for at in range(0, len(rows), ROWS_PER_COUNT):
        part = [{**row, "source": source, "sequence": 1} for row in rows[at : at + ROWS_PER_COUNT]]
        key = f"bench-count-{source}-{next(_calls)}"
        must(to, [post(to, "/v1/inventory/counts", {"counts": part}, key)], 200)


def import_rows(to: Target, kind: str, rows: Sequence[Body]) -> None:
    """Load master data of a kind: `items`, `nodes`, `node-groups` or `channels`."""
    for at in range(0, len(rows), ROWS_PER_IMPORT):
        part = {"rows": rows[at : at + ROWS_PER_IMPORT]}
        call = post(to, f"/v1/import/{kind}", part, f"bench-{kind}-{next(_calls)}")
        (body,) = must(to, [call], 200)
        refused = [r for r in msgspec.json.decode(body)["results"] if r["status"] == "refused"]
        if refused:
            raise RefusedError(f"{len(refused)} {kind} refused, the first: {refused[0]}")


def follow(stage: Stage, policy: Body) -> None:
    """Put a policy in force, and wait until the background has done what follows from it.

    What its rules keep is written into every position. Raises RefusedError where that takes longer
    than SWEPT_WITHIN_S: what is measured then would be measured beside it.
    """
    body = {"document": policy, "reason": "bench"}
    must(stage.to, [put(stage.to, "/v1/policy", body, f"bench-policy-{next(_calls)}")], 200)
    if not settle(stage.system, SWEPT_WITHIN_S):
        raise RefusedError(f"the policy is not followed after {SWEPT_WITHIN_S} s")
    postgres.calm(stage.system.database_url, "inventory.position")


def _open(to: Target, opened: Retailer) -> None:
    capacity = {"capacity_per_day": CAPACITY_PER_DAY}
    import_rows(to, "items", [{"sku": sku, **body} for sku, body in retailer.items(opened)])
    import_rows(
        to, "nodes", [{"node": n, **body, **capacity} for n, body in retailer.nodes(opened)]
    )
    import_rows(to, "node-groups", [{"group": g, **body} for g, body in opened.groups.items()])
    import_rows(to, "channels", [{"channel": c, **body} for c, body in opened.channels.items()])
    centers = {site.node for site in opened.sites if site.kind == "dc"}
    for number, chunk in enumerate(retailer.count_chunks(opened, rows=ROWS_PER_COUNT)):
        for row in chunk:
            if row["node"] in centers:
                row["on_hand"] = CENTER_EXTRA
        must(to, [post(to, "/v1/inventory/counts", {"counts": chunk}, f"bench-open-{number}")], 200)


def _order(
    rng: Random,
    homes: Sequence[places.ZipCode],
    channel: str,
    lines: Sequence[tuple[str, int]],
) -> Body:
    home = homes[int(rng.random() * len(homes))]
    shipping = 599
    return {
        "channel": channel,
        "placed_at": "2026-11-20T10:00:00Z",
        "currency": "USD",
        "ship_to": {
            "name": "Kim Doe",
            "line1": f"{1 + int(rng.random() * 9998)} Main St",
            "city": home.city,
            "region": home.region,
            "postal_code": home.postal_code,
            "country": "US",
        },
        "method": "ship",
        "service": SERVICES[int(rng.random() * len(SERVICES))],
        "shipping": shipping,
        "shipping_tax": 0,
        "lines": [
            {
                "external_id": str(number),
                "sku": sku,
                "quantity": 1,
                "unit_price": price,
                "discount": 0,
                "tax": 0,
            }
            for number, (sku, price) in enumerate(lines, 1)
        ],
        "backorder": "refuse",
        "payment": {
            "provider": "manual",
            "reference": "auth-77",
            "authorized": sum(price for _, price in lines) + shipping,
        },
    }
