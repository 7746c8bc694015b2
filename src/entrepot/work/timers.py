"""Timers are columns, swept in sets: release windows, holds and overrides whose time is over."""

from entrepot.fulfillment import tell
from entrepot.fulfillment.model import RELEASES_PER_COMMIT_MAX
from entrepot.fulfillment.release import release_due
from entrepot.journey import told
from entrepot.journey.claim import end_due
from entrepot.journey.consent import expire_due
from entrepot.journey.override import pass_time
from entrepot.journey.world import World
from entrepot.orders.hold import expired, lift_expired
from entrepot.orders.model import Expired
from entrepot.plumbing import db, mint, outbox
from entrepot.plumbing.model import STEPS_PER_TURN_MAX
from entrepot.plumbing.relay import feeds
from entrepot.terms.ids import MarketId

HOLDS_PER_TURN_MAX = 500


async def sweep(pool: db.Pool, world: World, *, minutes: bool = True) -> int:
    """Sweep every market once; answers how much was done.

    `minutes`: what people wait for in minutes too, overrides, offers and questions to customers.
    """
    async with pool.acquire() as conn:
        markets = [MarketId(each.market) for each in await feeds(conn)]
        due = await expired(conn, at=mint.now(), most=HOLDS_PER_TURN_MAX)
    done = 0
    for market in markets:
        done += await _release(pool, market)
        if minutes:
            done += await pass_time(pool, market) + await end_due(pool, market)
            done += await expire_due(pool, world, market)
        holds = [each for each in due if each.market == market]
        if holds:
            done += await _lift(pool, market, holds)
    return done


async def _release(pool: db.Pool, market: MarketId) -> int:
    """Release what is due, a commit for each set; a set that is not full was the last."""
    done = 0
    for _ in range(STEPS_PER_TURN_MAX):
        released = await _release_some(pool, market)
        done += released
        if released < RELEASES_PER_COMMIT_MAX:
            break
    return done


async def _release_some(pool: db.Pool, market: MarketId) -> int:
    async def work(conn: db.Connection) -> int:
        at = mint.now()
        acted = await release_due(conn, market, actor="entrepot", at=at)
        await outbox.tell(conn, market, tell.facts(acted), at=at)
        return len(acted)

    return await db.in_transaction(pool, work)


async def _lift(pool: db.Pool, market: MarketId, holds: list[Expired]) -> int:
    async def work(conn: db.Connection) -> int:
        at = mint.now()
        lifted = await lift_expired(conn, market, holds, at=at)
        await outbox.tell(conn, market, [told.unheld(each) for each in lifted], at=at)
        return len(lifted)

    return await db.in_transaction(pool, work)
