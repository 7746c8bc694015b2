"""Put holds on orders and lift them: nothing is released to a node while one stands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from entrepot.orders import store
from entrepot.orders.model import Expired, Hold, HoldKind, NewHold, WhyNotHeld
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, OrderId
from entrepot.terms.outcome import Done, Outcome, Refused

Held = Outcome[Hold, WhyNotHeld]


async def hold(  # noqa: PLR0913 - what a hold is
    conn: db.Connection,
    market: MarketId,
    order_id: OrderId,
    *,
    kind: HoldKind,
    reason: str,
    actor: str,
    until: datetime | None,
    at: datetime,
) -> Held:
    """Hold an order; refused where it is unknown, done, or held for this kind of reason already."""
    if not await store.lock_orders(conn, market, [order_id]):
        return Refused(WhyNotHeld.UNKNOWN_ORDER)
    if await store.closed_among(conn, market, [order_id]):
        return Refused(WhyNotHeld.DONE)
    placed = await store.place_hold(
        conn, market, order_id, kind=kind, reason=reason, actor=actor, until=until, at=at
    )
    return Refused(WhyNotHeld.ALREADY_HELD) if placed is None else Done(placed)


async def hold_new(
    conn: db.Connection, market: MarketId, holds: Sequence[NewHold], *, at: datetime
) -> list[Hold]:
    """Hold orders written in this very transaction, all at once; answers the holds."""
    return await store.place_holds(conn, market, holds, at) if holds else []


async def unhold(  # noqa: PLR0913 - who, what, why, when
    conn: db.Connection,
    market: MarketId,
    order_id: OrderId,
    *,
    kind: HoldKind,
    reason: str,
    actor: str,
    at: datetime,
) -> Held:
    """Lift an order's hold of one kind; refused where none stands."""
    if not await store.lock_orders(conn, market, [order_id]):
        return Refused(WhyNotHeld.UNKNOWN_ORDER)
    lifted = await store.lift_holds(
        conn, market, [(order_id, kind)], actor=actor, reason=reason, at=at
    )
    return Done(lifted[0]) if lifted else Refused(WhyNotHeld.NOT_HELD)


async def lift_all(
    conn: db.Connection,
    market: MarketId,
    holds: Sequence[tuple[OrderId, UUID]],
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> list[Hold]:
    """Lift these very holds, those that still stand. The caller holds the orders' locks."""
    meant = {hold_id for _, hold_id in holds}
    standing = [
        (each.order_id, each.kind)
        for each in await store.holds_of(conn, market, [order_id for order_id, _ in holds])
        if each.hold_id in meant and each.lifted_at is None
    ]
    return await store.lift_holds(conn, market, standing, actor=actor, reason=reason, at=at)


async def expired(conn: db.Connection, *, at: datetime, most: int) -> list[Expired]:
    """Find the holds whose time has come, in any market."""
    return await store.holds_expired(conn, at, most)


async def lift_expired(
    conn: db.Connection, market: MarketId, holds: Sequence[Expired], *, at: datetime
) -> list[Hold]:
    """Lift holds whose time has come, those that still stand. The caller owns the transaction."""
    order_ids = [each.order_id for each in holds]
    await store.lock_orders(conn, market, order_ids)
    due = {each.hold_id for each in holds}
    standing = [
        (each.order_id, each.kind)
        for each in await store.holds_of(conn, market, order_ids)
        if each.hold_id in due and each.lifted_at is None
    ]
    return await store.lift_holds(
        conn, market, standing, actor="entrepot", reason="its time had come", at=at
    )
