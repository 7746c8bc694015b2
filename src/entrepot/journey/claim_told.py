"""The facts of offers, as the feed tells them. Pure. docs/events says what each carries."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from entrepot.fulfillment.offers import NewOffer, OfferRow
from entrepot.plumbing import db
from entrepot.plumbing.outbox import Fact
from entrepot.terms.ids import FulfillmentOrderId, NodeId, OrderId
from entrepot.terms.order_number import number_of


def opened(offer_id: UUID, offer: NewOffer) -> Fact:
    """Work was offered to several nodes."""
    more = {
        "attempt": offer.attempt,
        "ends_at": offer.ends_at,
        "nodes": [{"node": node, "cost": cost} for node, _, cost in offer.nodes],
    }
    work = offer.fulfillment_order_id
    return _fact("offer.opened", offer_id, offer.order_id, work, more)


def accepted(
    offer: OfferRow, work: FulfillmentOrderId, node: NodeId, others: Sequence[NodeId], actor: str
) -> Fact:
    """A node accepted; `work` is what it has to do now."""
    more = {"node": node, "withdrawn_from": list(others), "actor": actor}
    return _fact("offer.accepted", offer.offer_id, offer.order_id, work, more)


def declined(offer: OfferRow, node: NodeId, left: int, actor: str, reason: str) -> Fact:
    """A node declined; so many may still accept."""
    more = {"node": node, "left": left, "actor": actor, "reason": reason}
    return _of("offer.declined", offer, more)


def expired(offer: OfferRow) -> Fact:
    """Nobody accepted in time."""
    return _of("offer.expired", offer, {})


def withdrawn(offer: OfferRow) -> Fact:
    """There is nothing to accept any more."""
    return _of("offer.withdrawn", offer, {})


def _of(kind: str, offer: OfferRow, more: Mapping[str, object]) -> Fact:
    return _fact(kind, offer.offer_id, offer.order_id, offer.fulfillment_order_id, more)


def _fact(
    kind: str,
    offer_id: UUID,
    order_id: OrderId,
    work: FulfillmentOrderId,
    more: Mapping[str, object],
) -> Fact:
    data = {
        "offer_id": str(offer_id),
        "order_id": str(order_id),
        "order_number": number_of(order_id),
        "fulfillment_order_id": str(work),
        **more,
    }
    return Fact(kind, f"offers/{offer_id}", db.json_text(data), order_id)
