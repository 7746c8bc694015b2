"""The facts of stock: shortages, transfers, what waits for a person, as the feed tells them. Pure.

What each carries is fixed by docs/events/<type>.json.
"""

from collections.abc import Mapping

from entrepot.inventory.states import TransferVerb
from entrepot.inventory.transit import Carriage, Carried, Trip
from entrepot.plumbing import db
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.outbox import Fact
from entrepot.terms.ids import NodeId, Sku

TYPES: Mapping[TransferVerb, str] = {
    TransferVerb.SEND: "transfer.sent",
    TransferVerb.RECEIVE: "transfer.received",
    TransferVerb.WRITE_OFF: "transfer.written_off",
    TransferVerb.CLOSE: "transfer.closed",
    TransferVerb.CANCEL: "transfer.canceled",
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
    return [_of(done, verb) for verb in done.leg.verbs]


def _of(done: Carriage, verb: TransferVerb) -> Fact:
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
