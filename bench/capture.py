"""Capture under load, with what it cost: shared by the figures of capture."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import cpu, load
from bench.figure import Cost
from bench.postgres import cost_of
from bench.request import orders
from bench.stage import Body, Stage
from bench.system import settle, workers_rest

CONNECTIONS = (128, 256)
CREATED = 201


@dataclass(frozen=True, slots=True)
class Captured:
    """A measurement; `cost` is processor µs an order while the load ran.

    `afterwards` is what background work of these orders took when the last answer had come: µs an
    order of server and PostgreSQL.
    """

    load: load.Load
    connections: int
    cost: Cost
    afterwards: float

    @property
    def orders_per_second(self) -> float:
        return self.load.per_second(CREATED)


def warm(stage: Stage, bodies: Sequence[Body], seconds: int) -> None:
    """Let connections, plans and caches come to be."""
    load.run(stage.to, orders(stage.to, bodies, now_ms()), connections=128, seconds=seconds)
    settle(stage.system)


def measure(stage: Stage, bodies: Sequence[Body], *, connections: int, seconds: int) -> Captured:
    """Capture at full speed for so long, then let the background work end."""
    templates = orders(stage.to, bodies, now_ms())
    with workers_rest(stage.system):
        before = stage.system.meter.read()
        done = load.run(stage.to, templates, connections=connections, seconds=seconds)
        loaded = stage.system.meter.read()
    settle(stage.system)
    rest = cpu.since(loaded, stage.system.meter.read())
    created = done.of(CREATED)
    later = cost_of(rest, created)
    return Captured(
        load=done,
        connections=connections,
        cost=cost_of(cpu.since(before, loaded), created),
        afterwards=later.server + later.postgres,
    )


def best(stage: Stage, bodies: Sequence[Body], seconds: int) -> Captured:
    """Capture from 128 and from 256 clients; the faster counts, as with the floor's two."""
    found = [measure(stage, bodies, connections=c, seconds=seconds) for c in CONNECTIONS]
    return max(found, key=lambda captured: captured.orders_per_second)


def told(captured: Captured) -> tuple[str, ...]:
    """Say in sentences what a figure cannot hold."""
    done = captured.load
    others = done.answers - done.of(CREATED)
    by_status = ", ".join(f"{status}: {count:,}" for status, count in sorted(done.statuses.items()))
    return (
        f"{captured.connections} clients; p50 {done.p50_ms:.1f} ms, p99 {done.p99_ms:.1f} ms.",
        f"Answers {by_status}; {others:,} not 201, {done.socket_errors} socket errors.",
        f"The background work rested; afterwards it took {captured.afterwards:.0f} µs an order.",
    )


def now_ms() -> int:
    """Read the clock: milliseconds since 1970."""
    return time.time_ns() // 1_000_000
