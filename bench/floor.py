"""F, the floor of capture: one PL/pgSQL call per order under the wheel's own `pgbench`.

The least a durable, idempotent 2-line order needs (`floor.sql`), prepared, one commit each, in a
database of its own on the same PostgreSQL as the figure beside it. The best of 8 and 16 clients
counts: with more, a hot row only gets slower, because its lock is held across the commit.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench import cpu, postgres
from bench.effort import FULL, Effort, command
from bench.figure import Cost, Figure
from bench.report import show
from bench.system import System, running

CLIENTS = (8, 16)
DATABASE = "bench_floor"
SCHEMA = Path(__file__).with_name("floor.sql")

# Always a < b, so that no two orders lock the same rows in opposite order.
CALL = "SELECT place(:a, :na, :b, :nb, (SELECT d.body FROM document AS d));\n"
UNIFORM = (
    "\\set a random(1, 19999)\n\\set b random(:a + 1, 20000)\n"
    "\\set na random(1, 50)\n\\set nb random(1, 50)\n"
)
HOT = "\\set a 1\n\\set na 1\n\\set b random(2, 20000)\n\\set nb random(1, 50)\n"


class Skew(StrEnum):
    UNIFORM = "uniform"
    HOT = "hot"


SCRIPTS = {Skew.UNIFORM: UNIFORM + CALL, Skew.HOT: HOT + CALL}


@dataclass(frozen=True, slots=True)
class Floor:
    """Orders a second at the better number of clients, and the processor µs of each."""

    orders_per_second: float
    clients: int
    cost: Cost


def prepare(url: str) -> str:
    """Build the floor's database beside the one `url` names, and answer its URL."""
    floor = postgres.fresh_database(url, DATABASE)
    postgres.execute(floor, SCHEMA.read_text())
    postgres.calm(floor, "stock")
    return floor


def measure(url: str, skew: Skew, effort: Effort, postmaster: int) -> Floor:
    """F in the prepared database `url`."""
    meter = cpu.Meter(postmaster)
    script = SCRIPTS[skew]
    postgres.pgbench(url, script, clients=8, seconds=effort.warmup, meter=meter)
    floors = []
    for clients in CLIENTS:
        run = postgres.pgbench(url, script, clients=clients, seconds=effort.seconds, meter=meter)
        floors.append(Floor(run.per_second, clients, run.cost))
    return max(floors, key=lambda floor: floor.orders_per_second)


def figures(system: System, effort: Effort) -> list[Figure]:
    """F by itself, uniform and hot."""
    url = prepare(system.database_url)
    found = []
    for skew in Skew:
        floor = measure(url, skew, effort, system.postmaster)
        found.append(
            Figure(
                name=f"floor, {skew}",
                value=floor.orders_per_second,
                unit="orders/s",
                goal="",
                cost=floor.cost,
                notes=(f"{floor.clients} clients.",),
            )
        )
    return found


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with running() as system:
        show(system, figures(system, effort), json=json)


if __name__ == "__main__":
    command(main)
