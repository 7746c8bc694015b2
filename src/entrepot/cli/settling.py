"""What every command needs first: its settings, its logs, its database, its end."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any

import typer
import uvloop

from entrepot.plumbing import log, telemetry
from entrepot.plumbing.settings import Settings, from_environment

DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", help="PostgreSQL 17 or later (ENTREPOT_DATABASE_URL)."),
]


def settle(**chosen: str | int | None) -> Settings:
    """Read the settings: options over the environment over defaults; sets up logs and traces."""
    try:
        settings = from_environment(os.environ)
    except ValueError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    settings = replace(settings, **given)
    log.configure(settings.log_level, settings.log_format)
    telemetry.configure(settings.otlp_endpoint)
    return settings


def database(settings: Settings) -> str:
    """Give the database's URL; without one this ends the command with a sentence."""
    if not settings.database_url:
        typer.echo("give --database-url or ENTREPOT_DATABASE_URL", err=True)
        raise typer.Exit(2)
    return settings.database_url


def run(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run until done, or until SIGINT or SIGTERM sets the event; or until the parent is gone."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, stop.set)
        parent = os.environ.get("ENTREPOT_PARENT")
        watch = asyncio.create_task(_outlive(int(parent), stop)) if parent else None
        try:
            await work(stop)
        finally:
            if watch is not None:
                watch.cancel()

    uvloop.run(main())


async def _outlive(parent: int, stop: asyncio.Event) -> None:
    """A child whose parent was killed has nobody left to work for."""
    while os.getppid() == parent:  # noqa: ASYNC110 - nothing in this process tells of its end
        await asyncio.sleep(0.5)
    stop.set()
