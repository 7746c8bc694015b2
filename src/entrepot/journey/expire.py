"""Units whose day has come are set aside; those whose day was put right are sellable again.

Nobody asks for it: the background looks, a bounded commit at a time. What is claimed of them
becomes a shortage, and is relieved as any other (`journey/relieve.py`).
"""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import RowStatus
from entrepot.inventory.set_aside import set_aside
from entrepot.journey import told
from entrepot.journey.model import Expiring
from entrepot.journey.notice import notice
from entrepot.plumbing import db, outbox, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "expiry.sql")

LOTS_PER_COMMIT_MAX = 500
"""Lots at nodes that one commit sets aside: their positions are locked that long."""

ACTOR = "entrepot"


async def expire(conn: db.Connection, market: MarketId, *, at: datetime) -> int:
    """Set aside what has expired at a moment, each node by its own day; answers how many lots.

    The caller owns the commit and comes again while there are LOTS_PER_COMMIT_MAX.
    """
    due = await _found(conn, market, "expiring", at)
    if not due:
        good = await _found(conn, market, "good_again", at)
        return len(await _turned(conn, market, good, -1, at))
    rows = await _turned(conn, market, due, +1, at)
    await outbox.tell(conn, market, [told.expired(row) for row in rows], at=at)
    return len(rows)


async def _found(
    conn: db.Connection, market: MarketId, statement: str, at: datetime
) -> list[Expiring]:
    return await db.fetch(
        conn, Q[statement], Expiring, market=market, at=at, most=LOTS_PER_COMMIT_MAX
    )


async def _turned(
    conn: db.Connection, market: MarketId, rows: Sequence[Expiring], sign: int, at: datetime
) -> list[Expiring]:
    """Turn lots as they were found; those that somebody has moved meanwhile are left for later."""
    if not rows:
        return []
    asks = [
        SetAside(
            row.sku, row.node_id, AsideReason.EXPIRED, sign * row.quantity, None,
            lots=(LotUnits(row.lot, row.quantity, serial=row.serial),),
        )
        for row in rows
    ]  # fmt: skip
    done = await set_aside(conn, market, asks, at=at, actor=ACTOR)
    await notice(conn, market, done, at=at)
    return [
        row for row, result in zip(rows, done, strict=True) if result.status is RowStatus.APPLIED
    ]
