"""Looking ahead, and waves, beside the loop: as often as the policy says, by one worker."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from entrepot.journey import wave_rows
from entrepot.journey.here import Here
from entrepot.journey.model import Waved
from entrepot.journey.wave import MOVES_PER_COMMIT_MAX, Contended, Move, move
from entrepot.journey.wave_look import Wave, look
from entrepot.journey.wave_plan import moves_of
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.plumbing.relay import feeds
from entrepot.policies import browse as policies
from entrepot.policies.ahead import Waves
from entrepot.terms.ids import MarketId, OrderId
from entrepot.work import prices

log = logging.getLogger(__name__)

LOOK_EVERY_S = 15.0
"""How late a wave may begin."""

LEAD = timedelta(minutes=1)
"""Work that is released so soon is left alone: it would be gone before the wave is decided."""


async def keep_planning(pool: db.Pool, world: World, stop: asyncio.Event) -> None:
    """Run waves as they are due until `stop` is set, whatever the database does meanwhile."""
    while not stop.is_set():
        try:
            await run_due(pool, world)
        except (*db.UNREACHABLE, *db.TRY_AGAIN) as fault:
            log.warning("the database did not let us plan again: %r", fault)
        except Exception:
            log.exception("a wave faulted")
        try:
            await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
        except TimeoutError:
            continue


async def run_due(pool: db.Pool, world: World) -> int:
    """Make every market's prices and run its wave, where due; answers how many orders moved."""
    async with pool.acquire() as conn:
        markets = [MarketId(each.market) for each in await feeds(conn)]
    moved = 0
    for market in markets:
        async with pool.acquire() as conn:
            _, policy = await policies.current(conn, market)
        if policy.look_ahead is not None:
            await prices.make_due(pool, world, market, policy.look_ahead)
        if policy.waves is not None and await _is_due(pool, market, policy.waves):
            moved += (await run(pool, world, market, policy.waves)).moved
    return moved


async def _is_due(pool: db.Pool, market: MarketId, rules: Waves) -> bool:
    at = mint.now()
    before = at - timedelta(minutes=rules.every_minutes)
    async with pool.acquire() as conn:
        return await wave_rows.take_turn(conn, market, "wave", before=before, at=at)


async def run(pool: db.Pool, world: World, market: MarketId, rules: Waves) -> Waved:
    """Run one wave, whoever's turn it is: look, plan together, move, and write what it brought."""
    wave_id = mint.MINT.one()
    async with pool.acquire() as conn:
        await wave_rows.begin(conn, market, wave_id, at=mint.now())
    wave, moves = await foresee(pool, world, market, rules)
    moved, contended = await _move_all(pool, world, market, moves)
    saved = sum(each.saved for each in moves if each.order.order_id in moved)
    waved = Waved(len(wave.orders), len(moved), len(contended), saved)
    async with pool.acquire() as conn:
        await wave_rows.end(conn, market, wave_id, waved, at=mint.now())
    return waved


async def foresee(
    pool: db.Pool, world: World, market: MarketId, rules: Waves
) -> tuple[Wave, list[Move]]:
    """Say what a wave would look at and move now; writes nothing."""
    at = mint.now()
    async with pool.acquire() as conn, conn.transaction():
        here = _here(conn, world, market, at)
        wave = await look(here, until=at + LEAD, most=rules.orders_max)
    if not wave.orders:
        return wave, []
    known = await world.market(market)
    return wave, await asyncio.to_thread(moves_of, wave, rules.saving_min, known.prices)


async def _move_all(
    pool: db.Pool, world: World, market: MarketId, moves: Sequence[Move]
) -> tuple[set[OrderId], set[OrderId]]:
    """Make the moves, a bounded commit at a time; answers who moved, and who could not any more."""
    moved: set[OrderId] = set()
    contended: set[OrderId] = set()
    for commit in _commits(moves):
        some = commit
        while some:
            try:
                await _move(pool, world, market, some)
                moved.update(each.order.order_id for each in some)
                break
            except Contended as lost:
                groups = {each.group for each in some if each.order.order_id in lost.order_ids}
                contended.update(each.order.order_id for each in some if each.group in groups)
                some = [each for each in some if each.group not in groups]
    return moved, contended


def _commits(moves: Sequence[Move]) -> list[list[Move]]:
    """Put moves into commits of a bounded size; no group is cut in two."""
    groups: dict[int, list[Move]] = {}
    for each in moves:
        groups.setdefault(each.group, []).append(each)
    commits: list[list[Move]] = []
    for group in groups.values():
        if not commits or len(commits[-1]) + len(group) > MOVES_PER_COMMIT_MAX:
            commits.append([])
        commits[-1] += group
    return commits


async def _move(pool: db.Pool, world: World, market: MarketId, moves: Sequence[Move]) -> None:
    async def work(conn: db.Connection) -> None:
        await move(_here(conn, world, market, mint.now()), moves)

    await db.in_transaction(pool, work)


def _here(conn: db.Connection, world: World, market: MarketId, at: datetime) -> Here:
    return Here(conn, market, world, at, release_after_s=0)
