"""Carts' rows: every read and write their verbs make, and nothing they decide."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from entrepot.inventory.carts_model import (
    KEPT_FOR,
    Cart,
    CartClaim,
    CartState,
    DueCart,
    Ended,
    Held,
    NewCart,
    Passed,
    Places,
)
from entrepot.inventory.rules import Key
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT, WRITER
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "carts.sql")

_SPARE = {
    CartState.FREED: "hold_freed",
    CartState.EXPIRED: "hold_expired",
    CartState.COMMITTED: "hold_freed",
}
"""What the ledger calls it when units of a cart are for sale again."""


async def write(
    conn: db.Connection,
    market: MarketId,
    carts: Sequence[NewCart],
    totals: dict[Key, int],
    *,
    at: datetime,
) -> int:
    """Write carts; answers how many positions had the units."""
    claims = [claim for cart in carts for claim in cart.claims]
    done = await db.fetch(
        conn, Q["write_carts"], Passed,
        market=market, at=at, writer=WRITER,
        skus=[sku for sku, _ in totals], node_ids=[node for _, node in totals],
        quantities=list(totals.values()),
        cart_ids=[c.cart_id for c in carts], channels=[c.channel for c in carts],
        customers=[c.customer for c in carts], expires=[c.expires_at for c in carts],
        claim_carts=[c.cart_id for c in claims], line_nos=[c.line_no for c in claims],
        claim_skus=[c.sku for c in claims], claim_nodes=[c.node_id for c in claims],
        claim_quantities=[c.quantity for c in claims], movement_ids=MINT.ids(len(claims)),
    )  # fmt: skip
    return done[0].passed


async def end(
    conn: db.Connection,
    market: MarketId,
    ended: Sequence[Ended],
    spare: dict[Key, int],
    *,
    at: datetime,
) -> int:
    """End carts; answers how many carts and positions passed the guards."""
    told = [(claim, "hold_committed", each.order_id) for each in ended for claim in each.used] + [
        (claim, _SPARE[each.state], each.order_id) for each in ended for claim in each.spare
    ]
    done = await db.fetch(
        conn, Q["end_carts"], Passed,
        market=market, at=at, writer=WRITER, remove_at=at + KEPT_FOR,
        skus=[sku for sku, _ in spare], node_ids=[node for _, node in spare],
        quantities=list(spare.values()),
        cart_ids=[e.cart_id for e in ended], states=[e.state.value for e in ended],
        order_ids=[e.order_id for e in ended],
        movement_ids=MINT.ids(len(told)),
        claim_carts=[c.cart_id for c, _, _ in told], line_nos=[c.line_no for c, _, _ in told],
        claim_skus=[c.sku for c, _, _ in told], claim_nodes=[c.node_id for c, _, _ in told],
        claim_quantities=[c.quantity for c, _, _ in told], kinds=[k for _, k, _ in told],
        claim_orders=[o for _, _, o in told],
    )  # fmt: skip
    return done[0].passed


async def lock(conn: db.Connection, market: MarketId, cart_ids: Sequence[UUID]) -> list[Cart]:
    return await db.fetch(conn, Q["lock_carts"], Cart, market=market, cart_ids=list(cart_ids))


async def carts(conn: db.Connection, market: MarketId, cart_ids: Sequence[UUID]) -> list[Cart]:
    return await db.fetch(conn, Q["carts"], Cart, market=market, cart_ids=list(cart_ids))


async def with_claims(
    conn: db.Connection, market: MarketId, found: Sequence[Cart]
) -> dict[UUID, Held]:
    """Read the claims of some carts."""
    if not found:
        return {}
    claims: dict[UUID, list[CartClaim]] = {cart.cart_id: [] for cart in found}
    for claim in await db.fetch(
        conn, Q["claims_of_carts"], CartClaim, market=market, cart_ids=list(claims)
    ):
        claims[claim.cart_id].append(claim)
    return {cart.cart_id: Held(cart, tuple(claims[cart.cart_id])) for cart in found}


async def extend(conn: db.Connection, market: MarketId, ends: dict[UUID, datetime]) -> None:
    if ends:
        await db.execute(
            conn, Q["extend_carts"],
            market=market, cart_ids=list(ends), expires=list(ends.values()),
        )  # fmt: skip


async def due(conn: db.Connection, market: MarketId, at: datetime, most: int) -> list[DueCart]:
    return await db.fetch(conn, Q["due_carts"], DueCart, market=market, at=at, most=most)


async def hold_places(conn: db.Connection, market: MarketId, cart_ids: Sequence[UUID]) -> Places:
    """Lock the positions of these carts' claims."""
    return (await db.fetch(conn, Q["hold_places"], Places, market=market, cart_ids=list(cart_ids)))[
        0
    ]


async def expire(
    conn: db.Connection, market: MarketId, cart_ids: Sequence[UUID], claims: int, *, at: datetime
) -> int:
    """End carts with their claims, so many; answers how many rows passed the guards."""
    done = await db.fetch(
        conn, Q["expire_carts"], Passed,
        market=market, cart_ids=list(cart_ids), at=at, remove_at=at + KEPT_FOR, writer=WRITER,
        movement_ids=MINT.ids(claims),
    )  # fmt: skip
    return done[0].passed


async def look_again(conn: db.Connection, market: MarketId, cart_ids: Sequence[UUID]) -> None:
    if cart_ids:
        await db.execute(conn, Q["look_again"], market=market, cart_ids=list(cart_ids))


async def remove(conn: db.Connection, market: MarketId, cart_ids: Sequence[UUID]) -> None:
    if cart_ids:
        await db.execute(conn, Q["remove_carts"], market=market, cart_ids=list(cart_ids))
