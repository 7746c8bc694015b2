"""Which lots, or serial numbers, a node picked and handed over: named, checked, and kept.

What is picked may be named; of an item that is tracked by serial number every unit that is handed
over has its own, named then or when it was picked. A name that cannot be is refused, line by line.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from entrepot.catalog.model import Tracking
from entrepot.fulfillment import lots as picked
from entrepot.fulfillment.model import Acted, LineLot
from entrepot.fulfillment.states import Verb
from entrepot.inventory import lots, lots_browse
from entrepot.inventory import store as stock
from entrepot.inventory.lots_model import SELLABLE, HeldLot, LotUnits
from entrepot.inventory.model import Position
from entrepot.journey import tracked
from entrepot.journey.naming_rules import Desk, Key, LotName, Misnamed, Said, Shelf
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku
from entrepot.terms.order_number import number_of

HANDED_OVER = frozenset({Verb.SHIP, Verb.COLLECT})


@dataclass(frozen=True, slots=True)
class Naming:
    """The lots of a work's lines that were named now; or what is wrong, and nothing is kept."""

    lots: Mapping[Key, Sequence[LineLot]]
    wrong: Sequence[Misnamed] = ()


async def name(conn: db.Connection, market: Market, acted: Acted, said: Sequence[Said]) -> Naming:
    """Keep what was named of the units a turn was about. Its transaction is left where it is wrong.

    Work without a tracked item asks nothing.
    """
    work = acted.after
    skus = {line.sku for line in work.lines}
    if said:
        await tracked.learn(conn, market, skus)
    tracking = {
        sku: how for sku in skus if (how := tracked.tracking(market, sku)) is not Tracking.NONE
    }
    over = not HANDED_OVER.isdisjoint(acted.turn.verbs)
    if not said and not (over and tracking):
        return Naming({})
    own: dict[Key, tuple[LotUnits, ...]] = {}
    for row in await picked.of_works(conn, market.id, [work.id]):
        key = (row.line_no, row.sku)
        own[key] = (*own.get(key, ()), LotUnits(row.lot, row.quantity, serial=row.serial))
    named = [(sku, lot.lot) for (_, sku), units in own.items() for lot in units]
    named += [(sku, lot.lot) for each in said for lot in each.lots for sku in tracking]
    shelf = await _shelf(conn, market.id, work.head.node_id, tracking, named, acted)
    desk = Desk(work, tracking, shelf, own)
    if over:
        desk.hand_over(said, "/packages" if Verb.SHIP in acted.turn.verbs else "/lines")
    else:
        desk.pick(said)
    if desk.wrong:
        return Naming({}, desk.wrong)
    rows = {
        (line_no, sku): [
            LineLot(work.id, line_no, sku, shelf.node, lot.lot, lot.serial, lot.quantity)
            for lot in units
        ]
        for (line_no, sku), units in desk.kept.items()
    }
    await picked.put(conn, market.id, [row for units in rows.values() for row in units])
    return Naming(rows)


async def _shelf(
    conn: db.Connection,
    market: MarketId,
    node: NodeId,
    skus: Collection[Sku],
    named: Sequence[LotName],
    acted: Acted,
) -> Shelf:
    """Lock the positions and read what is known of their lots: seven statements at most."""
    keys = sorted((sku, node) for sku in skus)
    locked = await stock.positions_for_update(conn, market, keys)
    held: dict[LotName, list[HeldLot]] = {}
    for each in await lots.lots_at(conn, market, keys):
        held.setdefault((each.sku, each.lot), []).append(each)
    others = await picked.picked_at(conn, market, keys, but=[acted.after.id])
    taken = {(each.sku, each.lot): each.quantity for each in others}
    absent = sorted({each for each in named if each not in held})
    return Shelf(
        node, held, _unknown(locked, held, taken), taken, await _elsewhere(conn, market, absent)
    )


def _unknown(
    locked: Sequence[Position],
    held: Mapping[LotName, Sequence[HeldLot]],
    taken: Mapping[LotName, int],
) -> dict[Sku, int]:
    """Count the sellable units whose lot nobody told, less those that others have named since."""
    known: dict[Sku, int] = {}
    for (sku, _), rows in held.items():
        units = sum(row.quantity for row in rows if row.reason == SELLABLE)
        known[sku] = known.get(sku, 0) + units
    for (sku, lot), units in taken.items():
        if (sku, lot) not in held:
            known[sku] = known.get(sku, 0) + units
    return {p.sku: p.on_hand - p.unavailable - known.get(p.sku, 0) for p in locked}


async def _elsewhere(
    conn: db.Connection, market: MarketId, names: Sequence[LotName]
) -> dict[LotName, str]:
    """Say of lots that are not here where they are, or that they are gone, and for whom."""
    if not names:
        return {}
    found: dict[LotName, str] = {}
    for serial in await lots_browse.serials_named(conn, market, names):
        name = (serial.sku, serial.serial)
        if serial.node_id is not None:
            found[name] = f"is at {serial.node_id}"
        elif serial.order_id is not None:
            found[name] = f"has left with order {number_of(serial.order_id)}"
        elif serial.last_kind is not None:
            found[name] = f"is not in stock: {serial.last_kind} at {serial.last_node}"
    return found
