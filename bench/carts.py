"""Carts held over HTTP: holds a second and processor time per hold, beside a floor of PostgreSQL's.

Carts of two lines that nobody will ever pay for, one per request, durable, each with its claims and
its ledger. What it takes to end them is `expiry`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import capture, cpu, load, postgres
from bench.effort import FULL, Effort, command
from bench.figure import Cost, Figure, middle, middle_cost
from bench.postgres import cost_of
from bench.report import show
from bench.request import HOLE, Template, post
from bench.stage import Body, RefusedError, Stage, order_bodies, staged
from bench.system import verify, workers_rest

CLIENTS = (8, 16)
CONNECTIONS = (128, 256)
DATABASE = "bench_carts_floor"
SCHEMA = Path(__file__).with_name("carts.sql")
TTL_S = 3_600
"""None runs out while holds are measured."""

# Always a < b, so that no two carts lock the same rows in opposite order.
SCRIPT = (
    "\\set a random(1, 19999)\n\\set b random(:a + 1, 20000)\n"
    "\\set na random(1, 50)\n\\set nb random(1, 50)\n"
    "SELECT hold(:a, :na, :b, :nb);\n"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A measurement; `cost` is processor µs a hold."""

    load: load.Load
    connections: int
    cost: Cost

    @property
    def per_second(self) -> float:
        return self.load.per_second(capture.CREATED)


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure floor and holds in turns; the medians of the rounds count."""
    url = postgres.fresh_database(stage.system.database_url, DATABASE)
    postgres.execute(url, SCHEMA.read_text())
    postgres.calm(url, "stock")
    bodies = _carts(stage)
    load.run(stage.to, _posts(stage, bodies), connections=128, seconds=effort.warmup)
    floors, found = [], []
    for _ in range(effort.rounds):
        floors.append(_floor(url, effort, stage.system.postmaster))
        with workers_rest(stage.system):
            measured = [_measure(stage, bodies, c, effort.seconds) for c in CONNECTIONS]
        found.append(max(measured, key=lambda kept: kept.per_second))
    if not verify(stage.system):
        raise RefusedError("an invariant does not hold after so many carts")
    done = found[-1].load
    by_status = ", ".join(f"{status}: {count:,}" for status, count in sorted(done.statuses.items()))
    waits = f"p50 {done.p50_ms:.1f} ms, p99 {done.p99_ms:.1f} ms"
    return [
        Figure(
            name="carts held",
            value=middle([kept.per_second for kept in found]),
            unit="holds/s",
            goal="",
            floor=middle([floor.per_second for floor in floors]),
            floor_is="one PL/pgSQL call a cart under pgbench, best of 8 and 16 clients",
            ratio=middle([k.per_second / f.per_second for k, f in zip(found, floors, strict=True)]),
            cost=middle_cost([kept.cost for kept in found]),
            floor_cost=middle_cost([floor.cost for floor in floors]),
            notes=(f"{found[-1].connections} clients; {waits}. Answers {by_status}.",),
        )
    ]


def _measure(stage: Stage, bodies: Sequence[Body], connections: int, seconds: int) -> Kept:
    templates = _posts(stage, bodies)
    before = stage.system.meter.read()
    done = load.run(stage.to, templates, connections=connections, seconds=seconds)
    spent = cpu.since(before, stage.system.meter.read())
    return Kept(done, connections, cost_of(spent, done.of(capture.CREATED)))


def _carts(stage: Stage) -> list[Body]:
    """Make the carts of the orders that capture is measured with."""
    return [
        {
            "channel": order["channel"],
            "lines": [
                {"sku": line["sku"], "quantity": line["quantity"]}
                for line in order["lines"]  # type: ignore[attr-defined]
            ],
            "destination": order["ship_to"],
            "ttl_s": TTL_S,
        }
        for order in order_bodies(stage, seed=3)
    ]


def _posts(stage: Stage, bodies: Sequence[Body]) -> list[Template]:
    """Make the requests, each unique: the customer is the counter's second place."""
    stamp = f"{capture.now_ms():012x}"
    key = f"{stamp[:8]}-{stamp[8:]}-7000-8000-{HOLE.decode()}"
    customer = f"shopper-{HOLE.decode()}"
    return [
        post(stage.to, "/v1/reservations", {**body, "customer": customer}, key) for body in bodies
    ]


def _floor(url: str, effort: Effort, postmaster: int) -> postgres.Run:
    meter = cpu.Meter(postmaster)
    postgres.pgbench(url, SCRIPT, clients=8, seconds=effort.warmup, meter=meter)
    runs = [
        postgres.pgbench(url, SCRIPT, clients=clients, seconds=effort.seconds, meter=meter)
        for clients in CLIENTS
    ]
    return postgres.best(runs)


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
