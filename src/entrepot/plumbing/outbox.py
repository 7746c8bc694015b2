"""Tell facts: written in the commit they tell of, numbered after it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId

Q = sql.load(__package__)


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A past-tense fact. `data` is the JSON text of an object that fits docs/events/<type>.json."""

    type: str
    subject: str
    data: str
    order_id: UUID | None = None


async def tell(
    conn: db.Connection, market: MarketId, facts: Sequence[Fact], *, at: datetime
) -> None:
    """Put the facts in the outbox, in order. The caller owns the transaction."""
    if not facts:
        return
    await db.execute(
        conn,
        Q["tell"],
        market=market,
        types=[fact.type for fact in facts],
        event_ids=MINT.ids(len(facts)),
        order_ids=[fact.order_id for fact in facts],
        subjects=[fact.subject for fact in facts],
        data=[fact.data for fact in facts],
        at=at,
    )
