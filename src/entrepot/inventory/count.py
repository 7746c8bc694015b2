"""Apply counts: what a source found at a node, as of the moment it looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from entrepot.inventory import buckets, heard, lots, plain, reckon, rules, store
from entrepot.inventory.buckets import NOTHING, Aside
from entrepot.inventory.feed_model import Heard
from entrepot.inventory.model import (
    Change,
    Count,
    CountMark,
    Free,
    Position,
    RowResult,
    RowStatus,
)
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def count(
    conn: db.Connection,
    market: MarketId,
    counts: Sequence[Count],
    *,
    at: datetime,
    actor: str | None = None,
) -> Heard:
    """Answer every count. Skus and nodes are known to exist; the caller owns the commit.

    Of several counts of one position in one call the later row is judged after the earlier one.
    What cannot be of the lots it names is refused. Positions are locked in one order; marks are
    written under their positions' locks, in whatever order they come.
    """
    if any(each.lots for each in counts):
        await store.hold(conn, market, store.keys_of(counts))
        return await _with_lots(conn, market, counts, at=at, actor=actor)
    return await _tell(conn, market, counts, at=at, actor=actor)


async def _with_lots(
    conn: db.Connection,
    market: MarketId,
    counts: Sequence[Count],
    *,
    at: datetime,
    actor: str | None,
) -> Heard:
    """Judge the lots, add to them what moved since, and count what can be."""
    locked = await store.positions_for_update(conn, market, store.keys_of(counts))
    on_hands = {(p.sku, p.node_id): p.on_hand for p in locked}
    judge = await lots.judge(conn, market, [(each.sku, each.lots) for each in counts])
    results: dict[int, RowResult] = {}
    good: list[int] = []
    for place, each in enumerate(counts):
        wrong = judge.count(each)
        if wrong is None:
            good.append(place)
            continue
        on_hand = on_hands[each.sku, each.node_id]
        results[place] = RowResult(each.sku, each.node_id, wrong, on_hand)
    found = await lots.found_since(conn, market, [counts[place] for place in good])
    done = await _tell(conn, market, found, at=at, actor=actor)
    results |= dict(zip(good, done.results, strict=True))
    quiet = frozenset(good[place] for place in done.quiet)
    return Heard([results[place] for place in range(len(counts))], done.free, quiet)


async def _tell(
    conn: db.Connection,
    market: MarketId,
    counts: Sequence[Count],
    *,
    at: datetime,
    actor: str | None,
) -> Heard:
    quiet = await plain.confirm(conn, market, counts)
    results = {place: plain.confirmed(counts[place]) for place in quiet}
    rest = [place for place in range(len(counts)) if place not in quiet]
    taken, free = await plain.recount(conn, market, counts, rest, at=at, actor=actor)
    results |= taken
    rest = [place for place in rest if place not in taken]
    if rest:
        sheet = await _judged(conn, market, [counts[place] for place in rest])
        results.update(zip(rest, sheet.results, strict=True))
        await store.record_changes(conn, market, sheet.changes, at, actor=actor)
        await store.set_count_marks(conn, market, list(sheet.newer.values()))
        await heard.owe(conn, market, sheet.missing)
        free += [Free(p.sku, p.node_id, max(0, p.free)) for p in sheet.changed.values()]
    return Heard([results[place] for place in range(len(counts))], free, frozenset(quiet))


async def _judged(conn: db.Connection, market: MarketId, counts: Sequence[Count]) -> "_Sheet":
    keys = store.keys_of(counts)
    locked = await store.positions_for_update(conn, market, keys)
    positions = {(p.sku, p.node_id): p for p in locked}
    marks = reckon.by_position(await store.count_marks(conn, market, keys))
    asked = [*map(rules.mark_of, counts), *reckon.others(counts, marks)]
    moved = await store.moved_since(conn, market, asked)
    asides = await store.asides_of(conn, market, locked)
    sheet = _Sheet(positions, asides, marks, moved)
    sheet.results = [sheet.judge(each) for each in counts]
    return sheet


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
    results: list[RowResult] = field(default_factory=list)

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
