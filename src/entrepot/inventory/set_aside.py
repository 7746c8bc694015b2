"""Set units aside that are there and not for sale, for a reason; or make them sellable again."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import store
from entrepot.inventory.buckets import SetAside
from entrepot.inventory.model import RowResult
from entrepot.inventory.move import tell
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def set_aside(
    conn: db.Connection,
    market: MarketId,
    asks: Sequence[SetAside],
    *,
    at: datetime,
    actor: str | None = None,
) -> list[RowResult]:
    """Answer every ask in order, each whole or not at all. The caller owns the commit.

    Refuses wrong_sign, insufficient_stock, claimed and not_set_aside, and lots of
    which there is not so much. What is damaged or in
    quarantine is so whoever has a claim on it: there a shortage may be raised.
    """
    await store.hold(conn, market, store.keys_of(asks))
    return (await tell(conn, market, asks, at=at, actor=actor)).results
