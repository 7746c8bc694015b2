"""Apply counts: what a source found at a node, as of the moment it looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import rules, store
from entrepot.inventory.model import Change, Count, Position, RowResult, RowStatus
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku


@dataclass(frozen=True, slots=True)
class Counted:
    """One result per count, in order, and the positions that changed, as they are now."""

    results: list[RowResult]
    changed: list[Position]


async def count(
    conn: db.Connection, market: MarketId, counts: Sequence[Count], *, at: datetime
) -> Counted:
    """Answer every count. Skus and nodes are known to exist; the caller owns the commit.

    Of several counts of one position in one call the later row is judged after the earlier one.
    Marks are written under their positions' locks, in whatever order they come.
    """
    keys = sorted({(each.sku, each.node_id) for each in counts})
    locked = await store.lock_or_make(conn, market, keys)
    positions = {(p.sku, p.node_id): p for p in locked}
    marks = {(m.source, m.sku, m.node_id): m for m in await store.count_marks(conn, market, counts)}
    moved = await store.moved_since(conn, market, counts)

    results: list[RowResult] = []
    changes: list[Change] = []
    changed: dict[tuple[Sku, NodeId], Position] = {}
    newer = {}
    for place, each in enumerate(counts):
        key, source = (each.sku, each.node_id), (each.source, each.sku, each.node_id)
        position, mark = positions[key], marks.get(source)
        if rules.is_stale(each, mark):
            results.append(RowResult(each.sku, each.node_id, RowStatus.STALE, position.on_hand, 0))
            continue
        units = moved.get(place, 0)
        if not rules.is_as_counted(position, each, units):
            change = rules.counted(position, each, units)
            changes.append(change)
            position = positions[key] = changed[key] = rules.after(position, change)
        marks[source] = newer[source] = rules.mark_of(each)
        results.append(
            RowResult(
                each.sku, each.node_id, RowStatus.APPLIED, position.on_hand, position.shortage
            )
        )

    await store.record_changes(conn, market, changes, at)
    await store.set_count_marks(conn, market, list(newer.values()))
    return Counted(results, list(changed.values()))
