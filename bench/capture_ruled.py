"""Capture with rules in force: what policies, segments and kits take of it.

The load of `capture_uniform` in one system, in turns: without any rule; and with ten rules of what
is kept back, two segments, and a kit in every twentieth order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bench import capture, compared
from bench.effort import FULL, Effort, command
from bench.figure import Figure
from bench.report import show
from bench.stage import Body, Stage, follow, order_bodies, staged

FALL_MAX = 0.10
PROTECTED_PERCENT = 1.5
"""Of the skus each segment protects so many: 300 of 20,000, and every thirtieth order meets one."""

ORDERS_PER_KIT = 20
PLAIN: Body = {}


@dataclass(frozen=True, slots=True)
class Turn:
    """One way of capturing: the policy in force, and what is ordered."""

    policy: Body
    bodies: Sequence[Body]


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure both ways in turns, so that each comes first as often: the medians count."""
    plain = Turn(PLAIN, order_bodies(stage, seed=1))
    ruled = Turn(_rules(stage), _with_kits(stage, order_bodies(stage, seed=1)))
    capture.warm(stage, plain.bodies, effort.warmup)
    without: list[capture.Captured] = []
    within: list[capture.Captured] = []
    for number in range(effort.rounds):
        turns = [(plain, without), (ruled, within)]
        for turn, found in turns if number % 2 == 0 else reversed(turns):
            follow(stage, turn.policy)
            capture.warm(stage, turn.bodies, effort.warmup)
            found.append(capture.best(stage, turn.bodies, effort.seconds))
    protected, twentieth = f"{2 * _protected(stage)} skus", f"every {ORDERS_PER_KIT}th order"
    return compared.figures(
        "capture with rules, segments and kits", within, without,
        fall_max=FALL_MAX, dearer_max=FALL_MAX,
        notes=[f"Ten rules, two segments of {protected}, a kit in {twentieth}."],
    )  # fmt: skip


def _protected(stage: Stage) -> int:
    return round(len(stage.skus) * PROTECTED_PERCENT / 100)


def _rules(stage: Stage) -> Body:
    """Ten rules by kind of node, category, node and channel; a segment of others, and an own."""
    goods = {item.sku: item.category for item in stage.retailer.items if not item.components}
    categories = sorted(set(goods.values()))[:3]
    skus = stage.skus
    few = _protected(stage)
    foreign, own = list(skus[:few]), list(skus[few : 2 * few])
    keep: list[Body] = [
        {"match": {"skus": list(skus[-50:])}, "units": 1},
        {"match": {"categories": categories[:1], "node_kinds": ["store"]}, "units": 2},
        {"match": {"categories": categories[1:2], "nodes": [stage.nodes[-1]]}, "units": 3},
        {"match": {"channels": ["web"], "skus": list(skus[-100:-50])}, "units": 4},
        {"match": {"channels": ["web"], "categories": categories[:1]}, "units": 1},
        {"match": {"channels": ["web"], "node_kinds": ["store"]}, "units": 1, "note": "thin"},
        {"match": {"channels": ["web", "app"], "nodes": list(stage.centers[:1])}, "units": 5},
        {"match": {"channels": ["web"], "categories": categories[2:]}, "units": 2},
        {"match": {"channels": ["app"], "node_kinds": ["store"]}, "units": 2},
        {"match": {"channels": ["app"], "categories": categories}, "units": 1},
    ]
    segments: list[Body] = [
        {
            "segment": "members",
            "channels": ["app"],
            "protect": [
                {"match": {"skus": foreign, "node_kinds": ["dc"]}, "share": 10},
                {"match": {"skus": foreign}, "units": 1},
            ],
        },
        {
            "segment": "launch",
            "channels": ["web"],
            "protect": [{"match": {"skus": own}, "units": 20}],
            "borrow": {"leave": 5},
        },
    ]
    return {"keep": keep, "segments": segments}


def _with_kits(stage: Stage, bodies: Sequence[Body]) -> list[Body]:
    """Put a kit in place of the first line of every twentieth order."""
    kits = [item.sku for item in stage.retailer.items if item.components]
    made = []
    for number, body in enumerate(bodies):
        lines = [dict(line) for line in body["lines"]]  # type: ignore[attr-defined]
        if number % ORDERS_PER_KIT == 0:
            lines[0]["sku"] = kits[number // ORDERS_PER_KIT % len(kits)]
        made.append({**body, "lines": lines})
    return made


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
