"""What faces ask of transfers: one, a list, what is on its way. No locks, no writes."""

from collections.abc import Collection, Sequence

from entrepot.inventory.states import TransferState
from entrepot.inventory.transfer import Q, joined
from entrepot.inventory.transit import Arriving, Transfer, TransferMove, Trip
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku, TransferId


async def one(conn: db.Connection, market: MarketId, id_: TransferId) -> Trip | None:
    """Read a transfer; None where there is none."""
    heads = await db.fetch(conn, Q["transfer"], Transfer, market=market, transfer_id=id_)
    trips = await joined(conn, market, heads)
    return trips[0] if trips else None


async def moves(conn: db.Connection, market: MarketId, id_: TransferId) -> list[TransferMove]:
    """Read the life of a transfer."""
    return await db.fetch(conn, Q["transfer_moves"], TransferMove, market=market, transfer_id=id_)


async def listed(
    conn: db.Connection,
    market: MarketId,
    *,
    node_id: NodeId | None,
    states: Collection[TransferState] | None,
    after: str,
    most: int,
) -> list[Trip]:
    """Read a page, ascending by id; `node_id` is either end."""
    heads = await db.fetch(
        conn, Q["transfers"], Transfer,
        market=market, node_id=node_id, after=after, most=most,
        states=None if states is None else [state.value for state in states],
    )  # fmt: skip
    return await joined(conn, market, heads)


async def arriving(
    conn: db.Connection, market: MarketId, keys: Sequence[tuple[Sku, NodeId]]
) -> dict[tuple[Sku, NodeId], int]:
    """Read the units in transit to some positions."""
    rows = await db.fetch(
        conn, Q["arriving"], Arriving,
        market=market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
    )  # fmt: skip
    return {(row.sku, row.node_id): row.quantity for row in rows}
