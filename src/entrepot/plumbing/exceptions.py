"""Exceptions: work that no rule can finish, waiting for a person, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.plumbing.model import Closed, Trouble
from entrepot.terms.ids import LineNo, MarketId, OrderId

Q = sql.load(__package__)


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something to raise: its kind (`sourcing.unroutable`), subject, reason; `detail` JSON text."""

    kind: str
    subject: str
    reason: str
    detail: str = "{}"
    order_id: OrderId | None = None
    line_no: LineNo | None = None


async def raise_all(
    conn: db.Connection, market: MarketId, stuck: Sequence[Stuck], *, at: datetime
) -> list[UUID]:
    """Open one exception each; the caller owns the transaction."""
    if not stuck:
        return []
    ids = MINT.ids(len(stuck))
    await db.execute(
        conn, Q["raise_exceptions"],
        market=market, exception_ids=ids, kinds=[s.kind for s in stuck],
        subjects=[s.subject for s in stuck], order_ids=[s.order_id for s in stuck],
        line_nos=[s.line_no for s in stuck], reasons=[s.reason for s in stuck],
        details=[s.detail for s in stuck], at=at,
    )  # fmt: skip
    return ids


async def of_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Trouble]:
    """Read all exceptions of these orders, closed ones too."""
    return await db.fetch(
        conn, Q["exceptions_of_orders"], Trouble, market=market, order_ids=list(order_ids)
    )


async def open_ones(
    conn: db.Connection, market: MarketId, *, after: UUID, most: int
) -> list[Trouble]:
    """Read the open exceptions after an id, oldest first."""
    return await db.fetch(
        conn, Q["open_exceptions"], Trouble, market=market, after=after, most=most
    )


async def open_about(
    conn: db.Connection, market: MarketId, kind: str, subjects: Sequence[str]
) -> list[Trouble]:
    """Read the open exceptions of a kind that are about these subjects."""
    return await db.fetch(
        conn, Q["open_exceptions_about"], Trouble,
        market=market, kind=kind, subjects=list(subjects),
    )  # fmt: skip


async def close(
    conn: db.Connection,
    market: MarketId,
    ids: Sequence[UUID],
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> list[Closed]:
    """End these exceptions; answers those that were open."""
    return await db.fetch(
        conn, Q["close_exceptions"], Closed,
        market=market, exception_ids=list(ids), actor=actor, reason=reason, at=at,
    )  # fmt: skip


async def close_of(
    conn: db.Connection,
    market: MarketId,
    lines: Sequence[tuple[OrderId, LineNo]],
    kinds: Sequence[str],
    *,
    reason: str,
    at: datetime,
) -> list[Closed]:
    """End the exceptions of these kinds that stood against these lines; answers them."""
    return await db.fetch(
        conn, Q["close_exceptions_of"], Closed,
        market=market, order_ids=[order for order, _ in lines],
        line_nos=[line for _, line in lines], kinds=list(kinds), reason=reason, at=at,
    )  # fmt: skip
