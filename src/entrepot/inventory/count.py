"""Apply counts: what a source found at a node, as of the moment it looked."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import rules, store
from entrepot.inventory.model import Change, Count, RowResult, RowStatus
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def count(
    conn: db.Connection, market: MarketId, counts: Sequence[Count], *, at: datetime
) -> list[RowResult]:
    """Answer every count, in order. Skus and nodes are known to exist; the caller owns the commit.

    Of several counts of one position in one call the later row is judged after the earlier one.
    """
    keys = sorted({(each.sku, each.node_id) for each in counts})
    await store.make_positions(conn, market, keys)
    positions = {
        (p.sku, p.node_id): p for p in await store.positions_for_update(conn, market, keys)
    }
    marks = {(m.source, m.sku, m.node_id): m for m in await store.count_marks(conn, market, counts)}
    moved = await store.moved_since(conn, market, counts)

    results: list[RowResult] = []
    changes: list[Change] = []
    for place, each in enumerate(counts):
        key, source = (each.sku, each.node_id), (each.source, each.sku, each.node_id)
        if rules.is_stale(each, marks.get(source)):
            results.append(_result(each, RowStatus.STALE, positions[key].on_hand, 0))
            continue
        change = rules.counted(positions[key], each, moved.get(place, 0))
        changes.append(change)
        positions[key] = rules.after(positions[key], change)
        marks[source] = rules.mark_of(each)
        results.append(_result(each, RowStatus.APPLIED, change.on_hand, change.shortage))

    if changes:
        await store.record_changes(conn, market, changes, at)
        touched = {(each.source, each.sku, each.node_id) for each in counts}
        await store.set_count_marks(conn, market, [marks[key] for key in sorted(touched)])
    return results


def _result(each: Count, status: RowStatus, on_hand: int, short: int) -> RowResult:
    return RowResult(each.sku, each.node_id, status, on_hand, short)
