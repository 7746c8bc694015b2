"""Read JSON strictly: types exactly, no unknown fields, no key twice, no NUL, errors that point.

msgspec refuses NaN, floats and strings where integers belong, unknown fields and bad UTF-8; what it
lets pass (the last of two equal keys wins) is looked for here.
"""

import re
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from entrepot.api import blame
from entrepot.api.problems import Code, FieldError, Problem

T = TypeVar("T")

PARAMETERS_MAX = 500

_WHERE = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`(?P<path>\$.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]")
_FIELD = re.compile(r"(?:unknown|required) field `(?P<name>.*?)`$")
DEPTH_MAX = 32


_decoders: dict[type, msgspec.json.Decoder[Any]] = {}


def _decoder(type_: type) -> msgspec.json.Decoder[Any]:
    decoder = _decoders.get(type_)
    if decoder is None:
        decoder = _decoders[type_] = msgspec.json.Decoder(type_)
    return decoder


def decode(type_: type[T], body: bytes, *, code: Code = Code.INVALID) -> T:
    """Read a body as `type_`; whatever is wrong raises a Problem that names the field."""
    try:
        value: T = _decoder(type_).decode(body)
    except msgspec.ValidationError as wrong:
        raise _problem(str(wrong), code) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        found = blame.nonsense(body)
        if found is not None:
            raise _at(*found, code) from None
        raise Problem(Code.MALFORMED, f"the body is not JSON: {wrong}") from None
    except RecursionError:
        raise Problem(Code.MALFORMED, "the body is nested too deeply") from None
    _refuse_duplicates(body, code)
    if b"\\u0000" in body and (pointer := blame.nul(body)) is not None:
        raise _at(pointer, "has a NUL", code)
    return value


def check_type(said: str) -> None:
    """Take a content type that is JSON, whatever its parameters; raises Problem for any other."""
    media = said.partition(";")[0].strip().lower()
    if media == "application/json" or (
        media.startswith("application/") and media.endswith("+json")
    ):
        return
    raise Problem(
        Code.NOT_JSON, f"takes application/json, not {said[:100]!r}",
        headers=[("accept", "application/json")],
    )  # fmt: skip


def convert(type_: type[T], value: object, *, code: Code = Code.INVALID, at: str = "") -> T:
    """The same for a value already read, such as a row of an import."""
    try:
        return msgspec.convert(value, type_, strict=True)
    except msgspec.ValidationError as wrong:
        raise _problem(str(wrong), code, at) from None


@cache
def _fields(type_: type) -> dict[str, bool]:
    """Give the parameters a type knows, and whether each may come more than once."""
    fields = msgspec.structs.fields(type_)
    return {field.encode_name: "list[" in str(field.type) for field in fields}


def query(type_: type[T], text: str) -> T:
    """Read a query string as `type_`: repeated names make lists, unknown ones are refused."""
    fields = _fields(type_)  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=PARAMETERS_MAX)
    except ValueError:
        raise Problem(Code.INVALID, f"more than {PARAMETERS_MAX} parameters") from None
    for name, value in pairs:
        many = fields.get(name)
        if many is None:
            raise Problem(
                Code.INVALID, f"unknown parameter {name}",
                errors=[FieldError("unknown parameter", parameter=name)],
            )  # fmt: skip
        if "\x00" in value:
            raise Problem(
                Code.INVALID, f"{name}: has a NUL",
                errors=[FieldError("has a NUL", parameter=name)],
            )  # fmt: skip
        if many:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise Problem(
                Code.INVALID, f"{name}: given twice",
                errors=[FieldError("given twice", parameter=name)],
            )  # fmt: skip
        else:
            values[name] = value
    try:
        return msgspec.convert(values, type_, strict=False)
    except msgspec.ValidationError as wrong:
        what, pointer = _place(str(wrong))
        name = pointer.split("/")[1] if "/" in pointer else ""
        raise Problem(
            Code.INVALID, f"{name}: {what}", errors=[FieldError(what, parameter=name)]
        ) from None


def _problem(message: str, code: Code, at: str = "") -> Problem:
    what, pointer = _place(message)
    pointer = at + pointer
    return Problem(code, f"{pointer or '/'}: {what}", errors=[FieldError(what, pointer)])


def _place(message: str) -> tuple[str, str]:
    match = _WHERE.match(message)
    assert match is not None
    steps = [name or index for name, index in _STEP.findall(match["path"] or "")]
    # A map's key is not told (`[...]`): then the map itself is pointed at.
    steps = steps[: steps.index("...")] if "..." in steps else steps
    field = _FIELD.search(match["what"])
    if field is not None:
        steps.append(field["name"])
    escaped = (step.replace("~", "~0").replace("/", "~1") for step in steps)
    return match["what"], "".join(f"/{step}" for step in escaped)


def _refuse_duplicates(body: bytes, code: Code) -> None:
    """Refuse an object that names a key twice.

    What is decoded and encoded again has lost the first of two equal keys, and its quotes with it:
    as many quotes as before mean that no key stood twice. Only escapes (which may become quotes)
    need the slow look.
    """
    if b"\\u" not in body and _encode(_plain.decode(body)).count(b'"') == body.count(b'"'):
        return
    pointer = blame.twice(body)
    if pointer is not None:
        raise _at(pointer, "stands twice in one object", code)


def _at(pointer: str, what: str, code: Code) -> Problem:
    return Problem(code, f"{pointer or '/'}: {what}", errors=[FieldError(what, pointer)])


_plain = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode
