"""How fast skus sell at nodes: units a day over whole days (UTC), counted from the ledger.

Each day is counted once, when it is over, and only while some rule asks for velocities. All is
derived: what was counted can be thrown away at any time and is counted again.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from entrepot.inventory.keeping import Floats, Keeping
from entrepot.inventory.model import Day, Sold
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, NodeId, Sku, id_at

Q = sql.load(__package__, "velocity.sql")

SETTLED_AFTER = timedelta(minutes=2)
"""A movement's id is taken before its transaction commits, and none may take so long."""


async def counted_to(conn: db.Connection, market: MarketId) -> date | None:
    """Say which day was counted last; None where none was."""
    rows = await _counted(conn, market, date.min)
    return rows[-1].day if rows else None


async def due(conn: db.Connection, market: MarketId, *, days: int, at: datetime) -> date | None:
    """Say which day of the window is to be counted next; None where all are.

    The window is the last `days` whole days before `at`.
    """
    since = _since(days, at)
    counted = {row.day for row in await _counted(conn, market, since)}
    window = (since + timedelta(days=n) for n in range(days))
    return next((day for day in window if day not in counted), None)


async def count(
    conn: db.Connection, market: MarketId, day: date, *, days: int, at: datetime
) -> None:
    """Count a day, and forget those before the window. The caller owns the transaction.

    Whoever counts a day holds the market's sweep: no day is counted twice.
    """
    since = _since(days, at)
    await db.execute(conn, Q["forget_sold"], market=market, since=since)
    await db.execute(conn, Q["forget_days"], market=market, since=since)
    begins, ends = (datetime.combine(d, time(), UTC) for d in (day, day + timedelta(days=1)))
    await db.execute(
        conn, Q["count_day"],
        market=market, day=day, from_at=begins,
        from_id=id_at(begins), to_id=id_at(ends),
    )  # fmt: skip
    await db.execute(conn, Q["mark_day"], market=market, day=day)


async def paces(
    conn: db.Connection,
    market: MarketId,
    keeping: Keeping,
    *,
    upto: date | None,
    skus: Collection[Sku] | None = None,
) -> dict[Sku, Floats]:
    """Read units a day per node (float64[N], the network's order) over the window to `upto`.

    Skus that have not sold are not in it. A market younger than its window sold nothing before.
    """
    if upto is None:
        return {}
    days = keeping.velocity_days
    rows = await db.fetch(
        conn, Q["sold_by_sku"], Sold,
        market=market, since=upto - timedelta(days=days - 1), upto=upto,
        skus=None if skus is None else sorted(skus),
    )  # fmt: skip
    index = keeping.compiled.index
    found = {}
    for row in rows:
        pace = np.zeros(len(index))
        for node, units in zip(row.nodes, row.units, strict=True):
            if (at := index.get(NodeId(node))) is not None:
                pace[at] = units / days
        found[row.sku] = pace
    return found


async def _counted(conn: db.Connection, market: MarketId, since: date) -> list[Day]:
    return await db.fetch(conn, Q["days_counted"], Day, market=market, since=since)


def _since(days: int, at: datetime) -> date:
    return (at - SETTLED_AFTER).astimezone(UTC).date() - timedelta(days=days)
