"""Waves: look, plan together, move, and write what it brought."""

import asyncio
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
from entrepot.policies.ahead import Waves
from entrepot.terms.ids import MarketId, OrderId

LEAD = timedelta(minutes=1)
"""Work that is released so soon is left alone: it would be gone before the wave is decided."""


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
