"""`entrepot console …`: the faces, from their sources."""

import typer

from entrepot.cli import console_build

app = typer.Typer(help="The console and the store app.", no_args_is_help=True)


@app.callback()
def callback() -> None:
    """Keep the commands under a name of their own."""


@app.command("build", help="Build the console where its sources have changed.")
def build() -> None:
    """Build the faces; ends 1 where that fails."""
    raise typer.Exit(console_build.main())
