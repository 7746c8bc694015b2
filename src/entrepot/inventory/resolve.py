"""End claims: free them (the units are for sale again) or consume them (the units have left)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import msgspec

from entrepot.inventory import rules, store
from entrepot.inventory.model import Change, Claim, Ending, Position
from entrepot.inventory.reserve import GuardFailed
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def free(
    conn: db.Connection,
    market: MarketId,
    claims: Sequence[Claim],
    *,
    at: datetime,
    given_up: bool = False,
) -> None:
    """Free open claims; `given_up`: because their node rejected them or came up short.

    The caller holds the orders' locks and owns the transaction.
    """
    end = Ending.GIVEN_UP if given_up else Ending.FREED
    await _resolve(conn, market, claims, [rules.freed] * len(claims), at=at, end=end)


async def consume(
    conn: db.Connection,
    market: MarketId,
    left: Sequence[tuple[Claim, datetime]],
    *,
    at: datetime,
) -> None:
    """Consume open claims, each as of when its units left. Books that held fewer end at zero."""
    effects = [partial(rules.consumed, at=left_at) for _, left_at in left]
    claims = [claim for claim, _ in left]
    await _resolve(conn, market, claims, effects, at=at, end=Ending.CONSUMED)


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
    effects: Sequence[Callable[[Position, Claim], Change]],
    *,
    at: datetime,
    end: Ending,
) -> None:
    if not claims:
        return
    locked = await store.positions_for_update(
        conn, market, sorted({(claim.sku, claim.node_id) for claim in claims})
    )
    positions = {(p.sku, p.node_id): p for p in locked}
    if any(position.drawn is not None for position in locked):
        draws = await store.draws_of(conn, market, claims)
        claims = [
            msgspec.structs.replace(
                claim, draws=draws.get((claim.order_id, claim.line_no, claim.sku, claim.node_id))
            )
            for claim in claims
        ]

    changes: list[Change] = []
    for claim, effect in zip(claims, effects, strict=True):
        key = (claim.sku, claim.node_id)
        changes.append(effect(positions[key], claim))
        positions[key] = rules.after(positions[key], changes[-1])

    rows = rules.merged(claims)
    if await store.resolve_reservations(conn, market, rows, end) != len(rows):
        raise GuardFailed("a claim was resolved twice")
    await store.record_changes(conn, market, changes, at)
