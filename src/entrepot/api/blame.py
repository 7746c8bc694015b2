"""Say where a body is wrong when it cannot be read at all, or reads as something nobody meant.

Only refused bodies come here, so that it may take its time: Python's own decoder is more forgiving
than ours, and what it lets through is looked for by walking.
"""

import json
import math
from collections.abc import Iterator
from typing import Any


class _Twice(dict[str, Any]):
    """An object that names `key` more than once."""

    key = ""


def nonsense(body: bytes) -> tuple[str, str] | None:
    """Give (pointer, what) of the first NaN, infinity or lone surrogate, if any."""
    value = _read(body)
    return None if value is None else next(_nonsense(value, ""), None)


def twice(body: bytes) -> str | None:
    """Give the pointer of the first key that stands twice in one object; None where none does."""
    value = _read(body)
    return None if value is None else next(_twice(value, ""), None)


def nul(body: bytes) -> str | None:
    """Give the pointer of the first text with a NUL; None where none has one."""
    value = _read(body)
    return None if value is None else next(_nul(value, ""), None)


def _read(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(body, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = _Twice(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        found.key = next(name for name in names if names.count(name) > 1)
    return found


def _nonsense(value: object, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, float) and not math.isfinite(value):
        yield at, "is no number that JSON knows"
    elif isinstance(value, str) and _is_broken(value):
        yield at, "has half of a surrogate pair"
    for where, each in _inside(value, at):
        yield from _nonsense(each, where)


def _twice(value: object, at: str) -> Iterator[str]:
    if isinstance(value, _Twice) and value.key:
        yield f"{at}/{_escaped(value.key)}"
    for where, each in _inside(value, at):
        yield from _twice(each, where)


def _nul(value: object, at: str) -> Iterator[str]:
    if isinstance(value, str) and "\x00" in value:
        yield at
    if isinstance(value, dict) and any("\x00" in name for name in value):
        yield at
    for where, each in _inside(value, at):
        yield from _nul(each, where)


def _inside(value: object, at: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield f"{at}/{_escaped(name)}", each
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield f"{at}/{place}", each


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _is_broken(text: str) -> bool:
    return any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)
