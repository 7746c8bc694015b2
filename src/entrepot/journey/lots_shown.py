"""The lots of nodes' work, for whoever reads it: what was picked, what left, and what to pick."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrepot.catalog.model import Tracking
from entrepot.fulfillment import lots as picked
from entrepot.fulfillment.model import LineLot, Work
from entrepot.inventory import lots, lots_browse
from entrepot.inventory.lots_model import SELLABLE, HeldLot, LotUnits
from entrepot.inventory.lots_rules import pick
from entrepot.journey.tracked import tracking
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.ids import FulfillmentOrderId, LineNo, NodeId, Sku

SENT = frozenset({"shipped", "delivered", "collected"})
ENDED = SENT | {"rejected", "canceled"}

Key = tuple[FulfillmentOrderId, LineNo, Sku]


@dataclass(frozen=True, slots=True)
class LineLots:
    """The lots that were picked for a line, or have left; and those to pick of what is left."""

    lots: tuple[LineLot, ...] = ()
    to_pick: tuple[LotUnits, ...] = ()


async def of_works(
    conn: db.Connection, market: Market, works: Sequence[Work]
) -> dict[Key, LineLots]:
    """Read the lots of these works' lines: four statements at most; none without a tracked item."""
    mine = [
        work
        for work in works
        if any(tracking(market, line.sku) is not Tracking.NONE for line in work.lines)
    ]
    if not mine:
        return {}
    named: dict[Key, tuple[LineLot, ...]] = {}
    for row in await picked.of_works(conn, market.id, [work.id for work in mine]):
        key = (row.fulfillment_order_id, row.line_no, row.sku)
        named[key] = (*named.get(key, ()), row)
    named = await _left(conn, market, mine, named) | named
    chosen = await _to_pick(conn, market, mine)
    return {
        key: LineLots(named.get(key, ()), chosen.get(key, ()))
        for key in named.keys() | chosen.keys()
    }


async def _left(
    conn: db.Connection,
    market: Market,
    works: Sequence[Work],
    named: dict[Key, tuple[LineLot, ...]],
) -> dict[Key, tuple[LineLot, ...]]:
    """Read from the ledger what left of lines for which nobody named lots."""
    silent = {
        (work.head.order_id, line.line_no, line.sku, work.head.node_id): work.id
        for work in works
        for line in work.lines
        if work.head.state in SENT and (work.id, line.line_no, line.sku) not in named
    }
    found: dict[Key, tuple[LineLot, ...]] = {}
    orders = sorted({order_id for order_id, *_ in silent})
    for row in await lots_browse.of_orders(conn, market.id, orders) if orders else ():
        id_ = silent.get((row.order_id, row.line_no, row.sku, row.node_id))
        if id_ is not None:
            key = (id_, row.line_no, row.sku)
            lot = LineLot(
                id_, row.line_no, row.sku, row.node_id, row.lot, row.serial, row.quantity, gone=True
            )
            found[key] = (*found.get(key, ()), lot)
    return found


async def _to_pick(
    conn: db.Connection, market: Market, works: Sequence[Work]
) -> dict[Key, tuple[LotUnits, ...]]:
    """Choose lots for what is still to be picked, first expired first, work by work."""
    waiting = [work for work in works if work.head.state not in ENDED]
    keys = sorted(
        {
            (line.sku, work.head.node_id)
            for work in waiting
            for line in work.lines
            if line.to_pick and tracking(market, line.sku) is not Tracking.NONE
        }
    )
    held: dict[tuple[Sku, NodeId], list[HeldLot]] = {}
    for each in await lots.lots_at(conn, market.id, keys):
        if each.reason == SELLABLE:
            held.setdefault((each.sku, each.node_id), []).append(each)
    if not held:
        return {}
    taken: dict[tuple[Sku, NodeId], dict[str, int]] = {}
    for other in await picked.picked_at(conn, market.id, keys):
        taken.setdefault((other.sku, other.node_id), {})[other.lot] = other.quantity
    chosen: dict[Key, tuple[LotUnits, ...]] = {}
    for work in waiting:
        for line in work.lines:
            at = (line.sku, work.head.node_id)
            units, _ = pick(held.get(at, ()), taken.get(at, {}), line.to_pick)
            if units:
                chosen[work.id, line.line_no, line.sku] = tuple(units)
    return chosen
