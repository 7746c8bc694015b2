"""Files on their way in, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

PART_BYTES = 1 << 20
"""A file is kept in parts of so many bytes: none is long in memory, and few make a file."""

PREVIEW_ROWS = 20
"""Rows of a file that are shown before it is mapped."""

PREVIEW_CHARS_MAX = 200
"""Of a cell that is shown."""

REJECTS_KEPT_MAX = 100_000
"""Rows that were not taken, with their reasons; further ones are counted. A file of which so much
is wrong is mapped wrongly."""

REJECT_CHARS_MAX = 16_384
"""Of a row that was not taken; what is longer was no row."""

REJECTS_PER_PIECE_MAX = 1_000
ROWS_PER_PIECE_MAX = 20_000
"""A piece of a file ends here, whatever came of its rows: progress is told after each."""

LEASE = timedelta(seconds=10)
"""Who has not told of a piece for so long has died, and another goes on where it stopped."""

FILES_KEPT = timedelta(days=7)
"""A file's bytes are kept so long after its last use; its history stays."""

MAPPINGS_MAX = 200
"""Mappings that are kept by name for one kind of file."""


class Named(Protocol):
    """What became of a row, as whoever put it says. `code` is "" where it was taken."""

    @property
    def status(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def detail(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A row and its number. `wrong` says why it could not be read; then `data` is what there was.

    `textual`: its values are text that stands for numbers, lists and so on.
    """

    number: int
    data: dict[str, object]
    wrong: str = ""
    textual: bool = False


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken: where, and why."""

    row: int
    field: str
    reason: str
    data: dict[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """How far a file has come.

    `later`: it is read once more, for what waited for the others; `upto` is the last row that is
    done in this reading. `rows` are settled: in `counts` by what became of them, or rejected.
    `done` of `total` says the same in the file's own unit.
    """

    later: bool = False
    upto: int = 0
    rows: int = 0
    rejected: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    done: int = 0
    total: int = 1


class Columns(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which column is which field; None: left out; not named: it has the field's own name.

    `fixed` are fields that every row has, whatever stands in the file.
    """

    columns: dict[str, str | None] = {}
    fixed: dict[str, str | int | float | bool] = {}


class Preview(msgspec.Struct, frozen=True):
    """A file's columns, and of each the first cells as text."""

    columns: list[str]
    cells: list[list[str]]


class Checked(msgspec.Struct, frozen=True):
    """What a rehearsal has found: rows by what would become of them, and those rejected."""

    rows: int
    rejected: int
    counts: dict[str, int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """A file as it stands. `preview`, `mapping`, `checked` and `counts` are JSON text.

    `rehearsal`: how far it has come, it came in one. `kept`: its bytes are still here.
    `rows_before` were settled when it was last asked for, at `asked_at`.
    """

    import_id: UUID
    kind: str
    file: str
    size: int
    digest: bytes
    parts: int
    written_at: datetime
    uploaded_at: datetime
    uploaded_by: str
    preview: str
    mapping: str
    mapping_name: str | None
    state: str
    checked: str | None
    asked_at: datetime | None
    asked_by: str | None
    began_at: datetime | None
    told_at: datetime | None
    ended_at: datetime | None
    later: bool
    upto: int
    rows: int
    rejected: int
    counts: str
    done: int
    total: int
    worker: UUID | None
    leased_until: datetime | None
    fault: str | None
    kept: bool
    rehearsal: bool
    rows_before: int


@dataclass(frozen=True, slots=True)
class Part:
    bytes_: bytes


@dataclass(frozen=True, slots=True)
class KeptReject:
    """A row that was not taken, as it is kept. `data` is JSON text."""

    row: int
    field: str
    reason: str
    data: str


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A mapping that was kept by name. `mapping` is JSON text."""

    kind: str
    name: str
    mapping: str
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class JobName:
    import_id: UUID


class Step(msgspec.Struct, frozen=True):
    """What a piece has brought, beside how far the file has come by it."""

    told: Told
    rejects: Sequence[Reject]
