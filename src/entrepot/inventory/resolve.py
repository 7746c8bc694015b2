"""End claims: free them (the units are for sale again) or consume them (the units have left)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from entrepot.inventory import buckets, rules, store
from entrepot.inventory.buckets import NOTHING, Aside
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
) -> list[store.Key]:
    """Free open claims; `given_up`: because their node rejected them or came up short.

    Answers the positions whose shortage ended with it. The caller holds the orders' locks and owns
    the transaction.
    """
    end = Ending.GIVEN_UP if given_up else Ending.FREED
    return await _resolve(conn, market, claims, [_freed] * len(claims), at=at, end=end)


async def consume(
    conn: db.Connection,
    market: MarketId,
    left: Sequence[tuple[Claim, datetime]],
    *,
    at: datetime,
) -> list[store.Key]:
    """Consume open claims, each as of when its units left. Books that held fewer end at zero.

    Answers the positions whose shortage ended with it.
    """
    effects = [partial(_consumed, at=left_at) for _, left_at in left]
    claims = [claim for claim, _ in left]
    return await _resolve(conn, market, claims, effects, at=at, end=Ending.CONSUMED)


async def doubt(
    conn: db.Connection, market: MarketId, keys: Sequence[store.Key], *, at: datetime
) -> None:
    """Sell no more of these positions until somebody has counted them."""
    positions = await store.positions_for_update(conn, market, sorted(set(keys)))
    asides = await store.asides_of(conn, market, positions)
    changes = [
        rules.doubted(position, asides.get((position.sku, position.node_id), NOTHING))
        for position in positions
    ]
    if changes:
        await store.record_changes(conn, market, changes, at)


Effect = Callable[[Position, Claim, Aside], Change]


def _freed(position: Position, claim: Claim, _: Aside) -> Change:
    return rules.freed(position, claim)


def _consumed(position: Position, claim: Claim, aside: Aside, *, at: datetime) -> Change:
    return rules.consumed(position, claim, at, aside)


async def _resolve(
    conn: db.Connection,
    market: MarketId,
    claims: Sequence[Claim],
    effects: Sequence[Effect],
    *,
    at: datetime,
    end: Ending,
) -> list[store.Key]:
    if not claims:
        return []
    locked = await store.positions_for_update(
        conn, market, sorted({(claim.sku, claim.node_id) for claim in claims})
    )
    positions = {(p.sku, p.node_id): p for p in locked}
    asides = await store.asides_of(conn, market, locked)

    changes: list[Change] = []
    for claim, effect in zip(claims, effects, strict=True):
        key = (claim.sku, claim.node_id)
        aside = asides.get(key, NOTHING)
        changes.append(effect(positions[key], claim, aside))
        positions[key] = rules.after(positions[key], changes[-1])
        asides[key] = buckets.after(aside, changes[-1].buckets)

    rows = rules.merged(claims)
    if await store.resolve_reservations(conn, market, rows, end) != len(rows):
        raise GuardFailed("a claim was resolved twice")
    await store.record_changes(conn, market, changes, at)
    ended = [p for p in locked if p.shortage and not positions[p.sku, p.node_id].shortage]
    return [(p.sku, p.node_id) for p in ended]
