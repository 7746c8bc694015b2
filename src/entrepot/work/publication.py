"""Publication, beside the journey: every market that publishes is looked through, in turn."""

import asyncio
import logging

from entrepot.journey.publish import note, publish, rules_of
from entrepot.journey.world import World
from entrepot.network import browse as network
from entrepot.plumbing import db, mint
from entrepot.policies import browse as policies
from entrepot.terms.ids import MarketId
from entrepot.work.again import again

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.2
"""How late a change is noticed; what is noticed waits its channel's window on top."""

AFTER_FAULT_S = 1.0
CHUNKS_PER_TURN_MAX = 20
"""A market with much to tell does not keep the others waiting."""


class Publisher:
    """Notes and publishes for every market whose policy publishes anything."""

    def __init__(self, pool: db.Pool, world: World) -> None:
        self._pool = pool
        self._world = world

    async def keep_telling(self, stop: asyncio.Event) -> None:
        """Look again and again until `stop` is set."""
        await again(
            "channels could not be told", self.turn, every_s=LOOK_EVERY_S, stop=stop,
            busy_s=LOOK_EVERY_S / 4, after_fault_s=AFTER_FAULT_S,
        )  # fmt: skip

    async def turn(self) -> int:
        """Look through every market once; answers how much was looked at for channels."""
        async with self._pool.acquire() as conn:
            telling = [
                market
                for market in await network.markets(conn)
                if rules_of((await policies.current(conn, market))[1])
            ]
        return sum([await self._market(market) for market in telling])

    async def _market(self, market: MarketId) -> int:
        async def noting(conn: db.Connection) -> int:
            return await note(conn, await self._world.fresh(conn, market), at=mint.now())

        async def telling(conn: db.Connection) -> int:
            return await publish(conn, await self._world.fresh(conn, market), at=mint.now())

        await db.in_transaction(self._pool, noting)
        told = 0
        for _ in range(CHUNKS_PER_TURN_MAX):
            chunk = await db.in_transaction(self._pool, telling)
            told += chunk
            if not chunk:
                break
        return told
