"""The relay: gives committed facts their dense numbers and moves them to the feed.

A number is given after commit, never with it: an id is taken before its transaction commits, and a
reader who remembers the greatest id it saw would lose whoever commits late with a smaller one.
"""

from entrepot.plumbing import db, sql
from entrepot.plumbing.model import (
    EVENTS_PER_TURN_MAX,
    Event,
    Feed,
    Lag,
    Lead,
    MarketName,
    News,
    Numbered,
)
from entrepot.terms.ids import MarketId, OrderId

Q = sql.load(__package__)


async def relay(pool: db.Pool) -> int:
    """Number what waits, one transaction a market; answers how many events were numbered."""
    async with pool.acquire() as conn:
        markets = await db.fetch(conn, Q["markets_with_news"], MarketName)
    return sum([await _relay_market(pool, MarketId(each.market)) for each in markets])


async def _relay_market(pool: db.Pool, market: MarketId) -> int:
    async with pool.acquire() as conn, conn.transaction():
        await db.execute(conn, Q["open_feed"], market=market)
        lead = await db.fetch(conn, Q["lead_feed"], Lead, market=market)
        if not lead:
            return 0
        before = lead[0].last_sequence
        numbered = await db.fetch(
            conn, Q["number_events"], Numbered,
            market=market, last_sequence=before, most=EVENTS_PER_TURN_MAX,
        )  # fmt: skip
        return numbered[0].last_sequence - before


async def events_after(conn: db.Connection, market: MarketId, after: int, most: int) -> list[Event]:
    """Read at most `most` events of the feed after sequence `after`."""
    return await db.fetch(conn, Q["events_after"], Event, market=market, after=after, most=most)


async def events_of_order(
    conn: db.Connection, market: MarketId, order_id: OrderId
) -> tuple[list[Event], list[News]]:
    """Read an order's facts: those numbered, and those about to be."""
    news = await db.fetch(conn, Q["news_of_order"], News, market=market, order_id=order_id)
    events = await db.fetch(conn, Q["events_of_order"], Event, market=market, order_id=order_id)
    known = {event.event_id for event in events}
    return events, [each for each in news if each.event_id not in known]


async def feeds(conn: db.Connection) -> list[Feed]:
    """Read how far every market's feed has come."""
    return await db.fetch(conn, Q["feeds"], Feed)


async def newest(conn: db.Connection, market: MarketId) -> int:
    """Give the number of a market's last event; 0 where there is none."""
    found = await db.fetch(conn, Q["feed_of"], Feed, market=market)
    return found[0].last_sequence if found else 0


async def lag(conn: db.Connection) -> Lag:
    """Read how much waits for its number."""
    return (await db.fetch(conn, Q["lag"], Lag))[0]
