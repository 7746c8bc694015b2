"""The facts of promises after the order: milestones that are at risk or missed, dates that move.

What each carries is fixed by docs/events/<type>.json.
"""

from entrepot.plumbing import db
from entrepot.plumbing.outbox import Fact
from entrepot.promise.after_model import Expected, Look, Milestone, Told, Watched
from entrepot.terms.order_number import number_of

AT_RISK, MISSED = "milestone.at_risk", "milestone.missed"


def alarm(work: Watched, look: Look, milestone: Milestone, reason: str) -> Fact:
    """Tell that work is about to miss a milestone, or has."""
    data = {
        "order_id": str(work.order_id),
        "order_number": number_of(work.order_id),
        "fulfillment_order_id": str(work.fulfillment_order_id),
        "node": work.node_id,
        "milestone": milestone,
        "due_at": work.times.of(milestone),
        "deliver_by": work.deliver_by,
        "state": work.state,
        "cause": look.cause,
        "reason": reason,
    }
    subject = f"fulfillment-orders/{work.fulfillment_order_id}"
    return Fact(MISSED if look.missed else AT_RISK, subject, db.json_text(data), work.order_id)


def revised(told: Told, expected: Expected) -> Fact:
    """Tell that a customer's order is expected on another day than they were told."""
    data = {
        "order_id": str(told.order_id),
        "order_number": number_of(told.order_id),
        "from": told.latest,
        "to": expected.latest,
        "earliest": expected.earliest,
        "why": "later" if expected.latest > told.latest else "earlier",
        "cause": expected.cause,
        "reason": expected.reason,
        "maker": expected.maker,
        "confidence": expected.confidence,
    }
    return Fact("promise.revised", f"orders/{told.order_id}", db.json_text(data), told.order_id)
