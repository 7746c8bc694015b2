"""What others may know of promises after the order: what was told, by when what must be done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.plumbing import db, sql
from entrepot.promise.after_model import MilestoneRow, Revision
from entrepot.promise.store import told_of, ways_of
from entrepot.terms.ids import FulfillmentOrderId, MarketId, NodeId, OrderId

__all__ = ["LateWork", "alarmed", "milestones_of", "revisions_of", "told_of", "ways_of"]

V = sql.load(__package__, "views.sql")


@dataclass(frozen=True, slots=True)
class LateWork:
    """A fulfillment order with an alarm."""

    fulfillment_order_id: FulfillmentOrderId


async def revisions_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> dict[OrderId, list[Revision]]:
    """Read how the dates of some orders moved, each in its order."""
    found: dict[OrderId, list[Revision]] = {}
    rows = await db.fetch(
        conn, V["revisions_of"], Revision, market=market, order_ids=list(order_ids)
    )
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found


async def milestones_of(
    conn: db.Connection, market: MarketId, ids: Collection[FulfillmentOrderId]
) -> dict[FulfillmentOrderId, MilestoneRow]:
    """Read the milestones of some fulfillment orders; those without are left out."""
    if not ids:
        return {}
    rows = await db.fetch(
        conn, V["milestones_of"], MilestoneRow, market=market, fulfillment_order_ids=list(ids)
    )
    return {row.fulfillment_order_id: row for row in rows}


async def alarmed(  # noqa: PLR0913 - a list's filters and its cursor
    conn: db.Connection,
    market: MarketId,
    *,
    node_id: NodeId | None,
    states: Collection[str] | None,
    method: str | None,
    late_since: datetime | None,
    after: UUID,
    most: int,
) -> list[FulfillmentOrderId]:
    """Name a page of work at risk, ascending; `late_since`: only what was due by then."""
    rows = await db.fetch(
        conn, V["alarmed"], LateWork,
        market=market, node_id=node_id, states=None if states is None else sorted(states),
        method=method, late_since=late_since, after=after, most=most,
    )  # fmt: skip
    return [row.fulfillment_order_id for row in rows]
