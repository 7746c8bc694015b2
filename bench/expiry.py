"""A flood of carts that nobody pays for: 100,000 of them run out in the same second.

Measured is the running worker's sweep, from that second until the last unit is for sale again.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from bench import cpu, postgres
from bench.effort import FULL, Effort, command
from bench.figure import Cost, Figure
from bench.postgres import cost_of
from bench.report import show
from bench.stage import RefusedError, Stage, staged
from bench.system import settle, verify

SECONDS_MAX = 10
WITHIN_S = 300
SCHEMA = Path(__file__).with_name("expiry.sql")
FLOOR_DATABASE = "bench_expiry_floor"
AT_ONCE = 1_000

HELD = "SELECT EXISTS (SELECT FROM inventory.cart WHERE state = 'held' AND due_at = $1)"
RESERVED = "SELECT coalesce(sum(reserved), 0)::bigint FROM inventory.position"
LATE = "UPDATE inventory.cart SET expires_at = $1, due_at = $1 WHERE state = 'held'"

FLOOR = """
CREATE TABLE cart (id integer PRIMARY KEY, held boolean NOT NULL);
CREATE TABLE claim (cart integer, line smallint, stock integer, PRIMARY KEY (cart, line));
CREATE TABLE stock (id integer PRIMARY KEY, reserved integer NOT NULL) WITH (fillfactor = 90);
CREATE TABLE entry (id uuid PRIMARY KEY, stock integer, cart integer, units integer);
INSERT INTO cart SELECT g, TRUE FROM generate_series(1, {carts}) AS g;
INSERT INTO claim SELECT c, l, (c * 2 + l) * 7919 % 20000
FROM generate_series(1, {carts}) AS c, generate_series(1, 2) AS l;
INSERT INTO stock SELECT s, 1000000 FROM generate_series(0, 19999) AS s;
ANALYZE;
"""

END = """
WITH ended AS (
    UPDATE cart SET held = FALSE WHERE id > $1 AND id <= $2 RETURNING id
),
claimed AS (
    SELECT c.cart, c.stock FROM claim AS c INNER JOIN ended AS e ON c.cart = e.id
),
told AS (
    INSERT INTO entry SELECT uuidv7(), c.stock, c.cart, -1 FROM claimed AS c
)
UPDATE stock AS s SET reserved = s.reserved - f.units
FROM (SELECT c.stock, count(*) AS units FROM claimed AS c GROUP BY c.stock) AS f
WHERE s.id = f.stock
"""


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Let them run out; the floor is PostgreSQL ending as many by a statement a thousand."""
    per_second, floor_cost = _floor(stage, effort.carts)
    seconds, cost = expire(stage, effort.carts)
    value = effort.carts / seconds
    return [
        Figure(
            name="carts that run out",
            value=value,
            unit="carts/s",
            goal=f"100,000 carts swept in {SECONDS_MAX} s",
            met=value >= 100_000 / SECONDS_MAX,
            floor=per_second,
            floor_is="one set-based statement per 1,000 carts on integer keys, alone",
            ratio=value / per_second,
            cost=cost,
            floor_cost=floor_cost,
            notes=(
                f"{effort.carts:,} carts of two claims in {seconds:.1f} s, by the running worker.",
                "The server's CPU is the whole system's.",
            ),
        )
    ]


def expire(stage: Stage, carts: int) -> tuple[float, Cost]:
    """Let so many carts run out at once; the seconds until none is held, and the cost of each.

    Raises RefusedError when some unit stays reserved, or an invariant does not hold.
    """
    url = stage.system.database_url
    before_any = postgres.value(url, RESERVED)
    far = (datetime.now(UTC) + timedelta(hours=1)).isoformat()  # noqa: TID251 - a shell
    postgres.execute(url, SCHEMA.read_text().format(carts=carts, until=far))
    if postgres.value(url, RESERVED) != before_any + 2 * carts:
        raise RefusedError("there was not enough stock to hold")
    settle(stage.system)
    seconds, spent = asyncio.run(_run_out(url, stage.system.meter, carts))
    if postgres.value(url, RESERVED) != before_any or not verify(stage.system):
        raise RefusedError("the sweep has left something behind")
    return seconds, cost_of(spent, carts)


async def _run_out(url: str, meter: cpu.Meter, carts: int) -> tuple[float, cpu.Spent]:
    conn = await asyncpg.connect(url)
    lead_s = 3 + carts / 10_000  # until the update that sets the time is done
    at = datetime.now(UTC) + timedelta(seconds=lead_s)  # noqa: TID251 - a shell
    await conn.execute(LATE, at)
    left_s = (at - datetime.now(UTC)).total_seconds()  # noqa: TID251 - a shell
    if left_s < 0:
        raise RefusedError(f"the carts' time came {-left_s:.1f} s before it was set")
    await asyncio.sleep(left_s)
    began, before = time.monotonic(), meter.read()
    while await conn.fetchval(HELD, at):
        if time.monotonic() - began > WITHIN_S:
            raise RefusedError(f"after {WITHIN_S} s there were still carts")
        await asyncio.sleep(0.02)
    seconds = time.monotonic() - began
    await conn.close()
    return seconds, cpu.since(before, meter.read())


def _floor(stage: Stage, carts: int) -> tuple[float, Cost]:
    url = postgres.fresh_database(stage.system.database_url, FLOOR_DATABASE)
    postgres.execute(url, FLOOR.format(carts=carts))
    meter = cpu.Meter(stage.system.postmaster)

    async def run() -> cpu.Spent:
        conn = await asyncpg.connect(url)
        end = await conn.prepare(END)
        before = meter.read()
        for first in range(0, carts, AT_ONCE):
            await end.fetch(first, min(first + AT_ONCE, carts))
        spent = cpu.since(before, meter.read())
        await conn.close()
        return spent

    spent = asyncio.run(run())
    return carts / spent.wall, cost_of(spent, carts)


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
