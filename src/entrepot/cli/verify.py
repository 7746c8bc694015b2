"""`entrepot verify`: every invariant on the live database."""

import asyncio
import json as json_
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from entrepot.bootstrap import verifying
from entrepot.cli.settling import DatabaseUrl, database, settle


def verify(
    database_url: DatabaseUrl = None,
    full: Annotated[
        bool, typer.Option("--full", help="Also what has to read whole histories.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check every invariant; exit status 1 if any is broken."""
    dsn = database(settle(database_url=database_url))
    found = asyncio.run(verifying.verify(dsn, full=full))
    broken = sum(each.violations for each in found)
    if json:
        typer.echo(
            json_.dumps(
                {
                    "violations": broken,
                    "invariants": [
                        {"name": f.name, "violations": f.violations, "first": f.first}
                        for f in found
                    ],
                },
                default=str,
            )
        )
    else:
        table = Table("invariant", "violations", "seconds")
        for each in found:
            table.add_row(each.name, str(each.violations), f"{each.seconds:.2f}")
            for row in each.first:
                table.add_row(f"  {row}", "", "")
        Console().print(table)
        typer.echo("every invariant holds" if not broken else f"{broken} violations")
    raise typer.Exit(1 if broken else 0)
