"""What a run looks like while it goes on: a live table in a terminal, plain lines elsewhere."""

import asyncio
from collections.abc import Callable

from rich.console import Console
from rich.live import Live
from rich.table import Table

from entrepot.demo.tally import Tally

TERMINAL_EVERY_S = 0.5
LINES_EVERY_S = 5.0


async def watch(tally: Tally, *, console: Console | None = None) -> None:
    """Show the tally until canceled, and once more then."""
    console = console or Console()
    if console.is_terminal:
        await _live(tally, console)
    else:
        await _lines(tally, console)


async def _live(tally: Tally, console: Console) -> None:
    pace = Pace(asyncio.get_running_loop().time)
    with Live(console=console, auto_refresh=False, transient=False) as live:
        try:
            while True:
                live.update(table(tally, pace.per_second(tally.seen["placed"])), refresh=True)
                await asyncio.sleep(TERMINAL_EVERY_S)
        finally:
            live.update(table(tally, pace.per_second(tally.seen["placed"])), refresh=True)


async def _lines(tally: Tally, console: Console) -> None:
    pace = Pace(asyncio.get_running_loop().time)
    while True:
        await asyncio.sleep(LINES_EVERY_S)
        console.print(line(tally, pace.per_second(tally.seen["placed"])), soft_wrap=True)


class Pace:
    """How fast a count grows: since the last time it was asked, at least a second ago."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at, self._count, self._rate = clock(), 0, 0.0

    def per_second(self, count: int) -> float:
        """Give the growth per second, of a count that only grows."""
        now = self._clock()
        if now - self._at >= 1:
            self._rate = (count - self._count) / (now - self._at)
            self._at, self._count = now, count
        return self._rate


def line(tally: Tally, rate: float) -> str:
    """Put the tally on one line."""
    seen, ends, latency = tally.seen, tally.ends(), tally.latency()
    wanted = "" if tally.wanted is None else f"/{tally.wanted}"
    if not seen["placed"]:
        return tally.doing
    return (
        f"orders {seen['placed']}{wanted} ({rate:.0f}/s, p50 {latency.p50_ms:.0f} ms,"
        f" p99 {latency.p99_ms:.0f} ms) refused {seen['refused']} | open {ends['open']}"
        f" shipped {seen['shipped']} delivered {ends['delivered']} collected {ends['collected']}"
        f" canceled {ends['canceled']} exceptions {len(tally.troubled)} | events {seen['events']}"
        f" oversold {tally.oversold} faults {tally.faults.total()}"
    )


def table(tally: Tally, rate: float) -> Table:
    """Lay the tally out for a terminal."""
    seen, ends, latency = tally.seen, tally.ends(), tally.latency()
    wanted = "" if tally.wanted is None else f" of {tally.wanted:,}"
    grid = Table(
        title=f"Entrepot: the sample retailer ({tally.doing})", show_header=False, expand=False
    )
    for _ in range(3):
        grid.add_column()
        grid.add_column(justify="right", min_width=8)
    rows = (
        ("orders placed", f"{seen['placed']:,}{wanted}"),
        ("work accepted", f"{seen['accepted']:,}"),
        ("delivered", f"{ends['delivered']:,}"),
        ("per second", f"{rate:,.0f}"),
        ("rejected by nodes", f"{seen['rejected']:,}"),
        ("collected", f"{ends['collected']:,}"),
        ("placing, p50", f"{latency.p50_ms:,.1f} ms"),
        ("picked short", f"{seen['shorted']:,}"),
        ("canceled", f"{ends['canceled']:,}"),
        ("placing, p99", f"{latency.p99_ms:,.1f} ms"),
        ("shipped", f"{seen['shipped']:,}"),
        ("open exceptions", f"{len(tally.troubled):,}"),
        ("refused: no stock", f"{seen['refused']:,}"),
        ("carriers' scans", f"{seen['scans']:,}"),
        ("still under way", f"{ends['open']:,}"),
        ("oversold", _must_be_zero(tally.oversold)),
        ("events heard", f"{seen['events']:,}"),
        ("unforeseen answers", _must_be_zero(tally.faults.total())),
    )
    for first in range(0, len(rows), 3):
        grid.add_row(*(cell for row in rows[first : first + 3] for cell in row))
    return grid


def _must_be_zero(count: int) -> str:
    return f"[green]{count}[/green]" if count == 0 else f"[bold red]{count:,}[/bold red]"
