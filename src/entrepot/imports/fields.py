"""What the rows of a kind may say: its body's fields, by dotted names, as people map them. Pure."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec
from msgspec import inspect

DEPTH_MAX = 3


class FieldSort(StrEnum):
    """What stands in a field."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes_no"
    TIME = "time"
    DATE = "date"
    CHOICE = "choice"
    LIST = "list"
    OBJECT = "object"


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field. `open`: whatever names come behind its own and a dot are fields too."""

    name: str
    sort: FieldSort
    required: bool = False
    about: str = ""
    choices: tuple[str, ...] = ()
    open: bool = False


def fields_of(
    type_: type, *first: Field, without: Sequence[str] = (), above: str = ""
) -> list[Field]:
    """List a Struct's fields, those of Structs within it by their paths; `first` come first."""
    described = inspect.type_info(type_)
    assert isinstance(described, inspect.StructType)
    found = list(first)
    for field in described.fields:
        if field.encode_name not in without:
            found += _fields(above + field.encode_name, field.type, needed=field.required, depth=1)
    return found


def _fields(name: str, type_: inspect.Type, *, needed: bool, depth: int) -> Iterator[Field]:
    about, bare, null = _bare(type_)
    if isinstance(bare, inspect.StructType) and depth < DEPTH_MAX:
        for field in bare.fields:
            inner = f"{name}.{field.encode_name}"
            required = needed and not null and field.required
            yield from _fields(inner, field.type, needed=required, depth=depth + 1)
        return
    sort, choices = _sort(bare)
    yield Field(
        name, sort, required=needed and not null, about=about, choices=choices,
        open=isinstance(bare, inspect.DictType),
    )  # fmt: skip


def _bare(type_: inspect.Type) -> tuple[str, inspect.Type, bool]:
    """Take off what a type is described with; answers that, the type, and if it may be null."""
    about = ""
    if isinstance(type_, inspect.Metadata):
        about = str((type_.extra_json_schema or {}).get("description", ""))
        deeper, bare, null = _bare(type_.type)
        return about or deeper, bare, null
    if isinstance(type_, inspect.UnionType):
        options = [each for each in type_.types if not isinstance(each, inspect.NoneType)]
        if len(options) == 1:
            about, bare, _ = _bare(options[0])
            return about, bare, True
    return about, type_, False


_SORTS: tuple[tuple[type[inspect.Type], FieldSort], ...] = (
    (inspect.IntType, FieldSort.WHOLE),
    (inspect.FloatType, FieldSort.NUMBER),
    (inspect.BoolType, FieldSort.YES_NO),
    (inspect.DateTimeType, FieldSort.TIME),
    (inspect.DateType, FieldSort.DATE),
    (inspect.ListType, FieldSort.LIST),
    (inspect.VarTupleType, FieldSort.LIST),
    (inspect.DictType, FieldSort.OBJECT),
    (inspect.StructType, FieldSort.OBJECT),
)


def _sort(bare: inspect.Type) -> tuple[FieldSort, tuple[str, ...]]:
    if isinstance(bare, inspect.EnumType):
        return FieldSort.CHOICE, tuple(str(each.value) for each in bare.cls)
    if isinstance(bare, inspect.LiteralType):
        return FieldSort.CHOICE, tuple(str(each) for each in bare.values)
    for kind, sort in _SORTS:
        if isinstance(bare, kind):
            return sort, ()
    return FieldSort.TEXT, ()


def is_field(name: str, fields: Sequence[Field]) -> bool:
    """Say whether rows may name this field."""
    return any(
        name == each.name or (each.open and name.startswith(each.name + ".")) for each in fields
    )


def missing(named: Sequence[str], fields: Sequence[Field]) -> list[str]:
    """Say which fields every row needs and none of these gives.

    What is said whole (`lines`) need not be said in part (`lines.sku`), nor of each (`line.sku`).
    """
    given = set(named)
    whole = {f"{each.removesuffix('s')}." for each in given} | {f"{each}." for each in given}
    return [
        each.name
        for each in fields
        if each.required and each.name not in given and not each.name.startswith(tuple(whole))
    ]
