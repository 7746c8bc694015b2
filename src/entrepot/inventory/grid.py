"""Read a window of the grid of skus and nodes, and what stands behind a cell. No locks, no writes.

A window is a few statements, however many cells it has: a row for each sku, its nodes side by side.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from entrepot.inventory import browse, expected
from entrepot.inventory.chapters import first_id_at
from entrepot.inventory.grid_model import (
    Bucket,
    CartAt,
    Cells,
    ClaimAt,
    Coming,
    DayBalance,
    Fresh,
    ShelfRow,
    Window,
)
from entrepot.inventory.supply_model import SkuNamed
from entrepot.inventory.transit import Arriving
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, NodeId, Sku

Q = sql.load(__package__, "grid.sql")

SHORT_MAX = 20_000
"""Skus with a shortage at once: more than that is another kind of trouble."""

ON_THE_SHELF = frozenset(
    {Bucket.AVAILABLE, Bucket.ON_HAND, Bucket.RESERVED, Bucket.SAFETY, Bucket.UNAVAILABLE}
)


async def window(
    conn: db.Connection,
    market: MarketId,
    skus: Sequence[Sku],
    nodes: Sequence[NodeId],
    buckets: Collection[Bucket],
    *,
    some: bool,
) -> Window:
    """Read some skus' cells at some nodes, in these orders; `some`: there are other nodes too."""
    place = {node: at for at, node in enumerate(nodes)}
    cells: dict[Bucket, list[Cells]] = {}
    if ON_THE_SHELF.intersection(buckets):
        rows = await db.fetch(
            conn, Q["shelf_rows"], ShelfRow,
            market=market, skus=list(skus), node_ids=list(nodes) if some else None,
        )  # fmt: skip
        cells |= _shelves({row.sku: row for row in rows}, skus, place, buckets)
    if Bucket.IN_TRANSIT in buckets:
        road = await db.fetch(conn, Q["on_the_road"], Arriving, market=market, skus=list(skus))
        units = {(row.sku, row.node_id): row.quantity for row in road}
        cells[Bucket.IN_TRANSIT] = _spread(units, skus, place)
    if Bucket.ON_ORDER in buckets:
        due: dict[tuple[Sku, NodeId], int] = {}
        for each in await expected.due(conn, market, skus):
            key = (each.sku, each.node_id)
            due[key] = due.get(key, 0) + each.units
        cells[Bucket.ON_ORDER] = _spread(due, skus, place)
    owed = await browse.owed(conn, market, skus)
    totals = {
        bucket: [sum(filter(None, row)) for row in rows_of] for bucket, rows_of in cells.items()
    }
    return Window(cells, totals, [owed.get(sku, 0) for sku in skus])


async def short_skus(
    conn: db.Connection, market: MarketId, nodes: Collection[NodeId] | None
) -> set[Sku]:
    """Find the skus of which reserved units are missing at some nodes; None: at any."""
    rows = await db.fetch(
        conn, Q["short_skus"], SkuNamed,
        market=market, node_ids=None if nodes is None else list(nodes), most=SHORT_MAX,
    )  # fmt: skip
    return {row.sku for row in rows}


async def freshness(conn: db.Connection, market: MarketId) -> dict[NodeId, Fresh]:
    """Read when each node was last heard of by a feed, and whether one of them is silent."""
    rows = await db.fetch(conn, Q["fresh_nodes"], Fresh, market=market)
    return {row.node_id: row for row in rows}


async def on_the_road(conn: db.Connection, market: MarketId, sku: Sku, most: int) -> list[Coming]:
    """Read the transfers that bring units of a sku, by arrival."""
    return await db.fetch(conn, Q["trips_of_sku"], Coming, market=market, sku=sku, most=most)


async def claims_at(
    conn: db.Connection, market: MarketId, sku: Sku, node: NodeId, *, most: int
) -> tuple[list[ClaimAt], list[CartAt]]:
    """Read whose units are reserved at a position: orders' lines, and carts."""
    where = {"market": market, "sku": sku, "node_id": node, "most": most}
    return (
        await db.fetch(conn, Q["claims_at"], ClaimAt, **where),
        await db.fetch(conn, Q["carts_at"], CartAt, **where),
    )


async def by_day(
    conn: db.Connection,
    market: MarketId,
    sku: Sku,
    ends: Sequence[datetime],
    *,
    node: NodeId | None,
) -> list[DayBalance]:
    """Read a sku's balances as the books had them before each of these moments."""
    return await db.fetch(
        conn, Q["balances_by_day"], DayBalance,
        market=market, sku=sku, node_id=node, befores=[first_id_at(end) for end in ends],
    )  # fmt: skip


def _shelves(
    rows: Mapping[Sku, ShelfRow],
    skus: Sequence[Sku],
    place: Mapping[NodeId, int],
    buckets: Collection[Bucket],
) -> dict[Bucket, list[Cells]]:
    wanted = [bucket for bucket in Bucket if bucket in buckets and bucket in ON_THE_SHELF]
    made: dict[Bucket, list[Cells]] = {bucket: [] for bucket in wanted}
    for sku in skus:
        row = rows.get(sku)
        taken = {} if row is None else _apart(row)
        at = [] if row is None else [place.get(node, -1) for node in _nodes(row)]
        for bucket in wanted:
            cells: Cells = [None] * len(place)
            for where, units in zip(at, taken.get(bucket, ()), strict=True):
                if where >= 0:
                    cells[where] = units
            made[bucket].append(cells)
    return made


def _nodes(row: ShelfRow) -> list[NodeId]:
    """Give the nodes of a row as its units stand."""
    ids, order = browse.node_list(row.nodes)
    if order is None:
        return list(ids)
    found: list[NodeId] = [NodeId("")] * len(ids)
    for node, at in zip(ids, order, strict=True):
        found[at] = node
    return found


def _apart(row: ShelfRow) -> dict[Bucket, list[int]]:
    """Take what is on hand apart: claimed, set aside, kept back, and for sale."""
    left = [
        on_hand - reserved - unavailable
        for on_hand, reserved, unavailable in zip(
            row.on_hand, row.reserved, row.unavailable, strict=True
        )
    ]
    kept = [
        min(safety, units) if units > 0 else 0
        for units, safety in zip(left, row.safety, strict=True)
    ]
    return {
        Bucket.AVAILABLE: [units - safety for units, safety in zip(left, kept, strict=True)],
        Bucket.ON_HAND: row.on_hand,
        Bucket.RESERVED: row.reserved,
        Bucket.SAFETY: kept,
        Bucket.UNAVAILABLE: row.unavailable,
    }


def _spread(
    units: Mapping[tuple[Sku, NodeId], int], skus: Sequence[Sku], place: Mapping[NodeId, int]
) -> list[Cells]:
    rows: dict[Sku, Cells] = {sku: [None] * len(place) for sku in skus}
    for (sku, node), many in units.items():
        if node in place:
            rows[sku][place[node]] = many
    return [rows[sku] for sku in skus]
