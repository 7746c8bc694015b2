"""Orders' rows: every read and write their verbs make, and nothing they decide."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from entrepot.orders.model import (
    Cancellation,
    Captured,
    Document,
    Expired,
    Head,
    Hold,
    Known,
    Line,
    Locked,
    NewHold,
    Part,
)
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import LineNo, MarketId, OrderId

Q = sql.load(__package__)


async def known_orders(
    conn: db.Connection, market: MarketId, keys: Sequence[tuple[str, str]]
) -> list[Known]:
    return await db.fetch(
        conn, Q["known_orders"], Known,
        market=market, channels=[k[0] for k in keys], external_ids=[k[1] for k in keys],
    )  # fmt: skip


async def documents(
    conn: db.Connection, market: MarketId, order_ids: Sequence[UUID]
) -> dict[UUID, str]:
    rows = await db.fetch(conn, Q["documents"], Document, market=market, order_ids=list(order_ids))
    return {row.order_id: row.document for row in rows}


async def record_orders(
    conn: db.Connection, market: MarketId, batch: Sequence[Captured], at: datetime
) -> None:
    lines = [
        (each.order_id, number, line, each.canceled.get(LineNo(number), 0), number in each.digital)
        for each in batch
        for number, line in enumerate(each.order.lines, start=1)
    ]
    orders = [each.order for each in batch]
    await db.execute(
        conn, Q["record_orders"],
        market=market,
        at=at,
        line_orders=[row[0] for row in lines],
        line_nos=[row[1] for row in lines],
        line_externals=[row[2].external_id or str(row[1]) for row in lines],
        skus=[row[2].sku for row in lines],
        quantities=[row[2].quantity for row in lines],
        canceleds=[row[3] for row in lines],
        unit_prices=[row[2].unit_price for row in lines],
        discounts=[row[2].discount for row in lines],
        taxes=[row[2].tax for row in lines],
        digitals=[row[4] for row in lines],
        order_ids=[each.order_id for each in batch],
        channels=[order.channel for order in orders],
        external_ids=[order.external_id for order in orders],
        placed_ats=[order.placed_at for order in orders],
        currencies=[order.currency for order in orders],
        totals=[each.total for each in batch],
        emails=[_email(order.customer.email) if order.customer else None for order in orders],
        methods=[order.method.value for order in orders],
        services=[each.service for each in batch],
        backorders=[order.backorder.value for order in orders],
        earliests=[each.promised_earliest for each in batch],
        latests=[each.promised_latest for each in batch],
        fingerprints=[each.fingerprint for each in batch],
        documents=[each.document for each in batch],
    )  # fmt: skip


async def record_parts(conn: db.Connection, market: MarketId, batch: Sequence[Captured]) -> None:
    rows = [(each.order_id, *part) for each in batch for part in each.parts]
    if rows:
        await db.execute(
            conn, Q["record_parts"],
            market=market, order_ids=[r[0] for r in rows], line_nos=[r[1] for r in rows],
            skus=[r[2] for r in rows], per_units=[r[3] for r in rows],
        )  # fmt: skip


async def note_cancellations(
    conn: db.Connection, market: MarketId, units: Sequence[Cancellation], at: datetime
) -> None:
    if units:
        await db.execute(conn, Q["note_cancellations"], **_cancellations(market, units, at))


async def cancel_units(
    conn: db.Connection, market: MarketId, units: Sequence[Cancellation], at: datetime
) -> None:
    if units:
        await db.execute(conn, Q["cancel_units"], **_cancellations(market, units, at))


async def lock_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[OrderId]:
    """Lock the orders that exist, ascending; answers which do."""
    rows = await db.fetch(conn, Q["lock_orders"], Locked, market=market, order_ids=list(order_ids))
    return [row.order_id for row in rows]


async def heads(conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]) -> list[Head]:
    return await db.fetch(conn, Q["heads"], Head, market=market, order_ids=list(order_ids))


async def lines_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Line]:
    return await db.fetch(conn, Q["lines_of"], Line, market=market, order_ids=list(order_ids))


async def parts_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Part]:
    return await db.fetch(conn, Q["parts_of"], Part, market=market, order_ids=list(order_ids))


async def place_hold(  # noqa: PLR0913 - a hold's columns
    conn: db.Connection,
    market: MarketId,
    order_id: OrderId,
    *,
    kind: str,
    reason: str,
    actor: str,
    until: datetime | None,
    at: datetime,
) -> Hold | None:
    placed = await db.fetch(
        conn, Q["place_hold"], Hold,
        market=market, order_id=order_id, hold_id=MINT.one(), kind=kind, reason=reason,
        actor=actor, until=until, at=at,
    )  # fmt: skip
    return placed[0] if placed else None


async def place_holds(
    conn: db.Connection, market: MarketId, holds: Sequence[NewHold], at: datetime
) -> list[Hold]:
    return await db.fetch(
        conn, Q["place_holds"], Hold,
        market=market, at=at, order_ids=[h.order_id for h in holds],
        hold_ids=MINT.ids(len(holds)), kinds=[h.kind for h in holds],
        reasons=[h.reason for h in holds], actors=[h.actor for h in holds],
    )  # fmt: skip


async def lift_holds(
    conn: db.Connection,
    market: MarketId,
    holds: Sequence[tuple[OrderId, str]],
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> list[Hold]:
    return await db.fetch(
        conn, Q["lift_holds"], Hold,
        market=market, order_ids=[h[0] for h in holds], kinds=[h[1] for h in holds],
        actor=actor, reason=reason, at=at,
    )  # fmt: skip


async def holds_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Hold]:
    return await db.fetch(conn, Q["holds_of"], Hold, market=market, order_ids=list(order_ids))


async def holds_expired(conn: db.Connection, at: datetime, most: int) -> list[Expired]:
    return await db.fetch(conn, Q["holds_expired"], Expired, at=at, most=most)


async def close_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId], at: datetime
) -> list[OrderId]:
    rows = await db.fetch(
        conn, Q["close_orders"], Locked, market=market, order_ids=list(order_ids), at=at
    )
    return [row.order_id for row in rows]


async def closed_among(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> set[OrderId]:
    rows = await db.fetch(conn, Q["closed_among"], Locked, market=market, order_ids=list(order_ids))
    return {row.order_id for row in rows}


def _email(text: str | None) -> str | None:
    return text.strip().lower() or None if text else None


def _cancellations(
    market: MarketId, units: Sequence[Cancellation], at: datetime
) -> dict[str, object]:
    return {
        "market": market,
        "at": at,
        "order_ids": [u.order_id for u in units],
        "line_nos": [u.line_no for u in units],
        "cancellation_ids": MINT.ids(len(units)),
        "quantities": [u.quantity for u in units],
        "reasons": [u.reason for u in units],
        "actors": [u.actor for u in units],
    }
