"""Compile and evaluate CEL: the only page that knows the engine.

What reaches it was bounded before (`expression`). Evaluation is bounded too: the engine counts the
steps of its looks at lists, matches patterns in linear time, and answers faults as values.

An expression is checked against messages, and evaluated with plain values. Nodes are filtered by
columns, all in one call; a number is worked out once for all nodes that look the same to it: the
engine's own `map` copies what it has so far at every step.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel

from entrepot.policies.expression import (
    FUNCTIONS,
    OURS,
    Trouble,
    features,
    flattened,
    suggestion,
    tokens,
    trouble,
)
from entrepot.policies.vocabulary import FIELDS, NUMBER, TEXT, TEXTS, WHOLE, message_name, pool


class Scope(StrEnum):
    """What an expression is about, and with it the names it knows."""

    ORDER = "order"
    NODE = "node"


class Gives(StrEnum):
    """What an expression must answer."""

    TRUTH = "true or false"
    NUMBER = "a number"


Values = Mapping[str, Any]
"""What is known, by name (`order.service`)."""

KEPT_MAX: Final = 4_096
"""Compiled expressions that are remembered: drafts and the policy in force share most of theirs."""

NODES_AT_ONCE: Final = 1_000
"""Nodes looked at by one evaluation, a tenth of the steps the engine counts to."""

_ROWS, _ROW = f"{OURS}rows", f"{OURS}row"
_TYPES = {
    TEXT: cel.Type.STRING,
    TEXTS: cel.Type.List(cel.Type.STRING),
    WHOLE: cel.Type.INT,
    NUMBER: cel.Type.DOUBLE,
}
_CHECKED: Mapping[str, cel.Type] = {
    "order": cel.Type(message_name("order")),
    "customer": cel.Type(message_name("customer")),
    "channel": cel.Type.STRING,
    "now": cel.Type.TIMESTAMP,
}
_NAMES: Mapping[Scope, Mapping[str, cel.Type]] = {
    Scope.ORDER: {**_CHECKED, "lines": cel.Type.List(cel.Type(message_name("line")))},
    Scope.NODE: {**_CHECKED, "node": cel.Type(message_name("node"))},
}
_CHECKS = {scope: cel.NewEnv(pool(), variables=names) for scope, names in _NAMES.items()}
_ANSWERS = {
    Gives.TRUTH: (cel.Type.BOOL,),
    Gives.NUMBER: (cel.Type.INT, cel.Type.DOUBLE, cel.Type.UINT),
}
_WHERE = re.compile(r"ERROR: [^:]*:(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<said>[^\n]*)")
_UNDECLARED = re.compile(r"undeclared reference to '(?P<word>[^']*)'")
_UNDEFINED = re.compile(r"undefined field '(?P<word>[^']*)' not found in struct '(?P<of>[^']*)'")
_OVERLOAD = re.compile(
    r"found no matching overload for '(?P<name>[^']*)' applied to '(?P<to>[^']*)'"
)


def _flat(name: str) -> str:
    return OURS + name.replace(".", "_")


def _plain(*, columns: bool) -> cel.Env:
    """Make what answers: each name a plain value, each field of a node too, or a column of them."""
    names = {
        _flat("channel"): cel.Type.STRING,
        _flat("now"): cel.Type.TIMESTAMP,
        _flat("lines"): cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN)),
    }
    for name in ("order", "customer", "node"):
        names |= {_flat(f"{name}.{each}"): _TYPES[kind] for each, kind in FIELDS[name].items()}
    if columns:
        names |= {_flat(f"node.{f}"): cel.Type.List(_TYPES[k]) for f, k in FIELDS["node"].items()}
        names[_ROWS] = cel.Type.List(cel.Type.INT)
    return cel.NewEnv(variables=names)


_PLAIN, _COLUMNS = _plain(columns=False), _plain(columns=True)


@dataclass(frozen=True, slots=True)
class Program:
    """An expression that may be evaluated. `features` are the names its answer can depend on."""

    text: str
    features: frozenset[str]
    _run: Any = field(repr=False, compare=False)
    _filter: Any = field(default=None, repr=False, compare=False)

    def of(self, values: Values) -> Any | None:  # noqa: ANN401 - a truth or a number
        """Answer for an order; None where it cannot be evaluated (a division by 0, say)."""
        return _value(self._run.eval(data={_flat(name): values[name] for name in self.features}))

    def of_each(self, values: Values, columns: Values, count: int) -> Sequence[Any | None]:
        """Answer for each of so many nodes, as `of` does; `columns` have a value for each."""
        if self._filter is None:
            return self._of_alike(values, columns, 0, count)
        answers: list[Any | None] = []
        for at in range(0, count, NODES_AT_ONCE):
            end = min(at + NODES_AT_ONCE, count)
            data = {
                _flat(name): columns[name][at:end] if name in columns else values[name]
                for name in self.features
            }
            true = _value(self._filter.eval(data={**data, _ROWS: list(range(end - at))}))
            if true is None:  # one of them cannot be evaluated: which?
                answers += self._of_alike(values, columns, at, end)
            else:
                some = [False] * (end - at)
                for row in true:
                    some[row] = True
                answers += some
        return answers

    def _of_alike(self, values: Values, columns: Values, at: int, end: int) -> list[Any | None]:
        """Answer once for all nodes that look the same."""
        names = sorted(self.features & columns.keys())
        seen = [tuple(map(_hashable, row)) for row in _rows(columns, names, at, end)]
        known: dict[tuple[object, ...], Any] = {}
        for row, key in enumerate(seen, start=at):
            if key not in known:
                known[key] = self.of({**values, **{name: columns[name][row] for name in names}})
        return [known[key] for key in seen] if names else [self.of(values)] * (end - at)


@lru_cache(KEPT_MAX)
def compiled(text: str, scope: Scope, gives: Gives) -> Program | Trouble:
    """Compile an expression, or say the first thing that is wrong with it and where."""
    read = tokens(text)
    if isinstance(read, Trouble):
        return read
    wrong = trouble(read)
    if wrong is not None:
        return wrong
    try:
        answers = _CHECKS[scope].compile(text).return_type()
    except Exception as fault:  # noqa: BLE001 - the engine's own errors have no common type
        return _told(str(fault), text, scope)
    if not any(answers == each for each in _ANSWERS[gives]):
        return Trouble(1, f"answers {_kind(answers.name())}, and must answer {gives}")
    try:
        run = _PLAIN.compile(flattened(read, _flat))
        many = None
        if scope is Scope.NODE and gives is Gives.TRUTH:
            many = _COLUMNS.compile(f"{_ROWS}.filter({_ROW}, {flattened(read, _of_row)})")
    except Exception as fault:  # noqa: BLE001 - as above
        return Trouble(1, _first_line(str(fault)))
    return Program(text, features(read), run, many)


def _rows(columns: Values, names: Sequence[str], at: int, end: int) -> Iterator[tuple[object, ...]]:
    return zip(*(columns[name][at:end] for name in names), strict=True)


def _of_row(name: str) -> str:
    return f"{_flat(name)}[{_ROW}]" if name.startswith("node.") else _flat(name)


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _value(answer: Any) -> Any | None:  # noqa: ANN401 - the engine's value
    if answer.type() == cel.Type.ERROR or answer.type() == cel.Type.UNKNOWN:
        return None
    return answer.plain_value()


def _told(said: str, text: str, scope: Scope) -> Trouble:
    """Say the engine's first complaint in our words, with what may have been meant."""
    found = _WHERE.search(said)
    if found is None:
        return Trouble(1, _first_line(said))
    lines = text.split("\n")
    before = sum(len(line) + 1 for line in lines[: int(found["line"]) - 1])
    at = before + max(1, int(found["column"])) - 1
    undeclared, undefined = _UNDECLARED.search(found["said"]), _UNDEFINED.search(found["said"])
    if undefined is not None:
        name = undefined["of"].rpartition(".")[2].lower()
        word = f"{name}.{undefined['word']}"
        near = suggestion(word, [f"{name}.{each}" for each in FIELDS.get(name, ())])
        return Trouble(_word_at(text, at + 1), f"there is no {word}{near}")
    if undeclared is not None:
        names = _NAMES[scope]
        known = [*names, *(f"{n}.{f}" for n in names for f in FIELDS.get(n, ())), *FUNCTIONS]
        near = suggestion(undeclared["word"], known)
        return Trouble(_word_at(text, at - 1), f"there is no {undeclared['word']} here{near}")
    return Trouble(at + 1, _in_words(found["said"]))


def _word_at(text: str, at: int) -> int:
    """Give the column (from 1) at which the word begins that has this place."""
    at = max(0, min(at, len(text) - 1))
    while at and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at -= 1
    return at + 1


def _in_words(said: str) -> str:
    found = _OVERLOAD.search(said)
    if found is None:
        return said[:200]
    kinds = [_kind(each.strip()) for each in found["to"].strip("()").split(",")]
    hint = "; write 50 as 50.0" if set(kinds) == {_kind("int"), _kind("double")} else ""
    return f"{found['name'].strip('_')} is not for {' and '.join(kinds)}{hint}"


def _first_line(said: str) -> str:
    return said.splitlines()[0][:200] if said else "is no expression"


def _kind(name: str) -> str:
    words = {
        "string": "a text", "bool": "true or false", "int": "a whole number",
        "double": "a number with decimals", "timestamp": "a time",
    }  # fmt: skip
    return words.get(name.lower(), name.lower())
