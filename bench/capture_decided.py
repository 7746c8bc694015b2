"""Capture with prices, a look-ahead policy and learned promises in force, against capture without.

The load of `capture_uniform` in one system, in turns: with the default policy and calendars'
promises; and with prices of stock and room for every sku, the policy that goes by them, and a
trained version that promises. What asking that version costs is measured alone beside it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec

from bench import capture, compared, decided, promises
from bench.effort import FULL, Effort, command
from bench.figure import Figure
from bench.report import show
from bench.stage import RefusedError, Stage, follow, must, order_bodies, staged
from entrepot.network.compiled import Compiled
from entrepot.plumbing import db
from entrepot.promise.learning.learned import Learned
from entrepot.promise.learning.reestimate import reestimate
from entrepot.promise.learning.table import Row
from entrepot.promise.learning.train import Made

FALL_MAX: Final = 0.15
PARCELS: Final = 10_000
BATCH: Final = 64
"""Orders that are decided together under load, about."""

ASKED_TIMES: Final = 30
T = TypeVar("T")

SEEN_WITHIN_S: Final = 120
LOOK_AHEAD: Final = {"look_ahead": {"every_hours": 168, "restocked_percent": None}}


class _Option(msgspec.Struct):
    engine: str = "static"


class _Told(msgspec.Struct):
    options: list[_Option]


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure both ways in turns, so that each comes first as often: the medians count."""
    at = datetime.now(UTC)  # noqa: TID251 - a benchmark is a shell
    nodes = _with_pool(stage, decided.compiled)
    made = decided.trained(nodes, PARCELS if effort.scale >= 1 else 3_000, at)
    version = _with_pool(stage, lambda pool: decided.keep_version(pool, made, at))
    table = _with_pool(stage, lambda pool: decided.publish_prices(pool, nodes, stage.skus, at))
    measured = _measured(stage, effort, version)
    alone, together = _asked(nodes, made, at)
    return [
        *compared.figures(
            "capture with prices, look-ahead and learned promises",
            measured.within,
            measured.without,
            fall_max=FALL_MAX,
            dearer_max=None,
            notes=[
                f"Prices of {table.skus:,} skus at {table.positions:,} positions and of all room.",
                f"{measured.by_model:.0%} of what is offered is promised by the model.",
            ],
        ),
        Figure(
            name=f"asking what was learned, {BATCH} parcels at once",
            value=together,
            unit="µs/parcel",
            goal="",
            notes=(f"One alone: {alone:,.0f} µs. Trained on {made.card.delivered:,} deliveries.",),
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Measured:
    """Both ways of capturing, and what share of offers the model promised."""

    within: list[capture.Captured]
    without: list[capture.Captured]
    by_model: float


def _measured(stage: Stage, effort: Effort, version: int) -> _Measured:
    bodies = order_bodies(stage, seed=1)
    capture.warm(stage, bodies, effort.warmup)
    within: list[capture.Captured] = []
    without: list[capture.Captured] = []
    by_model = 0.0
    for number in range(effort.rounds):
        for steered in (False, True) if number % 2 == 0 else (True, False):
            by_model = max(by_model, _in_force(stage, version if steered else None))
            capture.warm(stage, bodies, effort.warmup)
            (within if steered else without).append(capture.best(stage, bodies, effort.seconds))
    _in_force(stage, None)
    return _Measured(within, without, by_model)


def _with_pool(stage: Stage, work: Callable[[db.Pool], Awaitable[T]]) -> T:
    async def run() -> T:
        pool = await db.open_pool(stage.system.database_url, size=2)
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def _in_force(stage: Stage, version: int | None) -> float:
    """Put a version and the policy beside it in force; answers what share of offers it promises.

    Raises RefusedError where the server does not take it up.
    """
    now = datetime.now(UTC)  # noqa: TID251 - as above
    _with_pool(stage, lambda pool: decided.put_in_force(pool, version, now))
    follow(stage, LOOK_AHEAD if version else {})
    asks = promises.carts(stage, seed=5)[:50]
    until = time.monotonic() + SEEN_WITHIN_S
    while time.monotonic() < until:
        answers = [msgspec.json.decode(b, type=_Told) for b in must(stage.to, asks, 200)]
        engines = [each.engine for answer in answers for each in answer.options]
        learned = [engine for engine in engines if engine != "static"]
        if bool(learned) == bool(version):
            return sum(engine == "model" for engine in engines) / max(len(engines), 1)
        time.sleep(1)
    raise RefusedError(f"the server promises as before after {SEEN_WITHIN_S} s")


def _asked(nodes: Compiled, made: Made, at: datetime) -> tuple[float, float]:
    """Give the processor µs a parcel of asking about one, and about BATCH at once."""
    rows, learned = decided.history(nodes, BATCH, at), decided.ready(made, at)
    return _asking(learned, rows[:1], at), _asking(learned, rows, at)


def _asking(learned: Learned, rows: Sequence[Row], at: datetime) -> float:
    """Give the processor µs a parcel of asking about some at once."""
    new = [msgspec.structs.replace(row, placed=at, handed=None, delivered=None) for row in rows]
    reestimate(learned, new, at)
    began = time.process_time()
    for _ in range(ASKED_TIMES):
        reestimate(learned, new, at)
    return (time.process_time() - began) / (ASKED_TIMES * len(new)) * 1e6


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
