"""`entrepot demo`: the sample retailer in motion, on a system of its own."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from entrepot.bootstrap import verifying
from entrepot.cli.settling import settle
from entrepot.demo.logins import Login
from entrepot.demo.run import Summary, run
from entrepot.demo.tally import Tally
from entrepot.demo.view import watch

DRAINED_S_MAX = 120
STOPPED_S_MAX = 60

Orders = Annotated[int | None, typer.Option("--orders", min=1, help="Place so many orders.")]
Exit = Annotated[bool, typer.Option("--exit", help="End when they are all seen through.")]
Rate = Annotated[float | None, typer.Option("--rate", help="Orders a second at most.")]
Scale = Annotated[float, typer.Option("--scale", min=0.01, max=1.0, help="Of the retailer.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed, the same retailer.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep the data here.")]
Port = Annotated[int, typer.Option("--port", help="0 takes a free one.")]

CALM_RATE = 5.0
"""Orders a second of a demo without end: brisk for people to watch, idle for a machine."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo's system answers, and the key that lets people in."""

    url: str
    database_url: str
    key: str


def demo(  # noqa: PLR0913, PLR0917 - a command's options
    orders: Orders = None,
    exit_: Exit = False,
    rate: Rate = None,
    scale: Scale = 1.0,
    seed: Seed = 1,
    data_dir: DataDir = None,
    port: Port = 0,
) -> None:
    """Open the sample retailer, let its people loose, and show what happens.

    With --orders N --exit it ends 0 only if every order came to its end and every invariant holds.
    """
    settle(log_level="warning")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    pace = rate if rate is not None or orders is not None else CALM_RATE
    ended: Summary | None = None
    with _home(data_dir) as home, _system(home, port) as place:
        console.print(f"[bold]Entrepot[/bold] answers at {place.url}  (API: {place.url}/docs)")
        console.print(f"log in with the API key {place.key}")

        async def main() -> Summary:
            async def view(tally: Tally) -> None:
                await watch(tally, console=console)

            return await run(
                place.url, place.key, orders=orders, rate=pace, seed=seed, scale=scale,
                view=view, greet=partial(_greet, console, place.url),
            )  # fmt: skip

        with contextlib.suppress(KeyboardInterrupt):
            ended = asyncio.run(main())
        broken = asyncio.run(_verified(place.database_url, console)) if ended else 0
        if ended is not None:
            _tell(ended, console)
            if not exit_ and sys.stdout.isatty():
                _wait(console)
    if exit_ or orders is not None:
        raise typer.Exit(0 if ended is not None and ended.ok and not broken else 1)


@contextmanager
def _home(data_dir: Path | None) -> Iterator[Path]:
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
        yield data_dir
        return
    with tempfile.TemporaryDirectory(prefix="entrepot-demo-", ignore_cleanup_errors=True) as home:
        yield Path(home)


@contextmanager
def _system(home: Path, port: int) -> Iterator[Place]:
    """Run `entrepot up` as its own process; stopped by its pid at the end."""
    key = os.environ.get("ENTREPOT_BOOTSTRAP_KEY") or f"demo-{secrets.token_urlsafe(18)}"
    command = [sys.executable, "-m", "entrepot", "up", "--data-dir", str(home), "--port", str(port)]
    settings = {"ENTREPOT_BOOTSTRAP_KEY": key, "ENTREPOT_LOG_LEVEL": "warning"}
    with (home / "demo.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            command,
            env=os.environ | settings,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise typer.BadParameter((home / "demo.log").read_text(errors="replace")[-2000:])
        told = json.loads(line)
        yield Place(told["url"], told["database_url"], key)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPPED_S_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _verified(database_url: str, console: Console) -> int:
    """Wait until the background work has caught up, then check every invariant."""
    await verifying.drained(database_url, within_s=DRAINED_S_MAX)
    found = await verifying.verify(database_url, full=True)
    broken = [each for each in found if each.violations]
    for each in broken:
        console.print(f"[red]{each.name}: {each.violations} violations[/red] {each.first[:2]}")
    console.print(f"{len(found)} invariants checked, {len(broken)} broken")
    return len(broken)


def _greet(console: Console, url: str, logins: Sequence[Login]) -> None:
    console.print(f"or sign in at {url}:")
    table = Table("role", "login", "password", "works at", box=None, pad_edge=False)
    for each in logins:
        table.add_row(each.role, each.login, each.password, ", ".join(each.nodes) or "everywhere")
    console.print(table)


def _tell(summary: Summary, console: Console) -> None:
    ends = ", ".join(f"{count} {end}" for end, count in sorted(summary.ends.items()))
    console.print(
        f"{summary.placed} orders in {summary.seconds:.0f} s"
        f" ({summary.orders_per_second:.0f}/s, p50 {summary.p50_ms:.1f} ms,"
        f" p99 {summary.p99_ms:.1f} ms); ends: {ends}; oversold: {summary.oversold}"
    )
    if summary.faults:
        console.print(f"[red]faults: {summary.faults}[/red]")
    if summary.unfinished:
        console.print(f"[red]{len(summary.unfinished)} orders without an end[/red]")


def _wait(console: Console) -> None:
    console.print("still serving; Ctrl-C stops it")
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()
