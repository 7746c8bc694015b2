"""The figures of carriers and nodes from the command line: counted from the start again."""

import asyncio

import typer

from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.journey.observe import recount
from entrepot.network import browse, read
from entrepot.network.compiled import Compiled
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

app = typer.Typer(help="Carriers' and nodes' figures.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep this a group: there will be more of it."""


@app.command("rebuild", help="Count carriers' and nodes' figures from their moves again.")
def rebuild(database_url: DatabaseUrl = None) -> None:
    """Count again, market by market; exit status 1 where facts still wait to be worked off."""
    dsn = database(settle(database_url=database_url))
    behind = False
    for market, count in asyncio.run(_rebuild(dsn)).items():
        behind = behind or count is None
        said = "facts wait: try again when the worker has caught up"
        typer.echo(
            f"{market}: {said if count is None else f'counted from {count:,} fulfillment orders'}"
        )
    raise typer.Exit(1 if behind else 0)


async def _rebuild(dsn: str) -> dict[MarketId, int | None]:
    conn = await db.connect(dsn, db.Limits(statement_ms=0))
    try:
        found: dict[MarketId, int | None] = {}
        for market in await browse.markets(conn):
            async with conn.transaction(isolation="repeatable_read"):
                network = Compiled(await read.read(conn, market))
                found[market] = await recount(conn, market, network)
        return found
    finally:
        await conn.close()
