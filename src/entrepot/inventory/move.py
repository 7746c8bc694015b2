"""Apply movements: what a node says came, went, broke or was found."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import rules, store
from entrepot.inventory.model import Change, Delta, RowResult, RowStatus
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def move(
    conn: db.Connection, market: MarketId, deltas: Sequence[Delta], *, at: datetime
) -> list[RowResult]:
    """Answer every movement in order, each whole or not at all. The caller owns the commit."""
    keys = sorted({(each.sku, each.node_id) for each in deltas})
    positions = {(p.sku, p.node_id): p for p in await store.lock_or_make(conn, market, keys)}

    results: list[RowResult] = []
    changes: list[Change] = []
    for each in deltas:
        position = positions[each.sku, each.node_id]
        change = None if rules.sign_is_wrong(each) else rules.moved(position, each)
        if change is None:
            wrong = rules.sign_is_wrong(each)
            status = RowStatus.WRONG_SIGN if wrong else RowStatus.INSUFFICIENT
            results.append(RowResult(each.sku, each.node_id, status, position.on_hand))
            continue
        changes.append(change)
        positions[each.sku, each.node_id] = rules.after(position, change)
        results.append(
            RowResult(each.sku, each.node_id, RowStatus.APPLIED, change.on_hand, change.shortage)
        )

    if changes:
        await store.record_changes(conn, market, changes, at)
    return results
