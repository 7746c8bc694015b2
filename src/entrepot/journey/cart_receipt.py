"""A reservation for a cart as its caller sees it. Pure."""

from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.inventory.carts_model import CartState, Held, NewCart


class KeptLine(msgspec.Struct, frozen=True, gc=False):
    """Units kept at a node for a line of the cart, from 1; of a kit, its parts."""

    line: int
    sku: str
    node: str
    quantity: int


class ReservationAnswer(msgspec.Struct, frozen=True, gc=False):
    """`state`: held, committed (to the order of `order_id`), freed or expired."""

    id: UUID
    channel: str
    customer: str | None
    state: CartState
    held_at: datetime
    expires_at: datetime
    order_id: UUID | None
    lines: list[KeptLine]


def receipt(cart: NewCart, at: datetime) -> ReservationAnswer:
    """Give what is answered to who asked for a cart that is held from `at` on."""
    lines = [KeptLine(c.line_no, c.sku, c.node_id, c.quantity) for c in cart.claims]
    return ReservationAnswer(
        cart.cart_id, cart.channel, cart.customer, CartState.HELD, at, cart.expires_at, None, lines
    )


def shown(held: Held, at: datetime) -> ReservationAnswer:
    """Show a cart; one whose time is over has expired, whether a sweep has seen it or not."""
    cart = held.cart
    state = CartState(cart.state)
    if state is CartState.HELD and cart.expires_at <= at:
        state = CartState.EXPIRED
    lines = [KeptLine(c.line_no, c.sku, c.node_id, c.quantity) for c in held.claims]
    return ReservationAnswer(
        cart.cart_id, cart.channel, cart.customer, state, cart.held_at, cart.expires_at,
        cart.order_id, lines,
    )  # fmt: skip
