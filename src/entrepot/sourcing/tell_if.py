"""What stood in the way and what would have changed it, in sentences. Amounts are hundredths."""

from collections.abc import Mapping
from typing import Final

import msgspec

from entrepot.sourcing.explain import Explanation, NodeShown, Parts
from entrepot.sourcing.flip import Flip, Lever, flips
from entrepot.sourcing.model import Plan
from entrepot.sourcing.record import Decision
from entrepot.sourcing.tell import amount, listed
from entrepot.sourcing.what_if import Constraint, Lifted, lifted_each
from entrepot.terms.ids import NodeId


class Candidate(msgspec.Struct, frozen=True):
    """A way to do it: from which nodes, at what cost (minor units), and what it weighs in all."""

    nodes: tuple[NodeId, ...]
    cost: int
    weighed: int
    parts: Parts


class WhatIf(msgspec.Struct, frozen=True):
    """The other side of a decision.

    `candidates` are the plan that was made and each node that could have done it alone, the one of
    least weight first. `binding` is the constraint that cost most, alone; `lifted` all that cost
    anything; `flips` the least changes after which another plan wins. `words` say it all.
    """

    words: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    binding: Lifted | None
    lifted: tuple[Lifted, ...]
    flips: tuple[Flip, ...]


def what_if(seen: Decision, shown: Explanation) -> WhatIf:
    """Say what stood in the way of a cheaper plan, and what would have flipped this one.

    Decides some ten to two hundred times again: milliseconds, for whoever asks.
    """
    lifted, turned = lifted_each(seen, shown), flips(seen, shown)
    said = [*(_price(each, shown) for each in lifted), *map(_turned, turned)]
    if isinstance(seen.answer, Plan) and not lifted:
        said.insert(0, "No single rule or limit made it dearer.")
    binding = lifted[0] if lifted else None
    return WhatIf(tuple(said), _candidates(seen, shown), binding, lifted, turned)


def _candidates(seen: Decision, shown: Explanation) -> tuple[Candidate, ...]:
    found = [
        Candidate(
            (n.node,), (n.shipping or 0) + (n.handling or 0), n.weighed,
            Parts(n.shipping or 0, n.handling or 0, 0, n.late, n.rating, n.shadow),
        )
        for n in shown.nodes
        if n.alone and n.eliminated is None and not n.chosen
    ]  # fmt: skip
    if isinstance(seen.answer, Plan) and shown.parts is not None:
        nodes = tuple([each.node_id for each in seen.answer.shipments])
        weighed = seen.answer.cost + seen.answer.steered
        found.append(Candidate(nodes, seen.answer.cost, weighed, shown.parts))
    return tuple(sorted(found, key=lambda each: (each.weighed, each.nodes)))


def _price(lifted: Lifted, shown: Explanation) -> str:
    nodes = {node.node: node for node in shown.nodes}
    named = [nodes[each] for each in lifted.nodes]
    why = _BECAUSE[lifted.constraint].format(nodes=_full(named, lifted.constraint), be=_be(named))
    if lifted.saves is None:
        return f"It could have been sent for {amount(lifted.cost)}, but {why}."
    return f"{amount(lifted.saves)} dearer because {why}."


_BECAUSE: Final[Mapping[Constraint, str]] = {
    Constraint.CAPACITY: "{nodes} {be} full for the day",
    Constraint.KEPT_BACK: "the last units at {nodes} were kept back",
    Constraint.BARRED: "{nodes} had rejected it or picked short before",
    Constraint.CLOSED: "{nodes} {be} closed for the next 30 days",
    Constraint.DISABLED: "{nodes} {be} switched off",
    Constraint.CHANNEL_VIEW: "{nodes} {be} not in the channel's view",
    Constraint.SERVICE: "{nodes} did not offer the method",
    Constraint.OWED: "units are owed to orders that wait",
    Constraint.CART: "the order kept to the units of its cart",
    Constraint.FENCE: "{nodes} {be} fenced off by the rules",
    Constraint.RATING: "the rules rate other nodes better",
    Constraint.LIMIT: "the rules allow no more shipments",
    Constraint.DUE: "it has to be there in time",
    Constraint.WORTH: "units and room are kept for orders to come",
}


def _be(nodes: list[NodeShown]) -> str:
    return "was" if len(nodes) == 1 else "were"


def _full(nodes: list[NodeShown], constraint: Constraint) -> str:
    if constraint is not Constraint.CAPACITY:
        return listed([node.node for node in nodes])
    return listed([f"{node.node} ({node.used} of {node.limit})" for node in nodes])


def _turned(flip: Flip) -> str:
    instead = f"it would have gone from {listed(list(flip.nodes))} at {amount(flip.cost)}"
    units = "unit" if flip.by == 1 else "units"
    if flip.lever is Lever.HANDLING_LESS:
        return f"Were handling at {flip.node} {amount(flip.by)} a unit cheaper, {instead}."
    if flip.lever is Lever.HANDLING_MORE:
        return f"Were handling at {flip.node} {amount(flip.by)} a unit dearer, {instead}."
    if flip.lever is Lever.EXTRA_SHIPMENT:
        return f"Were each further shipment {amount(flip.by)} dearer, {instead}."
    if flip.lever is Lever.STOCK_LESS:
        return f"Had {flip.node} held {flip.by} {units} less of {flip.sku}, {instead}."
    return f"Had {flip.node} held {flip.by} {units} more of {flip.sku}, {instead}."
