"""Do jobs over many orders: a step of each in turn, beside the journey, so that nobody waits."""

import asyncio
from functools import partial

from entrepot.journey import bulk_rows
from entrepot.journey.bulk import step
from entrepot.journey.world import World
from entrepot.network import browse
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId
from entrepot.work.again import again

EVERY_S = 0.25
"""How long a job may wait to be begun: the person who asked is looking."""


async def do_jobs(pool: db.Pool, world: World) -> int:
    """Work until no market has a job left that can be worked on; answers how many steps."""
    async with pool.acquire() as conn:
        markets = await browse.markets(conn)
    steps = 0
    for market in markets:
        while done := await _round(pool, world, market):
            steps += done
    return steps


async def _round(pool: db.Pool, world: World, market: MarketId) -> int:
    async with pool.acquire() as conn:
        jobs = await bulk_rows.unfinished(conn, market)
    return sum([await step(pool, world, market, job) for job in jobs])


async def keep_doing(pool: db.Pool, world: World, stop: asyncio.Event) -> None:
    """Look for jobs again and again until `stop` is set. A database that is away is waited out."""
    await again("jobs could not be done", partial(do_jobs, pool, world), every_s=EVERY_S, stop=stop)
