"""Apply a feed's messages, counts and movements as they come: all positions locked in one order."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import store
from entrepot.inventory.count import count
from entrepot.inventory.model import Count, Delta, RowResult
from entrepot.inventory.move import move
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def hear(
    conn: db.Connection,
    market: MarketId,
    messages: Sequence[Count | Delta],
    *,
    at: datetime,
    actor: str | None = None,
) -> list[RowResult]:
    """Answer every message, in order. The caller owns the commit.

    Counts come first: which of the two is applied first makes no difference to the end.
    """
    await store.lock_or_make(conn, market, sorted({(m.sku, m.node_id) for m in messages}))
    counts = [(place, m) for place, m in enumerate(messages) if isinstance(m, Count)]
    deltas = [(place, m) for place, m in enumerate(messages) if isinstance(m, Delta)]
    results: dict[int, RowResult] = {}
    if counts:
        counted = await count(conn, market, [c for _, c in counts], at=at, actor=actor)
        results |= dict(zip((place for place, _ in counts), counted.results, strict=True))
    if deltas:
        moved = await move(conn, market, [d for _, d in deltas], at=at, actor=actor)
        results |= dict(zip((place for place, _ in deltas), moved, strict=True))
    return [results[place] for place in range(len(messages))]
