"""Movements through one connection, while orders are captured at half the speed they could be.

Positions drawn at random over the retailer's, one or two units each, numbered, as a warehouse's
system tells them. Orders come at a pace meanwhile, and once more with no feed beside them.
"""

import asyncio
import threading
import time
from collections.abc import Sequence
from random import Random

import asyncpg

from bench import books, capture, cpu, pace, system, uplink
from bench.effort import FULL, Effort, command
from bench.figure import Cost, Figure
from bench.load import Load
from bench.postgres import cost_of
from bench.report import show
from bench.request import orders
from bench.stage import Body, Stage, order_bodies, staged
from bench.uplink import Fed

ROWS_PER_SECOND_MIN = 40_000
SLOWER_MAX = 2.0
"""The p99 of capture beside a feed, as a multiple of what it is alone."""

DATABASE = "bench_deltas"
CHUNK = 1_000

BARE = """
WITH moved AS (
    UPDATE inventory.position AS p SET on_hand = p.on_hand + k.quantity
    FROM unnest($1::text [], $2::text [], $3::integer []) AS k (sku, node_id, quantity)
    WHERE p.market = 'bench' AND p.sku = k.sku AND p.node_id = k.node_id
)

INSERT INTO inventory.movement (
    market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta, at,
    writer, source, sequence
)
SELECT
    'bench', uuidv7(), k.sku, k.node_id, 'adjustment', k.quantity, 0, 0, now(), 1, 'wms', k.sequence
FROM
    unnest($1::text [], $2::text [], $3::integer [], $4::bigint [])
        AS k (sku, node_id, quantity, sequence)
"""


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure capture at half its speed alone, then with a feed beside it, then the floor."""
    bodies = order_bodies(stage, seed=7)
    capture.warm(stage, bodies, effort.warmup)
    whole = capture.best(stage, bodies, effort.seconds).orders_per_second
    pieces = _pieces(stage, effort.deltas)
    uplink.feed(stage.to, _pieces(stage, 2 * CHUNK, source="warm"))
    with system.workers_rest(stage.system):
        alone = _paced(stage, bodies, whole / 2, effort.seconds)
        before = stage.system.meter.read()
        fed, beside = _both(stage, bodies, whole / 2, pieces)
        spent = cpu.since(before, stage.system.meter.read())
    system.settle(stage.system)
    per_second, floor_cost = _floor(stage, effort.deltas)
    slower = beside.p99_ms / alone.p99_ms
    return [
        Figure(
            name="movements on one connection",
            value=fed.rows_per_second,
            unit="rows/s",
            goal="40,000 rows/s while capture runs at half its speed",
            met=fed.rows_per_second >= ROWS_PER_SECOND_MIN,
            floor=per_second,
            floor_is=f"the UPDATE and the INSERT as one bare statement per {CHUNK:,} rows, alone",
            ratio=fed.rows_per_second / per_second,
            cost=cost_of(spent, fed.rows),
            floor_cost=floor_cost,
            notes=(
                f"{fed.rows:,} rows in {fed.seconds:.1f} s beside {_told(beside)}.",
                "The CPU is that of the feed and of the orders together, per row.",
                "The background work rested.",
            ),
        ),
        Figure(
            name="p99 of capture beside movements",
            value=beside.p99_ms,
            unit="ms",
            goal="at most twice what it is alone",
            met=slower <= SLOWER_MAX,
            floor=alone.p99_ms,
            floor_is=f"the same orders with no feed: {_told(alone)}",
            ratio=slower,
        ),
    ]


def _paced(stage: Stage, bodies: Sequence[Body], per_second: float, seconds: float) -> Load:
    templates = orders(stage.to, bodies, capture.now_ms())
    return pace.run(stage.to, templates, per_second=per_second, enough=lambda s: s >= seconds)


def _both(
    stage: Stage, bodies: Sequence[Body], per_second: float, pieces: Sequence[bytes]
) -> tuple[Fed, Load]:
    """Feed while orders come; they come until the feed has ended."""
    templates = orders(stage.to, bodies, capture.now_ms())
    fed: list[Fed] = []
    ended = threading.Event()

    def run() -> None:
        time.sleep(0.5)
        try:
            fed.append(uplink.feed(stage.to, pieces))
        finally:
            ended.set()

    feeding = threading.Thread(target=run)
    feeding.start()
    done = pace.run(stage.to, templates, per_second=per_second, enough=lambda _: ended.is_set())
    feeding.join()
    return fed[0], done


def _pieces(stage: Stage, rows: int, *, source: str = "bench-wms") -> list[bytes]:
    rng = Random(11)  # noqa: S311 - sample movements, no secrets
    shelves, items = stage.retailer.stock, stage.retailer.items
    places = (rng.randrange(len(shelves.item)) for _ in range(rows))
    at = uplink.moment()
    return uplink.lines(
        f'{{"type":"movement","kind":"receipt","sku":"{items[shelves.item[place]].sku}",'
        f'"node":"{stage.nodes[shelves.node[place]]}","quantity":{rng.randint(1, 2)},'
        f'"source":"{source}","sequence":{number},"occurred_at":"{at}"}}'
        for number, place in enumerate(places, start=1)
    )


def _floor(stage: Stage, rows: int) -> tuple[float, Cost]:
    """Write as many rows on the same tables with nothing of ours in the way."""
    url = books.prepare(stage.system, DATABASE)
    meter = cpu.Meter(stage.system.postmaster)
    rng = Random(11)  # noqa: S311 - sample movements, no secrets

    async def run() -> cpu.Spent:
        conn = await asyncpg.connect(url)
        bare = await conn.prepare(BARE)
        before = meter.read()
        for first in range(0, rows, CHUNK):
            drawn = {rng.randrange(books.SKUS * books.NODES) for _ in range(CHUNK)}
            keys = sorted(books.key(number) for number in drawn)
            numbers = list(range(first, first + len(keys)))
            await bare.fetch([s for s, _ in keys], [n for _, n in keys], [1] * len(keys), numbers)
        spent = cpu.since(before, meter.read())
        await conn.close()
        return spent

    spent = asyncio.run(run())
    return rows / spent.wall, cost_of(spent, rows)


def _told(done: Load) -> str:
    answers = ", ".join(f"{status}: {n:,}" for status, n in sorted(done.statuses.items()))
    return (
        f"{done.per_second(capture.CREATED):,.0f} orders/s, p50 {done.p50_ms:.1f} ms, p99"
        f" {done.p99_ms:.1f} ms, answers {answers}"
    )


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
