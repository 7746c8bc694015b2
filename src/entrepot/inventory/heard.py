"""What was heard: numbered messages once each, what positions owe, and how fresh every feed is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from entrepot.inventory.feed_model import Deficit, Numbered
from entrepot.inventory.model import Count, Delta
from entrepot.inventory.store import Key
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, NodeId

Q = sql.load(__package__, "feeds.sql")

UNNAMED = "api"
"""The source of counts that do not say whose they are: no feed, and never stale."""

MEMORY_S = 300.0
"""A feed's rate is a mean over some five minutes: a shift's rhythm, not that of one message."""

Number = tuple[str, int]


async def claim(conn: db.Connection, market: MarketId, deltas: Sequence[Delta]) -> set[Number]:
    """Take the numbered ones that were never heard; answers their numbers.

    Their positions are locked, so that of two who are told the same one waits for the other.
    """
    numbers = sorted({number for number in map(_number, deltas) if number is not None})
    if not numbers:
        return set()
    rows = await db.fetch(
        conn, Q["claim_messages"], Numbered,
        market=market, sources=[source for source, _ in numbers],
        sequences=[sequence for _, sequence in numbers],
    )  # fmt: skip
    return {(row.source, row.sequence) for row in rows}


def take(fresh: set[Number], delta: Delta) -> bool:
    """Say whether this delta is to be applied: it has no number, or is the first of its number."""
    number = _number(delta)
    if number is None:
        return True
    if number not in fresh:
        return False
    fresh.remove(number)
    return True


async def deficits(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> dict[Key, int]:
    """Read what positions owe."""
    rows = await db.fetch(
        conn, Q["deficits_of"], Deficit,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
    )  # fmt: skip
    return {(row.sku, row.node_id): row.units for row in rows}


async def owe(conn: db.Connection, market: MarketId, units: Mapping[Key, int]) -> None:
    """Write what locked positions owe from now on; 0: nothing."""
    paid = [key for key, owed in units.items() if not owed]
    owing = [(key, owed) for key, owed in units.items() if owed]
    if paid:
        await db.execute(
            conn, Q["pay_deficits"],
            market=market, skus=[sku for sku, _ in paid], node_ids=[node for _, node in paid],
        )  # fmt: skip
    if owing:
        await db.execute(
            conn, Q["owe_deficits"],
            market=market, skus=[sku for (sku, _), _ in owing],
            node_ids=[node for (_, node), _ in owing], units=[owed for _, owed in owing],
        )  # fmt: skip


async def listen(
    conn: db.Connection, market: MarketId, messages: Sequence[Count | Delta], *, at: datetime
) -> None:
    """Note that feeds have spoken: two statements, however many messages.

    Comes after every lock of a position: whoever waits for a feed's row holds all else already.
    """
    feeds: dict[tuple[str, NodeId], list[Count | Delta]] = {}
    for each in messages:
        if each.source is not None and each.source != UNNAMED:
            feeds.setdefault((each.source, each.node_id), []).append(each)
    if not feeds:
        return
    numbers = {
        (source, m.sequence)
        for (source, _), own in feeds.items()
        for m in own
        if m.sequence is not None
    }
    if numbers:
        ascending = sorted(numbers)
        await db.execute(
            conn, Q["hear_sources"],
            market=market, sources=[source for source, _ in ascending],
            sequences=[sequence for _, sequence in ascending],
        )  # fmt: skip
    await db.execute(
        conn, Q["hear_feeds"],
        market=market, at=at, memory_s=MEMORY_S,
        sources=[source for source, _ in feeds], node_ids=[node for _, node in feeds],
        told_ats=[max(_moment(m, at) for m in own) for own in feeds.values()],
        sequences=[
            max((m.sequence for m in own if m.sequence is not None), default=None)
            for own in feeds.values()
        ],
        counts=[len(own) for own in feeds.values()],
    )  # fmt: skip


def _moment(message: Count | Delta, at: datetime) -> datetime:
    if isinstance(message, Count):
        return message.counted_at
    return message.occurred_at or at


def _number(delta: Delta) -> Number | None:
    if delta.source is None or delta.sequence is None:
        return None
    return delta.source, delta.sequence
