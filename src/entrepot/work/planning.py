"""Looking ahead, and waves, beside the loop: as often as the policy says, by one worker.

What they reckon with is loaded when a policy first asks for it.
"""

import asyncio
import logging
from datetime import timedelta
from functools import partial

from entrepot.journey import wave_rows
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.plumbing.relay import feeds
from entrepot.policies import browse as policies
from entrepot.policies.ahead import Waves
from entrepot.terms.ids import MarketId
from entrepot.work.again import again

log = logging.getLogger(__name__)

LOOK_EVERY_S = 15.0
"""How late a wave may begin."""


async def keep_planning(pool: db.Pool, world: World, stop: asyncio.Event) -> None:
    """Run waves as they are due until `stop` is set, whatever the database does meanwhile."""
    await again(
        "waves could not be run", partial(run_due, pool, world), every_s=LOOK_EVERY_S, stop=stop
    )


async def run_due(pool: db.Pool, world: World) -> int:
    """Make every market's prices and run its wave, where due; answers how many orders moved."""
    async with pool.acquire() as conn:
        markets = [MarketId(each.market) for each in await feeds(conn)]
    moved = 0
    for market in markets:
        async with pool.acquire() as conn:
            _, policy = await policies.current(conn, market)
        if policy.look_ahead is not None:
            from entrepot.work import prices  # noqa: PLC0415 - it loads a compiler

            await prices.make_due(pool, world, market, policy.look_ahead)
        if policy.waves is not None and await _is_due(pool, market, policy.waves):
            from entrepot.work import waves  # noqa: PLC0415 - it loads a compiler

            moved += (await waves.run(pool, world, market, policy.waves)).moved
    return moved


async def _is_due(pool: db.Pool, market: MarketId, rules: Waves) -> bool:
    at = mint.now()
    before = at - timedelta(minutes=rules.every_minutes)
    async with pool.acquire() as conn:
        return await wave_rows.take_turn(conn, market, "wave", before=before, at=at)
