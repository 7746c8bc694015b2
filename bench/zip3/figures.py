"""ZIP3-205 beside its goals, as figures: means over seeds that nothing was tuned on."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.figure import Figure
from bench.zip3 import instance, policies, table
from bench.zip3.geography import Geography
from bench.zip3.instance import Shape

QUICK = {"stores": 60, "skus": 400, "per_day": 100}
"""A small instance: a look at whether it runs, not a figure."""

Goal = tuple[str, str, Callable[[table.Row], float], Callable[[float], bool]]

GOALS: dict[str, tuple[Goal, ...]] = {
    instance.BASE.name: (
        ("gap to the bound", "≤ 6.0 % (aim 5.0)", lambda row: row.gap, lambda x: x <= 6),
        ("gap closed", "≥ 65 % (aim 72)", lambda row: row.closed, lambda x: x >= 65),
        ("saved of nearest", "≥ 12 %", lambda row: -row.against_nearest, lambda x: x >= 12),
        ("saved of myopic's extra parcels", "≥ 45 %", lambda row: -row.extra, lambda x: x >= 45),
        ("violations", "0", lambda row: row.violations, lambda x: x == 0),
    ),
    instance.LOOSE.name: (
        ("gap closed", "≥ 50 %", lambda row: row.closed, lambda x: x >= 50),
        ("saved of nearest", "≥ 10 %", lambda row: -row.against_nearest, lambda x: x >= 10),
        ("violations", "0", lambda row: row.violations, lambda x: x == 0),
    ),
}


def shapes(*, quick: bool) -> list[Shape]:
    """Give the kinds of instances that have goals."""
    found = [instance.BASE, instance.LOOSE]
    return [replace(each, **QUICK) for each in found] if quick else found


def measured(
    shape: Shape, seeds: Sequence[int], geography: Geography, each: Callable[[str], None]
) -> list[table.Row]:
    """Run a kind on some seeds; gives its rows and their means, and tells each seed's table."""
    found: list[table.Row] = []
    for seed in seeds:
        rows = table.rows(shape, seed, geography)
        each(table.printed(rows))
        found += rows
    names = list(dict.fromkeys(row.policy for row in found))
    return found + [table.mean([row for row in found if row.policy == name]) for name in names]


def figures(rows: Sequence[table.Row], shape: Shape) -> list[Figure]:
    """Hold the best policy's means against the goals."""
    best = next(r for r in rows if r.policy == policies.AHEAD_JOINT.name and r.seed == "mean")
    return [
        Figure(
            name=f"ZIP3-205 {shape.name}: {name}",
            value=value(best),
            unit="a seed" if name == "violations" else "%",
            goal=goal,
            met=met(value(best)),
        )
        for name, goal, value, met in GOALS[shape.name]
    ]


def every(geography: Geography | None, *, quick: bool) -> list[Figure]:
    """Measure all kinds that have goals; nothing where no geography is named."""
    if geography is None:
        return []
    found = []
    for shape in shapes(quick=quick):
        seeds = instance.JUDGING[:1] if quick else instance.JUDGING
        found += figures(measured(shape, seeds, geography, lambda _: None), shape)
    return found
