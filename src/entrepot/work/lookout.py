"""The lookout: milestones whose time has come, nodes that cannot do their work, lanes that change.

Milestones are swept by the database's clock every few seconds; nodes that are paused are looked at
as often, those that are full every minute; what lanes have shown is learned every hour.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from entrepot.journey.lookout import full_nodes, paused_nodes
from entrepot.journey.milestones import watch, watch_nodes
from entrepot.journey.world import Market, World
from entrepot.plumbing import clock, db, mint
from entrepot.plumbing.relay import feeds
from entrepot.promise import performance
from entrepot.promise.after_model import WATCHED_PER_COMMIT_MAX, AlarmCause
from entrepot.terms.ids import MarketId

SWEEP_EVERY = timedelta(seconds=5)
FULL_EVERY = timedelta(minutes=1)
LEARN_EVERY = timedelta(hours=1)

Sweep = Callable[[db.Connection, Market, datetime], Awaitable[int]]


@dataclass(slots=True)
class Lookout:
    """One worker's turns; several workers find each other's work done or taken."""

    pool: db.Pool
    world: World
    due: dict[tuple[MarketId, str], datetime] = field(default_factory=dict)

    async def run(self) -> int:
        """Do what is due; answers how much was looked at."""
        now = mint.now()
        if self.due and all(now < due for due in self.due.values()):
            return 0
        async with self.pool.acquire() as conn:
            markets = [MarketId(each.market) for each in await feeds(conn)]
        return sum([await self._market(market, now) for market in markets])

    async def _market(self, id_: MarketId, now: datetime) -> int:
        market, done = await self.world.market(id_), 0
        for what, every, sweep in SWEEPS:
            if now >= self.due.get((id_, what), now):
                some = await look(self.pool, market, sweep)
                full = some == WATCHED_PER_COMMIT_MAX
                self.due[id_, what] = now if full else now + every
                done += some
        return done


async def look(pool: db.Pool, market: Market, sweep: Sweep) -> int:
    """Do one sweep in a commit of its own, at the database's time; answers how much was done."""

    async def work(conn: db.Connection) -> int:
        return await sweep(conn, market, await clock.read(conn))

    return await db.in_transaction(pool, work)


async def times(conn: db.Connection, market: Market, at: datetime) -> int:
    """Look at the milestones whose time has come."""
    terms = market.policy.milestones
    return 0 if terms is None else await watch(conn, market.id, terms, at=at)


async def paused(conn: db.Connection, market: Market, at: datetime) -> int:
    """Look for work at nodes that take none."""
    if market.policy.milestones is None:
        return 0
    return await watch_nodes(conn, market.id, paused_nodes(market, at), AlarmCause.PAUSED, at=at)


async def full(conn: db.Connection, market: Market, at: datetime) -> int:
    """Look for work that is more than its node's days hold."""
    if market.policy.milestones is None:
        return 0
    wanted = await full_nodes(conn, market, at=at)
    return await watch_nodes(conn, market.id, wanted, AlarmCause.FULL, at=at)


async def learn(conn: db.Connection, market: Market, at: datetime) -> int:
    """Learn what lanes take, where the policy promises by it."""
    terms = market.policy.learned_transit
    if terms is None:
        return 0
    return int(await performance.learn(conn, market.id, terms, market.compiled, at=at) is not None)


SWEEPS: tuple[tuple[str, timedelta, Sweep], ...] = (
    ("times", SWEEP_EVERY, times),
    ("paused", SWEEP_EVERY, paused),
    ("full", FULL_EVERY, full),
    ("learn", LEARN_EVERY, learn),
)
"""What is done, how often."""
