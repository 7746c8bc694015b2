"""Read the ledger: every step of a figure, and any figure at any past moment. No locks, no writes.

A moment is when the books learned of something, which is what an entry's id says; when it happened
stands beside it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from entrepot.inventory.chapters import FIRST, first_id_after, first_id_at
from entrepot.inventory.feed_model import Entry, PositionThen
from entrepot.plumbing import db, sql
from entrepot.terms.ids import AFTER_ALL, MarketId, NodeId, Sku, uuid7_ms

Q = sql.load(__package__, "ledger.sql")


async def movements(  # noqa: PLR0913 - whose entries, and which of them
    conn: db.Connection,
    market: MarketId,
    sku: Sku,
    *,
    node_id: NodeId | None,
    since: datetime | None,
    until: datetime | None,
    before: UUID = AFTER_ALL,
    most: int,
) -> list[Entry]:
    """Read a sku's entries, newest first: made from `since` to `until`, to the millisecond.

    `before` is the last entry seen: what follows it is read.
    """
    end = before if until is None else min(before, first_id_after(until))
    return await db.fetch(
        conn, Q["movements_of"], Entry,
        market=market, sku=sku, node_id=node_id, before=end, most=most,
        since=FIRST if since is None else first_id_at(since),
    )  # fmt: skip


async def positions_as_of(  # noqa: PLR0913 - when, and which of them
    conn: db.Connection,
    market: MarketId,
    moment: datetime,
    *,
    skus: Sequence[Sku] | None,
    node_id: NodeId | None,
    after: tuple[str, str],
    most: int,
) -> list[PositionThen]:
    """Read what the books said at the end of a moment's millisecond, ascending by sku and node.

    A position that was made later held nothing then.
    """
    return await db.fetch(
        conn, Q["positions_as_of"], PositionThen,
        market=market, before=first_id_after(moment),
        skus=None if skus is None else list(skus), node_id=node_id,
        after_sku=after[0], after_node=after[1], most=most,
    )  # fmt: skip


def recorded_ms(entry: Entry) -> int:
    """Say when the books learned of it, in Unix ms."""
    return uuid7_ms(entry.movement_id)
