"""Pages of a list: an opaque cursor that names the last row seen, and the link to what follows."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.api.problems import Code, FieldError, Problem
from entrepot.terms.ids import AFTER_ALL

LIMIT_MAX = 200
CURSOR_CHARS_MAX = 1000

Limit = Annotated[int, Meta(ge=1, le=LIMIT_MAX, description="rows in a page")]
Cursor = Annotated[
    str, Meta(max_length=CURSOR_CHARS_MAX, description="where the last page ended: its `next`")
]


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What every list takes."""

    limit: Limit = 50
    cursor: Cursor = ""


def cursor_of(name: str) -> str:
    """Make the cursor that continues after a row."""
    return urlsafe_b64encode(name.encode()).decode().rstrip("=")


def after_of(cursor: str) -> str:
    """Read a cursor; raises Problem for one that was not made here."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if "\x00" not in text and cursor_of(text) == cursor:
            return text
    except (binascii.Error, ValueError):
        pass
    raise Problem(
        Code.INVALID, "cursor: is none of ours",
        errors=[FieldError("is none of ours", parameter="cursor")],
    )  # fmt: skip


First = TypeVar("First", UUID, None)


def before_of(cursor: str) -> UUID:
    """Read the cursor of a list of ids that descend; the empty one is before the first of all."""
    return id_after(cursor, AFTER_ALL)


def id_after(cursor: str, first: First) -> UUID | First:
    """Read the cursor of a list of ids; the empty one is `first`, where the list begins."""
    if not cursor:
        return first
    try:
        return UUID(after_of(cursor))
    except ValueError:
        raise Problem(
            Code.INVALID, "cursor: is none of ours",
            errors=[FieldError("is none of ours", parameter="cursor")],
        ) from None  # fmt: skip


def next_link(path: str, cursor: str, **parameters: object) -> tuple[str, str]:
    """Make the header that links the next page; parameters that say nothing are left out."""
    said = {name: value for name, value in parameters.items() if value not in (None, "", [])}
    return ("link", f'<{path}?{urlencode(said | {"cursor": cursor}, doseq=True)}>; rel="next"')
