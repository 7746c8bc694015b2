"""A decision as a face draws it: rows, bars and sentences, nothing left to be worked out. Pure.

Amounts are minor units. A bar's parts add up to its `weighed`, by which plans were compared.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from entrepot.sourcing.explain import Explanation, NodeShown, Parts
from entrepot.sourcing.flip import Lever
from entrepot.sourcing.model import Elimination
from entrepot.sourcing.tell_if import Candidate, WhatIf
from entrepot.sourcing.what_if import Constraint

CANDIDATES_MAX: Final = 12
"""Beyond the dozenth nobody compares; how many there were is said beside."""

OUT_NAMED_MAX: Final = 50
"""Nodes that are named of one reason; of more there is a count."""


class NodeNamed(msgspec.Struct, frozen=True):
    node: str
    name: str


class CostPart(msgspec.Struct, frozen=True):
    """A part of what a plan weighs: `shipping`, `handling`, `split`, `late`, `rating`, `shadow`."""

    part: str
    amount: int


class Row(msgspec.Struct, frozen=True):
    """A way it could have been done. `cost` is money, `weighed` all that was counted.

    `more` is what it weighs beyond the chosen one. `zone` and `lane` are those of a single node.
    """

    nodes: list[NodeNamed]
    chosen: bool
    runner_up: bool
    cost: int
    weighed: int
    more: int
    parts: list[CostPart]
    zone: int | None
    lane: str | None


class OutNode(msgspec.Struct, frozen=True):
    """A node that was none, with what it had: `free` units where too few, `used` of `limit`."""

    node: str
    name: str
    free: int | None
    used: int | None
    limit: int | None


class Out(msgspec.Struct, frozen=True):
    """The nodes that one reason ruled out: a count, and the first of them by name."""

    reason: Elimination
    words: str
    count: int
    nodes: list[OutNode]


class Binding(msgspec.Struct, frozen=True):
    """What stood in the way most: without it the plan would have been cheaper by `saves`."""

    constraint: Constraint
    words: str
    saves: int | None


class Turn(msgspec.Struct, frozen=True):
    """A least change after which another plan wins; `by` as its lever counts."""

    lever: Lever
    by: int
    words: str
    nodes: list[NodeNamed]
    cost: int


class Panel(msgspec.Struct, frozen=True):
    """Why these nodes. `sentence` is read aloud; `weighed_max` is a full bar.

    `rule` names the profile and strategy that steered, where any did. `candidates` are the best
    of `candidate_count`.
    """

    sentence: str
    rule: str | None
    policy_version: int
    network_version: int
    weighed_max: int
    candidates: list[Row]
    candidate_count: int
    eliminated: list[Out]
    eliminated_count: int
    binding: Binding | None
    flips: list[Turn]


def panel(shown: Explanation, what_if: WhatIf, names: Mapping[str, str]) -> Panel:
    """Draw a decision up; `names` are the nodes' by their ids."""
    rows = _rows(shown, what_if, names)
    out = _out(shown, names)
    lifted = len(what_if.lifted)
    offset = len(what_if.words) - lifted - len(what_if.flips)
    said = [_by_name(words, names) for words in what_if.words[offset:]]
    best = what_if.binding
    return Panel(
        sentence=_by_name(" ".join(shown.words), names),
        rule=f"{shown.strategy} of {shown.profile}" if shown.profile else None,
        policy_version=shown.policy_version,
        network_version=shown.network_version,
        weighed_max=max((row.weighed for row in rows), default=0),
        candidates=_few(rows),
        candidate_count=len(rows),
        eliminated=out,
        eliminated_count=sum(each.count for each in out),
        binding=None if best is None else Binding(best.constraint, said[0], best.saves),
        flips=[
            Turn(flip.lever, flip.by, words, _named(flip.nodes, names), flip.cost)
            for flip, words in zip(what_if.flips, said[lifted:], strict=True)
        ],
    )


