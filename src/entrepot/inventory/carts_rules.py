"""What becomes of carts' claims. Pure: same inputs, same answers."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from entrepot.inventory.carts_model import (
    LIFE_MAX,
    Cart,
    CartClaim,
    CartState,
    Ended,
    Held,
    NewCart,
    WhyNotLive,
)
from entrepot.inventory.model import Claim
from entrepot.inventory.rules import Basket, Key
from entrepot.terms.ids import ChannelId, OrderId


def basket(cart: NewCart) -> Basket:
    """Give what a cart claims as an order would."""
    return [Claim(OrderId(c.cart_id), c.line_no, c.sku, c.node_id, c.quantity) for c in cart.claims]


def why_not_live(
    cart: Cart | None, at: datetime, channel: ChannelId | None = None
) -> WhyNotLive | None:
    """Say why a cart's units are not its any more at `at`; None while they are.

    `channel`, where told, is who asks. A cart past its time is dead whether it was swept or not.
    """
    if cart is None:
        return WhyNotLive.UNKNOWN
    if channel is not None and cart.channel != channel:
        return WhyNotLive.OTHER_CHANNEL
    if cart.state == CartState.COMMITTED:
        return WhyNotLive.COMMITTED
    if cart.state == CartState.FREED:
        return WhyNotLive.FREED
    if cart.state == CartState.EXPIRED or cart.expires_at <= at:
        return WhyNotLive.EXPIRED
    return None


def extended(cart: Cart, at: datetime, ttl_s: int) -> datetime | None:
    """Say when a live cart expires that asks for `ttl_s` seconds more from `at` on.

    Never earlier than it did, never beyond `LIFE_MAX`; None where it has that already.
    """
    latest = cart.held_at + LIFE_MAX
    if cart.expires_at >= latest:
        return None
    return min(latest, max(cart.expires_at, at + timedelta(seconds=ttl_s)))


def until(cart: Cart, expires_at: datetime) -> Cart:
    """Give the cart as it is once extended."""
    return msgspec.structs.replace(cart, expires_at=expires_at)


def let_go(held: Held, at: datetime) -> Ended:
    """End a held cart: freed before its time, expired after it. All its units are for sale."""
    expired = held.cart.expires_at <= at
    state = CartState.EXPIRED if expired else CartState.FREED
    return Ended(held.cart.cart_id, state, None, (), held.claims)


def cut_short(held: Held) -> Ended:
    """End a held cart whose units are missing, as if its time were over."""
    return Ended(held.cart.cart_id, CartState.EXPIRED, None, (), held.claims)


def handed_over(held: Held, basket: Basket, order_id: OrderId) -> Ended:
    """End a cart in an order: what the order's claims use at the cart's own nodes, and the rest."""
    wanted = _sums(basket)
    used: list[CartClaim] = []
    spare: list[CartClaim] = []
    for claim in held.claims:
        key = (claim.sku, claim.node_id)
        units = min(claim.quantity, wanted.get(key, 0))
        if units:
            wanted[key] -= units
            used.append(_of(claim, units))
        if units < claim.quantity:
            spare.append(_of(claim, claim.quantity - units))
    return Ended(held.cart.cart_id, CartState.COMMITTED, order_id, tuple(used), tuple(spare))


def beyond(basket: Basket, held: Held) -> list[Claim]:
    """What of an order's claims its own cart does not hold: the rest is the order's already."""
    own = _sums(held.claims)
    rest: list[Claim] = []
    for claim in basket:
        key = (claim.sku, claim.node_id)
        units = min(claim.quantity, own.get(key, 0))
        if units:
            own[key] -= units
        if units < claim.quantity:
            rest.append(msgspec.structs.replace(claim, quantity=claim.quantity - units))
    return rest


def spare_units(ended: Sequence[Ended]) -> dict[Key, int]:
    """Sum what is for sale again, by position."""
    return _sums(claim for each in ended for claim in each.spare)


def _of(claim: CartClaim, units: int) -> CartClaim:
    return CartClaim(claim.cart_id, claim.line_no, claim.sku, claim.node_id, units)


def _sums(claims: Iterable[Claim | CartClaim]) -> dict[Key, int]:
    sums: dict[Key, int] = {}
    for claim in claims:
        key = (claim.sku, claim.node_id)
        sums[key] = sums.get(key, 0) + claim.quantity
    return sums
