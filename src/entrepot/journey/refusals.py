"""Why an order is not taken, field by field. Pure."""

from entrepot.journey.placing import NotTaken, Why
from entrepot.journey.plan import Draft
from entrepot.orders.model import Fault
from entrepot.sourcing.model import NoPlan, WhyNoPlan

_POINTERS = {
    WhyNoPlan.UNKNOWN_CHANNEL: "/channel",
    WhyNoPlan.UNKNOWN_NODE: "/pickup_node",
    WhyNoPlan.NODE_CANNOT: "/pickup_node",
    WhyNoPlan.NO_LANE: "/service",
}


def refusal(draft: Draft, services: tuple[str, ...]) -> NotTaken | None:
    """Say why this order cannot be taken; None when it can."""
    if draft.placing.fact:
        return None
    order = draft.placing.order
    if draft.asking.unknown:
        faults = [
            Fault(f"/lines/{line - 1}/sku", f"{order.lines[line - 1].sku} is not an item here")
            for line in draft.asking.unknown
        ]
        return NotTaken(Why.INVALID, tuple(faults), faults[0].detail)
    answer = draft.answer
    if not isinstance(answer, NoPlan) or draft.waiting:
        return None
    if answer.why is WhyNoPlan.SHORT:
        return _short(draft, answer)
    pointer = _POINTERS[answer.why]
    detail = answer.detail or answer.why.value.replace("_", " ")
    wrong = answer.why in {WhyNoPlan.UNKNOWN_CHANNEL, WhyNoPlan.UNKNOWN_NODE} or (
        answer.why is WhyNoPlan.NO_LANE and draft.service not in services
    )
    why = Why.INVALID if wrong else Why.NOT_SOURCEABLE
    return NotTaken(why, (Fault(pointer, detail),), detail)


def _short(draft: Draft, answer: NoPlan) -> NotTaken:
    missing = dict(answer.missing)
    lacking = {line: (sku, missing[sku]) for line, sku, _ in draft.asking.needs if missing.get(sku)}
    faults = [
        Fault(f"/lines/{line - 1}/quantity", f"{units} of {sku} cannot be had")
        for line, (sku, units) in sorted(lacking.items())
    ]
    return NotTaken(Why.SHORT, tuple(faults), "; ".join(fault.detail for fault in faults))
