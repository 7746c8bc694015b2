"""Apply movements: what a node says came, went, broke or was found."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import buckets, rules, store
from entrepot.inventory.buckets import NOTHING
from entrepot.inventory.model import Change, Delta, RowResult, RowStatus
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def move(
    conn: db.Connection, market: MarketId, deltas: Sequence[Delta], *, at: datetime
) -> list[RowResult]:
    """Answer every movement in order, each whole or not at all. The caller owns the commit."""
    keys = sorted({(each.sku, each.node_id) for each in deltas})
    locked = await store.lock_or_make(conn, market, keys)
    positions = {(p.sku, p.node_id): p for p in locked}
    asides = await store.asides_of(conn, market, locked)

    results: list[RowResult] = []
    changes: list[Change] = []
    for each in deltas:
        key = (each.sku, each.node_id)
        position, aside = positions[key], asides.get(key, NOTHING)
        change = None if rules.sign_is_wrong(each) else rules.moved(position, each, aside)
        if change is None:
            wrong = rules.sign_is_wrong(each)
            status = RowStatus.WRONG_SIGN if wrong else RowStatus.INSUFFICIENT
            results.append(RowResult(each.sku, each.node_id, status, position.on_hand))
            continue
        changes.append(change)
        positions[key] = rules.after(position, change)
        asides[key] = buckets.after(aside, change.buckets)
        results.append(rules.applied(position, change))

    if changes:
        await store.record_changes(conn, market, changes, at)
    return results
