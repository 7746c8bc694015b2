"""The background work: events a second, and processor time per event, of the relay and the journey.

Orders are captured by `entrepot serve` while `entrepot work`, which has done some before, rests, so
that their events wait; then it does it all: dense numbers, the feed, the journey's steps and the
events of those.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench import capture, cpu, load, postgres
from bench.effort import FULL, Effort, command
from bench.figure import Cost, Figure
from bench.postgres import cost_of
from bench.report import show
from bench.request import orders
from bench.stage import RefusedError, Stage, order_bodies, set_up
from bench.system import System, migrate, resting, running, serving, settle, working

DATABASE, FLOOR_DATABASE = "bench_relay", "bench_relay_floor"
SCHEMA = Path(__file__).with_name("relay.sql")
WITHIN_S = 600
WARM_UP = 200
AT_ONCE = 1_000

STATE = """
SELECT
    coalesce((SELECT max(f.last_sequence) FROM plumbing.feed AS f), 0) AS events,
    (SELECT count(*) FROM (SELECT FROM plumbing.outbox LIMIT 1) AS o) AS waiting,
    (
        SELECT count(*) FROM plumbing.feed AS f
        LEFT JOIN plumbing.cursor AS c ON f.market = c.market
        WHERE c.sequence IS NULL OR c.sequence < f.last_sequence
    ) + (
        SELECT count(*) FROM fulfillment.fulfillment_order AS o
        WHERE o.state = 'planned' AND o.release_at <= now()
    ) AS behind
"""

FILL = """
INSERT INTO outbox (type, at, data)
SELECT
    'order.captured',
    now(),
    '{"order_id": "0199f3f2-7c1e-7000-8000-000000000001", "channel": "web", "lines": 2}'
FROM generate_series(1, $1::integer)
"""


@dataclass(frozen=True, slots=True)
class Drained:
    """How many events were told in how many seconds; `cost` is processor µs an event."""

    events: int
    seconds: float
    cost: Cost


def figures(host: System, effort: Effort) -> list[Figure]:
    """Capture, then work; beside it a function that only moves rows."""
    per_second, floor_cost = _floor(host, 2 * effort.events)
    url = postgres.fresh_database(host.database_url, DATABASE)
    migrate(url)
    with serving(url, host) as system:
        stage = set_up(system, effort)
        _place(stage, WARM_UP)
        with working(url) as worker:
            meter = cpu.Meter(host.postmaster, worker)
            drain(url, meter)
            with resting(worker):
                placed = _place(stage, effort.events)
            drained = drain(url, meter)
    value = drained.events / drained.seconds
    per_order = (drained.cost.server + drained.cost.postgres) * drained.events / placed
    return [
        Figure(
            name="background work",
            value=value,
            unit="events/s",
            goal="",
            floor=per_second,
            floor_is=f"one PL/pgSQL call moving {AT_ONCE:,} rows from outbox to feed, nothing else",
            ratio=value / per_second,
            cost=drained.cost,
            floor_cost=floor_cost,
            notes=(
                f"{placed:,} orders, {drained.events:,} events in {drained.seconds:.1f} s.",
                f"Server and PostgreSQL took {per_order:.0f} µs an order.",
                "The server's CPU is that of `entrepot work`.",
            ),
        )
    ]


def drain(url: str, meter: cpu.Meter) -> Drained:
    """Wait until no fact waits, every row of the journey has read them all and nothing is due.

    Raises RefusedError when that has not come after ten minutes.
    """

    async def run() -> Drained:
        conn = await asyncpg.connect(url)
        began, before = time.monotonic(), meter.read()
        state = await conn.fetchrow(STATE)
        first = state["events"]
        while time.monotonic() - began < WITHIN_S:
            await asyncio.sleep(0.05)
            state = await conn.fetchrow(STATE)
            if state["events"] > first and not state["waiting"] and not state["behind"]:
                spent = cpu.since(before, meter.read())
                await conn.close()
                events = state["events"] - first
                return Drained(events, spent.wall, cost_of(spent, events))
        raise RefusedError(f"after {WITHIN_S} s there was still work: {dict(state)}")

    return asyncio.run(run())


def _place(stage: Stage, number: int) -> int:
    """Capture so many orders; answer how many were taken."""
    templates = orders(stage.to, order_bodies(stage, seed=6), capture.now_ms())
    done = load.exactly(stage.to, load.filled(templates, number), connections=128)
    settle(stage.system)
    return done.of(capture.CREATED)


def _floor(host: System, events: int) -> tuple[float, Cost]:
    url = postgres.fresh_database(host.database_url, FLOOR_DATABASE)
    postgres.execute(url, SCHEMA.read_text())
    postgres.fetch(url, FILL, events)
    postgres.execute(url, "VACUUM ANALYZE outbox")
    meter = cpu.Meter(host.postmaster)

    async def run() -> cpu.Spent:
        conn = await asyncpg.connect(url)
        before = meter.read()
        while await conn.fetchval("SELECT move($1)", AT_ONCE):
            pass
        spent = cpu.since(before, meter.read())
        await conn.close()
        return spent

    spent = asyncio.run(run())
    return events / spent.wall, cost_of(spent, events)


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with running() as host:
        show(host, figures(host, effort), json=json)


if __name__ == "__main__":
    command(main)
