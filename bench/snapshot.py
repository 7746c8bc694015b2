"""A nightly count of everything through one connection: one row in twenty differs.

The same source has counted everything the night before, as it does every night.
"""

import asyncio
from collections.abc import Iterator

import asyncpg

from bench import books, cpu, system, uplink
from bench.effort import FULL, Effort, command
from bench.figure import Cost, Figure
from bench.postgres import cost_of
from bench.report import show
from bench.stage import CENTER_EXTRA, Stage, staged

SECONDS_MAX = 15.0
GOAL_ROWS = 1_000_000
EVERY = 20
NIGHT_S = 3_600.0
DATABASE = "bench_snapshot"

TOLD = "CREATE TEMP TABLE told (sku text, node_id text, on_hand integer)"

BARE = """
UPDATE inventory.position AS p SET on_hand = t.on_hand
FROM told AS t
WHERE
    p.market = 'bench' AND p.sku = t.sku AND p.node_id = t.node_id AND p.on_hand <> t.on_hand
"""


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Count everything twice; the second count is the figure."""
    uplink.feed(stage.to, _night(stage, effort.feed, 1, add=0, seconds_ago=NIGHT_S))
    system.settle(stage.system)
    pieces = _night(stage, effort.feed, 2, add=1, seconds_ago=0.0)
    before = stage.system.meter.read()
    fed = uplink.feed(stage.to, pieces)
    spent = cpu.since(before, stage.system.meter.read())
    per_second, floor_cost = _floor(stage, fed.rows)
    return [
        Figure(
            name="snapshot, 5 % changed",
            value=fed.rows_per_second,
            unit="rows/s",
            goal=f"{GOAL_ROWS:,} rows in {SECONDS_MAX:.0f} s",
            met=fed.rows_per_second >= GOAL_ROWS / SECONDS_MAX,
            floor=per_second,
            floor_is="COPY into a temporary table and one bare UPDATE of the changed",
            ratio=fed.rows_per_second / per_second,
            cost=cost_of(spent, fed.rows),
            floor_cost=floor_cost,
            notes=(f"{fed.rows:,} rows in {fed.seconds:.1f} s.",),
        )
    ]


def _night(stage: Stage, limit: int, sequence: int, *, add: int, seconds_ago: float) -> list[bytes]:
    """Print a count of what lies there, with `add` units more in one row of twenty."""
    at = uplink.moment(seconds_ago)
    return uplink.lines(
        f'{{"type":"count","sku":"{sku}","node":"{node}","on_hand":{units},'
        f'"source":"bench-night","sequence":{sequence},"counted_at":"{at}"}}'
        for sku, node, units in _rows(stage, limit, add)
    )


def _rows(stage: Stage, limit: int, add: int) -> Iterator[tuple[str, str, int]]:
    shelves, items, centers = stage.retailer.stock, stage.retailer.items, set(stage.centers)
    told = zip(shelves.item[:limit], shelves.node[:limit], shelves.on_hand[:limit], strict=True)
    for number, (item, node, on_hand) in enumerate(told):
        name = stage.nodes[node]
        there = CENTER_EXTRA if name in centers else int(on_hand)
        yield items[item].sku, name, there + (add if number % EVERY == 0 else 0)


def _floor(stage: Stage, rows: int) -> tuple[float, Cost]:
    url = books.prepare(stage.system, DATABASE)
    meter = cpu.Meter(stage.system.postmaster)
    records = [(*books.key(number), books.UNITS + (number % EVERY == 0)) for number in range(rows)]

    async def run() -> cpu.Spent:
        conn = await asyncpg.connect(url)
        before = meter.read()
        async with conn.transaction():
            await conn.execute(TOLD)
            await conn.copy_records_to_table("told", records=records)
            await conn.execute(BARE)
        spent = cpu.since(before, meter.read())
        await conn.close()
        return spent

    spent = asyncio.run(run())
    return rows / spent.wall, cost_of(spent, rows)


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
