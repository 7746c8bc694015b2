"""What two documents say differently, place by place. Pure."""

from collections.abc import Iterator
from typing import Any

import msgspec

Json = Any


class Difference(msgspec.Struct, frozen=True):
    """A place (JSON Pointer) that says something else; `old` or `new` is absent where it is not."""

    pointer: str
    old: Json = msgspec.UNSET
    new: Json = msgspec.UNSET


def differences(old: Json, new: Json) -> list[Difference]:
    """Give where two JSON values differ, in the order of their text: the smallest such places."""
    return list(_differences(old, new, ""))


def _differences(old: Json, new: Json, pointer: str) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*old, *(name for name in new if name not in old)]:
            where = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            yield from _member(old, new, name, where)
    elif isinstance(old, list) and isinstance(new, list):
        for at in range(max(len(old), len(new))):
            yield from _member(dict(enumerate(old)), dict(enumerate(new)), at, f"{pointer}/{at}")
    elif old != new or type(old) is not type(new):
        yield Difference(pointer, old, new)


def _member(
    old: dict[Any, Json], new: dict[Any, Json], name: object, pointer: str
) -> Iterator[Difference]:
    if name not in old:
        yield Difference(pointer, new=new[name])
    elif name not in new:
        yield Difference(pointer, old=old[name])
    else:
        yield from _differences(old[name], new[name], pointer)
