"""What a document of supply becomes when its source tells of it again, or its goods come. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from entrepot.inventory.supply_model import (
    Due,
    NewSupply,
    Supply,
    SupplyLine,
    SupplyRow,
    SupplyState,
    Terms,
    WhyNotSupplied,
)
from entrepot.terms.ids import Sku


class Telling(StrEnum):
    """What became of a document that was told."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"


def telling(stands: Supply, lines: Sequence[SupplyLine], new: NewSupply) -> Telling:
    """Say what the new telling is to what stands: `lines` are what it would make of the lines.

    A document that is told again as it is changes nothing, whatever its number; else a number that
    is not above the one that stands is stale. Without numbers the later call is the newer one.
    """
    row = stands.row
    if row.version == 0:
        return Telling.CREATED
    if tuple(lines) == stands.lines and _head(row) == (
        new.node_id, new.supplier, new.purchase_order, new.expected_at,
    ):  # fmt: skip
        return Telling.UNCHANGED
    if new.sequence is not None and row.sequence is not None and new.sequence <= row.sequence:
        return Telling.STALE
    return Telling.UPDATED


def _head(row: SupplyRow) -> tuple[object, ...]:
    return row.node_id, row.supplier, row.purchase_order, row.expected_at


def refused(
    stands: Supply | None, order: Supply | None, new: NewSupply
) -> tuple[WhyNotSupplied, str] | None:
    """Say why a document may not be told so: it is another kind, canceled, or of a notice.

    `order` is what the notice names, where that is known already; it may come later.
    """
    if stands is not None and stands.row.kind != new.kind:
        return WhyNotSupplied.KIND_CHANGED, f"{new.supply_id} is of kind {stands.row.kind}"
    if order is not None and order.row.kind != "purchase":
        return WhyNotSupplied.NOT_A_PURCHASE, f"{order.row.supply_id} is no purchase order"
    if stands is not None and stands.row.state == "canceled":
        return WhyNotSupplied.CANCELED, f"{new.supply_id} was canceled"
    return None


def retold(before: Sequence[SupplyLine], new: NewSupply) -> list[SupplyLine]:
    """Give the lines as they are now wanted, by sku; what was received stays received.

    A sku that is not told of any more is canceled as far as it has not come.
    """
    wanted = dict(new.lines)
    known = {line.sku: line for line in before}
    lines = []
    for sku in sorted(wanted.keys() | known.keys()):
        old = known.get(sku)
        if sku in wanted:
            received = 0 if old is None else old.received
            lines.append(SupplyLine(new.supply_id, sku, wanted[sku], received, 0))
        elif old is not None:
            lines.append(replace(old, canceled=max(0, old.quantity - old.received)))
    return lines


def received(
    lines: Sequence[SupplyLine], units: Mapping[Sku, int], *, final: bool
) -> list[SupplyLine]:
    """Give the lines once these units came; `final`: nothing more will, the rest is canceled.

    More than was wanted is received as it is: `over` says so. Skus that are on no line are left
    out.
    """
    now = [replace(line, received=line.received + units.get(line.sku, 0)) for line in lines]
    return called_off(now) if final else now


def called_off(lines: Sequence[SupplyLine]) -> list[SupplyLine]:
    """Give the lines once nothing more will come: what is outstanding is canceled."""
    return [replace(line, canceled=line.canceled + line.outstanding) for line in lines]


def spread(
    order: Supply, notices: Sequence[Supply], units: Mapping[Sku, int]
) -> dict[str, dict[Sku, int]]:
    """Say which notices these units of an order came by, where only the order was named.

    The order's own come first, then those of its notices to the same node, the earliest first: a
    node that books on the order must not leave the notice standing for goods that are there.
    """
    open_ = [n for n in notices if n.row.node_id == order.row.node_id]
    open_.sort(key=lambda n: (n.row.expected_at, n.row.supply_id))
    came: dict[str, dict[Sku, int]] = {}
    for line in order.lines:
        left = units.get(line.sku, 0) - order.expected(line)
        for notice in open_:
            for theirs in notice.lines:
                share = min(theirs.outstanding, left) if theirs.sku == line.sku else 0
                if share > 0:
                    came.setdefault(notice.row.supply_id, {})[line.sku] = share
                    left -= share
    return came


def state_of(lines: Sequence[SupplyLine]) -> SupplyState:
    """Open while anything is outstanding; received if anything came, else canceled."""
    if any(line.outstanding for line in lines):
        return SupplyState.OPEN
    came = any(line.received for line in lines)
    return SupplyState.RECEIVED if came else SupplyState.CANCELED


def why_changed(before: SupplyRow, new: NewSupply) -> str:
    """Say in a word how a telling moved what stood: announced, earlier, later or changed."""
    if before.version == 0:
        return "announced"
    if new.expected_at == before.expected_at:
        return "changed"
    return "later" if new.expected_at > before.expected_at else "earlier"


def ready(due: Sequence[Due], terms: Mapping[Sku, Terms]) -> list[Due]:
    """Move each date to when its units can be sent: the sku's lead days after they come."""
    moved = []
    for each in due:
        known = terms.get(each.sku)
        days = known.lead_days if known else 0
        moved.append(replace(each, expected_at=each.expected_at + timedelta(days=days)))
    return moved


def limit(terms: Terms | None, at: datetime) -> int | None:
    """Give how many units of a sku may wait: a preorder's before it is on sale, else a backorder's.

    None: as many as ask.
    """
    if terms is None:
        return None
    if terms.on_sale_from is not None and at < terms.on_sale_from:
        return terms.preorder_limit
    return terms.backorder_limit


def room(terms: Terms | None, waiting: int, at: datetime) -> int | None:
    """Give how many units more may wait, beside those that do. None: as many as ask."""
    most = limit(terms, at)
    return None if most is None else max(0, most - waiting)


def beyond(
    wanted: Mapping[Sku, int], waiting: Mapping[Sku, int], terms: Mapping[Sku, Terms], at: datetime
) -> dict[Sku, int]:
    """Say of which skus more units would wait than may, and how many too many.

    Nothing: the order may wait. `waiting` counts what waits already, of this batch's earlier
    orders too, so that a limit is not passed by two orders at once.
    """
    too_many = {}
    for sku, units in wanted.items():
        left = room(terms.get(sku), waiting.get(sku, 0), at)
        if left is not None and units > left:
            too_many[sku] = units - left
    return too_many
