"""Apply counts: what a source found at a node, as of the moment it looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import buckets, rules, store
from entrepot.inventory.buckets import NOTHING
from entrepot.inventory.model import Change, Count, Position, RowResult, RowStatus
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


@dataclass(frozen=True, slots=True)
class Counted:
    """One result per count, in order, and the positions as they are now."""

    results: list[RowResult]
    positions: list[Position]


async def count(
    conn: db.Connection, market: MarketId, counts: Sequence[Count], *, at: datetime
) -> Counted:
    """Answer every count. Skus and nodes are known to exist; the caller owns the commit.

    Of several counts of one position in one call the later row is judged after the earlier one.
    """
    keys = sorted({(each.sku, each.node_id) for each in counts})
    locked = await store.lock_or_make(conn, market, keys)
    positions = {(p.sku, p.node_id): p for p in locked}
    marks = {(m.source, m.sku, m.node_id): m for m in await store.count_marks(conn, market, counts)}
    moved = await store.moved_since(conn, market, counts)
    asides = await store.asides_of(conn, market, locked)

    results: list[RowResult] = []
    changes: list[Change] = []
    newer = {}
    for place, each in enumerate(counts):
        key, source = (each.sku, each.node_id), (each.source, each.sku, each.node_id)
        position = positions[key]
        if rules.is_stale(each, marks.get(source)):
            results.append(RowResult(each.sku, each.node_id, RowStatus.STALE, position.on_hand, 0))
            continue
        aside = asides.get(key, NOTHING)
        change = rules.counted(position, each, moved.get(place, 0), aside)
        if not rules.is_nothing(change):
            changes.append(change)
            positions[key] = rules.after(position, change)
            asides[key] = buckets.after(aside, change.buckets)
        marks[source] = newer[source] = rules.mark_of(each)
        results.append(rules.applied(position, change))

    await store.record_changes(conn, market, changes, at)
    await store.set_count_marks(conn, market, [newer[source] for source in sorted(newer)])
    return Counted(results, list(positions.values()))
