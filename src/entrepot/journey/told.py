"""The facts of placing, holding, canceling and replanning, as the feed tells them. Pure.

What each carries is fixed by docs/events/<type>.json.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from entrepot.inventory.model import Claim
from entrepot.journey.model import Expiring
from entrepot.journey.plan import Draft
from entrepot.orders.model import Cancellation, Hold
from entrepot.orders.notes import Note
from entrepot.orders.rules import total
from entrepot.plumbing.attend import Attended
from entrepot.plumbing.model import Closed
from entrepot.plumbing.outbox import Fact
from entrepot.sourcing.model import Plan
from entrepot.terms.ids import MarketId, NodeId, OrderId, Sku
from entrepot.terms.order_number import number_of

_json = msgspec.json.Encoder()


def captured(draft: Draft) -> Fact:
    """An order was taken in."""
    order = draft.placing.order
    data = {
        "order_id": draft.order_id,
        "order_number": number_of(draft.order_id),
        "channel": order.channel,
        "external_id": order.external_id,
        "currency": order.currency,
        "total": total(order),
        "method": order.method,
        "lines": [
            {"line": number, "sku": line.sku, "quantity": line.quantity}
            for number, line in enumerate(order.lines, start=1)
        ],
        "actor": draft.placing.actor,
    }
    return fact("order.captured", draft.order_id, data)


def planned(
    order_id: OrderId,
    plan: Plan,
    claims: Sequence[Claim],
    days: Mapping[NodeId, date],
    *,
    why: tuple[str, int] | None = None,
) -> Fact:
    """Nodes were chosen for an order's units, and the units reserved there.

    `why`: the reason for planning again what was planned well, and what that saves.
    """
    data: dict[str, object] = {
        "order_id": order_id,
        "order_number": number_of(order_id),
        "cost": plan.cost,
        "shipments": [
            {
                "node": shipment.node_id,
                "lane": shipment.lane_id,
                "day": days[shipment.node_id],
                "lines": [
                    {"line": c.line_no, "sku": c.sku, "quantity": c.quantity}
                    for c in claims
                    if c.node_id == shipment.node_id
                ],
            }
            for shipment in plan.shipments
        ],
    }
    if why is not None:
        data["reason"], data["saved"] = why
    return fact("sourcing.planned", order_id, data)


def held(hold: Hold) -> Fact:
    """A hold was put on an order."""
    data = _of(hold.order_id) | {
        "kind": hold.kind,
        "reason": hold.reason,
        "actor": hold.actor,
        "until": hold.until,
    }
    return fact("order.held", hold.order_id, data)


def unheld(hold: Hold) -> Fact:
    """A hold was lifted."""
    data = _of(hold.order_id) | {
        "kind": hold.kind,
        "reason": hold.lift_reason,
        "actor": hold.lifted_by,
    }
    return fact("order.unheld", hold.order_id, data)


def canceled(order_id: OrderId, units: Iterable[Cancellation], *, actor: str, reason: str) -> Fact:
    """Units of an order were canceled."""
    data = _of(order_id) | {
        "lines": [{"line": u.line_no, "quantity": u.quantity} for u in units],
        "actor": actor,
        "reason": reason,
    }
    return fact("order.canceled", order_id, data)


def closed(order_id: OrderId) -> Fact:
    """An order is done."""
    return fact("order.closed", order_id, _of(order_id))


def supplied(market: MarketId, skus: Sequence[Sku]) -> Fact:
    """Stock came that orders are waiting for."""
    data = {"skus": list(skus)}
    return Fact("inventory.supplied", f"markets/{market}", _json.encode(data).decode())


def stuck(order_id: OrderId, kind: str, reason: str, line: int | None) -> Fact:
    """Something waits for a person."""
    data = _of(order_id) | {"kind": kind, "reason": reason, "line": line}
    return fact("exception.opened", order_id, data)


def unstuck(closed: Closed, *, actor: str, reason: str) -> Fact:
    """What waited for a person no longer does."""
    data = {"kind": closed.kind, "line": closed.line_no, "actor": actor, "reason": reason}
    if closed.order_id is not None:
        return fact("exception.closed", closed.order_id, _of(closed.order_id) | data)
    return Fact("exception.closed", closed.subject, _json.encode(data).decode())


def attended(each: Attended, what: str, *, actor: str) -> Fact:
    """Somebody took an exception on, or put it off."""
    data: dict[str, object] = {
        "exception_id": each.exception_id,
        "kind": each.kind,
        "line": each.line_no,
        "what": what,
        "assignee": each.assignee,
        "until": each.snoozed_until,
        "actor": actor,
    }
    if each.order_id is not None:
        return fact("exception.attended", each.order_id, _of(each.order_id) | data)
    return Fact("exception.attended", each.subject, _json.encode(data).decode())


def noted(note: Note, what: str) -> Fact:
    """A note was left, changed or taken back. Its words stay at the order."""
    data = _of(note.order_id) | {
        "note_id": note.note_id,
        "what": what,
        "mentions": note.mentions,
        "actor": note.author,
    }
    return fact("order.noted", note.order_id, data)


def fact(kind: str, order_id: UUID, data: dict[str, object]) -> Fact:
    """Make a fact of an order."""
    return Fact(kind, f"orders/{order_id}", _json.encode(data).decode(), order_id)


def _of(order_id: UUID) -> dict[str, object]:
    return {"order_id": order_id, "order_number": number_of(order_id)}


def expired(row: Expiring) -> Fact:
    """Units of a lot may not be sold any more."""
    data = {
        "sku": row.sku,
        "node": row.node_id,
        "lot": row.lot,
        "expires_on": row.expires_on,
        "quantity": row.quantity,
    }
    return Fact(
        "inventory.expired", f"positions/{row.sku}/{row.node_id}", _json.encode(data).decode()
    )
