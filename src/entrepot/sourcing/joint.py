"""Plan many orders again, all at once: what is planned and not released may still go elsewhere.

One order after another takes the best for itself; together they may do better. `plan_jointly`
finds the cheapest plans of all of them by column generation (`columns`), within the stock and the
room they have or could have, and no order later than it was promised. Values in, values out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from entrepot.sourcing.columns import solved
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.groups import together
from entrepot.sourcing.laid_out import fits
from entrepot.sourcing.model import Ask, Plan, Prices, Stock
from entrepot.sourcing.stakes import OPEN_LINE, Open, Stakes


@dataclass(frozen=True, slots=True)
class Move:
    """Another plan for an order, and what it saves: minor units, what steers counted.

    Moves of one `group` live off each other, one sends from where another goes: apply all of a
    group in one commit, or none. A single move may save less than nothing, its group never does.
    """

    plan: Plan
    saving: int
    group: int


@dataclass(frozen=True, slots=True)
class Joint:
    """The answer: per order its move, None where it keeps its plan.

    `before` and `after` are what all orders that could move cost, and `bound` what no plans of them
    could go below; minor units, what steers counted, every shipment with the price of an extra one.
    """

    moves: list[Move | None]
    before: int
    after: int
    bound: float


def plan_jointly(
    orders: Sequence[Open],
    stock: Stock,
    standing: Standing,
    prices: Prices | None = None,
    open_line: int = OPEN_LINE,
) -> Joint:
    """Plan these orders again, together, at the least cost of all of them.

    `stock` is what is free beside what they hold, as sourcing sees it (what channels keep back and
    segments hold is left alone); `standing` the nodes, whose load counts their shipments. `prices`
    say what stock and room are worth to orders still to come: they steer here as they do when one
    order is planned. A line that has a node keeps having one; one that has none is sent where that
    costs less than `open_line`; of skus that are owed to others it stays open.

    An order keeps its plan, and what that holds, where its ask is not to be shipped, wants more
    than EXACT_LINES_MAX skus, comes out of a cart, breaks a sku, has work on another day than its
    nodes' next, or could not be planned as it is any more.

    No plan uses more stock or room than there is, save where the present ones do and then no more;
    nothing arrives later than `latest`, save what would anyway. All plans together never cost more
    than the present ones, and mostly come within 0.1 % of the least cost (`bound` tells). The same
    arguments give the same answer. A few milliseconds an order.
    """
    asks = [_asked(order, stock) for order in orders]
    movable = [at for at, order in enumerate(orders) if _movable(order, asks[at], standing)]
    moves: list[Move | None] = [None] * len(orders)
    stakes = _stakes(movable, orders, asks, (stock, standing, prices, open_line))
    if stakes is None:
        return Joint(moves, 0, 0, 0.0)
    answer = solved(stakes.problem)
    changes = [change for change in stakes.changes(answer.parcels) if change]
    for change, group in together(changes, stakes.spare):
        moves[movable[change.order]] = Move(change.plan, change.before - change.after, group)
    before = round(answer.before)
    saved = sum(move.saving for move in moves if move)
    return Joint(moves, before, before - saved, answer.bound)


def _stakes(
    movable: list[int],
    orders: Sequence[Open],
    asks: Sequence[Ask],
    around: tuple[Stock, Standing, Prices | None, int],
) -> Stakes | None:
    """Lay out the orders that may move; takes those out of the list whose plan is impossible."""
    while movable:
        stakes = Stakes([replace(orders[at], ask=asks[at]) for at in movable], *around)
        possible = stakes.possible
        if all(possible):
            return stakes
        movable[:] = [at for at, able in zip(movable, possible, strict=True) if able]
    return None


def _asked(order: Open, stock: Stock) -> Ask:
    """Leave out what stays open: units of a sku that others have waited for."""
    has = {sku for each in (order.plan.shipments if order.plan else ()) for sku, _ in each.items}
    wants = tuple(w for w in order.ask.wants if w.sku in has or not stock.owed.get(w.sku))
    same = len(wants) == len(order.ask.wants)
    return order.ask if same else msgspec.structs.replace(order.ask, wants=wants)


def _movable(order: Open, ask: Ask, standing: Standing) -> bool:
    if not fits(ask) or ask.own:
        return False
    shipments = order.plan.shipments if order.plan else ()
    whole = {(want.sku, want.quantity) for want in ask.wants}
    index, work_day = standing.compiled.index, standing.days.work_day
    return all(
        whole.issuperset(shipment.items) and int(work_day[index[shipment.node_id]]) == day
        for shipment, day in zip(shipments, order.days, strict=True)
    )
