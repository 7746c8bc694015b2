"""Apply counts: what a source found at a node, as of the moment it looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from entrepot.inventory import buckets, heard, lots, reckon, rules, store
from entrepot.inventory.buckets import NOTHING, Aside
from entrepot.inventory.model import Change, Count, CountMark, Position, RowResult, RowStatus
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


@dataclass(frozen=True, slots=True)
class Counted:
    """One result per count, in order, and the positions that changed, as they are now."""

    results: list[RowResult]
    changed: list[Position]


async def count(
    conn: db.Connection,
    market: MarketId,
    counts: Sequence[Count],
    *,
    at: datetime,
    actor: str | None = None,
) -> Counted:
    """Answer every count. Skus and nodes are known to exist; the caller owns the commit.

    Of several counts of one position in one call the later row is judged after the earlier one.
    Marks are written under their positions' locks, in whatever order they come. What cannot be of
    the lots it names is refused.
    """
    if any(each.lots for each in counts):
        return await _with_lots(conn, market, counts, at=at, actor=actor)
    return await _count(conn, market, counts, at=at, actor=actor)


async def _with_lots(
    conn: db.Connection,
    market: MarketId,
    counts: Sequence[Count],
    *,
    at: datetime,
    actor: str | None,
) -> Counted:
    """Judge the lots, add to them what moved since, and count what can be."""
    keys = sorted({(each.sku, each.node_id) for each in counts})
    locked = {(p.sku, p.node_id): p for p in await store.lock_or_make(conn, market, keys)}
    judge = await lots.judge(conn, market, [(each.sku, each.lots) for each in counts])
    results: dict[int, RowResult] = {}
    good: list[int] = []
    for place, each in enumerate(counts):
        wrong = judge.count(each)
        if wrong is None:
            good.append(place)
            continue
        on_hand = locked[each.sku, each.node_id].on_hand
        results[place] = RowResult(each.sku, each.node_id, wrong, on_hand)
    found = await lots.found_since(conn, market, [counts[place] for place in good])
    done = await _count(conn, market, found, at=at, actor=actor)
    results |= dict(zip(good, done.results, strict=True))
    return Counted([results[place] for place in range(len(counts))], done.changed)


async def _count(
    conn: db.Connection,
    market: MarketId,
    counts: Sequence[Count],
    *,
    at: datetime,
    actor: str | None,
) -> Counted:
    keys = sorted({(each.sku, each.node_id) for each in counts})
    locked = await store.lock_or_make(conn, market, keys)
    positions = {(p.sku, p.node_id): p for p in locked}
    marks = reckon.by_position(await store.count_marks(conn, market, keys))
    asked = [*map(rules.mark_of, counts), *reckon.others(counts, marks)]
    moved = await store.moved_since(conn, market, asked)
    asides = await store.asides_of(conn, market, locked)

    sheet = _Sheet(positions, asides, marks, moved)
    results = [sheet.judge(each) for each in counts]

    await store.record_changes(conn, market, sheet.changes, at, actor=actor)
    await store.set_count_marks(conn, market, list(sheet.newer.values()))
    await heard.owe(conn, market, sheet.missing)
    return Counted(results, list(sheet.changed.values()))


@dataclass(slots=True)
class _Sheet:
    """Positions as row after row leaves them, and all that is to be written of it."""

    positions: dict[store.Key, Position]
    asides: dict[store.Key, Aside]
    marks: dict[store.Key, dict[str, CountMark]]
    moved: Mapping[CountMark, int]
    changes: list[Change] = field(default_factory=list)
    changed: dict[store.Key, Position] = field(default_factory=dict)
    newer: dict[tuple[str, store.Key], CountMark] = field(default_factory=dict)
    missing: dict[store.Key, int] = field(default_factory=dict)

    def judge(self, each: Count) -> RowResult:
        """Apply one row, unless it is stale or another source's word of a later moment stands."""
        key = (each.sku, each.node_id)
        there = self.marks.setdefault(key, {})
        before = there.get(each.source)
        if rules.is_stale(each, before):
            on_hand = self.positions[key].on_hand
            return RowResult(each.sku, each.node_id, RowStatus.STALE, on_hand, 0)
        was_short = self.positions[key].shortage > 0
        there[each.source] = self.newer[each.source, key] = rules.mark_of(each)
        base = reckon.base(each, before, there.values())
        if base is not None:
            self._rebase(key, base)
        now = self.positions[key]
        mended = was_short and not now.shortage
        return RowResult(
            each.sku, each.node_id, RowStatus.APPLIED, now.on_hand, now.shortage, mended
        )

    def _rebase(self, key: store.Key, base: Count) -> None:
        since = self.moved.get(rules.mark_of(base), 0)
        self.missing[key] = reckon.missing(base.on_hand, since)
        position, aside = self.positions[key], self.asides.get(key, NOTHING)
        change = rules.counted(position, base, since, aside)
        if not rules.is_nothing(change):
            self.changes.append(change)
            self.asides[key] = buckets.after(aside, change.buckets)
            self.positions[key] = self.changed[key] = rules.after(position, change)
