"""Keep store truth current: time passes for every belief, and nodes' rates are learned."""

from datetime import datetime, timedelta

from entrepot.inventory.learn import BELIEFS_PER_COMMIT_MAX, begin, keep_current, learn_rates
from entrepot.journey.learn import bar_of
from entrepot.journey.world import World
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

STALE_AFTER = timedelta(hours=12)
"""A belief loses a hundredth in half a day: no answer changes its rounding by being so old."""

__all__ = ["BELIEFS_PER_COMMIT_MAX", "begin_all", "keep_truth", "learn_rates"]


async def keep_truth(conn: db.Connection, world: World, market: MarketId, *, at: datetime) -> int:
    """Bring what is old, or decided by an older policy, up to date; answers how much it was."""
    known = await world.fresh(conn, market)
    return await keep_current(conn, market, bar=bar_of(known), before=at - STALE_AFTER, at=at)


async def begin_all(conn: db.Connection, world: World, market: MarketId, *, at: datetime) -> int:
    """Where the policy discounts stock, begin with positions that no picker has seen."""
    bar = bar_of(await world.fresh(conn, market))
    if bar.at_least is None:
        return 0
    return await begin(conn, market, bar=bar, at=at)
