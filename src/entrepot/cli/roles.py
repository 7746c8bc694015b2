"""The roles: up (all of it), serve, work."""

import asyncio
import json
from typing import Annotated

import typer

from entrepot import bootstrap
from entrepot.cli.settling import DatabaseUrl, database, run, settle
from entrepot.cli.supervise import supervise

Port = Annotated[int | None, typer.Option("--port", help="0 takes a free one (ENTREPOT_PORT).")]
DataDir = Annotated[
    str | None, typer.Option("--data-dir", help="Of the embedded PostgreSQL (ENTREPOT_DATA_DIR).")
]


def up(data_dir: DataDir = None, port: Port = None, database_url: DatabaseUrl = None) -> None:
    """Start everything; one JSON line on stdout says when it is ready and where."""
    settings = settle(data_dir=data_dir, port=port, database_url=database_url)
    raise typer.Exit(supervise(settings))


def serve(port: Port = None, database_url: DatabaseUrl = None) -> None:
    """Serve the HTTP face of a migrated database."""
    settings = settle(port=port, database_url=database_url)
    dsn = database(settings)

    def ready(url: str) -> None:
        typer.echo(json.dumps({"url": url}))

    async def work_(stop: asyncio.Event) -> None:
        await bootstrap.serve(settings, dsn, stop=stop, ready=ready)

    run(work_)


def work(database_url: DatabaseUrl = None) -> None:
    """Run the background work of a migrated database."""
    settings = settle(database_url=database_url)
    dsn = database(settings)

    async def work_(stop: asyncio.Event) -> None:
        await bootstrap.work(settings, dsn, stop=stop)

    run(work_)
