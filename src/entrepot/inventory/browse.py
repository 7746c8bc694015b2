"""What faces ask of stock: balances, availability, the ledger. No locks, no writes."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from sys import intern
from uuid import UUID

import msgspec

from entrepot.inventory.model import (
    AtNodes,
    Available,
    Demand,
    DrawnAt,
    Free,
    FreeRow,
    Owed,
    Position,
    Reservation,
    Shelf,
)
from entrepot.inventory.store import (
    Q,
    demand_of_orders,
    held_at,
    reservations_of_orders,
)
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import WRITER
from entrepot.terms.ids import MarketId, NodeId, OrderId, Sku

FOR_SALE = sql.load(__package__, "available.sql")

Key = tuple[Sku, NodeId]

NODE_LISTS_MAX = 1_024
"""Lists of nodes that are remembered: some ten megabytes at 200 nodes each."""

_names = msgspec.json.Decoder(list[str])

__all__ = [
    "at_nodes",
    "available",
    "claims",
    "drawn_everywhere",
    "free_at",
    "free_by_sku",
    "free_of_skus",
    "free_since",
    "held_at",
    "node_list",
    "owed",
    "positions",
    "positions_of_skus",
    "reservations_of_orders",
    "sellable",
    "waiting",
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
        conn, FOR_SALE["available"], Available,
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
    return await db.fetch(conn, FOR_SALE["drawn_everywhere"], DrawnAt, market=market)


async def at_nodes(
    conn: db.Connection, market: MarketId, skus: Sequence[Sku], *, buffer: int
) -> dict[Sku, AtNodes]:
    """Units a channel may sell now at each node that has some, from the rows themselves."""
    rows = await db.fetch(
        conn, FOR_SALE["shelves_of_skus"], Shelf, market=market, skus=list(skus), buffer=buffer
    )
    return {row.sku: _at_nodes(row) for row in rows}


def _at_nodes(shelf: Shelf) -> AtNodes:
    nodes, order = node_list(shelf.nodes)
    return AtNodes(nodes, shelf.units if order is None else [shelf.units[at] for at in order])


@lru_cache(NODE_LISTS_MAX)
def node_list(text: str) -> tuple[tuple[NodeId, ...], tuple[int, ...] | None]:
    """Read a JSON array of ids: the ids, ascending, and how to order what lies beside them.

    No order: they stood so. Skus lie at the same nodes again and again; their names are read once.
    """
    names = [NodeId(intern(name)) for name in _names.decode(text)]
    order = tuple(sorted(range(len(names)), key=names.__getitem__))
    if order == tuple(range(len(names))):
        return tuple(names), None
    return tuple(names[at] for at in order), order


async def free_of_skus(conn: db.Connection, market: MarketId, skus: Sequence[Sku]) -> list[Free]:
    """Read everything that is free of some skus, from the rows themselves."""
    return await db.fetch(conn, Q["free_of_skus"], Free, market=market, skus=list(skus))


async def free_at(conn: db.Connection, market: MarketId, keys: Sequence[Key]) -> list[Free]:
    """Read what is free at some positions."""
    return await db.fetch(
        conn, Q["free_at"], Free,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
    )  # fmt: skip


async def free_since(
    conn: db.Connection, market: MarketId, since: UUID, *, but: int = WRITER
) -> list[Free]:
    """Read the positions that movements after the id `since` have touched, but for a writer's."""
    return await db.fetch(conn, Q["free_since"], Free, market=market, since=since, writer=but)


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
    return await db.fetch(
        conn, FOR_SALE["positions_of_skus"], Position, market=market, skus=list(skus)
    )


async def claims(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> tuple[list[Reservation], list[Demand]]:
    """Read what orders have claimed, and what they wait for."""
    return (
        await reservations_of_orders(conn, market, order_ids),
        await demand_of_orders(conn, market, order_ids),
    )


async def waiting(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Demand]:
    """Read what orders wait for."""
    return await demand_of_orders(conn, market, order_ids)
