"""Overrides' rows: every read and write of them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from entrepot.network.model import OverrideRow
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, NodeId

Q = sql.load(__package__, "overrides.sql")

LAST = UUID(int=2**128 - 1)
"""An id after all others: the newest come first."""


async def standing(conn: db.Connection, market: MarketId) -> list[OverrideRow]:
    """Read those of all nodes that were not ended, the oldest first."""
    return await db.fetch(conn, Q["standing_overrides"], OverrideRow, market=market)


async def of_node(
    conn: db.Connection,
    market: MarketId,
    node_id: NodeId,
    *,
    ended: bool = False,
    before: UUID = LAST,
    most: int,
) -> list[OverrideRow]:
    """Read a page of a node's, the newest first; with `ended` also those that are over."""
    return await db.fetch(
        conn, Q["overrides_of"], OverrideRow,
        market=market, node_id=node_id, ended=ended, before=before, most=most,
    )  # fmt: skip


async def one(conn: db.Connection, market: MarketId, override_id: UUID) -> OverrideRow | None:
    """Read one; None where there is none."""
    rows = await db.fetch(
        conn, Q["one_override"], OverrideRow, market=market, override_id=override_id
    )
    return rows[0] if rows else None


async def put(conn: db.Connection, market: MarketId, row: OverrideRow) -> None:
    """Write a new one."""
    await db.execute(
        conn, Q["put_override"],
        market=market, override_id=row.override_id, node_id=row.node_id, kind=row.kind,
        method=row.method, day=row.day, limit_per_day=row.limit_per_day, clock=row.clock,
        begins_at=row.begins_at, ends_at=row.ends_at, begun=row.begun, reason=row.reason,
        actor=row.actor, made_at=row.made_at,
    )  # fmt: skip


async def end(
    conn: db.Connection,
    market: MarketId,
    ids: Collection[UUID],
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> list[OverrideRow]:
    """End those of these that stand; answers them."""
    return await db.fetch(
        conn, Q["end_overrides"], OverrideRow,
        market=market, override_ids=list(ids), actor=actor, reason=reason, at=at,
    )  # fmt: skip


async def begin(conn: db.Connection, market: MarketId, ids: Collection[UUID]) -> None:
    """Mark those whose time has come."""
    await db.execute(conn, Q["begin_overrides"], market=market, override_ids=list(ids))
