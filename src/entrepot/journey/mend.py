"""A shortage has ended: nobody need see to it any more."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.journey import told
from entrepot.plumbing import db, exceptions, outbox
from entrepot.terms.ids import MarketId, NodeId, Sku

SHORT = "inventory.short"
"""The kind of an exception: claimed units are missing, and no claim on them can give way."""

ENTREPOT = "entrepot"
_ENDED = "the shortage has ended"


def about(sku: Sku, node: NodeId) -> str:
    """Name the position an exception is about."""
    return f"positions/{sku}/{node}"


async def mend(
    conn: db.Connection, market: MarketId, keys: Sequence[tuple[Sku, NodeId]], *, at: datetime
) -> None:
    """End the exceptions about these positions' shortages. The caller owns the transaction."""
    if not keys:
        return
    subjects = sorted({about(sku, node) for sku, node in keys})
    standing = await exceptions.open_about(conn, market, SHORT, subjects)
    ids = [each.exception_id for each in standing]
    if ids:
        closed = await exceptions.close(conn, market, ids, actor=ENTREPOT, reason=_ENDED, at=at)
        facts = [told.unstuck(each, actor=ENTREPOT, reason=_ENDED) for each in closed]
        await outbox.tell(conn, market, facts, at=at)
