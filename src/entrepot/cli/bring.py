"""`entrepot import KIND …`: rows of files in our own layouts, or another system's whole history."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from entrepot.cli import importing
from entrepot.cli.rejects import Summary
from entrepot.cli.report import Report
from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.cli.take_over import bring
from entrepot.imports.tables import FileUnreadable, Table
from entrepot.plumbing import db
from entrepot.plumbing.settings import DEFAULT_MARKET
from entrepot.ports.histories import histories, history
from entrepot.ports.history import History, HistoryUnreadable
from entrepot.terms.ids import MarketId

KINDS = (*importing.KINDS, *histories())


def import_(
    kind: Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}.")],
    files: Annotated[
        list[Path], typer.Argument(help="CSV, JSONL or Parquet files; of a history its folder.")
    ],
    market: Annotated[str, typer.Option("--market", help="The market they belong to.")] = (
        DEFAULT_MARKET
    ),
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Of a history: where to write its cleansing report (.md)."),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Import files; ends 1 where a row was rejected, 2 where a file could not be read."""
    if kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(KINDS)}", param_hint="KIND")
    dsn = database(settle(database_url=database_url))
    found = history(kind)
    if found is None:
        ended = asyncio.run(_import(dsn, MarketId(market), kind, files))
    elif len(files) != 1:
        raise typer.BadParameter("a history is one folder", param_hint="FILES")
    else:
        whole = Report(found.name, files[0], found.rules, path=report)
        ended = asyncio.run(_take_over(dsn, MarketId(market), found, whole))
    raise typer.Exit(ended)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip


async def _import(dsn: str, market: MarketId, kind: str, files: Sequence[Path]) -> int:
    console, ended = Console(stderr=True), 0
    pool = await db.open_pool(dsn, size=2)
    try:
        for path in files:
            try:
                with _progress(console) as progress:
                    summary = await _import_one(pool, market, kind, path, progress)
            except (FileUnreadable, OSError) as wrong:
                console.print(str(wrong), style="red", markup=False, highlight=False)
                ended = 2
                continue
            _say(summary, console)
            ended = max(ended, 1 if summary.rejected else 0)
    finally:
        await pool.close()
    return ended


async def _import_one(
    pool: db.Pool, market: MarketId, kind: str, path: Path, progress: Progress
) -> Summary:
    task = progress.add_task(path.name, total=None)

    def tell(table: Table) -> None:
        progress.update(task, total=table.total, completed=table.done)

    return await importing.import_file(pool, market, kind, path, tell=tell)


def _say(summary: Summary, console: Console) -> None:
    for each in summary.listed:
        where = f", {each.field}" if each.field else ""
        console.print(f"row {each.row}{where}: {each.reason}", markup=False, highlight=False)
    more = summary.rejected - len(summary.listed)
    if more > 0:
        console.print(f"and {more:,} more", markup=False, highlight=False)
    typer.echo(summary.line())


async def _take_over(dsn: str, market: MarketId, found: History, report: Report) -> int:
    console, began = Console(stderr=True), time.perf_counter()
    pool = await db.open_pool(dsn, size=2)
    try:
        with report, _progress(console) as progress:
            task = progress.add_task(found.name, total=None)

            def tell(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            await bring(pool, market, found, report, tell=tell)
    except HistoryUnreadable as wrong:
        console.print(str(wrong), style="red", markup=False, highlight=False)
        return 2
    finally:
        await pool.close()
    report.write()
    typer.echo(report.markdown())
    console.print(f"in {time.perf_counter() - began:.1f} s", highlight=False)
    return 1 if report.rejected or report.astray else 0
