"""Let carts' units go: released by their shoppers, or swept when their time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.inventory import carts_rules, carts_store, store
from entrepot.inventory.carts_model import CartClaim, CartState, Ended, Held
from entrepot.inventory.reserve import GuardFailed
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, Sku


@dataclass(frozen=True, slots=True)
class Swept:
    """How many carts a sweep looked at, and the skus of which units are for sale again."""

    looked_at: int
    skus: list[Sku]


async def let_go(
    conn: db.Connection, market: MarketId, held: Sequence[Held], *, at: datetime
) -> list[CartClaim]:
    """End locked carts that are held: all their units are for sale. Answers their claims.

    The caller owns the transaction. Raises GuardFailed where a cart was ended twice.
    """
    ended = [carts_rules.let_go(each, at) for each in held]
    if ended:
        await store.positions_for_update(conn, market, sorted(carts_rules.spare_units(ended)))
        await end(conn, market, ended, at=at)
    return [claim for each in ended for claim in each.spare]


async def sweep(conn: db.Connection, market: MarketId, *, at: datetime, most: int) -> Swept:
    """Look at up to `most` carts whose time has come: end, look again later, or remove.

    Carts that another transaction is using are left to it. The caller owns the transaction.
    """
    due = await carts_store.due(conn, market, at, most)
    expired = [c.cart_id for c in due if c.state == CartState.HELD and c.expires_at <= at]
    later = [c.cart_id for c in due if c.state == CartState.HELD and c.expires_at > at]
    old = [c.cart_id for c in due if c.state != CartState.HELD]
    skus = await _expire(conn, market, expired, at=at) if expired else []
    await carts_store.look_again(conn, market, later)
    await carts_store.remove(conn, market, old)
    return Swept(len(due), skus)


async def _expire(
    conn: db.Connection, market: MarketId, cart_ids: Sequence[UUID], *, at: datetime
) -> list[Sku]:
    """End carts whose time is over: two statements, and no claim of theirs is read from here."""
    held = await carts_store.hold_places(conn, market, cart_ids)
    passed = await carts_store.expire(conn, market, cart_ids, held.claims, at=at)
    if passed != held.places + len(cart_ids) + held.claims:
        raise GuardFailed("a cart was ended twice")
    return held.skus


async def end(
    conn: db.Connection, market: MarketId, ended: Sequence[Ended], *, at: datetime
) -> None:
    """Write how carts end; the caller has locked them and the positions of what is spare."""
    spare = carts_rules.spare_units(ended)
    if await carts_store.end(conn, market, ended, spare, at=at) != len(ended) + len(spare):
        raise GuardFailed("a cart was ended twice")
