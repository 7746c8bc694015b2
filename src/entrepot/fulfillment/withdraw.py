"""Withdraw units from nodes' work: they are wanted no more."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.fulfillment import rules, store
from entrepot.fulfillment.act import Desk
from entrepot.fulfillment.model import Ask, Withdrawal, Withdrawn
from entrepot.plumbing import db
from entrepot.terms.ids import LineNo, MarketId, OrderId, Sku

Wanted = dict[tuple[OrderId, LineNo, Sku], int]


async def withdraw(
    conn: db.Connection,
    market: MarketId,
    withdrawals: Sequence[Withdrawal],
    *,
    actor: str,
    reason: str | None,
    at: datetime,
) -> Withdrawn:
    """Take units out of work that has not left its node, last planned first.

    Answers how many of each withdrawal were taken, in order: fewer than asked where the rest has
    left, or was never given to a node. Work whose last unit is taken is canceled. The caller holds
    the orders' locks and owns the transaction.
    """
    if not withdrawals:
        return Withdrawn([], [])
    works = await store.works_of_orders_for_update(
        conn, market, sorted({each.order_id for each in withdrawals})
    )
    left: Wanted = {}
    for each in withdrawals:
        key = (each.order_id, each.line_no, each.sku)
        left[key] = left.get(key, 0) + each.quantity

    desk = Desk(works, at=at)
    taken: Wanted = {}
    for work in reversed(works):
        order_id = work.head.order_id
        wanted = {(n, sku): q for (order, n, sku), q in left.items() if order == order_id}
        turn = rules.withdraw(work, wanted)
        if turn is None:
            continue
        desk.take(work, turn, Ask(work.id, actor, reason))
        for units in turn.units:
            key = (order_id, units.line_no, units.sku)
            left[key] -= units.quantity
            taken[key] = taken.get(key, 0) + units.quantity
    await desk.write(conn, market)
    return Withdrawn(_shared_out(withdrawals, taken), desk.acted)


def _shared_out(withdrawals: Sequence[Withdrawal], taken: Wanted) -> list[int]:
    """Say how much of what was taken each withdrawal got: first come, first served."""
    quantities: list[int] = []
    for each in withdrawals:
        key = (each.order_id, each.line_no, each.sku)
        quantity = min(each.quantity, taken.get(key, 0))
        taken[key] = taken.get(key, 0) - quantity
        quantities.append(quantity)
    return quantities
