"""What follows from rows of a feed, whichever way they came: shortages, their ends, and supply."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.inventory import browse, tell
from entrepot.inventory.model import RowResult, RowStatus
from entrepot.journey import told
from entrepot.journey.mend import mend
from entrepot.plumbing import db, outbox
from entrepot.terms.ids import MarketId, NodeId, Sku

WRITTEN = frozenset({RowStatus.APPLIED, RowStatus.BELOW_ZERO, RowStatus.ALREADY_COUNTED})
"""What may have changed a position: also what took more than there was, and what a count had seen
already, for that says nothing of why units are set aside."""


async def notice(
    conn: db.Connection, market: MarketId, results: Sequence[RowResult], *, at: datetime
) -> None:
    """Tell what these rows have brought about. The caller owns the transaction.

    A shortage that stands is told, whoever found it again: its claims give way by the journey.
    """
    last = {(r.sku, r.node_id): r for r in results if r.status in WRITTEN}
    if not last:
        return
    short = [
        tell.shorted(sku, node, each.on_hand or 0, each.short)
        for (sku, node), each in sorted(last.items())
        if each.short
    ]
    await outbox.tell(conn, market, short, at=at)
    await mend(conn, market, _mended(results, last), at=at)
    await tell_those_who_wait(conn, market, {sku for sku, _ in last}, at)


async def tell_those_who_wait(
    conn: db.Connection, market: MarketId, skus: set[Sku], at: datetime
) -> None:
    """If anybody waits for one of these skus, the journey is told that it came."""
    if not skus:
        return
    owed = await browse.owed(conn, market, sorted(skus))
    if owed:
        await outbox.tell(conn, market, [told.supplied(market, sorted(owed))], at=at)


def _mended(
    results: Sequence[RowResult], last: dict[tuple[Sku, NodeId], RowResult]
) -> list[tuple[Sku, NodeId]]:
    ended = {(each.sku, each.node_id) for each in results if each.mended}
    return sorted(key for key in ended if not last[key].short)
