"""Every figure, each in a system of its own: a table on the terminal and in docs/benchmarks.md."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    availability,
    capture_hot,
    capture_ruled,
    capture_uniform,
    carts,
    counts,
    deltas,
    expiry,
    explain_availability,
    growth,
    promises,
    relay,
    replay,
    snapshot,
    solve,
    surge,
    sweep,
)
from bench.effort import FULL, QUICK, Effort, asked
from bench.figure import Figure, Report, as_json, as_markdown, as_text, environment_line
from bench.report import report
from bench.stage import Stage, staged
from bench.system import running
from bench.zip3 import figures as zip3
from bench.zip3 import geography

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"

STAGED: tuple[Callable[[Stage, Effort], list[Figure]], ...] = (
    capture_uniform.figures,
    capture_hot.figures,
    capture_ruled.figures,
    surge.figures,
    growth.figures,
    counts.figures,
    carts.figures,
    deltas.figures,
    snapshot.figures,
    expiry.figures,
    availability.figures,
    explain_availability.figures,
    promises.figures,
    replay.figures,
)

HEAD = """# Benchmarks

Measured by `{command}` on {day}, never asserted: on another machine, or beside busy neighbors, the
figures are others, which is why each stands beside the floor that the same machine gave in the same
run. {environment}. In single figures' runs other programs used {others} cores.

Goals are those of the first milestone. F, the floor of capture, is the least that a durable,
idempotent 2-line order needs of PostgreSQL: `bench/floor.sql`. "CPU" is processor time per unit of
the figure: of the server's processes, PostgreSQL's, and the load generator's.
"""


def measured(effort: Effort, each: Callable[[list[Report]], None]) -> list[Report]:
    """Run them all, one after the other; `each` is shown what there is after every one."""
    reports: list[Report] = []
    for figures in STAGED:
        print(f"{figures.__module__} ...", file=sys.stderr, flush=True)
        with staged(effort) as stage:
            reports.append(report(stage.system, figures(stage, effort)))
        each(reports)
    for alone in (relay, sweep, solve):
        print(f"{alone.__name__} ...", file=sys.stderr, flush=True)
        with running() as host:
            reports.append(report(host, alone.figures(host, effort)))
        each(reports)
    areas = geography.named(None)
    if areas is None:
        print(f"ZIP3-205 skipped: ${geography.ENVIRONMENT} names no table", file=sys.stderr)
    else:
        print("zip3 ...", file=sys.stderr, flush=True)
        decided = tuple(zip3.every(areas, quick=effort == QUICK))
        reports.append(Report(reports[0].environment, decided))
        each(reports)
    return reports


def page(reports: Sequence[Report], *, command: str, day: str) -> str:
    """Write docs/benchmarks.md."""
    others = [r.environment.others for r in reports]
    head = HEAD.format(
        command=command,
        day=day,
        environment=environment_line(reports[0].environment),
        others=f"{min(others):.2f} to {max(others):.2f}",
    )
    return f"{head}\n{as_markdown(together(reports))}\n"


def together(reports: Sequence[Report]) -> Report:
    """Make one report of all; the environment is the first one's."""
    return Report(reports[0].environment, tuple(f for r in reports for f in r.figures))


def main() -> None:
    json, effort = asked()
    day = datetime.now(UTC).date().isoformat()  # noqa: TID251 - a benchmark is a shell

    def written(reports: list[Report]) -> None:
        if effort == FULL:
            PAGE.write_text(page(reports, command="make bench", day=day))

    whole = together(measured(effort, written))
    print(as_json(whole) if json else as_text(whole))
    if effort != FULL:
        print("Not the full effort: docs/benchmarks.md is left as it is.", file=sys.stderr)


if __name__ == "__main__":
    main()
