"""`entrepot bench NAME`: one benchmark of the table in docs/benchmarks.md."""

import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path(__file__).parents[3] / "bench"
_NOT_FIGURES = {"__init__", "__main__"}


def bench(
    name: Annotated[str, typer.Argument(help="capture_uniform, capture_hot, growth, …")],
    json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Run one benchmark; it starts a system of its own. The benchmarks live in a checkout."""
    if not FOLDER.is_dir():
        typer.echo("the benchmarks are in the repository's bench/ folder, not in the package")
        raise typer.Exit(2)
    names = sorted(file.stem for file in FOLDER.glob("*.py") if _is_figure(file))
    if name not in names:
        raise typer.BadParameter(f"one of {', '.join(names)}", param_hint="NAME")
    sys.path.insert(0, str(FOLDER.parent))
    importlib.import_module(f"bench.{name}").main(json=json)


def _is_figure(file: Path) -> bool:
    return file.stem not in _NOT_FIGURES and "def main(" in file.read_text(encoding="utf-8")
