"""Which work nodes claim, by which rule, and what comes after an offer that nobody took. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrepot.fulfillment.offers import Offered, OfferRow
from entrepot.network.model import Method
from entrepot.orders.model import Head
from entrepot.policies.claims import Claiming
from entrepot.policies.model import Policy
from entrepot.terms.ids import FulfillmentOrderId, NodeId

SPARE = timedelta(minutes=10)
"""Work that is offered is released so long after its offer ends whatever happens: nobody need be
there to end it."""

NO_TIME = timedelta(0)

OFFER_MIN = timedelta(minutes=2)
"""An offer that would end sooner is not made: nobody could answer it."""


def rule_of(policy: Policy, head: Head) -> Claiming | None:
    """Give the rule by which an order's work is offered; None: it is not."""
    if not policy.claiming or head.method != Method.SHIP:
        return None
    for rule in policy.claiming:
        if rule.channels is not None and head.channel not in rule.channels:
            continue
        if rule.services is not None and head.service not in rule.services:
            continue
        return rule
    return None


def longest(policy: Policy, head: Head) -> timedelta:
    """Say how long an order's work waits for its offer, at most, before it is released."""
    rule = rule_of(policy, head)
    return NO_TIME if rule is None else timedelta(minutes=rule.minutes) + SPARE


@dataclass(frozen=True, slots=True)
class Rounds:
    """What was offered of an order until now: how often, what, what is open, and who declined."""

    count: int
    offered: frozenset[FulfillmentOrderId]
    open: frozenset[FulfillmentOrderId]
    declined: frozenset[NodeId]


def rounds_of(offers: Sequence[OfferRow], nodes: Iterable[Sequence[Offered]]) -> Rounds:
    """Sum up an order's offers. Pieces of work that were offered together are one round."""
    return Rounds(
        max((each.attempt for each in offers), default=0),
        frozenset(each.fulfillment_order_id for each in offers),
        frozenset(each.fulfillment_order_id for each in offers if each.state == "open"),
        frozenset(n.node_id for each in nodes for n in each if n.answer == "declined"),
    )


def ends_at(now: datetime, rule: Claiming, order_by: datetime | None) -> datetime | None:
    """Say when an offer ends that is made now; None where there is no time for one.

    `order_by` is when the planned node stops taking the work for the last day that keeps the
    promise (None: that is not asked). Who gets nothing by then releases it there.
    """
    ends = now + timedelta(minutes=rule.minutes)
    if order_by is None:
        return ends
    ends = min(ends, order_by - SPARE)
    return ends if ends - now >= OFFER_MIN else None


def worth_offering(found: Collection[NodeId], planned_at: NodeId) -> bool:
    """Say whether there is anybody to offer it to, but for the node that has it anyway."""
    return bool(set(found) - {planned_at})
