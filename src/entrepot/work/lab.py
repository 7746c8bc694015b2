"""The laboratory: replays that were asked for, piece by piece, and every night the day's regret.

It runs beside everything else, in pieces of a tenth of a second: nobody waits for it.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from entrepot.journey.regret import keep_regret
from entrepot.journey.replay import run_step
from entrepot.journey.replay_reader import Reader
from entrepot.network import browse as network
from entrepot.plumbing import db, mint
from entrepot.sourcing import regrets, replays
from entrepot.terms.ids import MarketId
from entrepot.work.again import again

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0
BETWEEN_STEPS_S: Final = 0.02
AFTER_FAULT_S: Final = 5.0

DECISIONS_PER_STEP: Final = 64
"""Few, for while they are made the process does nothing else."""

NIGHT: Final = timedelta(hours=2)
"""So long after midnight (UTC) the day before is over everywhere it matters, and traffic is low."""

REGRET_EVERY: Final = timedelta(minutes=10)
"""How often to look whether yesterday's regret is still to be worked out."""

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Laboratory:
    """One worker's turns; several find each other's work done or in hand."""

    pool: db.Pool
    readers: dict[UUID, Reader] = field(default_factory=dict)
    looked: datetime = _LONG_AGO

    async def keep_working(self, stop: asyncio.Event) -> None:
        """Look for work again and again until `stop` is set."""

        async def once() -> int:
            done = await self.turn()
            await self.nightly(mint.now())
            return done

        await again(
            "replays could not be worked on", once, every_s=LOOK_EVERY_S, stop=stop,
            busy_s=BETWEEN_STEPS_S, after_fault_s=AFTER_FAULT_S,
        )  # fmt: skip

    async def turn(self) -> int:
        """Do a piece of each market's oldest replay; answers how many pieces were done."""
        done = 0
        for market in await self._markets():
            async with self.pool.acquire() as conn:
                names = await replays.unfinished(conn, market)
            for name in names[:1]:
                reader = self.readers.setdefault(name, Reader(market, DECISIONS_PER_STEP, 1))
                done += await run_step(self.pool, reader, name)
            if not names:
                self.readers = {n: r for n, r in self.readers.items() if r.market != market}
        return done

    async def nightly(self, now: datetime) -> int:
        """Work out yesterday's regret of every market that has none yet; answers how many."""
        if now - self.looked < REGRET_EVERY or now.hour < NIGHT // timedelta(hours=1):
            return 0
        self.looked = now
        day, done = (now - timedelta(days=1)).date(), 0
        for market in await self._markets():
            async with self.pool.acquire() as conn:
                known = await regrets.between(conn, market, day, day)
            if known:
                continue
            try:
                await keep_regret(self.pool, market, day, at=now)
                done += 1
            except LookupError as fault:
                log.warning("no regret of %s for %s: %s", day, market, fault)
        return done

    async def _markets(self) -> list[MarketId]:
        async with self.pool.acquire() as conn:
            return list(await network.markets(conn))
