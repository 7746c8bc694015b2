"""All roles in one command: up."""

from typing import Annotated

import typer

from entrepot.cli.settling import DatabaseUrl, settle
from entrepot.cli.supervise import supervise

Port = Annotated[int | None, typer.Option("--port", help="0 takes a free one (ENTREPOT_PORT).")]
DataDir = Annotated[
    str | None, typer.Option("--data-dir", help="Of the embedded PostgreSQL (ENTREPOT_DATA_DIR).")
]


def up(data_dir: DataDir = None, port: Port = None, database_url: DatabaseUrl = None) -> None:
    """Start everything; one JSON line on stdout says when it is ready and where."""
    settings = settle(data_dir=data_dir, port=port, database_url=database_url)
    raise typer.Exit(supervise(settings))
