"""Why an order is not taken, field by field. Pure."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.journey.asking import Need
from entrepot.journey.door import Launches, unopened
from entrepot.journey.guided import LACKING
from entrepot.journey.placing import NotTaken, Why
from entrepot.journey.plan import Draft
from entrepot.orders.model import Fault
from entrepot.sourcing.model import NoPlan, WhyNoPlan

_POINTERS = {
    WhyNoPlan.UNKNOWN_CHANNEL: "/channel",
    WhyNoPlan.UNKNOWN_NODE: "/pickup_node",
    WhyNoPlan.NODE_CANNOT: "/pickup_node",
    WhyNoPlan.NO_LANE: "/service",
    WhyNoPlan.TOO_LATE: "/service",
    WhyNoPlan.FENCED: "",
}


def refusal(
    draft: Draft, services: tuple[str, ...], launches: Launches, at: datetime
) -> NotTaken | None:
    """Say why this order cannot be taken; None when it can."""
    if draft.placing.fact:
        return None
    order = draft.placing.order
    if draft.asking.unknown:
        return unknown([(line, order.lines[line - 1].sku) for line in draft.asking.unknown])
    answer = draft.answer
    if not isinstance(answer, NoPlan) or draft.waiting:
        return None
    known = draft.service in services
    return missed(answer, draft.asking.needs, launches, at, known_service=known)


def missed(
    answer: NoPlan, needs: Sequence[Need], launches: Launches, at: datetime, *, known_service: bool
) -> NotTaken:
    """Refuse for the reason sourcing gave, or because what is missing is not on sale yet."""
    shut = unopened(launches, needs, dict(answer.missing), at) if launches else None
    return shut or no_plan(answer, needs, known_service=known_service)


def unknown(lines: Sequence[tuple[int, str]]) -> NotTaken:
    """Refuse for lines (from 1) whose skus are no items here."""
    faults = [Fault(f"/lines/{line - 1}/sku", f"{sku} is not an item here") for line, sku in lines]
    return NotTaken(Why.INVALID, tuple(faults), faults[0].detail)


def no_plan(answer: NoPlan, needs: Sequence[Need], *, known_service: bool) -> NotTaken:
    """Refuse for the reason sourcing gave, at the field that is to blame."""
    if answer.why in LACKING:
        return _short(needs, answer)
    pointer = _POINTERS[answer.why]
    detail = answer.detail or answer.why.value.replace("_", " ")
    wrong = answer.why in {WhyNoPlan.UNKNOWN_CHANNEL, WhyNoPlan.UNKNOWN_NODE} or (
        answer.why is WhyNoPlan.NO_LANE and not known_service
    )
    why = Why.INVALID if wrong else Why.NOT_SOURCEABLE
    return NotTaken(why, (Fault(pointer, detail),), detail)


def _short(needs: Sequence[Need], answer: NoPlan) -> NotTaken:
    missing = dict(answer.missing)
    lacking = {line: (sku, missing[sku]) for line, sku, _ in needs if missing.get(sku)}
    faults = [
        Fault(f"/lines/{line - 1}/quantity", f"{units} of {sku} cannot be had")
        for line, (sku, units) in sorted(lacking.items())
    ]
    return NotTaken(Why.SHORT, tuple(faults), "; ".join(fault.detail for fault in faults))
