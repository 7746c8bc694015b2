"""Trace a figure: the steps it was made of, what caused each, and who did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.inventory import ledger
from entrepot.inventory.feed_model import Entry
from entrepot.orders import browse as orders
from entrepot.plumbing import db
from entrepot.terms.ids import AFTER_ALL, MarketId, NodeId, OrderId, Sku


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of the ledger and who did it; None: it is not known any more."""

    entry: Entry
    actor: str | None


async def steps(  # noqa: PLR0913 - whose entries, and which of them
    conn: db.Connection,
    market: MarketId,
    sku: Sku,
    *,
    node_id: NodeId | None,
    since: datetime | None,
    until: datetime | None,
    before: UUID = AFTER_ALL,
    most: int,
) -> list[Step]:
    """Read a sku's steps, newest first. What an order caused, its channel did."""
    entries = await ledger.movements(
        conn, market, sku, node_id=node_id, since=since, until=until, before=before, most=most
    )
    channels = await _channels(conn, market, entries)
    return [Step(e, e.actor or (channels.get(e.order_id) if e.order_id else None)) for e in entries]


async def _channels(
    conn: db.Connection, market: MarketId, entries: Sequence[Entry]
) -> dict[OrderId, str]:
    ids = sorted({e.order_id for e in entries if e.order_id is not None and e.actor is None})
    if not ids:
        return {}
    return {
        head.order_id: f"channel:{head.channel}" for head in await orders.heads(conn, market, ids)
    }
