"""Apply movements: what a node says came, went, broke or was found."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import buckets, heard, lots, reckon, rules, store
from entrepot.inventory.buckets import NOTHING
from entrepot.inventory.model import Change, Delta, RowResult, RowStatus
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def move(
    conn: db.Connection,
    market: MarketId,
    deltas: Sequence[Delta],
    *,
    at: datetime,
    actor: str | None = None,
) -> list[RowResult]:
    """Answer every movement in order, each whole or not at all. The caller owns the commit.

    What was heard before is a duplicate and changes nothing.
    """
    keys = sorted({(each.sku, each.node_id) for each in deltas})
    locked = await store.lock_or_make(conn, market, keys)
    positions = {(p.sku, p.node_id): p for p in locked}
    asides = await store.asides_of(conn, market, locked)
    refused = await _refused(conn, market, deltas)
    fresh = await heard.claim(conn, market, [d for n, d in enumerate(deltas) if n not in refused])
    dated = sorted({(d.sku, d.node_id) for d in deltas if d.occurred_at is not None})
    marks = reckon.by_position(await store.count_marks(conn, market, dated) if dated else [])
    anchors = {key: reckon.anchor(there.values()) for key, there in marks.items()}
    deficits = await heard.deficits(conn, market, keys)
    owed = dict(deficits)

    results: list[RowResult] = []
    changes: list[Change] = []
    for place, each in enumerate(deltas):
        key = (each.sku, each.node_id)
        position, aside = positions[key], asides.get(key, NOTHING)
        if place in refused:
            results.append(_unchanged(each, refused[place], position.on_hand))
            continue
        if not heard.take(fresh, each):
            results.append(_unchanged(each, RowStatus.DUPLICATE, position.on_hand))
            continue
        seen = reckon.was_seen(each, anchors.get(key))
        done = reckon.told(position, owed.get(key, 0), each, aside, seen=seen)
        if done is None:
            results.append(_unchanged(each, RowStatus.INSUFFICIENT, position.on_hand))
            continue
        written, owed[key] = done
        changes += written
        positions[key] = rules.after(position, written[-1])
        asides[key] = buckets.after(aside, written[0].buckets)
        status = reckon.status(each, seen=seen, deficit=owed[key])
        results.append(rules.applied(position, written[-1], status))

    await store.record_changes(conn, market, changes, at, actor=actor)
    await heard.owe(conn, market, {k: u for k, u in owed.items() if u != deficits.get(k, 0)})
    return results


async def _refused(
    conn: db.Connection, market: MarketId, deltas: Sequence[Delta]
) -> dict[int, RowStatus]:
    """Say of the rows that cannot be why not: they are refused, and their numbers not heard."""
    wrong = {
        place: RowStatus.WRONG_SIGN
        for place, delta in enumerate(deltas)
        if rules.sign_is_wrong(delta)
    }
    if any(delta.lots for delta in deltas):
        judge = await lots.judge(conn, market, [(d.sku, d.lots) for d in deltas])
        for place, delta in enumerate(deltas):
            status = judge.delta(delta) if delta.lots and place not in wrong else None
            if status is not None:
                wrong[place] = status
    return wrong


def _unchanged(delta: Delta, status: RowStatus, on_hand: int) -> RowResult:
    return RowResult(delta.sku, delta.node_id, status, on_hand)
