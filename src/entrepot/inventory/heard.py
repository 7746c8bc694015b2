"""What was heard: numbered messages once each, what positions owe, and how fresh every feed is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory.buckets import SetAside
from entrepot.inventory.feed_model import Deficit, Taken
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
Told = Delta | SetAside
Message = Count | Told


async def claim(conn: db.Connection, market: MarketId, told: Sequence[Told]) -> set[Number] | None:
    """Take the numbered ones that were never heard; answers their numbers.

    None: that is all of them, and each has a number of its own. Their positions are locked, so that
    of two who are told the same one waits for the other.
    """
    numbers: dict[str, set[int]] = {}
    for each in told:
        source, sequence = each.source, each.sequence
        if source is None or sequence is None:
            continue
        if source in numbers:
            numbers[source].add(sequence)
        else:
            numbers[source] = {sequence}
    if not numbers:
        return set()
    sources: list[str] = []
    sequences: list[int] = []
    for source in sorted(numbers):
        sequences += sorted(numbers[source])
        sources += [source] * len(numbers[source])
    rows = await db.fetch(
        conn, Q["claim_messages"], Taken, market=market, sources=sources, sequences=sequences
    )
    if sum(row.many for row in rows) == len(sequences) == len(told):
        return None
    fresh: set[Number] = set()
    for row in rows:
        theirs = numbers[row.source] if row.sequences is None else row.sequences
        fresh.update((row.source, sequence) for sequence in theirs)
    return fresh


async def forget(conn: db.Connection, market: MarketId, told: Sequence[Told]) -> None:
    """Take numbers for not heard: their messages were refused."""
    numbers = sorted({number for number in map(_number, told) if number is not None})
    if numbers:
        await db.execute(
            conn, Q["forget_messages"],
            market=market, sources=[source for source, _ in numbers],
            sequences=[sequence for _, sequence in numbers],
        )  # fmt: skip


def take(fresh: set[Number], told: Told) -> bool:
    """Say whether this is to be applied: it has no number, or is the first of its number."""
    number = _number(told)
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


class Ear:
    """What was heard of feeds and is to be written: how fresh they are, and which numbers came."""

    def __init__(self) -> None:
        self._feeds: dict[tuple[str, NodeId], _Word] = {}
        self._numbers: dict[str, set[int]] = {}

    def hear(self, messages: Iterable[Message], at: datetime) -> None:
        """Hear messages at a moment."""
        told: dict[tuple[str, NodeId], list[Message]] = {}
        for each in messages:
            source = each.source
            if source is None or source == UNNAMED:
                continue
            key = (source, each.node_id)
            if key in told:
                told[key].append(each)
            else:
                told[key] = [each]
        for key, rows in told.items():
            word = self._feeds.setdefault(key, _Word())
            word.messages += len(rows)
            latest = max(
                [
                    each.counted_at if isinstance(each, Count) else each.occurred_at or at
                    for each in rows
                ]
            )
            word.told_at = latest if word.told_at is None else max(word.told_at, latest)
            numbers = [each.sequence for each in rows if each.sequence is not None]
            self._numbers.setdefault(key[0], set()).update(numbers)
            word.sequence = max([word.sequence, *numbers])

    async def write(self, conn: db.Connection, market: MarketId, *, at: datetime) -> None:
        """Note that feeds have spoken: two statements, however many messages.

        Comes after every lock of a position: who waits for a feed's row holds all else already.
        """
        feeds = sorted(self._feeds.items())
        ranges = [
            (source, first, last)
            for source in sorted(self._numbers)
            for first, last in _ranges(sorted(self._numbers[source]))
        ]
        if ranges:
            await db.execute(
                conn, Q["hear_sources"],
                market=market, sources=[source for source, _, _ in ranges],
                firsts=[first for _, first, _ in ranges], lasts=[last for *_, last in ranges],
            )  # fmt: skip
        if feeds:
            await db.execute(
                conn, Q["hear_feeds"],
                market=market, at=at, memory_s=MEMORY_S,
                sources=[source for (source, _), _ in feeds],
                node_ids=[node for (_, node), _ in feeds],
                told_ats=[word.told_at for _, word in feeds],
                sequences=[word.sequence if word.sequence >= 0 else None for _, word in feeds],
                counts=[word.messages for _, word in feeds],
            )  # fmt: skip


@dataclass(slots=True)
class _Word:
    """What a source has said of a node; `sequence` -1: nothing with a number."""

    told_at: datetime | None = None
    sequence: int = -1
    messages: int = 0


async def listen(
    conn: db.Connection, market: MarketId, messages: Iterable[Message], *, at: datetime
) -> None:
    """Hear messages and note it at once."""
    ear = Ear()
    ear.hear(messages, at)
    await ear.write(conn, market, at=at)


def _ranges(ascending: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give runs of numbers without a hole, from the first to the last."""
    if not ascending:
        return
    first = last = ascending[0]
    for number in ascending:
        if number > last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


def _number(told: Told) -> Number | None:
    if told.source is None or told.sequence is None:
        return None
    return told.source, told.sequence
