"""Read how fresh feeds are. No locks, no writes."""

from datetime import datetime

from entrepot.inventory.feed_model import FeedRow, Gaps
from entrepot.inventory.heard import MEMORY_S, Q
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

GapsOf = dict[str, tuple[int, int | None]]
"""By source: how many numbers it has left out, and the first of them."""


async def feeds(  # noqa: PLR0913 - which of them, and as of when
    conn: db.Connection,
    market: MarketId,
    *,
    source: str | None,
    node_id: str | None,
    stale: bool | None = None,
    after: tuple[str, str],
    most: int,
    at: datetime,
) -> tuple[list[FeedRow], GapsOf]:
    """Read feeds ascending by source and node, and their sources' gaps; `stale` None: all."""
    rows = await db.fetch(
        conn, Q["feeds_of"], FeedRow,
        market=market, source=source, node_id=node_id, stale=stale, at=at,
        memory_s=MEMORY_S, after_source=after[0], after_node=after[1], most=most,
    )  # fmt: skip
    gaps = await db.fetch(
        conn, Q["gaps_of"], Gaps, market=market, sources=sorted({row.source for row in rows})
    )
    return rows, {row.source: (row.missing, row.first_missing) for row in gaps}
