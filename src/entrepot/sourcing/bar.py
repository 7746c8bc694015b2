"""Bar nodes: one that rejected a sku of an order, or came up short, is not asked for it again.

A person who has heard that it is there after all lifts the bar.
"""

from collections.abc import Sequence
from datetime import datetime

from entrepot.plumbing import db
from entrepot.sourcing import store
from entrepot.sourcing.model import Bar
from entrepot.terms.ids import MarketId


async def bar(conn: db.Connection, market: MarketId, bars: Sequence[Bar], *, at: datetime) -> None:
    """Write the bars; one that stands already stays as it is. The caller owns the transaction."""
    await store.bar_nodes(conn, market, bars, at)


async def lift(conn: db.Connection, market: MarketId, bars: Sequence[Bar]) -> None:
    """Lift the bars of one order. The caller owns the transaction."""
    if bars:
        await store.lift_bars(conn, market, bars)
