"""The facts of supply and of who waits for it, as the feed tells them. Pure.

What each carries is fixed by docs/events/<type>.json.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from entrepot.inventory.supply_model import Dating, Supply, Terms
from entrepot.plumbing.outbox import Fact
from entrepot.terms.ids import OrderId, Sku
from entrepot.terms.order_number import number_of

_json = msgspec.json.Encoder()


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


def revised(datings: Iterable[Dating]) -> list[Fact]:
    """Tell of the lines that are expected at another time: one fact for each."""
    return [_revised(each) for each in datings if each.expected_at != each.waiter.expected_at]


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
    return Fact(kind, subject, _json.encode(data).decode(), order_id)
