"""Sweep carts whose time is over: often, beside the journey, so that no busy turn keeps stock back.

The time is the worker's clock, as everywhere (mint.now): a worker whose clock is ahead ends carts
that much early, one that is behind late; no order can use a cart past its time either way.
"""

import asyncio
from functools import partial

from entrepot.inventory.carts_model import CARTS_PER_COMMIT_MAX
from entrepot.journey.let_go import sweep_market
from entrepot.network import browse
from entrepot.plumbing import db
from entrepot.work.again import again

EVERY_S = 0.25
"""Stock of abandoned carts is for sale again within the second: this, and the servers' polling.
An idle look is one probe of an index for each market."""


async def sweep_carts(pool: db.Pool) -> int:
    """Sweep every market until nothing is due; answers how many carts were looked at.

    One commit a chunk: captures wait for a few positions and some milliseconds at most.
    """
    async with pool.acquire() as conn:
        markets = await browse.markets(conn)
    done = 0
    for market in markets:
        while True:
            count = await sweep_market(pool, market, most=CARTS_PER_COMMIT_MAX)
            done += count
            if count < CARTS_PER_COMMIT_MAX:
                break
    return done


async def keep_sweeping(pool: db.Pool, stop: asyncio.Event) -> None:
    """Sweep again and again until `stop` is set. A database that does not answer is waited out."""
    await again("carts could not be swept", partial(sweep_carts, pool), every_s=EVERY_S, stop=stop)
