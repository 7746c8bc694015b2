"""Replay: history decided again, by the rules of then and by a policy that is tried.

2-line orders of the sample retailer, with the policy changed and a node paused in between; then the
whole of it is read from the database, decided, compared and written down, on one core.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from itertools import count as counter
from itertools import cycle
from uuid import UUID

from bench import capture, load, system
from bench.effort import FULL, Effort, command
from bench.figure import Figure
from bench.report import show
from bench.request import orders, put
from bench.stage import Stage, follow, must, order_bodies, staged
from entrepot.demo import retailer
from entrepot.journey import replay
from entrepot.journey.replay_reader import Reader
from entrepot.plumbing import db
from entrepot.plumbing.mint import MINT
from entrepot.policies.keeping import UNITS_MAX, Keep, Match
from entrepot.policies.model import Policy
from entrepot.sourcing import replays
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.record import unpack
from entrepot.sourcing.record_form import Record
from entrepot.sourcing.replay_model import Replay
from entrepot.sourcing.replays import Span
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_on
from entrepot.sourcing.unfold import Unfolded, unfold
from entrepot.terms.ids import MarketId

MARKET = MarketId("default")
PER_SECOND_MIN = 1_000
CONNECTIONS = 64
PIECES = 6
"""The history comes in pieces; between them the policy changes and a node is paused or opened."""

EXTRAS = (0, 150, 600)


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Make a history, and decide it again."""
    began = datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251 - a benchmark is a shell
    make_history(stage, effort.history)
    span = Span(began, datetime.now(UTC))  # noqa: TID251 - as above
    with system.workers_rest(stage.system):  # they would take a hand in it
        return asyncio.run(_figures(stage, span))


def make_history(stage: Stage, count: int) -> None:
    """Place so many orders; between the pieces of them rules change and nodes are paused."""
    bodies = order_bodies(stage, seed=11)
    nodes = dict(retailer.nodes(stage.retailer))
    templates = orders(stage.to, bodies, capture.now_ms())
    asked, number, each = cycle(range(len(templates))), counter(1), count // PIECES // 2
    for piece, extra in zip(range(PIECES), cycle(EXTRAS), strict=False):
        follow(stage, {"extra_shipment": extra})
        node = stage.centers[piece % len(stage.centers)]
        for enabled in (False, True):
            body = {**nodes[node], "capacity_per_day": 1_000_000, "enabled": enabled}
            call = put(stage.to, f"/v1/nodes/{node}", body, f"bench-replay-{piece}-{enabled}")
            must(stage.to, [call], 200)
            some = [templates[next(asked)].filled(next(number)) for _ in range(each)]
            load.exactly(stage.to, iter(some), connections=CONNECTIONS)
    system.settle(stage.system)


async def _figures(stage: Stage, span: Span) -> list[Figure]:
    pool = await db.open_pool(stage.system.database_url, size=2)
    try:
        faithful, pace, took = await _replayed(pool, span, None)
        tried, tried_pace, tried_took = await _replayed(pool, span, _tried(stage))
        floor = await _floor(pool, span)
    finally:
        await pool.close()
    share = 100 * (1 - faithful.differing / faithful.decisions)
    shared = (
        f"{faithful.decisions:,} decisions, {faithful.orders:,} of orders,"
        f" {faithful.records:,} records; {share:.2f} % reproduced."
    )
    return [
        Figure(
            name="replay: history reproduced",
            value=pace, unit="decisions/s",
            goal=f"≥ {PER_SECOND_MIN:,}/s on one core, 100.00 % reproduced",
            met=pace >= PER_SECOND_MIN and not faithful.differing,
            floor=floor, floor_is="the same records decided once in memory, nothing read or kept",
            ratio=pace / floor, notes=(shared, _own(took)),
        ),
        Figure(
            name="replay: another policy tried",
            value=tried_pace, unit="decisions/s",
            goal=f"≥ {PER_SECOND_MIN:,}/s on one core",
            met=tried_pace >= PER_SECOND_MIN,
            floor=floor, floor_is="as above", ratio=tried_pace / floor,
            notes=(
                f"Decided by both, compared and measured; {tried.changed:,} orders change.",
                _own(tried_took),
            ),
        ),
    ]  # fmt: skip


def _tried(stage: Stage) -> Policy:
    """Make a policy that takes the first center from the web."""
    match = Match(channels=("web",), nodes=(stage.centers[0],))
    return Policy(keep=(Keep(match=match, units=UNITS_MAX),))


def _own(took: float) -> str:
    return f"{took * 1e6:.0f} µs of this process's own time each: {1 / took:,.0f}/s of a free core."


async def _replayed(
    pool: db.Pool, span: Span, policy: Policy | None
) -> tuple[Replay, float, float]:
    """Replay the span in this process alone.

    Answers what was found, decisions a second, and the processor seconds of each.
    """
    name = await _begun(pool, span, policy)
    reader, began, before = Reader(MARKET), time.perf_counter(), time.process_time()
    while True:
        await replay.run_step(pool, reader, name)
        async with pool.acquire() as conn:
            row = await replays.read(conn, MARKET, name)
        assert row is not None
        if row.ended_at is not None:
            assert row.fault is None, row.fault
            took = (time.process_time() - before) / row.decisions
            return row, row.decisions / (time.perf_counter() - began), took


async def _begun(pool: db.Pool, span: Span, policy: Policy | None) -> UUID:
    name = MINT.one()
    async with pool.acquire() as conn, conn.transaction():
        at = datetime.now(UTC)  # noqa: TID251 - as above
        await replay.start(conn, MARKET, name, span, policy, seed=1, actor="bench", at=at)
    return name


async def _floor(pool: db.Pool, span: Span) -> float:
    """Decide the same records once, laid open already; answers decisions a second."""
    reader, batches, after = Reader(MARKET), list[Unfolded](), span.first_id
    async with pool.acquire() as conn:
        while True:
            kept = await replays.records_after(conn, MARKET, after, span.last_id, 64)
            if not kept:
                break
            after = kept[-1].record_id
            for each in kept:
                record: Record = unpack(each.packed)
                compiled = await reader.network(conn, record.network_version)
                batches.append(unfold(record, compiled))
    began = time.perf_counter()
    for batch in batches:
        shelves = Shelves(batch.asks, batch.stock, batch.scene.compiled)
        standing = Standing(batch.scene.compiled, batch.scene.days, batch.scene.load)
        plan_on(shelves, batch.asks, standing)
    return sum(len(batch.asks) for batch in batches) / (time.perf_counter() - began)


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
