"""Where the figures were measured, and printing them."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from bench import cpu, load, postgres
from bench.figure import Environment, Figure, Report, as_json, as_text
from bench.system import System


def report(system: System, figures: Sequence[Figure]) -> Report:
    return Report(environment(system), tuple(figures))


def show(system: System, figures: Sequence[Figure], *, json: bool) -> None:
    """Print the figures and what they were measured on."""
    made = report(system, figures)
    print(as_json(made) if json else as_text(made))


def environment(system: System) -> Environment:
    spent = cpu.since(system.began, system.meter.read())
    durable = "" if postgres.durable(system.database_url) else ", NOT durable"
    return Environment(
        cores=len(os.sched_getaffinity(0)),
        processor=_processor(),
        memory_gib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        postgres=str(postgres.value(system.database_url, "SHOW server_version")) + durable,
        python=platform.python_version(),
        storage=postgres.storage(system.database_url),
        generator=load.generator(),
        others=spent.others / spent.wall,
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
