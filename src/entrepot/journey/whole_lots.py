"""A lot that is set aside as a whole: at one node, or wherever units of it are."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrepot.inventory import lots
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.lots_model import NOWHERE, SELLABLE, HeldLot, LotUnits
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku


@dataclass(frozen=True, slots=True)
class WholeLot:
    """All sellable units of a lot are to be set aside; no node: everywhere."""

    sku: Sku
    lot: str
    node_id: NodeId | None
    reason: AsideReason
    reference: str | None


async def everywhere(
    conn: db.Connection, market: MarketId, asks: Sequence[SetAside | WholeLot]
) -> list[SetAside]:
    """Write what is asked of whole lots out, node by node: one statement, none where none is.

    A lot that is nowhere sellable becomes one row of no units, so that its answer says so.
    """
    names = sorted({(ask.sku, ask.lot) for ask in asks if isinstance(ask, WholeLot)})
    held: dict[tuple[Sku, str], list[HeldLot]] = {}
    for each in await lots.stock_of_lots(conn, market, names):
        if each.reason == SELLABLE:
            held.setdefault((each.sku, each.lot), []).append(each)
    rows: list[SetAside] = []
    for ask in asks:
        if isinstance(ask, SetAside):
            rows.append(ask)
            continue
        found = [
            each for each in held.get((ask.sku, ask.lot), ()) if ask.node_id in {None, each.node_id}
        ]
        rows += [
            SetAside(
                ask.sku, each.node_id, ask.reason, each.quantity, ask.reference,
                lots=(LotUnits(each.lot, each.quantity, serial=each.serial),),
            )
            for each in found
        ]  # fmt: skip
        if not found:
            node = ask.node_id or NOWHERE
            rows.append(
                SetAside(ask.sku, node, ask.reason, 1, ask.reference, lots=(LotUnits(ask.lot, 1),))
            )
    return rows
