"""Watch the feeds: one that has been silent for too long is stale, once, until it speaks again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from entrepot.inventory.feed_model import Silent
from entrepot.inventory.heard import Q
from entrepot.plumbing import db, exceptions
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.model import Closed
from entrepot.terms.ids import MarketId, NodeId

FEED_STALE = "inventory.feed_stale"
SPEAKS_AGAIN = "the feed speaks again"

FEEDS_MAX = 1_000
"""Feeds that fall silent or speak again in one commit; the next look finds the others."""


RANGES_MAX = 1_000
"""Ranges of numbers kept apart for a source: what a row may hold and still be quick to write."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Alarms raised now, alarms that have ended, and the nodes of their feeds."""

    raised: list[Stuck]
    ended: list[Closed]
    nodes: list[NodeId]


async def watch(
    conn: db.Connection, market: MarketId, *, stale_after_s: int | None, at: datetime
) -> Watched:
    """Raise an exception for each feed fallen silent, end those of feeds that speak again.

    `stale_after_s` None: nobody watches, and no feed is stale. The caller owns the commit.
    """
    await db.execute(conn, Q["trim_sources"], market=market, most=RANGES_MAX)
    before = None if stale_after_s is None else at - timedelta(seconds=stale_after_s)
    speak = await db.fetch(
        conn, Q["feeds_that_speak"], Silent, market=market, before=before, most=FEEDS_MAX
    )
    alarms = [each.exception_id for each in speak if each.exception_id is not None]
    ended = await exceptions.close(
        conn, market, alarms, actor="entrepot", reason=SPEAKS_AGAIN, at=at
    ) if alarms else []  # fmt: skip
    await _mark(conn, market, speak, None, [None] * len(speak))
    if before is None:
        return Watched([], ended, [each.node_id for each in speak])
    silent = await db.fetch(
        conn, Q["feeds_fallen_silent"], Silent, market=market, before=before, most=FEEDS_MAX
    )
    raised = [_alarm(each) for each in silent]
    await _mark(conn, market, silent, at, await exceptions.raise_all(conn, market, raised, at=at))
    return Watched(raised, ended, [each.node_id for each in (*speak, *silent)])


def _alarm(feed: Silent) -> Stuck:
    last = feed.heard_at.isoformat(timespec="seconds")
    detail = {"source": feed.source, "node": feed.node_id, "heard_at": feed.heard_at}
    return Stuck(
        kind=FEED_STALE,
        subject=f"feeds/{feed.source}/{feed.node_id}",
        reason=f"{feed.source} has said nothing of {feed.node_id} since {last}",
        detail=db.json_text(detail),
    )


async def _mark(
    conn: db.Connection,
    market: MarketId,
    feeds: Sequence[Silent],
    since: datetime | None,
    alarms: Sequence[UUID | None],
) -> None:
    if feeds:
        await db.execute(
            conn, Q["mark_feeds"],
            market=market, sources=[f.source for f in feeds], node_ids=[f.node_id for f in feeds],
            stale_sinces=[since] * len(feeds), exception_ids=list(alarms),
        )  # fmt: skip
