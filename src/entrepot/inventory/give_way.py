"""Claims give way where units are missing: carts end, what orders claim is freed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from entrepot.inventory import carts_rules, let_go, store
from entrepot.inventory.carts_model import Held
from entrepot.inventory.model import Claim
from entrepot.inventory.resolve import free
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def give_way(
    conn: db.Connection,
    market: MarketId,
    carts: Sequence[Held],
    claims: Sequence[Claim],
    *,
    beside: Collection[store.Key],
    at: datetime,
) -> list[store.Key]:
    """End these carts, which are locked and held, and free these claims, whose orders are locked.

    Positions `beside` are locked with them: the caller is about to change these too. Answers the
    positions whose shortage ended with it. The caller owns the transaction.
    """
    ended = [carts_rules.cut_short(cart) for cart in carts]
    spare = carts_rules.spare_units(ended)
    keys = sorted({*beside, *spare, *((claim.sku, claim.node_id) for claim in claims)})
    locked = await store.positions_for_update(conn, market, keys)
    if ended:
        await let_go.end(conn, market, ended, at=at)
    mended = {
        (p.sku, p.node_id) for p in locked if 0 < p.shortage <= spare.get((p.sku, p.node_id), 0)
    }
    return sorted(mended | {*await free(conn, market, claims, at=at)})
