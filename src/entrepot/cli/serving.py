"""The role `serve`."""

import asyncio
import json

import typer

from entrepot.bootstrap import serving
from entrepot.cli.settling import DatabaseUrl, database, run, settle
from entrepot.cli.up import Port


def serve(port: Port = None, database_url: DatabaseUrl = None) -> None:
    """Serve the HTTP face of a migrated database."""
    settings = settle(port=port, database_url=database_url)
    dsn = database(settings)

    def ready(url: str) -> None:
        typer.echo(json.dumps({"url": url}))

    async def work_(stop: asyncio.Event) -> None:
        await serving.serve(settings, dsn, stop=stop, ready=ready)

    run(work_)
