"""The names that a policy's expressions know, each with its type: what there is to decide by.

They are what a quote, a cart and an order all know, so that what is shown is what is decided. For
the check the engine is told of them as messages, so that a name that is none is refused when it is
saved; for the answer each is a plain value, a twentieth of the cost.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool

TEXT, WHOLE, NUMBER, TEXTS = "text", "whole", "number", "texts"

FIELDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "order": {
            "channel": TEXT,
            "service": TEXT,
            "country": TEXT,
            "region": TEXT,
            "postal_code": TEXT,
            "units": WHOLE,
            "weight_g": WHOLE,
        },
        "customer": {"class": TEXT},
        "line": {"sku": TEXT, "category": TEXT, "quantity": WHOLE, "weight_g": WHOLE},
        "node": {
            "id": TEXT,
            "kind": TEXT,
            "groups": TEXTS,
            "country": TEXT,
            "region": TEXT,
            "postal_code": TEXT,
            "handling_cost": WHOLE,
            "handling_hours": WHOLE,
            "capacity_per_day": WHOLE,
            "distance_km": NUMBER,
        },
    }
)
"""The fields of each name. `line` is what `lines` is a list of."""

ALONE: Final = frozenset({"channel", "now", "lines"})
"""Names without fields."""

RECORDS: Final = frozenset({"order", "customer", "node"})
"""Names that are never said alone: one of their fields is."""

_PACKAGE = "entrepot"
_Proto: Any = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    TEXT: _Proto.TYPE_STRING,
    TEXTS: _Proto.TYPE_STRING,
    WHOLE: _Proto.TYPE_INT64,
    NUMBER: _Proto.TYPE_DOUBLE,
}


def message_name(name: str) -> str:
    """Give the full name of the message that a name is of."""
    return f"{_PACKAGE}.{name.capitalize()}"


def pool() -> Any:  # noqa: ANN401 - protobuf has no annotations
    """Give the messages of all names."""
    file = _file()
    made = descriptor_pool.DescriptorPool()
    made.Add(file)
    return made


def _file() -> Any:  # noqa: ANN401 - as above
    file = descriptor_pb2.FileDescriptorProto(
        name="entrepot/vocabulary.proto", package=_PACKAGE, syntax="proto3"
    )
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name.capitalize())
        for number, (field, kind) in enumerate(fields.items(), start=1):
            label = _Proto.LABEL_REPEATED if kind == TEXTS else _Proto.LABEL_OPTIONAL
            message.field.add(name=field, number=number, type=_TYPES[kind], label=label)
    return file
