"""Carts end without an order: released, or out of time. Those who wait for their units are told."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from entrepot.inventory.carts_model import CartClaim, CartState, Held, WhyNotLive
from entrepot.inventory.hold import lock
from entrepot.inventory.let_go import Swept, let_go, sweep
from entrepot.inventory.model import Claim
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.world import Market
from entrepot.plumbing import db, mint
from entrepot.terms.ids import MarketId, OrderId
from entrepot.terms.outcome import Done, Outcome, Refused

Released = Outcome[list[CartClaim], WhyNotLive]


async def release(
    conn: db.Connection, market: MarketId, cart_ids: Sequence[UUID], *, at: datetime
) -> dict[UUID, Released]:
    """Let these carts go; answers the claims freed, none where a cart had ended without an order.

    Refused where a cart is unknown, or an order's. The caller owns the transaction.
    """
    found = await lock(conn, market, cart_ids)
    answers: dict[UUID, Released] = {}
    going: list[Held] = []
    for cart_id in cart_ids:
        held = found.get(cart_id)
        if held is None:
            answers[cart_id] = Refused(WhyNotLive.UNKNOWN)
        elif held.cart.state == CartState.COMMITTED:
            answers[cart_id] = Refused(WhyNotLive.COMMITTED, f"it has become {held.cart.order_id}")
        elif held.cart.state == CartState.HELD:
            going.append(held)
            answers[cart_id] = Done(list(held.claims))
        else:
            answers[cart_id] = Done([])
    freed = await let_go(conn, market, going, at=at)
    await tell_those_who_wait(conn, market, {claim.sku for claim in freed}, at)
    return answers


async def expire(pool: db.Pool, market: Market, cart_ids: Sequence[UUID]) -> None:
    """End these carts now, those whose time is over: somebody wants their units, not the sweep."""

    async def work(conn: db.Connection) -> list[CartClaim]:
        at = mint.now()
        found = await lock(conn, market.id, sorted(cart_ids))
        going = [
            held
            for held in found.values()
            if held.cart.state == CartState.HELD and held.cart.expires_at <= at
        ]
        freed = await let_go(conn, market.id, going, at=at)
        await tell_those_who_wait(conn, market.id, {claim.sku for claim in freed}, at)
        return freed

    market.stock.give_back(claims_of(await db.in_transaction(pool, work)))


async def sweep_market(pool: db.Pool, market: MarketId, *, most: int) -> int:
    """Sweep up to `most` carts of a market whose time has come; answers how many were looked at."""
    return await db.in_transaction(pool, partial(_sweep, market, most))


async def _sweep(market: MarketId, most: int, conn: db.Connection) -> int:
    at = mint.now()
    swept: Swept = await sweep(conn, market, at=at, most=most)
    await tell_those_who_wait(conn, market, set(swept.skus), at)
    return swept.looked_at


def claims_of(freed: Sequence[CartClaim]) -> list[Claim]:
    """Say what came free as the stock view hears it."""
    return [Claim(OrderId(c.cart_id), c.line_no, c.sku, c.node_id, c.quantity) for c in freed]
