"""Backdate orders that are taken over: what is written of them now happened then.

Only in the transaction that writes them: from its commit on nothing of an order's past changes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, OrderId

Q = sql.load(__package__, "history.sql")


async def backdate(
    conn: db.Connection,
    market: MarketId,
    order_ids: Sequence[OrderId],
    *,
    canceled: Mapping[OrderId, datetime],
    closed: Mapping[OrderId, datetime],
) -> None:
    """Let these orders be captured when they were placed, and end when they ended.

    `canceled` and `closed` name those of them that were canceled and closed in this transaction.
    """
    await db.execute(conn, Q["backdate_orders"], market=market, order_ids=list(order_ids))
    for name, ended in (("backdate_cancellations", canceled), ("backdate_closings", closed)):
        if ended:
            await db.execute(
                conn, Q[name], market=market, order_ids=list(ended), ats=list(ended.values())
            )
