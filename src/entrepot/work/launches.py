"""Open launches whose time has come: often, beside the journey, so that no busy turn makes it late.

The time is the worker's clock, as everywhere (mint.now). A server sells nothing of a launch before
its own clock says so too, however far ahead the worker's is.
"""

import asyncio
from functools import partial

from entrepot.journey.launch import open_due
from entrepot.journey.world import World
from entrepot.network import browse
from entrepot.plumbing import db
from entrepot.work.again import again

EVERY_S = 0.1
"""Customers watch the clock. An idle look is one probe of an index for each market."""


async def open_launches(pool: db.Pool, world: World) -> int:
    """Open what is due in every market, a commit for each; answers how many launches."""
    async with pool.acquire() as conn:
        markets = await browse.markets(conn)
    opened = 0
    for market in markets:
        while await open_due(pool, world, market) is not None:
            opened += 1
    return opened


async def keep_opening(pool: db.Pool, world: World, stop: asyncio.Event) -> None:
    """Open again and again until `stop` is set. A database that does not answer is waited out."""
    await again(
        "launches could not be opened",
        partial(open_launches, pool, world),
        every_s=EVERY_S,
        stop=stop,
    )
