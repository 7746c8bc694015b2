"""SQL stays SQL: a file of named statements, each with a sentence why, and `:parameters`.

    -- name: positions_for_update -> Position
    -- Locked in key order, so that two batches cannot deadlock.
    SELECT ... WHERE p.market = :market

A parameter may be used more than once. Casts (`::text`) are left alone.
"""

import re
from dataclasses import dataclass
from importlib import resources

_HEAD = re.compile(r"^-- name: (?P<name>\w+)(?: -> (?P<row>\w+))?[ ]*$", re.MULTILINE)
_PARAMETER = re.compile(r"(?<![:\w]):(?P<name>[a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Query:
    """`text` has `$1`-style places for `parameters`; `row` names the type its rows fit."""

    name: str
    text: str
    parameters: tuple[str, ...]
    row: str | None
    why: str

    def places(self, values: dict[str, object]) -> list[object]:
        """Put named values in the driver's order; a missing or a stray name raises TypeError."""
        if len(values) != len(self.parameters):
            raise TypeError(f"{self.name} wants {self.parameters}, got {tuple(values)}")
        try:
            return [values[name] for name in self.parameters]
        except KeyError as missing:
            raise TypeError(f"{self.name} wants {self.parameters}, lacks {missing}") from None


def parse(source: str) -> dict[str, Query]:
    """Read every named statement of a file's text; a name used twice raises ValueError."""
    heads = list(_HEAD.finditer(source))
    ends = [head.start() for head in heads[1:]] + [len(source)]
    queries: dict[str, Query] = {}
    for head, end in zip(heads, ends, strict=True):
        if head["name"] in queries:
            raise ValueError(f"two statements are named {head['name']}")
        queries[head["name"]] = _query(head["name"], head["row"], source[head.end() : end])
    return queries


def load(package: str, file: str = "queries.sql") -> dict[str, Query]:
    """Read the statements that lie beside a capability's verbs."""
    return parse((resources.files(package) / file).read_text(encoding="utf-8"))


def load_all(package: str, ending: str) -> dict[str, Query]:
    """Read the statements of all files beside a capability's verbs whose names end so."""
    names = [file.name for file in resources.files(package).iterdir()]
    found: dict[str, Query] = {}
    for name in sorted((name for name in names if name.endswith(ending)), key=len):
        found |= load(package, name)
    return found


def _query(name: str, row: str | None, body: str) -> Query:
    lines = body.strip().splitlines()
    comments = [line.strip() for line in lines if line.lstrip().startswith("--")]
    code = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    names = tuple(dict.fromkeys(match["name"] for match in _PARAMETER.finditer(code)))
    place = {name: f"${number}" for number, name in enumerate(names, start=1)}
    text = _PARAMETER.sub(lambda match: place[match["name"]], code).strip().rstrip(";")
    return Query(name, text, names, row, " ".join(line.lstrip("- ") for line in comments))
