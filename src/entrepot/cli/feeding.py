"""The process that `serve` starts to apply feeds."""

import asyncio
from typing import Annotated

import typer

from entrepot.bootstrap import feeding
from entrepot.cli.settling import DatabaseUrl, database, run, settle

Listening = Annotated[int, typer.Option(help="Descriptor of the socket that feeds come over.")]
HeldUp = Annotated[int, typer.Option(help="Descriptor of the file that says: orders are held up.")]


def feed(listening: Listening, held_up: HeldUp, database_url: DatabaseUrl = None) -> None:
    """Apply feeds; `serve` starts this process itself, and hands it both descriptors."""
    settings = settle(database_url=database_url)
    dsn = database(settings)

    async def feed_(stop: asyncio.Event) -> None:
        await feeding.feed(settings, dsn, listening=listening, held_up=held_up, stop=stop)

    run(feed_)
