"""The command line: `entrepot …`, or `python -m entrepot …`.

A command's module is imported when the command is called: no process reads the whole house.
"""

import importlib
from types import MappingProxyType, ModuleType
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group
from typing_extensions import override

COMMANDS: Final = MappingProxyType(
    {
        "up": ("up", "The whole system in one command."),
        "serve": ("serving", "The HTTP face."),
        "work": ("working", "The background work: relay, journey, timers."),
        "feed": ("feeding", "What serve starts to apply feeds."),
        "migrate": ("migrate", "Bring the database up to date."),
        "verify": ("verify", "Check every invariant on the live database."),
        "look-ahead": ("waves", "Price stock for the orders still to come."),
        "wave": ("waves", "Plan what is not yet released again, together."),
        "import": ("bring", "Master data, stock and history from files."),
        "replay": ("replay", "History decided again, by other rules."),
        "regret": ("regret", "What a day cost, and what it could have cost."),
        "demo": ("demo", "The sample retailer, in motion."),
        "bench": ("bench", "One benchmark."),
        "openapi": ("openapi", "Print the OpenAPI document."),
    }
)
"""Each command: the module it is a function of (`import` is `import_`), and its help."""

GROUPS: Final = MappingProxyType(
    {
        "console": "console",
        "key": "keys",
        "user": "users",
        "inventory": "stock",
        "policy": "policy",
        "performance": "performance",
        "promise": "promises",
    }
)
"""Each group of commands: the module whose `app` it is."""


class _Lazily(TyperGroup):
    """The commands of the two tables, each imported when it is named."""

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        return [*COMMANDS, *GROUPS]

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in GROUPS:
            found: Any = get_group(_module(GROUPS[cmd_name]).app)
        elif cmd_name in COMMANDS:
            module, about = COMMANDS[cmd_name]
            alone = _typer()
            alone.command(help=about)(vars(_module(module))[_function(cmd_name)])
            found = get_command(alone)
        else:
            return None
        found.name = cmd_name
        return found


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"entrepot.cli.{name}")


def _function(command: str) -> str:
    return "import_" if command == "import" else command.replace("-", "_")


def _typer(group: type[TyperGroup] | None = None) -> typer.Typer:
    return typer.Typer(
        cls=group,
        name="entrepot",
        help="An order management system: from a customer's click to the parcel at the door.",
        no_args_is_help=group is not None,
        add_completion=False,
        pretty_exceptions_enable=False,
    )


app = _typer(_Lazily)


@app.callback()
def entrepot() -> None:
    """Keep it a group, though no command is in it before it is asked for."""


__all__ = ["app"]
