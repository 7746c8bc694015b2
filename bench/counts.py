"""A count feed of a million rows through HTTP while capture goes on.

Twice: a feed in which every row differs from what the system has, and an everyday one in which one
row in twenty does. Calls of 10,000 rows, two at a time; 128 clients place orders meanwhile.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import asyncpg

from bench import capture, client, cpu, floor, load
from bench.effort import FULL, Effort, command
from bench.figure import Cost, Figure, middle
from bench.postgres import cost_of
from bench.report import show
from bench.request import Template, orders, post
from bench.stage import (
    CENTER_EXTRA,
    ROWS_PER_COUNT,
    Body,
    RefusedError,
    Stage,
    order_bodies,
    staged,
)

ROWS_PER_SECOND_MIN = 1_000_000 / 30
WIDTH = 2
EVERYDAY = 20
SLICE_S = 2

UPDATE = """
UPDATE stock AS s SET on_hand = c.on_hand
FROM unnest($1::integer [], $2::smallint [], $3::integer []) AS c (sku, node, on_hand)
WHERE s.sku = c.sku AND s.node = c.node
"""


@dataclass(frozen=True, slots=True)
class Fed:
    """A feed's time in seconds, its cost per row, and the orders' answers meanwhile."""

    rows: int
    seconds: float
    cost: Cost
    orders: "Orders"

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds


@dataclass(frozen=True, slots=True)
class Orders:
    """What came of the orders, slice by slice; `p99_ms` is that of the middle slice."""

    statuses: Counter[int]
    per_second: float
    p99_ms: float
    p99_worst_ms: float

    def told(self) -> str:
        answers = ", ".join(f"{status}: {n:,}" for status, n in sorted(self.statuses.items()))
        return (
            f"{self.per_second:,.0f} orders/s, p99 {self.p99_ms:.0f} ms (worst slice"
            f" {self.p99_worst_ms:.0f} ms), answers {answers}"
        )


class Traffic:
    """Orders from 128 clients in slices of time, until told to stop."""

    def __init__(self, stage: Stage, bodies: Sequence[Body]) -> None:
        self._done: list[load.Load] = []
        self._stage = stage
        self._bodies = bodies
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _run(self) -> None:
        to = self._stage.to
        while not self._enough.is_set():
            templates = orders(to, self._bodies, capture.now_ms())
            self._done.append(load.run(to, templates, connections=128, seconds=SLICE_S))

    @property
    def orders(self) -> Orders:
        """Sum the slices up; call when the traffic has stopped."""
        statuses: Counter[int] = Counter()
        for each in self._done:
            statuses.update(each.statuses)
        return Orders(
            statuses,
            statuses[capture.CREATED] / sum(each.seconds for each in self._done),
            middle([each.p99_ms for each in self._done]),
            max(each.p99_ms for each in self._done),
        )


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Feed twice; the floor is PostgreSQL updating as many rows by itself."""
    bodies = order_bodies(stage, seed=5)[:4_000]
    alone = _alone(stage, bodies, effort)
    per_second, floor_cost = _floor(stage, effort.feed)
    found = []
    for number, (name, every) in enumerate(
        [("count feed, every row changed", 1), ("count feed, 5 % changed", EVERYDAY)], 1
    ):
        fed = feed(stage, bodies, _rows(stage, effort.feed, every, number), number)
        found.append(
            Figure(
                name=name,
                value=fed.rows_per_second,
                unit="rows/s",
                goal="1,000,000 rows in 30 s while capture goes on",
                met=fed.rows_per_second >= ROWS_PER_SECOND_MIN,
                floor=per_second,
                floor_is="one set-based UPDATE of integer keys per 10,000 rows, alone",
                ratio=fed.rows_per_second / per_second,
                cost=fed.cost,
                floor_cost=floor_cost,
                notes=(_told(fed), f"Without the feed: {alone.told()}."),
            )
        )
    return found


def _alone(stage: Stage, bodies: Sequence[Body], effort: Effort) -> Orders:
    """Let the same orders come for a while with no feed beside them, background work as with it."""
    capture.warm(stage, bodies, effort.warmup)
    with Traffic(stage, bodies) as traffic:
        time.sleep(2 * effort.seconds)
    return traffic.orders


def feed(stage: Stage, bodies: Sequence[Body], rows: Sequence[Body], sequence: int) -> Fed:
    """Send the rows while orders come. Raises RefusedError when a call is not answered 200."""
    calls = _calls(stage, rows, sequence)
    with Traffic(stage, bodies) as traffic:
        before = stage.system.meter.read()
        tally = client.send(stage.to, (t.filled(0) for t in calls), connections=WIDTH)
        spent = cpu.since(before, stage.system.meter.read())
    if tally.statuses != {200: len(calls)}:
        raise RefusedError(f"the feed's calls were answered {dict(tally.statuses)}")
    return Fed(len(rows), tally.seconds, cost_of(spent, len(rows)), traffic.orders)


def _rows(stage: Stage, limit: int, every: int, add: int) -> list[Body]:
    """Count what lies there, and `add` units more in one row of `every`."""
    shelves, opened = stage.retailer.stock, stage.retailer
    centers = set(stage.centers)
    rows: list[Body] = []
    for number, (item, node, on_hand) in enumerate(
        zip(shelves.item[:limit], shelves.node[:limit], shelves.on_hand[:limit], strict=True)
    ):
        name = stage.nodes[node]
        there = CENTER_EXTRA if name in centers else int(on_hand)
        more = add if number % every == 0 else 1
        rows.append({"sku": opened.items[item].sku, "node": name, "on_hand": there + more})
    return rows


def _calls(stage: Stage, rows: Sequence[Body], sequence: int) -> list[Template]:
    counted_at = datetime.now(UTC).isoformat()  # noqa: TID251 - a benchmark is a shell
    more = {"source": "bench-feed", "sequence": sequence, "counted_at": counted_at}
    return [
        post(
            stage.to,
            "/v1/inventory/counts",
            {"counts": [{**row, **more} for row in rows[at : at + ROWS_PER_COUNT]]},
            f"bench-feed-{sequence}-{at}",
        )
        for at in range(0, len(rows), ROWS_PER_COUNT)
    ]


def _floor(stage: Stage, limit: int) -> tuple[float, Cost]:
    """Update as many rows of the floor's stock; rows a second, and the cost of each."""
    url = floor.prepare(stage.system.database_url)
    meter = cpu.Meter(stage.system.postmaster)

    async def run() -> cpu.Spent:
        conn = await asyncpg.connect(url)
        update = await conn.prepare(UPDATE)
        before = meter.read()
        for at in range(0, limit, ROWS_PER_COUNT):
            numbers = range(at, min(limit, at + ROWS_PER_COUNT))
            skus = [1 + n // 50 for n in numbers]
            await update.fetch(skus, [1 + n % 50 for n in numbers], [n + 1 for n in numbers])
        spent = cpu.since(before, meter.read())
        await conn.close()
        return spent

    spent = asyncio.run(run())
    return limit / spent.wall, cost_of(spent, limit)


def _told(fed: Fed) -> str:
    return (
        f"{fed.rows:,} rows in {fed.seconds:.1f} s; meanwhile {fed.orders.told()}."
        " The CPU is that of the feed and of the orders together, per row."
    )


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
