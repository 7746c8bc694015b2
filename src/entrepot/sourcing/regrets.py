"""The rows of days' regrets."""

from dataclasses import dataclass
from datetime import date, datetime

from entrepot.plumbing import db, sql
from entrepot.sourcing.retell import Regret
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "regrets.sql")


@dataclass(frozen=True, slots=True)
class KeptRegret:
    """A day's regret as it is kept; `document` is JSON text."""

    day: date
    document: str
    made_at: datetime


async def keep(
    conn: db.Connection, market: MarketId, day: date, found: Regret, *, at: datetime
) -> None:
    """Keep a day's regret."""
    await db.execute(
        conn, Q["keep_regret"],
        market=market, day=day, orders=found.orders, cost=found.cost, bound=found.bound,
        document=db.json_text(found), at=at,
    )  # fmt: skip


async def between(
    conn: db.Connection, market: MarketId, first: date, last: date
) -> list[KeptRegret]:
    """Read the days' regrets, both ends included; at most 400."""
    return await db.fetch(
        conn, Q["regrets_between"], KeptRegret, market=market, from_day=first, to_day=last
    )
