"""API keys: made here, shown once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from entrepot.access import create as making
from entrepot.access import keys as writing
from entrepot.access.revoke import revoke as revoking
from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.network.open import open_market
from entrepot.plumbing import db, mint
from entrepot.plumbing.settings import DEFAULT_MARKET
from entrepot.terms.ids import KeyId, MarketId

app = typer.Typer(help="API keys.", no_args_is_help=True)

Market = Annotated[str, typer.Option("--market", help="The market the key belongs to.")]


@app.command("create", help="Make an API key; it is shown once.")
def create(
    name: Annotated[str, typer.Option("--name", help="Who will hold it, for people.")],
    scopes: Annotated[str, typer.Option("--scopes", help="Comma-separated; admin is all.")],
    market: Market = DEFAULT_MARKET,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a key and print it."""
    dsn = database(settle(database_url=database_url))
    try:
        wanted = writing.scopes_of(word for word in scopes.replace(" ", ",").split(",") if word)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--scopes") from None

    async def work(conn: db.Connection) -> str:
        await open_market(conn, MarketId(market))
        made = await making.create(conn, MarketId(market), name, wanted, mint.now())
        return made[1]

    typer.echo(asyncio.run(_in_one(dsn, work)))


@app.command("revoke", help="Revoke an API key; within a second it is refused everywhere.")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The part between the first two underscores.")],
    market: Market = DEFAULT_MARKET,
    database_url: DatabaseUrl = None,
) -> None:
    """Revoke a key."""
    dsn = database(settle(database_url=database_url))

    async def work(conn: db.Connection) -> str:
        done = await revoking(conn, MarketId(market), KeyId(key_id), mint.now())
        return "revoked" if done else ""

    if not asyncio.run(_in_one(dsn, work)):
        typer.echo(f"there is no live key {key_id} in market {market}", err=True)
        raise typer.Exit(1)


async def _in_one(dsn: str, work: Callable[[db.Connection], Awaitable[str]]) -> str:
    conn = await db.connect(dsn)
    try:
        async with conn.transaction():
            return await work(conn)
    finally:
        await conn.close()
