"""`entrepot migrate`: bring the database up to date."""

import asyncio

import typer

from entrepot.bootstrap import transitions
from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.plumbing import migrate as migrations


def migrate(database_url: DatabaseUrl = None) -> None:
    """Apply what is new; orders never wait behind it."""
    dsn = database(settle(database_url=database_url))
    applied = asyncio.run(migrations.migrate(dsn, transitions()))
    for each in applied:
        typer.echo(f"applied {each.number:04} {each.name}")
    if not applied:
        typer.echo("nothing to apply")
