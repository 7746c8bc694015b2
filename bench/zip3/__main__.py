"""Print the tables of ZIP3-205, and whether the goals are met."""

import argparse
import sys

from bench.zip3 import figures, geography, instance, long, table
from bench.zip3.geography import ENVIRONMENT, Geography


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.zip3")
    parser.add_argument("--geography", help=f"the table of areas; else ${ENVIRONMENT}")
    parser.add_argument("--quick", action="store_true", help="small instances")
    parser.add_argument("--seeds", help="comma-separated; else those that judge")
    parser.add_argument("--kinds", default="base,well-stocked")
    parser.add_argument("--orders", type=int, help="a long run: how many orders to route at least")
    parser.add_argument("--workers", type=int, default=1, help="processes of a long run")
    asked = parser.parse_args()
    areas = geography.named(asked.geography)
    if areas is None:
        print(f"ZIP3-205 skipped: no geography named, --geography or ${ENVIRONMENT}")
        return
    if asked.orders:
        sys.exit(long_run(areas, asked.orders, quick=asked.quick, workers=asked.workers))
    seeds = [int(seed) for seed in asked.seeds.split(",")] if asked.seeds else instance.JUDGING
    for shape in figures.shapes(quick=asked.quick):
        if shape.name in asked.kinds.split(","):
            told(areas, shape, seeds[:1] if asked.quick else seeds)


def told(areas: Geography, shape: instance.Shape, seeds: "list[int] | tuple[int, ...]") -> None:
    print(f"\n## {shape.name}: {shape.days} days of {shape.per_day:,} orders\n", flush=True)
    rows = figures.measured(shape, seeds, areas, lambda text: print(text, flush=True))
    print(table.printed([row for row in rows if row.seed == "mean"]))
    for figure in figures.figures(rows, shape):
        verdict = "met" if figure.met else "NOT met"
        print(f"{figure.name}: {figure.value:.2f} {figure.unit} (goal {figure.goal}: {verdict})")


def long_run(areas: Geography, orders: int, *, quick: bool, workers: int) -> int:
    """Route week after week and judge each; gives 1 where anything was violated."""
    each = long.week_of(quick=quick)
    routed = violations = 0
    spent = 0.0
    for week in long.weeks(areas, -(-orders // each), quick=quick, workers=workers):
        routed, violations = routed + week.orders, violations + week.violations
        spent += week.processor_s
        print(
            f"{routed:,} orders, {violations} violations, {week.unfilled} of this week's lines"
            f" unfilled; {1e6 * spent / routed:,.0f} µs of processor an order",
            flush=True,
        )
    return int(violations > 0)


if __name__ == "__main__":
    main()
