"""The newest facts of each market that somebody listens to, read once for all who do.

Each stream that asked the database by itself would ask twenty times a second; two hundred people
with a console open would be a load of their own.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from entrepot.plumbing import db
from entrepot.plumbing.model import Event
from entrepot.plumbing.relay import events_after, newest
from entrepot.terms.ids import MarketId

log = logging.getLogger(__name__)

PAGE = 500
PAUSE_S = 0.05
AGAIN_S = 1.0
KEPT_MAX = 4_000
"""Facts kept for who is a little behind; who is further behind reads the database."""


@dataclass(slots=True)
class Tail:
    """The end of a market's feed: all facts after `before`, up to `last`."""

    market: MarketId
    pool: db.Pool
    before: int
    kept: deque[Event] = field(default_factory=deque)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    listeners: int = 0

    @property
    def last(self) -> int:
        """The newest sequence that was read."""
        return self.kept[-1].sequence if self.kept else self.before

    async def after(self, sequence: int, wait_s: float) -> list[Event]:
        """Give the facts after this sequence, a page at most; waits so long for one at most."""
        if sequence < self.before:
            async with self.pool.acquire() as conn:
                return await events_after(conn, self.market, sequence, PAGE)
        if sequence >= self.last:
            try:
                async with asyncio.timeout(wait_s), self.news:
                    await self.news.wait_for(lambda: sequence < self.last)
            except TimeoutError:
                return []
        if sequence < self.before:
            return []  # it was left behind while it waited; next time it reads for itself
        start = sequence - self.before
        return [self.kept[place] for place in range(start, min(start + PAGE, len(self.kept)))]

    async def read_on(self) -> None:
        """Read what is new, and tell everybody who waits."""
        async with self.pool.acquire() as conn:
            events = await events_after(conn, self.market, self.last, PAGE)
        if not events:
            await asyncio.sleep(PAUSE_S)
            return
        async with self.news:
            self.kept.extend(events)
            while len(self.kept) > KEPT_MAX:
                self.before = self.kept.popleft().sequence
            self.news.notify_all()


class Following:
    """The tails of all markets with listeners."""

    def __init__(self, pool: db.Pool) -> None:
        self._pool = pool
        self._tails: dict[MarketId, Tail] = {}
        self._tasks: dict[MarketId, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def of(self, market: MarketId) -> AsyncIterator[Tail]:
        """Follow a market's feed while inside."""
        if market not in self._tails:
            async with self._pool.acquire() as conn:
                before = await newest(conn, market)
            if market not in self._tails:  # nobody came first meanwhile
                self._tails[market] = Tail(market, self._pool, before)
                self._tasks[market] = asyncio.create_task(self._follow(self._tails[market]))
        tail = self._tails[market]
        tail.listeners += 1
        try:
            yield tail
        finally:
            tail.listeners -= 1
            if not tail.listeners:
                self._tasks.pop(market).cancel()
                del self._tails[market]

    async def _follow(self, tail: Tail) -> None:
        while True:
            try:
                await tail.read_on()
            except db.UNREACHABLE as fault:
                log.warning("the feed could not be read: %r", fault)
                await asyncio.sleep(AGAIN_S)
            except Exception:
                log.exception("the feed could not be read")
                await asyncio.sleep(AGAIN_S)
