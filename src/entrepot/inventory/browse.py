"""What faces ask of stock: balances, availability, the ledger. No locks, no writes."""

from collections.abc import Collection, Sequence
from uuid import UUID

from entrepot.inventory.model import (
    Available,
    Demand,
    DrawnAt,
    Free,
    FreeRow,
    Ledger,
    Owed,
    Position,
    Reservation,
)
from entrepot.inventory.store import (
    Q,
    demand_of_orders,
    orders_waiting_for,
    reservations_of_orders,
)
from entrepot.plumbing import db
from entrepot.plumbing.mint import WRITER
from entrepot.terms.ids import MarketId, NodeId, OrderId, Sku

Key = tuple[Sku, NodeId]

__all__ = [
    "available",
    "claims",
    "drawn_everywhere",
    "free_at",
    "free_by_sku",
    "free_of_skus",
    "free_since",
    "ledger",
    "orders_waiting_for",
    "owed",
    "positions",
    "positions_of_skus",
    "sellable",
]


async def available(
    conn: db.Connection,
    market: MarketId,
    skus: Sequence[Sku],
    *,
    node_ids: Collection[NodeId] | None,
    keeps: Sequence[int],
) -> dict[Sku, int]:
    """Units a channel may sell now, from the rows themselves; `keeps`, per sku, stay at each node.

    As when an order is planned: nobody gets more than what is free in the market less what is owed
    to orders that wait. A sku without a position has none.
    """
    rows = await db.fetch(
        conn, Q["available"], Available,
        market=market, skus=list(skus), keeps=list(keeps),
        node_ids=None if node_ids is None else list(node_ids),
    )  # fmt: skip
    owing = await owed(conn, market, skus)
    found = {row.sku: row for row in rows}
    return {
        sku: sellable(found[sku].available, found[sku].free, owing.get(sku, 0))
        if sku in found
        else 0
        for sku in skus
    }


def sellable(available: int, free: int, owed: int) -> int:
    """Give what can be had of a sku: of `free` units in the whole market `owed` are for others."""
    return min(available, max(0, free - owed)) if owed else available


async def drawn_everywhere(conn: db.Connection, market: MarketId) -> list[DrawnAt]:
    """Read what was drawn wherever anything is protected."""
    return await db.fetch(conn, Q["drawn_everywhere"], DrawnAt, market=market)


async def free_of_skus(conn: db.Connection, market: MarketId, skus: Sequence[Sku]) -> list[Free]:
    """Read everything that is free of some skus, from the rows themselves."""
    return await db.fetch(conn, Q["free_of_skus"], Free, market=market, skus=list(skus))


async def free_at(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> list[Free]:
    """Read what is free at some positions."""
    return await db.fetch(
        conn, Q["free_at"], Free,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
    )  # fmt: skip


async def free_since(conn: db.Connection, market: MarketId, since: UUID) -> list[Free]:
    """Read the positions that other processes' movements after the id `since` have touched."""
    return await db.fetch(conn, Q["free_since"], Free, market=market, since=since, writer=WRITER)


async def free_by_sku(conn: db.Connection, market: MarketId) -> list[FreeRow]:
    """Read a whole market's free units."""
    return await db.fetch(conn, Q["free_by_sku"], FreeRow, market=market)


async def owed(
    conn: db.Connection, market: MarketId, skus: Sequence[Sku] | None = None
) -> dict[Sku, int]:
    """Read the units that wait for supply, per sku."""
    if skus is None:
        rows = await db.fetch(conn, Q["owed"], Owed, market=market)
    else:
        rows = await db.fetch(conn, Q["owed_of_skus"], Owed, market=market, skus=list(skus))
    return {row.sku: row.quantity for row in rows}


async def positions(
    conn: db.Connection,
    market: MarketId,
    *,
    skus: Sequence[Sku] | None,
    node_id: NodeId | None,
    after: tuple[str, str],
    most: int,
) -> list[Position]:
    """Read balances, ascending by sku and node, from a cursor on."""
    return await db.fetch(
        conn, Q["positions_of"], Position,
        market=market, skus=None if skus is None else list(skus), node_id=node_id,
        after_sku=after[0], after_node=after[1], most=most,
    )  # fmt: skip


async def positions_of_skus(
    conn: db.Connection, market: MarketId, skus: Sequence[Sku]
) -> list[Position]:
    """Read all balances of some skus, ascending by sku and node."""
    return await db.fetch(conn, Q["positions_of_skus"], Position, market=market, skus=list(skus))


async def ledger(
    conn: db.Connection, market: MarketId, sku: Sku, node_id: NodeId, most: int
) -> list[Ledger]:
    """Read the newest entries of a position."""
    return await db.fetch(
        conn, Q["ledger_of"], Ledger, market=market, sku=sku, node_id=node_id, most=most
    )


async def claims(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> tuple[list[Reservation], list[Demand]]:
    """Read what orders have claimed, and what they wait for."""
    return (
        await reservations_of_orders(conn, market, order_ids),
        await demand_of_orders(conn, market, order_ids),
    )
