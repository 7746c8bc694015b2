"""The facts of stock, of supply and of who waits for it, as the feed tells them. Pure.

What each carries is fixed by docs/events/<type>.json.
"""

from collections.abc import Iterable, Mapping, Sequence

from entrepot.inventory.launch_model import Launch
from entrepot.inventory.states import LaunchVerb, TransferVerb
from entrepot.inventory.supply_model import Dating, Supply, Terms
from entrepot.inventory.transit import Carriage, Carried, Trip
from entrepot.plumbing import db
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.outbox import Fact
from entrepot.terms.ids import NodeId, OrderId, Sku
from entrepot.terms.order_number import number_of

TYPES: Mapping[TransferVerb, str] = {
    TransferVerb.SEND: "transfer.sent",
    TransferVerb.RECEIVE: "transfer.received",
    TransferVerb.WRITE_OFF: "transfer.written_off",
    TransferVerb.CLOSE: "transfer.closed",
    TransferVerb.CANCEL: "transfer.canceled",
}

LAUNCHES: Mapping[LaunchVerb, str] = {
    LaunchVerb.OPEN: "launch.opened",
    LaunchVerb.END: "launch.ended",
    LaunchVerb.CANCEL: "launch.canceled",
}


def shorted(sku: Sku, node: NodeId, on_hand: int, short: int) -> Fact:
    """Tell that claimed units are missing at a position."""
    data = {"sku": sku, "node": node, "on_hand": on_hand, "shortage": short}
    return Fact("inventory.shorted", f"positions/{sku}/{node}", db.json_text(data))


def raised(stuck: Stuck) -> Fact:
    """Something that is no order's waits for a person."""
    data = {"kind": stuck.kind, "reason": stuck.reason, "line": None}
    return Fact("exception.opened", stuck.subject, db.json_text(data))


def planned(trip: Trip, *, actor: str) -> Fact:
    """Tell that goods are to travel."""
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in trip.lines]
    return _told("transfer.planned", trip, {"lines": lines, "actor": actor})


def carried(done: Carriage) -> list[Fact]:
    """Tell what was done with a transfer: one fact for each move, in order."""
    return [_move(done, verb) for verb in done.leg.verbs]


def supply_changed(
    supply: Supply, skus: Sequence[Sku], *, why: str, actor: str, reason: str = ""
) -> Fact:
    """Supply was announced, moved, changed, received or canceled; `reason` where it was said."""
    row = supply.row
    data: dict[str, object] = {
        "supply": row.supply_id,
        "kind": row.kind,
        "node": row.node_id,
        "state": row.state,
        "expected_at": row.expected_at,
        "version": row.version,
        "why": why,
        "skus": list(skus),
        "actor": actor,
    }
    if reason:
        data["reason"] = reason
    return _fact("supply.changed", f"supplies/{row.supply_id}", data)


def terms_changed(terms: Terms, *, actor: str) -> Fact:
    """What may be sold of a sku before it is there was agreed anew."""
    data = {
        "sku": terms.sku,
        "backorder_limit": terms.backorder_limit,
        "preorder_limit": terms.preorder_limit,
        "on_sale_from": terms.on_sale_from,
        "lead_days": terms.lead_days,
        "version": terms.version,
        "actor": actor,
    }
    return _fact("terms.changed", f"items/{terms.sku}", data)


def prioritized(
    order_id: OrderId, priority: int, skus: Sequence[Sku], *, actor: str, reason: str
) -> Fact:
    """All that an order waits for is served in another class."""
    data = _of(order_id) | {
        "priority": priority, "skus": list(skus), "actor": actor, "reason": reason,
    }  # fmt: skip
    return _fact("order.prioritized", f"orders/{order_id}", data, order_id)


def launch_planned(launch: Launch, actor: str) -> Fact:
    """Skus are to go on sale together; or another plan of it was made."""
    return _launch("launch.planned", launch, actor, launch.reason)


def launch_moved(launch: Launch, verb: LaunchVerb, actor: str, reason: str | None) -> Fact:
    """A launch has opened, has ended, or will not come."""
    return _launch(LAUNCHES[verb], launch, actor, reason)


def revised(datings: Iterable[Dating]) -> list[Fact]:
    """Tell of the lines that are expected at another time: one fact for each."""
    return [_revised(each) for each in datings if each.expected_at != each.waiter.expected_at]


def _move(done: Carriage, verb: TransferVerb) -> Fact:
    more: dict[str, object] = {"actor": done.ask.actor}
    if done.ask.reason is not None:
        more["reason"] = done.ask.reason
    if verb is TransferVerb.CLOSE:
        more["lines"] = [
            {
                "sku": line.sku,
                "sent": line.sent,
                "received": line.received,
                "written_off": line.written_off,
                "surplus": line.surplus,
            }
            for line in done.after.lines
        ]
    elif verb is not TransferVerb.CANCEL:
        more["lines"] = [_units(each) for each in done.leg.units]
    if verb is TransferVerb.RECEIVE and done.leg.surplus:
        more["surplus"] = [{"sku": sku, "quantity": units} for sku, units in done.leg.surplus]
    return _told(TYPES[verb], done.after, more)


def _units(each: Carried) -> dict[str, object]:
    said: dict[str, object] = {"sku": each.sku, "quantity": each.quantity}
    return said | ({"set_aside": each.set_aside.value} if each.set_aside else {})


def _told(type_: str, trip: Trip, more: Mapping[str, object]) -> Fact:
    head = trip.head
    data: dict[str, object] = {
        "transfer": head.transfer_id,
        "from": head.from_node,
        "to": head.to_node,
        "state": head.state,
        "expected_at": None if head.expected_at is None else head.expected_at.isoformat(),
    }
    said = {name: value for name, value in (data | dict(more)).items() if value is not None}
    return Fact(type_, f"transfers/{head.transfer_id}", db.json_text(said))


def _launch(type_: str, launch: Launch, actor: str, reason: str | None) -> Fact:
    line = launch.line
    data: dict[str, object] = {
        "launch": launch.launch_id,
        "state": launch.state,
        "skus": launch.skus,
        "opens_at": launch.opens_at,
        "line": None if line is None else {"first": line.first, "per_s": line.per_s},
        "version": launch.version,
        "actor": actor,
    }
    if reason is not None:
        data["reason"] = reason
    return _fact(type_, f"launches/{launch.launch_id}", data)


def _revised(dating: Dating) -> Fact:
    waiter = dating.waiter
    data = _of(waiter.order_id) | {
        "line": waiter.line_no,
        "sku": waiter.sku,
        "quantity": waiter.quantity,
        "from": waiter.expected_at,
        "to": dating.expected_at,
        "supply": dating.supply_id,
        "why": dating.why,
    }
    return _fact("promise.revised", f"orders/{waiter.order_id}", data, waiter.order_id)


def _of(order_id: OrderId) -> dict[str, object]:
    return {"order_id": order_id, "order_number": number_of(order_id)}


def _fact(
    kind: str, subject: str, data: Mapping[str, object], order_id: OrderId | None = None
) -> Fact:
    return Fact(kind, subject, db.json_text(data), order_id)
