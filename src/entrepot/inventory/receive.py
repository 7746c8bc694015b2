"""Receive supply: what came is booked on its document, and on the order a notice fulfills."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import supply_rules as rules
from entrepot.inventory import supply_store as store
from entrepot.inventory.model import Delta, MovementKind
from entrepot.inventory.supply_model import Supply, SupplyLine, SupplyState, WhyNotSupplied
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, Sku
from entrepot.terms.outcome import Done, Outcome, Refused


@dataclass(frozen=True, slots=True)
class Received:
    """The document as it stands, the movements that its node is to make, and the skus it moved."""

    supply: Supply
    movements: list[Delta]
    skus: tuple[Sku, ...]


async def receive(
    conn: db.Connection,
    market: MarketId,
    supply_id: str,
    units: Mapping[Sku, int],
    *,
    final: bool,
    at: datetime,
) -> Outcome[Received, WhyNotSupplied]:
    """Book what came: less than was expected stays outstanding, or is canceled where this is all.

    More than was expected is taken as it is. The caller makes the movements, and commits.
    """
    family = await _family(conn, market, supply_id)
    here = family.get(supply_id)
    if here is None:
        return Refused(WhyNotSupplied.UNKNOWN_SUPPLY, f"there is no supply {supply_id}")
    if here.row.state == SupplyState.CANCELED:
        return Refused(WhyNotSupplied.CANCELED, f"{supply_id} was canceled")
    on_it = {line.sku for line in here.lines}
    strange = sorted(units.keys() - on_it)
    if strange:
        return Refused(WhyNotSupplied.NOT_ON_IT, strange[0])
    if not units and not any(line.outstanding for line in here.lines):
        return Refused(WhyNotSupplied.NOTHING_LEFT, f"nothing of {supply_id} is outstanding")

    booked = {supply_id: rules.received(here.lines, units, final=final)}
    if here.row.purchase_order in family:
        order = family[here.row.purchase_order or ""]
        booked[order.row.supply_id] = rules.received(order.lines, units, final=False)
    notices = [each for each in family.values() if each.row.purchase_order == supply_id]
    for name, came in rules.spread(here, notices, units).items():
        booked[name] = rules.received(family[name].lines, came, final=False)
    await _write(conn, market, booked, at)

    movements = [
        Delta(MovementKind.RECEIPT, sku, here.row.node_id, quantity, supply_id)
        for sku, quantity in sorted(units.items())
    ]
    now = (await store.named(conn, market, [supply_id]))[supply_id]
    return Done(Received(now, movements, tuple(sorted(on_it))))


async def _family(conn: db.Connection, market: MarketId, supply_id: str) -> dict[str, Supply]:
    """Lock a document, the order it fulfills, or the open notices of an order, all at once."""
    names = [supply_id, *await store.notices_of(conn, market, supply_id)]
    row = (await store.named(conn, market, [supply_id])).get(supply_id)
    if row is not None and row.row.purchase_order:
        names.append(row.row.purchase_order)
    family = await store.locked(conn, market, names)
    order = family[supply_id].row.purchase_order if supply_id in family else None
    if order is not None and order not in names:
        raise db.Outrun("the notice was told of another order meanwhile")
    return family


async def _write(
    conn: db.Connection, market: MarketId, booked: Mapping[str, list[SupplyLine]], at: datetime
) -> None:
    await store.write_lines(conn, market, [line for lines in booked.values() for line in lines])
    states = {name: rules.state_of(lines) for name, lines in booked.items()}
    await store.turn(conn, market, states, at)
