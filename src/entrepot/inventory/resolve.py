"""End claims: free them (the units are for sale again) or consume them (the units have left)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from entrepot.inventory import rules, store
from entrepot.inventory.model import Change, Claim, Position
from entrepot.inventory.reserve import GuardFailed
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def free(
    conn: db.Connection, market: MarketId, claims: Sequence[Claim], *, at: datetime
) -> None:
    """Free open claims. The caller holds the orders' locks and owns the transaction."""
    await _resolve(conn, market, claims, rules.freed, at=at, consume=False)


async def consume(
    conn: db.Connection,
    market: MarketId,
    claims: Sequence[Claim],
    *,
    left_at: datetime,
    at: datetime,
) -> None:
    """Consume open claims: the units left at `left_at`. Books that held fewer end at zero."""

    def consumed(position: Position, claim: Claim) -> Change:
        return rules.consumed(position, claim, left_at)

    await _resolve(conn, market, claims, consumed, at=at, consume=True)


async def doubt(
    conn: db.Connection, market: MarketId, keys: Sequence[store.Key], *, at: datetime
) -> None:
    """Sell no more of these positions until somebody has counted them."""
    positions = await store.positions_for_update(conn, market, sorted(set(keys)))
    changes = [rules.doubted(position) for position in positions]
    if changes:
        await store.record_changes(conn, market, changes, at)


async def _resolve(
    conn: db.Connection,
    market: MarketId,
    claims: Sequence[Claim],
    effect: Callable[[Position, Claim], Change],
    *,
    at: datetime,
    consume: bool,
) -> None:
    if not claims:
        return
    locked = await store.positions_for_update(
        conn, market, sorted({(claim.sku, claim.node_id) for claim in claims})
    )
    positions = {(p.sku, p.node_id): p for p in locked}

    changes: list[Change] = []
    for claim in claims:
        key = (claim.sku, claim.node_id)
        changes.append(effect(positions[key], claim))
        positions[key] = rules.after(positions[key], changes[-1])

    rows = rules.merged(claims)
    if await store.resolve_reservations(conn, market, rows, consume=consume) != len(rows):
        raise GuardFailed("a claim was resolved twice")
    await store.record_changes(conn, market, changes, at)
