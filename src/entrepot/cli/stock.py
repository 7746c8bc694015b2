"""Stock's upkeep from the command line: balances compared with the ledger, and mended."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.inventory import rebuild as rebuilding
from entrepot.inventory.feed_model import Drift
from entrepot.inventory.lots_model import LotDrift
from entrepot.network import browse
from entrepot.plumbing import db, mint
from entrepot.terms.ids import MarketId

app = typer.Typer(help="Stock's upkeep.", no_args_is_help=True)

ACTOR = "entrepot inventory rebuild"
SHOWN_MAX = 1_000


@app.callback()
def group() -> None:
    """Keep this a group: there will be more of it."""


@app.command("rebuild", help="Compare every balance with its ledger; mend what differs.")
def rebuild(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit status 1 if any differs.")
    ] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Compare, and without --check mend each position by a correction in its ledger."""
    dsn = database(settle(database_url=database_url))
    found, lots, contents = asyncio.run(_rebuild(dsn, check=check))
    if found:
        _show(found)
    if lots:
        _show_lots(lots)
    for market in contents:
        typer.echo(f"{market}: the ledger's contents do not say what the ledger says")
    if not found and not lots and not contents:
        typer.echo("every balance is what its ledger says")
    elif not check:
        of_lots = f"{len(lots)} lots, " if lots else ""
        typer.echo(f"mended {len(found)} positions, {of_lots}contents of {len(contents)} markets")
    raise typer.Exit(1 if check and (found or lots or contents) else 0)


Found = tuple[list[tuple[MarketId, Drift]], list[tuple[MarketId, LotDrift]], list[MarketId]]


async def _rebuild(dsn: str, *, check: bool) -> Found:
    found: list[tuple[MarketId, Drift]] = []
    lots: list[tuple[MarketId, LotDrift]] = []
    contents: list[MarketId] = []
    conn = await db.connect(dsn, db.Limits(statement_ms=0))
    try:
        for market in await browse.markets(conn):
            drifted = rebuilding.drifted(conn, market) if check else _mend(conn, market)
            found += [(market, each) for each in await drifted]
            astray = rebuilding.drifted_lots(conn, market) if check else _mend_lots(conn, market)
            lots += [(market, each) for each in await astray]
            if await (rebuilding.contents_are_false if check else _rewrite)(conn, market):
                contents.append(market)
    finally:
        await conn.close()
    return found, lots, contents


async def _mend(conn: db.Connection, market: MarketId) -> list[Drift]:
    mended: list[Drift] = []
    while True:
        async with conn.transaction():
            some = await rebuilding.rebuild(conn, market, actor=ACTOR, at=mint.now())
        if not some:
            return mended
        mended += some


async def _mend_lots(conn: db.Connection, market: MarketId) -> list[LotDrift]:
    mended: list[LotDrift] = []
    while True:
        async with conn.transaction():
            some = await rebuilding.rebuild_lots(conn, market, actor=ACTOR, at=mint.now())
        if not some:
            return mended
        mended += some


async def _rewrite(conn: db.Connection, market: MarketId) -> bool:
    async with conn.transaction():
        return await rebuilding.rewrite_contents(conn, market)


def _show(found: list[tuple[MarketId, Drift]]) -> None:
    table = Table("market", "sku", "node", "on hand", "reserved", "unavailable")
    for market, d in found[:SHOWN_MAX]:
        table.add_row(
            market, d.sku, d.node_id, f"{d.on_hand} ledger {d.entered_on_hand}",
            f"{d.reserved} ledger {d.entered_reserved} claims {d.claimed}",
            f"{d.unavailable} ledger {d.entered_unavailable}",
        )  # fmt: skip
    Console(width=160).print(table)
    typer.echo(f"{len(found)} positions differ")


def _show_lots(found: list[tuple[MarketId, LotDrift]]) -> None:
    table = Table("market", "sku", "node", "lot", "state", "units")
    for market, d in found[:SHOWN_MAX]:
        table.add_row(
            market, d.sku, d.node_id, d.lot, d.reason or "sellable",
            f"{d.quantity} ledger {d.entered}",
        )  # fmt: skip
    Console(width=160).print(table)
    typer.echo(f"{len(found)} lots differ")