def _by_name(words: str, names: Mapping[str, str]) -> str:
    """Call the nodes in a sentence by their names; longer ids first, for one may begin another."""
    spoken = sorted((node for node in names if node in words), key=len, reverse=True)
    if not spoken:
        return words
    ids = re.compile("|".join(rf"(?<![\w-]){re.escape(node)}(?![\w-])" for node in spoken))
    return ids.sub(lambda found: names[found.group()], words)


def _few(rows: list[Row]) -> list[Row]:
    """Keep the best; the chosen one and the next are always among them."""
    first = rows[:CANDIDATES_MAX]
    return first + [row for row in rows[CANDIDATES_MAX:] if row.chosen or row.runner_up]


def _rows(shown: Explanation, what_if: WhatIf, names: Mapping[str, str]) -> list[Row]:
    by_id: Mapping[str, NodeShown] = {node.node: node for node in shown.nodes}
    chosen = {shipment.node for shipment in shown.shipments}
    mine = next((c for c in what_if.candidates if set(c.nodes) == chosen), None)
    base = mine.weighed if mine else 0
    next_ = shown.runner_up_node
    return [
        _row(each, each is mine, next_ is not None and each.nodes == (next_,), base, by_id, names)
        for each in what_if.candidates
    ]


def _row(
    each: Candidate,
    chosen: bool,  # noqa: FBT001 - a column of the table, not a switch
    runner_up: bool,  # noqa: FBT001 - a column of the table, not a switch
    base: int,
    by_id: Mapping[str, NodeShown],
    names: Mapping[str, str],
) -> Row:
    one = by_id.get(each.nodes[0]) if len(each.nodes) == 1 else None
    return Row(
        nodes=_named(each.nodes, names),
        chosen=chosen,
        runner_up=runner_up,
        cost=each.cost,
        weighed=each.weighed,
        more=each.weighed - base,
        parts=_parts(each.parts),
        zone=one.zone if one else None,
        lane=one.lane if one else None,
    )


def _parts(parts: Parts) -> list[CostPart]:
    return [
        CostPart(name, amount)
        for name in parts.__struct_fields__
        if (amount := getattr(parts, name))
    ]


def _named(nodes: tuple[str, ...] | list[str], names: Mapping[str, str]) -> list[NodeNamed]:
    return [NodeNamed(node, names.get(node, node)) for node in nodes]


def _out(shown: Explanation, names: Mapping[str, str]) -> list[Out]:
    """Gather the nodes by what ruled them out, the nearest miss first: the last rule first."""
    groups: dict[Elimination, list[NodeShown]] = {}
    for node in shown.nodes:
        if node.eliminated is not None and not node.chosen:
            groups.setdefault(node.eliminated, []).append(node)
    order = list(Elimination)
    return [
        Out(
            why, _WORDS[why], len(groups[why]),
            [
                OutNode(n.node, names.get(n.node, n.node), n.free, n.used, n.limit)
                for n in groups[why][:OUT_NAMED_MAX]
            ],
        )
        for why in sorted(groups, key=order.index, reverse=True)
    ]  # fmt: skip


_WORDS: Final[Mapping[Elimination, str]] = {
    Elimination.DISABLED: "Switched off",
    Elimination.NOT_IN_CHANNEL: "Not in the channel's view",
    Elimination.SERVICE: "Does not offer the method",
    Elimination.NOT_CHOSEN_STORE: "Not the chosen store",
    Elimination.PAUSED: "Paused: nothing new is planned there",
    Elimination.CLOSED: "Closed for the next 30 days",
    Elimination.NO_LANE: "No carrier lane to the destination",
    Elimination.TOO_LATE: "No lane arrives in time",
    Elimination.FENCED: "Ruled out by the policy",
    Elimination.NOT_IN_CART: "Not needed: the order kept to its cart",
    Elimination.BARRED: "Rejected it or picked short before",
    Elimination.KEPT_BACK: "Last units kept back",
    Elimination.NO_STOCK: "Too little stock",
    Elimination.CAPACITY: "Capacity of the day reached",
}
