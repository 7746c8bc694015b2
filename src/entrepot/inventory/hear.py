"""Apply a feed's messages as they come: all positions locked in one order."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from entrepot.inventory import count, move, store
from entrepot.inventory.feed_model import Heard
from entrepot.inventory.heard import Message
from entrepot.inventory.model import Count, RowResult
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def hear(
    conn: db.Connection,
    market: MarketId,
    messages: Sequence[Message],
    *,
    at: datetime,
    actor: str | None = None,
) -> list[RowResult]:
    """Answer every message, in order. The caller owns the commit."""
    return (await take_in(conn, market, messages, at=at, actor=actor)).results


async def take_in(
    conn: db.Connection,
    market: MarketId,
    messages: Sequence[Message],
    *,
    at: datetime,
    actor: str | None = None,
) -> Heard:
    """Answer every message, in order, and say what has changed. The caller owns the commit.

    Counts come first: whether a count or a movement is applied first makes no difference to the
    end. What is moved and what is set aside keep their order.
    """
    counts = [m for m in messages if isinstance(m, Count)]
    told = [m for m in messages if not isinstance(m, Count)]
    if not told:
        return await count.count(conn, market, counts, at=at, actor=actor)
    await store.hold(conn, market, store.keys_of(messages))
    moving = partial(move.tell, conn, market, told, at=at, actor=actor)
    if not counts:
        return await moving()
    counted = await count.count(conn, market, counts, at=at, actor=actor)
    return _both(messages, counted, await moving())


def _both(messages: Sequence[Message], counted: Heard, moved: Heard) -> Heard:
    found, done = iter(counted.results), iter(moved.results)
    places = [place for place, m in enumerate(messages) if isinstance(m, Count)]
    return Heard(
        [next(found if isinstance(m, Count) else done) for m in messages],
        [*counted.free, *moved.free],
        frozenset(places[place] for place in counted.quiet),
    )
