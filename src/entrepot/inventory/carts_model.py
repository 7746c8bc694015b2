"""Claims for carts, as plain data: units kept for a checkout until a moment."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from entrepot.terms.ids import CartId, ChannelId, LineNo, NodeId, OrderId, Sku

TTL_S_DEFAULT = 600
TTL_S_MAX = 3_600
"""A checkout asks for an hour at most at a time; one that goes on asks again."""

LIFE_MAX = timedelta(hours=2)
"""However often it is extended, a cart's claim ends two hours after it began: no checkout takes
longer, and whoever asks again and again must not keep a drop from everybody else for ever."""

LINES_PER_CART_MAX = 100
"""Bounds the rows a cart that is never paid for leaves behind; beyond it, order at once."""

KEPT_FOR = timedelta(days=1)
"""How long an ended cart can be asked about, and told apart from one that never was. The ledger
keeps its entries for ever."""

CARTS_PER_COMMIT_MAX = 1_000
"""Carts ended by one commit: their positions stay locked some 50 ms, no longer than those of a
chunk of counts."""


class CartState(StrEnum):
    HELD = "held"
    COMMITTED = "committed"
    FREED = "freed"
    EXPIRED = "expired"


class Cart(msgspec.Struct, frozen=True, gc=False):
    """A reservation for a cart. Past `expires_at` it is dead, also where no sweep has seen it."""

    cart_id: UUID
    channel: str
    customer: str | None
    state: str
    held_at: datetime
    expires_at: datetime
    order_id: UUID | None


class DueCart(msgspec.Struct, frozen=True, gc=False):
    """A cart that the sweep has to look at."""

    cart_id: UUID
    state: str
    expires_at: datetime


class Places(msgspec.Struct, frozen=True, gc=False):
    """Locked positions of some carts: how many, how many claims are on them, and their skus."""

    places: int
    claims: int
    skus: list[Sku]


class CartClaim(msgspec.Struct, frozen=True, gc=False):
    """Units of a sku at a node that a cart's line keeps; a kit's line keeps its parts."""

    cart_id: CartId
    line_no: LineNo
    sku: Sku
    node_id: NodeId
    quantity: int


class NewCart(msgspec.Struct, frozen=True, gc=False):
    """A cart to be held, whole or not at all."""

    cart_id: CartId
    channel: ChannelId
    customer: str | None
    expires_at: datetime
    claims: tuple[CartClaim, ...]


class Held(msgspec.Struct, frozen=True, gc=False):
    """A cart with its claims, its row locked."""

    cart: Cart
    claims: tuple[CartClaim, ...]


class Ended(msgspec.Struct, frozen=True, gc=False):
    """How a cart ends: as what, for which order, and of its claims what each end got.

    `used` units go over to the order; `spare` ones are for sale again.
    """

    cart_id: UUID
    state: CartState
    order_id: OrderId | None
    used: tuple[CartClaim, ...]
    spare: tuple[CartClaim, ...]


class Passed(msgspec.Struct, frozen=True, gc=False):
    """How many rows passed the guards of a write."""

    passed: int


class WhyNotLive(StrEnum):
    """Why a cart's claim can be neither extended nor used, in order of precedence."""

    UNKNOWN = "unknown"
    OTHER_CHANNEL = "other_channel"
    COMMITTED = "committed"
    FREED = "freed"
    EXPIRED = "expired"
    OLD = "old"
