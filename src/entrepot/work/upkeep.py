"""Upkeep that need not be done at once: feeds are watched, what has expired is set aside.

The ledger's contents are written here too.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from entrepot.inventory import chapters, secure, tell
from entrepot.inventory.watch import SPEAKS_AGAIN, watch
from entrepot.journey import told
from entrepot.journey.expire import LOTS_PER_COMMIT_MAX, expire
from entrepot.network import browse as network
from entrepot.plumbing import clock, db, mint, outbox, telemetry
from entrepot.policies import browse as policies
from entrepot.terms.ids import MarketId

WATCH_EVERY = timedelta(seconds=5)
"""How late an alarm may be: nobody notices at the scale of a policy's seconds."""

CHAPTER_EVERY = timedelta(minutes=5)
"""How often a chapter ends where little happens; where much does, when it is full."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Upkeep:
    """One worker's turns; several workers find each other's work done or taken."""

    pool: db.Pool
    watched: datetime = _LONG_AGO
    closed: dict[MarketId, datetime] = field(default_factory=dict)

    async def run(self) -> int:
        """Do what is due; answers how much was done."""
        now = mint.now()
        if now - self.watched < WATCH_EVERY:
            return 0
        self.watched = now
        async with self.pool.acquire() as conn:
            markets = await network.markets(conn)
        return sum([await self._market(market, now) for market in markets])

    async def _market(self, market: MarketId, now: datetime) -> int:
        done = await watch_feeds(self.pool, market, at=now) + await expire_lots(self.pool, market)
        if now - self.closed.get(market, _LONG_AGO) >= CHAPTER_EVERY:
            entries = await close_chapter(self.pool, market, at=now)
            if entries < chapters.ENTRIES_MAX:
                self.closed[market] = now
            done += entries
        return done


async def watch_feeds(pool: db.Pool, market: MarketId, *, at: datetime) -> int:
    """Raise and end the alarms of a market's feeds; answers how many."""

    async def work(conn: db.Connection) -> int:
        _, policy = await policies.current(conn, market)
        seen = await watch(conn, market, stale_after_s=policy.feed_stale_after_s, at=at)
        if seen.nodes:
            await secure.resweep_nodes(conn, market, seen.nodes)
        facts = [tell.raised(each) for each in seen.raised]
        facts += [told.unstuck(each, actor="entrepot", reason=SPEAKS_AGAIN) for each in seen.ended]
        if facts:
            await outbox.tell(conn, market, facts, at=at)
        for each in seen.raised:
            telemetry.EXCEPTIONS.labels(each.kind).inc()
        return len(facts)

    return await db.in_transaction(pool, work)


async def expire_lots(pool: db.Pool, market: MarketId) -> int:
    """Set aside what has expired by the database's clock, commit by commit; answers how many."""

    async def work(conn: db.Connection) -> int:
        return await expire(conn, market, at=await clock.read(conn))

    done = some = await db.in_transaction(pool, work)
    while some == LOTS_PER_COMMIT_MAX:
        some = await db.in_transaction(pool, work)
        done += some
    return done


async def close_chapter(pool: db.Pool, market: MarketId, *, at: datetime) -> int:
    """Write the next chapter of a market's ledger; answers how many entries it holds."""

    async def work(conn: db.Connection) -> int:
        return await chapters.close(conn, market, at=at)

    return await db.in_transaction(pool, work)
