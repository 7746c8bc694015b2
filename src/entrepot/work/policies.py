"""Bring scheduled policies into force: often, beside the journey, by the database's clock.

Whichever worker looks first does it, however wrong its own clock is.
"""

import asyncio
from functools import partial

from entrepot.journey.enact import enact_due
from entrepot.network import browse
from entrepot.plumbing import db
from entrepot.work.again import again

EVERY_S = 0.25
"""How late a policy may be. An idle look is one probe of an index for each market."""


async def enact_policies(pool: db.Pool) -> int:
    """Bring into force what is due in every market, a commit for each; answers how many."""
    async with pool.acquire() as conn:
        markets = await browse.markets(conn)
    enacted = 0
    for market in markets:
        while await enact_due(pool, market) is not None:
            enacted += 1
    return enacted


async def keep_enacting(pool: db.Pool, stop: asyncio.Event) -> None:
    """Enact again and again until `stop` is set. A database that does not answer is waited out."""
    await again(
        "policies could not be brought into force",
        partial(enact_policies, pool),
        every_s=EVERY_S,
        stop=stop,
    )
