"""ZIP3-205 beside its goals, as figures: means over seeds that nothing was tuned on."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.figure import Figure
from bench.zip3 import instance, policies, table
from bench.zip3.geography import Geography
from bench.zip3.instance import Shape

QUICK = {"stores": 60, "skus": 400, "per_day": 100}
"""A small instance: a look at whether it runs, not a figure."""

GOALS: dict[str, tuple[tuple[str, str, Callable[[table.Row], float], float, str], ...]] = {
    instance.BASE.name: (
        ("gap to the bound", "%", lambda row: row.gap, 6.0, "≤ 6.0 % (aim 5.0)"),
        ("gap closed", "%", lambda row: -row.closed, -65.0, "≥ 65 % (aim 72)"),
        ("cost against nearest", "%", lambda row: row.against_nearest, -12.0, "≤ −12 %"),
        ("extra parcels against myopic", "%", lambda row: row.extra, -45.0, "≤ −45 %"),
        ("violations", "", lambda row: row.violations, 0.0, "0"),
    ),
    instance.LOOSE.name: (
        ("gap closed", "%", lambda row: -row.closed, -50.0, "≥ 50 %"),
        ("cost against nearest", "%", lambda row: row.against_nearest, -10.0, "≤ −10 %"),
        ("violations", "", lambda row: row.violations, 0.0, "0"),
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
            value=abs(value(best)) if limit <= 0 else value(best),
            unit=unit,
            goal=goal,
            met=value(best) <= limit,
        )
        for name, unit, value, limit, goal in GOALS[shape.name]
    ]
