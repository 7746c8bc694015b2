"""The tables of ZIP3-205: each seed, then the mean over them, beside the goals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.zip3 import instance, policies
from bench.zip3.bound import lower_bound
from bench.zip3.geography import Geography
from bench.zip3.instance import Shape
from bench.zip3.nearest import nearest
from bench.zip3.referee import Verdict, judged

NEAREST = "nearest node"
POLICIES = (
    policies.MYOPIC,
    policies.MYOPIC_JOINT,
    policies.AHEAD,
    policies.AHEAD_JOINT,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A policy on a seed, or the mean of some. Percentages; processor seconds of the whole week.

    `gap`: above the bound; `closed`: of the gap between myopic and bound; `against_nearest`: of
    what the rule of thumb costs; `extra`: parcels beyond one an order, against myopic's.
    """

    policy: str
    seed: str
    cents: float
    gap: float
    closed: float
    against_nearest: float
    parcels: float
    extra: float
    unfilled: float
    violations: float
    pricing_s: float = 0.0
    planning_s: float = 0.0
    solver_gap: float = 0.0


def rows(shape: Shape, seed: int, geography: Geography) -> list[Row]:
    """Run every policy on one instance; the referee judges all of them."""
    week = instance.made(shape, seed, geography)
    bound = lower_bound(week).cost
    rule = judged(week, nearest(week))
    runs = {policy.name: policies.run(week, policy) for policy in POLICIES}
    verdicts = {name: judged(week, run.assigned) for name, run in runs.items()}
    myopic = verdicts[policies.MYOPIC.name]
    found = [_row(NEAREST, seed, rule, (bound, rule, myopic))]
    for name, run in runs.items():
        row = _row(name, seed, verdicts[name], (bound, rule, myopic))
        found.append(
            replace(
                row,
                pricing_s=run.pricing,
                planning_s=run.planning,
                solver_gap=100 * run.gap,
            )
        )
    return found


def _row(name: str, seed: int, verdict: Verdict, beside: tuple[float, Verdict, Verdict]) -> Row:
    bound, rule, myopic = beside
    beyond = verdict.parcels - verdict.orders
    return Row(
        policy=name,
        seed=str(seed),
        cents=verdict.per_order,
        gap=100 * (verdict.cost / bound - 1),
        closed=100 * (myopic.cost - verdict.cost) / (myopic.cost - bound),
        against_nearest=100 * (verdict.cost / rule.cost - 1),
        parcels=verdict.parcels_per_order,
        extra=100 * (beyond / (myopic.parcels - myopic.orders) - 1),
        unfilled=verdict.unfilled,
        violations=len(verdict.violations),
    )


def mean(some: Sequence[Row]) -> Row:
    """Average rows of one policy; the solver's gap is the worst."""
    numbers = [name for name in Row.__slots__ if name not in {"policy", "seed", "solver_gap"}]
    values = {name: sum(getattr(row, name) for row in some) / len(some) for name in numbers}
    worst = max(row.solver_gap for row in some)
    return Row(policy=some[0].policy, seed="mean", solver_gap=worst, **values)


def printed(found: Sequence[Row]) -> str:
    """Write the rows as a table of Markdown."""
    heads = (
        "seed", "policy", "cents/order", "gap", "closed", "vs nearest", "parcels/order",
        "extra parcels", "unfilled", "violations", "pricing s", "planning s", "solver gap",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [
        f"| {r.seed} | {r.policy} | {r.cents:,.1f} | {r.gap:.2f} % | {r.closed:.1f} % |"
        f" {r.against_nearest:+.1f} % | {r.parcels:.3f} | {r.extra:+.1f} % | {r.unfilled:.3g} |"
        f" {r.violations:g} | {r.pricing_s:.0f} | {r.planning_s:.1f} | {r.solver_gap:.3f} % |"
        for r in found
    ]
    return "\n".join(lines)
