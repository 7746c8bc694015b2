"""Print the pages of `docs/` that say what the code says: `python -m entrepot.cli.docs [--check]`.

Lifecycles, invariants, settings and the list of events have one home each, in the code or beside
it; the pages are made from there, and a test fails when they are not what this would print.
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, get_type_hints

import entrepot
from entrepot.plumbing import sql
from entrepot.plumbing.settings import Settings
from entrepot.terms.lifecycle import Lifecycle

DOCS = Path(__file__).parents[3] / "docs"

MADE = "<!-- Made by `make docs`. Edit its source, not this page. -->"

OF_LIFECYCLES = """\
Each life is one text table in a `states.py`. Migration seeds `plumbing.transition` from it, and
every recorded move refers to its row there: a move that is not below cannot be written."""

OF_INVARIANTS = """\
What must always hold: {count} statements that must find no rows. They run after every database
test and by `entrepot verify`. Each row found is a breach."""

OF_SETTINGS = """\
What a process is told by its environment, read once at its start. Business rules are policies,
edited through the API; engineering limits are constants in the code, with their reason."""

OF_EVENTS = """\
Facts, in the past tense, written in the commit they tell of and numbered after it.
`GET /v1/events` gives them in order as CloudEvents 1.0; below is what `data` holds.
Fields may be added; none changes its meaning."""

AnyLifecycle = Lifecycle[StrEnum, StrEnum]


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` name those that are out of date; answers an exit code."""
    made = pages(DOCS)
    old = [name for name, text in made.items() if _read(DOCS / name) != text]
    if "--check" in arguments:
        for name in old:
            print(f"docs/{name} is out of date: make docs", file=sys.stderr)
        return 1 if old else 0
    for name in old:
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(made[name], encoding="utf-8")
        print(f"docs/{name}")
    return 0


def pages(docs: Path) -> dict[str, str]:
    """Make every page: its path under `docs` and its text."""
    schemas = {f.stem: json.loads(f.read_text("utf-8")) for f in docs.glob("events/*.json")}
    return {
        "lifecycles.md": lifecycles_page(lifecycles()),
        "invariants.md": invariants_page(invariants()),
        "settings.md": settings_page(),
        "events/README.md": events_page(schemas),
    }


def capabilities() -> list[str]:
    """Name the packages of the house, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(entrepot.__path__) if module.ispkg)


def lifecycles() -> list[tuple[str, AnyLifecycle]]:
    """Find every lifecycle in a `states.py`, with what its module says of it."""
    found: list[tuple[str, AnyLifecycle]] = []
    for capability in capabilities():
        if resources.files(f"entrepot.{capability}").joinpath("states.py").is_file():
            module = importlib.import_module(f"entrepot.{capability}.states")
            lives = [life for life in vars(module).values() if isinstance(life, Lifecycle)]
            found += [(module.__doc__ or "", life) for life in lives]
    return sorted(found, key=lambda pair: pair[1].machine)


def lifecycles_page(lives: Iterable[tuple[str, AnyLifecycle]]) -> str:
    """Draw each life as a picture and a table."""
    parts = [
        "# Lifecycles",
        MADE,
        OF_LIFECYCLES,
    ]
    for says, life in lives:
        parts += [f"## {life.machine}", *_paragraphs(says), _diagram(life), _moves(life)]
    return _page(parts)


def _diagram(life: AnyLifecycle) -> str:
    left = {before for before, _ in life.moves}
    ends = list(dict.fromkeys(after for after in life.moves.values() if after not in left))
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {life.first}"]
    lines += [f"    {before} --> {after}: {verb}" for (before, verb), after in life.moves.items()]
    lines += [f"    {end} --> [*]" for end in ends]
    return "\n".join([*lines, "```"])


def _moves(life: AnyLifecycle) -> str:
    rows = [(before, verb, after) for (before, verb), after in life.moves.items()]
    return _table(("from", "verb", "to"), rows)


def invariants() -> dict[str, dict[str, sql.Query]]:
    """Read every capability's invariants."""
    found = {
        capability: sql.load_all(f"entrepot.{capability}", "invariants.sql")
        for capability in capabilities()
    }
    return {capability: queries for capability, queries in found.items() if queries}


def invariants_page(found: Mapping[str, Mapping[str, sql.Query]]) -> str:
    """List each invariant: its name, what it demands, the SQL that looks for a breach."""
    count = sum(map(len, found.values()))
    parts = [
        "# Invariants",
        MADE,
        OF_INVARIANTS.format(count=count),
    ]
    for capability, queries in found.items():
        parts.append(f"## {capability}")
        for query in queries.values():
            parts += [f"### {query.name}", query.why, f"```sql\n{query.text}\n```"]
    return _page(parts)


def settings_page() -> str:
    """List every setting: its variable, its default, what it means."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = [
        (
            f"`ENTREPOT_{each.name.upper()}`",
            f"`{each.default}`" if each.default != "" else "(empty)",
            " ".join(map(str, hints[each.name].__metadata__)),
        )
        for each in fields(Settings)
    ]
    return _page(
        [
            "# Settings",
            MADE,
            OF_SETTINGS,
            _table(("variable", "default", "meaning"), rows),
        ]
    )


def events_page(schemas: Mapping[str, Mapping[str, Any]]) -> str:
    """List every event and what its `data` holds."""
    parts = [
        "# Events",
        MADE,
        OF_EVENTS,
    ]
    for name, schema in sorted(schemas.items()):
        parts += [f"## [{name}]({name}.json)", *_paragraphs(str(schema.get("description", "")))]
        rows = list(_members(schema))
        if rows:
            parts.append(_table(("field", "type", "meaning"), rows))
    return _page(parts)


def _members(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        shown = f"`{name}`" if name in required else f"`{name}` (may be absent)"
        yield shown, _type_words(member), str(member.get("description", ""))


def _type_words(member: Mapping[str, Any]) -> str:
    words = member.get("type") or [option.get("type", "") for option in member.get("anyOf", ())]
    text = " or ".join(words) if isinstance(words, list) else str(words)
    if "enum" in member:
        return ", ".join(f"`{value}`" for value in member["enum"])
    return f"{text} ({member['format']})" if "format" in member else text


def _paragraphs(text: str) -> list[str]:
    blocks = (" ".join(block.split()) for block in text.split("\n\n"))
    return [block for block in blocks if block]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _read(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
