"""The facts of questions to customers, as the feed tells them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from entrepot.journey.told import fact
from entrepot.orders.consents import Consent
from entrepot.plumbing.outbox import Fact
from entrepot.terms.ids import LineNo, OrderId
from entrepot.terms.order_number import number_of


def asked(
    order_id: OrderId,
    consent_id: UUID,
    lines: Sequence[LineNo],
    choices: Sequence[str],
    ends_at: datetime,
) -> Fact:
    """A customer is asked what is to become of lines."""
    more = {"lines": sorted(set(lines)), "choices": list(choices), "ends_at": ends_at}
    return _fact("consent.asked", order_id, consent_id, more)


def answered(consent: Consent, choice: str, actor: str) -> Fact:
    """Somebody has chosen."""
    more = {"lines": consent.lines, "choice": choice, "actor": actor}
    return _fact("consent.answered", consent.order_id, consent.consent_id, more)


def expired(consent: Consent, choice: str) -> Fact:
    """Nobody answered, and the default was done."""
    more = {"lines": consent.lines, "choice": choice}
    return _fact("consent.expired", consent.order_id, consent.consent_id, more)


def withdrawn(consent: Consent) -> Fact:
    """Nothing waits for an answer any more."""
    more = {"lines": consent.lines}
    return _fact("consent.withdrawn", consent.order_id, consent.consent_id, more)


def _fact(kind: str, order_id: OrderId, consent_id: UUID, more: Mapping[str, object]) -> Fact:
    of = {"order_id": order_id, "order_number": number_of(order_id), "consent_id": consent_id}
    return fact(kind, order_id, {**of, **more})
