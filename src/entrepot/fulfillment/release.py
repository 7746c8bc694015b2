"""Release planned work to its node: the named ones, or all whose window for second thoughts ended.

Nothing is released while a hold stands against its order.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from entrepot.fulfillment import rules, store
from entrepot.fulfillment.act import Desk, done
from entrepot.fulfillment.model import (
    RELEASES_PER_COMMIT_MAX,
    Acted,
    Answer,
    Ask,
    Decided,
    WhyNot,
    Work,
)
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, OrderId
from entrepot.terms.outcome import Refused


async def release(
    conn: db.Connection, market: MarketId, asks: Sequence[Ask], *, at: datetime
) -> list[Answer]:
    """Answer every ask, in order. The caller holds the orders' locks: no hold comes between.

    Refuses what is not planned and what a hold stops, whatever its window.
    """
    if not asks:
        return []
    ids = sorted({ask.fulfillment_order_id for ask in asks})
    return await _release(conn, market, await store.works_for_update(conn, market, ids), asks, at)


async def release_due(
    conn: db.Connection,
    market: MarketId,
    *,
    actor: str,
    at: datetime,
    most: int = RELEASES_PER_COMMIT_MAX,
) -> list[Acted]:
    """Release up to `most` whose window ended by `at`; answers them. What is locked is left.

    Takes the orders' locks itself, without waiting for any.
    """
    works = await store.due_works_for_update(conn, market, at=at, most=most)
    if not works:
        return []
    asks = [Ask(work.id, actor) for work in works]
    return done(await _release(conn, market, works, asks, at))


async def _release(
    conn: db.Connection,
    market: MarketId,
    works: Sequence[Work],
    asks: Sequence[Ask],
    at: datetime,
) -> list[Answer]:
    held = await store.standing_holds(conn, market, sorted({w.head.order_id for w in works}))

    desk = Desk(works, at=at)
    answers = [desk.decide(ask, _unless_held(held)) for ask in asks]
    await desk.write(conn, market)
    return answers


def _unless_held(held: AbstractSet[OrderId]) -> rules.Decide:
    def decide(work: Work, ask: Ask) -> Decided:
        decided = rules.release(work, ask)
        if work.head.order_id in held and not isinstance(decided, Refused):
            return Refused(WhyNot.ON_HOLD, "a hold stands against the order")
        return decided

    return decide
