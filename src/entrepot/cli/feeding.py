"""The process that `serve` starts to apply feeds."""

import asyncio
from typing import Annotated

import typer

from entrepot.bootstrap import feeding
from entrepot.cli.settling import DatabaseUrl, database, run, settle

Listening = Annotated[int, typer.Option(help="Descriptor of the socket that feeds come over.")]
RushOf = Annotated[int, typer.Option(help="Descriptor of the file that tells of orders.")]


def feed(listening: Listening, rush: RushOf, database_url: DatabaseUrl = None) -> None:
    """Apply feeds; `serve` starts this process itself, and hands it both descriptors."""
    settings = settle(database_url=database_url)
    dsn = database(settings)

    async def feed_(stop: asyncio.Event) -> None:
        await feeding.feed(settings, dsn, listening=listening, rush=rush, stop=stop)

    run(feed_)
