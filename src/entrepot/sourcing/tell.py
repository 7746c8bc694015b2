"""A decision in a few sentences that anybody can read. Amounts are hundredths, without a sign."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from entrepot.network.model import Method
from entrepot.sourcing.model import Ask, Elimination, NoPlan, Plan, Shipment, WhyNoPlan, split_name
from entrepot.terms.ids import NodeId

SKUS_NAMED_MAX: Final = 3
"""A sentence names up to so many skus; nobody reads a longer list to its end."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to tell.

    `able` nodes could have done all alone; `rival` is the one that was next; `out` has a reason for
    every eliminated node; `held_for` are the segments that units were held for.
    """

    ask: Ask
    answer: Plan | NoPlan
    able: int
    rival: NodeId | None
    out: tuple[Elimination, ...]
    held_for: tuple[str, ...] = ()


def words_of(facts: Facts) -> tuple[str, ...]:
    """Tell what was decided, what was next, and why the other nodes were none, in this order."""
    if isinstance(facts.answer, NoPlan):
        said = [_refusal(facts.answer)]
    elif facts.ask.method is not Method.SHIP:
        said = [_collected(facts.answer)]
    elif len(facts.answer.shipments) == 1:
        said = [_whole(facts, facts.answer), *_next(facts, facts.answer)]
    else:
        said = _split(facts, facts.answer)
    if isinstance(facts.answer, Plan):
        said += [*_steered(facts, facts.answer), *_cautions(facts.answer)]
    return (*said, *_eliminated(facts))


def amount(minor: int) -> str:
    """Write minor units as hundredths: 612 is 6.12."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def _refusal(answer: NoPlan) -> str:
    if answer.why is WhyNoPlan.SHORT:
        missing = listed([f"{units} of {sku}" for sku, units in answer.missing])
        return f"No plan: {missing} could not be had."
    return f"No plan: {answer.detail}."


def _collected(plan: Plan) -> str:
    shipment = plan.shipments[0]
    return (
        f"Collected at {shipment.node_id}, the chosen store:"
        f" {amount(shipment.handling)} for handling."
    )


def _costs(shipment: Shipment) -> str:
    return f"{amount(shipment.shipping)} for shipping and {amount(shipment.handling)} for handling"


def _whole(facts: Facts, plan: Plan) -> str:
    shipment = plan.shipments[0]
    said = f"Shipped from {shipment.node_id}: {_costs(shipment)}"
    if facts.able > 1:
        return f"{said}, the cheapest of {facts.able} nodes that could."
    return f"{said}, the only node that could do it alone."


def _next(facts: Facts, plan: Plan) -> list[str]:
    if facts.rival is None or plan.runner_up is None:
        return []
    return [f"{facts.rival} was next at {amount(plan.runner_up)}."]


def _split(facts: Facts, plan: Plan) -> list[str]:
    parts = [
        f"{listed([f'{units} x {sku}' for sku, units in s.items])} from {s.node_id}: {_costs(s)}"
        for s in plan.shipments
    ]
    if plan.extra:
        parts.append(f"{amount(plan.extra)} for the shipments after the first")
    count = len(plan.shipments)
    said = [f"Split over {count} nodes, {amount(plan.cost)} in all: {'; '.join(parts)}."]
    if facts.able:
        said.append(f"{_nodes(facts.able)} could have done it alone, for no less.")
    else:
        said.append("No single node could do it alone.")
    if plan.runner_up is not None:
        said.append(f"Without one of these nodes it would have cost {amount(plan.runner_up)}.")
    return said


def _steered(facts: Facts, plan: Plan) -> list[str]:
    """Say what was weighed beside the money."""
    late = sum(each.late for each in plan.shipments)
    rating = sum(each.rating for each in plan.shipments)
    shadow = sum(each.shadow for each in plan.shipments)
    said = []
    if late and facts.ask.due is not None:
        said.append(f"{amount(late)} for coming after {facts.ask.due.day}")
    if rating:
        said.append(f"{amount(rating)} by {_rules(facts.ask)}")
    if shadow:
        said.append(f"{amount(shadow)} for what its stock and room are worth to later orders")
    return [f"Weighed beside the money: {listed(said)}."] if said else []


def _rules(ask: Ask) -> str:
    _, strategy = split_name(ask.guide.strategy if ask.guide else "")
    return f"the rules of {strategy}" if strategy else "the rules"


def _cautions(plan: Plan) -> list[str]:
    said = []
    if plan.overflow:
        said.append("A node had to be used beyond its capacity of the day: nothing else was left.")
    if not plan.exact and plan.bound is not None:
        bound = amount(plan.bound)
        said.append(f"Too many items to weigh every way: at best it would have cost {bound}.")
    return said


def _eliminated(facts: Facts) -> list[str]:
    """Count the nodes per reason, in order of precedence, in one sentence."""
    counts = Counter(facts.out)
    clauses = [_clause(why, counts[why], facts) for why in Elimination if counts[why]]
    return [f"{'; '.join(clauses)}."] if clauses else []


def _clause(why: Elimination, count: int, facts: Facts) -> str:
    ask, one = facts.ask, count == 1
    held_for = listed(list(facts.held_for)) if facts.held_for else "other channels"
    singular, plural = _REASONS[why]
    skus = listed([str(want.sku) for want in ask.wants], last="or")
    if len(ask.wants) > SKUS_NAMED_MAX:
        skus = f"each of the {len(ask.wants)} skus"
    said = (singular if one else plural).format(
        skus=skus, method=ask.method, service=ask.service, held_for=held_for,
        due=ask.due.day if ask.due else "", rules=_rules(ask),
    )  # fmt: skip
    return f"{_nodes(count)} {said}"


_REASONS = {
    Elimination.DISABLED: ("is switched off", "are switched off"),
    Elimination.NOT_IN_CHANNEL: ("is not in the channel's view", "are not in the channel's view"),
    Elimination.SERVICE: ("does not offer {method}", "do not offer {method}"),
    Elimination.NOT_CHOSEN_STORE: ("is not the chosen store", "are not the chosen store"),
    Elimination.PAUSED: (
        "is paused: nothing new is planned there",
        "are paused: nothing new is planned there",
    ),
    Elimination.CLOSED: (
        "is closed for the next 30 days",
        "are closed for the next 30 days",
    ),
    Elimination.NO_LANE: (
        "has no lane of service {service} to the destination",
        "have no lane of service {service} to the destination",
    ),
    Elimination.TOO_LATE: (
        "has no lane that arrives by {due}",
        "have no lane that arrives by {due}",
    ),
    Elimination.FENCED: ("is ruled out by {rules}", "are ruled out by {rules}"),
    Elimination.NOT_IN_CART: (
        "was not needed: the order kept to its cart",
        "were not needed: the order kept to its cart",
    ),
    Elimination.BARRED: (
        "had already rejected it or picked short",
        "had already rejected it or picked short",
    ),
    Elimination.KEPT_BACK: (
        "has its last units of {skus} kept back for {held_for}",
        "have their last units of {skus} kept back for {held_for}",
    ),
    Elimination.NO_STOCK: ("holds too little of {skus}", "hold too little of {skus}"),
    Elimination.CAPACITY: (
        "has reached its capacity of the day",
        "have reached their capacity of the day",
    ),
}


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"


def listed(words: list[str], last: str = "and") -> str:
    """Write words as a list: "A, B and C"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
