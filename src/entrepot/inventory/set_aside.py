"""Set units aside that are there and not for sale, for a reason; or make them sellable again."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import buckets, lots, rules, store
from entrepot.inventory.buckets import NOTHING, SetAside
from entrepot.inventory.model import Change, RowResult, RowStatus
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def set_aside(
    conn: db.Connection,
    market: MarketId,
    asks: Sequence[SetAside],
    *,
    at: datetime,
    actor: str | None = None,
) -> list[RowResult]:
    """Answer every ask in order, each whole or not at all. The caller owns the commit.

    Refuses wrong_sign, insufficient_stock, claimed and not_set_aside, and lots of
    which there is not so much. What is damaged or in
    quarantine is so whoever has a claim on it: there a shortage may be raised.
    """
    keys = sorted({(each.sku, each.node_id) for each in asks})
    locked = await store.lock_or_make(conn, market, keys)
    positions = {(p.sku, p.node_id): p for p in locked}
    asides = await store.asides_of(conn, market, locked)

    judge = None
    if any(each.lots for each in asks):
        judge = await lots.judge(conn, market, [(each.sku, each.lots) for each in asks])

    results: list[RowResult] = []
    changes: list[Change] = []
    for each in asks:
        key = (each.sku, each.node_id)
        position, aside = positions[key], asides.get(key, NOTHING)
        decided = rules.set_aside(position, each, aside)
        if each.lots and judge is not None and not isinstance(decided, RowStatus):
            decided = judge.set_aside(each) or decided
        if isinstance(decided, RowStatus):
            results.append(RowResult(each.sku, each.node_id, decided, position.on_hand))
            continue
        changes.append(decided)
        positions[key] = rules.after(position, decided)
        asides[key] = buckets.after(aside, decided.buckets)
        results.append(rules.applied(position, decided))

    await store.record_changes(conn, market, changes, at, actor=actor)
    return results
