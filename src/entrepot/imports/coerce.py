"""Make text what a field's type wants: cells of a CSV are all text, and typed bodies are strict.

What does not look like the wanted type is left as it is, so that reading the body says what is
wrong with it, and where. Pure.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache

from msgspec import inspect

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
LIST_MARK = "|"
"""Between the members of a list in one cell, unless the cell is a JSON list."""


def coerce(data: Mapping[str, object], type_: type, *, textual: bool) -> dict[str, object]:
    """Make the fields of a row what `type_` (a Struct) wants of them.

    Text becomes numbers, booleans, and lists (`a|b` or JSON) only where `textual`; a whole number
    written as 3.0 becomes 3 in any case. Fields the type does not know are left alone.
    """
    done = _coerce(dict(data), _described(type_), textual=textual)
    assert isinstance(done, dict)
    return done


def moments(fields: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Read the text of these fields as times, where it is one as people write them."""
    return {**fields, **{name: _moment(fields[name]) for name in names if name in fields}}


def _moment(value: object) -> object:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


_described = cache(inspect.type_info)


def _coerce(value: object, wanted: inspect.Type, *, textual: bool) -> object:
    wanted = _bare(wanted)
    if isinstance(value, str):
        return _from_text(value, wanted) if textual else value
    if isinstance(value, float):
        return int(value) if isinstance(wanted, inspect.IntType) and value.is_integer() else value
    if isinstance(value, dict):
        types = _types_of(wanted)
        return {name: _coerce(each, types(name), textual=textual) for name, each in value.items()}
    if isinstance(value, list) and (item := _item_of(wanted)) is not None:
        return [_coerce(each, item, textual=textual) for each in value]
    return value


def _from_text(text: str, wanted: inspect.Type) -> object:
    match wanted:
        case inspect.IntType():
            return int(text) if _WHOLE.fullmatch(text) else text
        case inspect.FloatType():
            return _number(text)
        case inspect.BoolType():
            return _BOOLEANS.get(text.lower(), text)
        case inspect.StructType() | inspect.DictType():
            inside = _json(text, "{")
            return text if inside is None else _coerce(inside, wanted, textual=True)
        case _:
            return _from_list(text, wanted)


def _from_list(text: str, wanted: inspect.Type) -> object:
    if _item_of(wanted) is None:
        return text
    inside = _json(text, "[")
    members = [each.strip() for each in text.split(LIST_MARK)] if inside is None else inside
    return _coerce(members, wanted, textual=True)


def _bare(wanted: inspect.Type) -> inspect.Type:
    """Take off what does not matter here: descriptions, and that it may be null or absent."""
    if isinstance(wanted, inspect.Metadata):
        return _bare(wanted.type)
    if isinstance(wanted, inspect.UnionType):
        options = [each for each in wanted.types if not isinstance(each, inspect.NoneType)]
        return _bare(options[0]) if len(options) == 1 else wanted
    return wanted


def _types_of(wanted: inspect.Type) -> Callable[[str], inspect.Type]:
    anything = inspect.AnyType()
    if isinstance(wanted, inspect.StructType):
        fields: dict[str, inspect.Type] = {f.encode_name: f.type for f in wanted.fields}
        return lambda name: fields.get(name, anything)
    if isinstance(wanted, inspect.DictType):
        inner = wanted.value_type
        return lambda _: inner
    return lambda _: anything


def _item_of(wanted: inspect.Type) -> inspect.Type | None:
    lists = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)
    return wanted.item_type if isinstance(wanted, lists) else None


def _number(text: str) -> object:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _json(text: str, opening: str) -> object | None:
    if not text.startswith(opening):
        return None
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value
