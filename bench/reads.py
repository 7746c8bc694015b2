"""Reads over HTTP on one core, beside PostgreSQL giving the same rows to `pgbench` on one core."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import cpu, load, postgres
from bench.effort import Effort
from bench.figure import Cost
from bench.request import Template
from bench.stage import RefusedError, Stage

CONNECTIONS = 64
DATABASE = "bench_reads"
SCHEMA = Path(__file__).with_name("reads.sql")


@dataclass(frozen=True, slots=True)
class Read:
    """Reads a second; `cost` is processor µs a read."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cost: Cost


def prepare(url: str) -> str:
    """Build the floor's database beside the one `url` names, and answer its URL."""
    floor = postgres.fresh_database(url, DATABASE)
    postgres.execute(floor, SCHEMA.read_text())
    postgres.execute(floor, "VACUUM ANALYZE wide_stock")
    return floor


@contextmanager
def one_core(stage: Stage) -> Iterator[None]:
    """Bind the server and its database to one core, and the load to the others where there are any.

    All that is started meanwhile is bound as its parent is; afterwards all may run anywhere again.
    """
    cores = sorted(os.sched_getaffinity(0))
    pids = stage.system.meter.pids()
    cpu.pin(pids, {cores[0]})
    cpu.pin([os.getpid()], set(cores[1:]) or {cores[0]})
    try:
        yield
    finally:
        cpu.pin(stage.system.meter.pids() | {os.getpid()}, set(cores))


def measure(stage: Stage, templates: Sequence[Template], effort: Effort) -> Read:
    """Read over HTTP; call within `one_core`. Raises RefusedError when an answer is not 200."""
    load.run(stage.to, templates, connections=CONNECTIONS, seconds=effort.warmup)
    before = stage.system.meter.read()
    done = load.run(stage.to, templates, connections=CONNECTIONS, seconds=effort.seconds)
    spent = cpu.since(before, stage.system.meter.read())
    if done.of(200) != done.answers or done.socket_errors:
        raise RefusedError(f"answers {done.statuses}, {done.socket_errors} socket errors")
    return Read(
        done.per_second(200), done.p50_ms, done.p99_ms, postgres.cost_of(spent, done.answers)
    )


def floor(stage: Stage, url: str, script: str, effort: Effort) -> postgres.Run:
    """Read under pgbench; call within `one_core`."""
    meter = cpu.Meter(stage.system.postmaster)
    postgres.pgbench(url, script, clients=8, seconds=effort.warmup, meter=meter)
    return postgres.pgbench(url, script, clients=8, seconds=effort.seconds, meter=meter)


def told(read: Read) -> str:
    """Say in a sentence what a figure cannot hold."""
    capacity = 1e6 / (read.cost.server + read.cost.postgres)
    return (
        f"{CONNECTIONS} clients; p50 {read.p50_ms:.1f} ms, p99 {read.p99_ms:.1f} ms;"
        f" by its processor time a whole core would give {capacity:,.0f}/s."
    )
