"""The allocation sweep: orders that wait by the ten thousand are served when their stock comes.

Orders of goods that nobody has are captured as backorders, and the background work is let run until
all is calm. Then everything comes in at once, and the clock runs until nobody waits. Beside it, the
same rows written by PostgreSQL alone.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import asyncpg

from bench import capture, cpu, load, postgres
from bench.effort import FULL, Effort, command
from bench.figure import Cost, Figure
from bench.postgres import cost_of
from bench.relay import drain
from bench.report import show
from bench.request import orders
from bench.stage import Body, RefusedError, Stage, count, import_rows, order_bodies, set_up
from bench.system import System, migrate, running, serving, settle, working

DATABASE, FLOOR_DATABASE = "bench_sweep", "bench_sweep_floor"
LINES_GOAL = 100_000
SECONDS_MAX = 10
WITHIN_S = 600
LINES_PER_SKU = 20

WAITING = "SELECT count(*) FROM inventory.demand"
ANYBODY = "SELECT EXISTS (SELECT FROM inventory.demand)"
OVER = """
SELECT count(*) FROM inventory.position
WHERE reserved + unavailable > on_hand + shortage
"""

FLOOR = """
CREATE TABLE waiting (sku integer, age integer, PRIMARY KEY (sku, age));
CREATE TABLE claim (sku integer, age integer, PRIMARY KEY (sku, age));
CREATE TABLE entry (id bigserial PRIMARY KEY, sku integer, age integer);
CREATE TABLE stock (sku integer PRIMARY KEY, reserved integer NOT NULL);
"""
SERVE = """
WITH served AS (
    DELETE FROM waiting WHERE sku BETWEEN $1 AND $2 RETURNING sku, age
),
claimed AS (INSERT INTO claim SELECT sku, age FROM served),
told AS (INSERT INTO entry (sku, age) SELECT sku, age FROM served)
UPDATE stock AS s SET reserved = s.reserved + c.units
FROM (SELECT sku, count(*) AS units FROM served GROUP BY sku) AS c
WHERE s.sku = c.sku
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """Lines served in how many seconds; `cost` is processor µs a line."""

    lines: int
    seconds: float
    cost: Cost


def figures(host: System, effort: Effort) -> list[Figure]:
    """Let them wait, bring the goods, and watch them go; `effort.events` orders of two lines."""
    per_second, floor_cost = _floor(host, 2 * effort.events)
    url = postgres.fresh_database(host.database_url, DATABASE)
    migrate(url)
    with serving(url, host) as system:
        stage = set_up(system, effort)
        skus = _goods(stage, effort)
        _wait(stage, skus, effort.events)
        with working(url) as worker:
            drain(url, cpu.Meter(host.postmaster, worker))
            swept = _sweep(stage, skus, url, cpu.Meter(host.postmaster, worker))
            drain(url, cpu.Meter(host.postmaster, worker))
        oversold = postgres.value(url, OVER)
    rate = swept.lines / swept.seconds
    return [
        Figure(
            name="allocation sweep",
            value=rate,
            unit="lines/s",
            goal="100,000 waiting lines in 10 s",
            met=rate >= LINES_GOAL / SECONDS_MAX,
            floor=per_second,
            floor_is="delete, claim, enter and add up as many lines in sets of 2,000, nothing else",
            ratio=rate / per_second,
            cost=swept.cost,
            floor_cost=floor_cost,
            notes=(
                f"{swept.lines:,} lines of {len(skus):,} skus in {swept.seconds:.1f} s.",
                "From the receipt to the last line served: planned, reserved, recorded and told.",
                f"Positions oversold: {oversold}. The server's CPU is that of `entrepot work`.",
            ),
        )
    ]


def _goods(stage: Stage, effort: Effort) -> list[str]:
    """Put items that nobody has any of."""
    skus = [f"WAIT-{n:06d}" for n in range(max(20, 2 * effort.events // LINES_PER_SKU))]
    import_rows(stage.to, "items", [{"sku": s, "name": s, "weight_g": 500} for s in skus])
    return skus


def _wait(stage: Stage, skus: Sequence[str], number: int) -> None:
    """Capture so many orders that wait for all they want."""
    rng = Random(9)  # noqa: S311 - sample orders, no secrets
    bodies: list[Body] = []
    for body in order_bodies(stage, seed=9)[:number]:
        lines = [dict(line) for line in body["lines"]]  # type: ignore[attr-defined]
        for line, sku in zip(lines, rng.sample(skus, len(lines)), strict=True):
            line["sku"] = sku
        bodies.append({**body, "lines": lines, "backorder": "allow"})
    templates = orders(stage.to, bodies, capture.now_ms())
    done = load.exactly(stage.to, load.filled(templates, number), connections=128)
    if done.of(capture.CREATED) != number:
        raise RefusedError(f"of {number} orders {done.of(capture.CREATED)} were taken")
    settle(stage.system)


def _sweep(stage: Stage, skus: Sequence[str], url: str, meter: cpu.Meter) -> Swept:
    """Bring in enough of everything at one center, and wait until nobody waits."""
    lines = int(postgres.value(url, WAITING))
    units = 10 * LINES_PER_SKU
    rows: list[Body] = [{"sku": sku, "node": stage.centers[0], "on_hand": units} for sku in skus]
    before = meter.read()
    began = time.monotonic()
    count(stage.to, rows, source="bench-sweep")

    async def run() -> float:
        conn = await asyncpg.connect(url)
        try:
            while time.monotonic() - began < WITHIN_S:
                if not await conn.fetchval(ANYBODY):
                    return time.monotonic() - began
                await asyncio.sleep(0.1)
        finally:
            await conn.close()
        raise RefusedError(f"after {WITHIN_S} s there were lines that waited")

    seconds = asyncio.run(run())
    return Swept(lines, seconds, cost_of(cpu.since(before, meter.read()), lines))


def _floor(host: System, lines: int) -> tuple[float, Cost]:
    url = postgres.fresh_database(host.database_url, FLOOR_DATABASE)
    postgres.execute(url, FLOOR)
    skus = max(1, lines // LINES_PER_SKU)
    fill = "INSERT INTO waiting SELECT s, a FROM generate_series(1, $1) s, generate_series(1, $2) a"
    postgres.fetch(url, fill, skus, LINES_PER_SKU)
    postgres.fetch(url, "INSERT INTO stock SELECT s, 0 FROM generate_series(1, $1) s", skus)
    for table in ("waiting", "stock"):
        postgres.execute(url, f"VACUUM ANALYZE {table}")
    meter = cpu.Meter(host.postmaster)
    step = 2_000 // LINES_PER_SKU

    async def run() -> cpu.Spent:
        conn = await asyncpg.connect(url)
        serve = await conn.prepare(SERVE)
        before = meter.read()
        for first in range(1, skus + 1, step):
            await serve.fetch(first, first + step - 1)
        spent = cpu.since(before, meter.read())
        await conn.close()
        return spent

    spent = asyncio.run(run())
    return skus * LINES_PER_SKU / spent.wall, cost_of(spent, skus * LINES_PER_SKU)


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with running() as host:
        show(host, figures(host, effort), json=json)


if __name__ == "__main__":
    command(main)
