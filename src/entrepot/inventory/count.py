"""Apply counts: what a source found at a node, as of the moment it looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import heard, reckon, rules, store
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
    Marks are written under their positions' locks, in whatever order they come.
    """
    keys = sorted({(each.sku, each.node_id) for each in counts})
    locked = await store.lock_or_make(conn, market, keys)
    positions = {(p.sku, p.node_id): p for p in locked}
    marks = reckon.by_position(await store.count_marks(conn, market, keys))
    asked = [*map(rules.mark_of, counts), *reckon.others(counts, marks)]
    moved = await store.moved_since(conn, market, asked)

    results: list[RowResult] = []
    changes: list[Change] = []
    changed: dict[store.Key, Position] = {}
    newer: dict[tuple[str, store.Key], CountMark] = {}
    missing: dict[store.Key, int] = {}
    for each in counts:
        key = (each.sku, each.node_id)
        position, there = positions[key], marks.setdefault(key, {})
        before = there.get(each.source)
        if rules.is_stale(each, before):
            results.append(RowResult(each.sku, each.node_id, RowStatus.STALE, position.on_hand, 0))
            continue
        there[each.source] = newer[each.source, key] = rules.mark_of(each)
        base = reckon.base(each, before, there.values())
        if base is not None:
            since = moved.get(rules.mark_of(base), 0)
            missing[key] = reckon.missing(base.on_hand, since)
            if not rules.is_as_counted(position, base, since):
                change = rules.counted(position, base, since)
                changes.append(change)
                position = positions[key] = changed[key] = rules.after(position, change)
        results.append(
            RowResult(
                each.sku, each.node_id, RowStatus.APPLIED, position.on_hand, position.shortage
            )
        )

    await store.record_changes(conn, market, changes, at, actor=actor)
    await store.set_count_marks(conn, market, list(newer.values()))
    await heard.owe(conn, market, missing)
    return Counted(results, list(changed.values()))
