"""Counts, movements and set-asides as they come in: known skus and nodes only, in key order.

Those who wait for what came are told, and so is a shortage.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from entrepot.inventory import browse
from entrepot.inventory.buckets import SetAside
from entrepot.inventory.count import count
from entrepot.inventory.model import Count, Delta, Free, RowResult, RowStatus
from entrepot.inventory.move import move
from entrepot.inventory.set_aside import set_aside
from entrepot.journey.notice import notice
from entrepot.journey.world import Market
from entrepot.network import browse as network
from entrepot.plumbing import db

R = TypeVar("R", Count, Delta, SetAside)


async def take_counts(
    conn: db.Connection, market: Market, rows: Sequence[Count], *, at: datetime
) -> list[RowResult]:
    """Answer every count, in order. The caller owns the transaction."""
    results, known = await _sort_out(conn, market, rows)
    if not known:
        return [results[place] for place in range(len(results))]
    counted = await count(conn, market.id, [rows[place] for place in known], at=at)
    free = [Free(p.sku, p.node_id, max(0, p.free)) for p in counted.positions]
    return await _finish(conn, market, results, known, counted.results, free=free, at=at)


async def take_movements(
    conn: db.Connection, market: Market, rows: Sequence[Delta], *, at: datetime
) -> list[RowResult]:
    """Answer every movement, in order. The caller owns the transaction."""
    results, known = await _sort_out(conn, market, rows)
    if not known:
        return [results[place] for place in range(len(results))]
    done = await move(conn, market.id, [rows[place] for place in known], at=at)
    keys = sorted({(rows[place].sku, rows[place].node_id) for place in known})
    free = await browse.free_at(conn, market.id, keys)
    return await _finish(conn, market, results, known, done, free=free, at=at)


async def take_set_asides(
    conn: db.Connection, market: Market, rows: Sequence[SetAside], *, at: datetime
) -> list[RowResult]:
    """Answer every row of what is set aside, in order. The caller owns the transaction."""
    results, known = await _sort_out(conn, market, rows)
    if not known:
        return [results[place] for place in range(len(results))]
    done = await set_aside(conn, market.id, [rows[place] for place in known], at=at)
    keys = sorted({(rows[place].sku, rows[place].node_id) for place in known})
    free = await browse.free_at(conn, market.id, keys)
    return await _finish(conn, market, results, known, done, free=free, at=at)


async def _sort_out(
    conn: db.Connection, market: Market, rows: Sequence[R]
) -> tuple[dict[int, RowResult], list[int]]:
    """Refuse rows of unknown skus and nodes, and of kits, which have no stock of their own."""
    skus = {row.sku for row in rows}
    if any(sku not in market.catalog.items for sku in skus):
        await market.catalog.fetch_missing(conn, skus)
    nodes: set[str] = set(market.compiled.index)
    if any(row.node_id not in nodes for row in rows):
        nodes |= await network.known_nodes(conn, market.id, {row.node_id for row in rows})
    results: dict[int, RowResult] = {}
    known = []
    for place, row in enumerate(rows):
        made = market.catalog.items.get(row.sku)
        if made is None:
            results[place] = RowResult(row.sku, row.node_id, RowStatus.UNKNOWN_SKU)
        elif row.node_id not in nodes:
            results[place] = RowResult(row.sku, row.node_id, RowStatus.UNKNOWN_NODE)
        elif made.parts:
            results[place] = RowResult(row.sku, row.node_id, RowStatus.KIT)
        else:
            known.append(place)
    return results, known


async def _finish(  # noqa: PLR0913 - the rows, what became of them, and what is free now
    conn: db.Connection,
    market: Market,
    results: dict[int, RowResult],
    known: Sequence[int],
    done: Sequence[RowResult],
    *,
    free: Sequence[Free],
    at: datetime,
) -> list[RowResult]:
    results |= dict(zip(known, done, strict=True))
    market.stock.put(free)
    await notice(conn, market.id, done, at=at)
    return [results[place] for place in range(len(results))]
