"""Upkeep of stock: what was sold is counted, and what stays unsold is what the rules say."""

from entrepot.journey.safeguard import safeguard
from entrepot.journey.world import World
from entrepot.network import browse
from entrepot.plumbing import db, mint


async def safeguard_all(pool: db.Pool, world: World) -> int:
    """Do the next bit of every market's; answers how many markets had something to do."""
    async with pool.acquire() as conn:
        markets = await browse.markets(conn)
    return sum([await safeguard(pool, world, market, at=mint.now()) for market in markets])
