"""The keeper of store truth: every few seconds what is due, every hour what nodes have shown."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from entrepot.journey.keep_truth import (
    BELIEFS_PER_COMMIT_MAX,
    begin_all,
    keep_truth,
    learn_rates,
)
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.plumbing.relay import feeds
from entrepot.terms.ids import MarketId

CURRENT_EVERY = timedelta(seconds=5)
LEARN_EVERY = timedelta(hours=1)

Work = Callable[[db.Connection, MarketId, datetime], Awaitable[int]]


@dataclass(slots=True)
class Keeper:
    """Remembers when each market is next due: between these moments it asks nothing."""

    pool: db.Pool
    world: World
    due: dict[tuple[MarketId, str], datetime] = field(default_factory=dict)

    async def run(self) -> int:
        """Do what is due; answers how many beliefs were brought up to date."""
        at = mint.now()
        if all(at < due for due in self.due.values()) and self.due:
            return 0
        async with self.pool.acquire() as conn:
            markets = [MarketId(each.market) for each in await feeds(conn)]
        done = 0
        for market in markets:
            await self._in_turn(market, "learn", LEARN_EVERY, self._learn, at)
            done += await self._in_turn(market, "begin", LEARN_EVERY, self._begin, at)
            done += await self._in_turn(market, "keep", CURRENT_EVERY, self._keep, at)
        return done

    async def _in_turn(
        self, market: MarketId, what: str, every: timedelta, work: Work, at: datetime
    ) -> int:
        """Do one thing if it is due; what was cut short is due again at once."""
        if at < self.due.get((market, what), at):
            return 0
        done = await db.in_transaction(self.pool, lambda conn: work(conn, market, at))
        self.due[market, what] = at if done == BELIEFS_PER_COMMIT_MAX else at + every
        return done

    async def _learn(self, conn: db.Connection, market: MarketId, at: datetime) -> int:
        return await learn_rates(conn, market, at=at)

    async def _begin(self, conn: db.Connection, market: MarketId, at: datetime) -> int:
        return await begin_all(conn, self.world, market, at=at)

    async def _keep(self, conn: db.Connection, market: MarketId, at: datetime) -> int:
        return await keep_truth(conn, self.world, market, at=at)
