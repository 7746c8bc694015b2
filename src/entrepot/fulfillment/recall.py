"""Recall units from a node's work that it cannot have: they are missing, and not picked yet."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.fulfillment import rules, store
from entrepot.fulfillment.act import Desk
from entrepot.fulfillment.model import Ask, Recall, Withdrawn
from entrepot.plumbing import db
from entrepot.terms.ids import LineNo, MarketId, NodeId, OrderId, Sku


async def recall(
    conn: db.Connection,
    market: MarketId,
    recalls: Sequence[Recall],
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> Withdrawn:
    """Take unpicked units out of the work of these very nodes, last planned first.

    Answers how many of each recall were taken, in order: fewer than asked where the rest was picked
    meanwhile, or was never given to the node. Each recall names another line or node. Work whose
    last unit is taken is canceled. The caller holds the orders' locks and owns the transaction.
    """
    if not recalls:
        return Withdrawn([], [])
    works = await store.works_of_orders_for_update(
        conn, market, sorted({each.order_id for each in recalls})
    )
    left: dict[tuple[OrderId, NodeId, LineNo, Sku], int] = {
        (each.order_id, each.node_id, each.line_no, each.sku): each.quantity for each in recalls
    }
    desk = Desk(works, at=at)
    for work in reversed(works):
        order_id, node = work.head.order_id, work.head.node_id
        wanted = {
            (n, sku): q for (o, at_, n, sku), q in left.items() if (o, at_) == (order_id, node)
        }
        turn = rules.withdraw(work, wanted, picked_too=False)
        if turn is None:
            continue
        desk.take(work, turn, Ask(work.id, actor, reason))
        for units in turn.units:
            left[order_id, node, units.line_no, units.sku] -= units.quantity
    await desk.write(conn, market)
    taken = [
        each.quantity - left[each.order_id, each.node_id, each.line_no, each.sku]
        for each in recalls
    ]
    return Withdrawn(taken, desk.acted)
