"""Imports as the wire has them: files, what their columns may be, how far they have come."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.api.importable import KINDS
from entrepot.api.paging import Cursor, Limit
from entrepot.imports.fields import Field, missing
from entrepot.imports.guess import Guess, guess
from entrepot.imports.model import Checked, Columns, Job, Preview, SavedMapping
from entrepot.imports.states import ImportState

ImportKind = StrEnum("ImportKind", {noun.upper().replace("-", "_"): noun for noun in KINDS})  # type: ignore[misc]
"""What can be brought in."""

FileName = Annotated[
    str,
    Meta(
        min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f\x7f]+$",
        description="its ending says what it is: .csv, .tsv, .txt, .jsonl, .ndjson or .parquet",
    ),
]  # fmt: skip
ColumnName = Annotated[str, Meta(min_length=1, max_length=500)]
FieldName = Annotated[str, Meta(min_length=1, max_length=300)]
MappingName = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
COLUMNS_MAX = 1_000


class UploadQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`written_at` is when the file was last written: counts that say no time are of then."""

    kind: ImportKind
    file: FileName
    written_at: Annotated[datetime, Meta(tz=True)] | None = None


class ImportsQuery(msgspec.Struct, frozen=True, kw_only=True):
    kind: Annotated[list[ImportKind], Meta(max_length=20)] = []
    state: Annotated[list[ImportState], Meta(max_length=20)] = []
    limit: Limit = 50
    cursor: Cursor = ""


class Of(StrEnum):
    """Whose rejects: the run's, or the dry run's."""

    RUN = "run"
    DRY_RUN = "dry-run"


class RejectsQuery(msgspec.Struct, frozen=True, kw_only=True):
    of: Of = Of.RUN
    limit: Limit = 50
    cursor: Cursor = ""


class RejectsFileQuery(msgspec.Struct, frozen=True, kw_only=True):
    of: Of = Of.RUN


class MappingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Columns by the fields they are; null: left out; not named: the field of its own name.

    `fixed` are fields that every row has. With a `name` it is kept for the next file of its kind.
    """

    columns: Annotated[dict[ColumnName, FieldName | None], Meta(max_length=COLUMNS_MAX)] = {}
    fixed: Annotated[
        dict[FieldName, Annotated[str, Meta(max_length=1000)] | int | float | bool],
        Meta(max_length=100),
    ] = {}
    name: MappingName | None = None


class SavedAnswer(msgspec.Struct, frozen=True):
    """A mapping that was kept by name."""

    name: str
    mapping: Columns
    saved_by: str
    saved_at: datetime


class KindAnswer(msgspec.Struct, frozen=True):
    """A kind of file: what its rows may say, and the mappings that were kept for it."""

    kind: str
    scope: str
    fields: list[Field]
    mappings: list[SavedAnswer]


class KindsAnswer(msgspec.Struct, frozen=True):
    items: list[KindAnswer]


class ProgressAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How far it has come: `rows` are settled, in `counts` by what became of them, or rejected.

    `share` is from 0 to 1. `rows_per_s` and `eta_s` are of this run; null: not to be told yet.
    """

    rehearsal: bool
    rows: int
    rejected: int
    counts: dict[str, int]
    share: float
    rows_per_s: float | None
    eta_s: float | None
    asked_at: datetime | None
    asked_by: str | None
    began_at: datetime | None
    told_at: datetime | None
    ended_at: datetime | None
    fault: str | None


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it stands. `dry_run` is what the last rehearsal found of it as it is mapped now.

    `kept` false: its bytes are gone, and it cannot be run again.
    """

    id: UUID
    kind: str
    file: str
    size: int
    state: ImportState
    uploaded_at: datetime
    uploaded_by: str
    written_at: datetime
    mapping: Columns
    mapping_name: str | None
    dry_run: Checked | None
    progress: ProgressAnswer
    kept: bool


class FileDetail(FileAnswer, frozen=True, kw_only=True):
    """A file with what its columns look like, which fields they are guessed to be, and from what.

    `missing` are fields that every row needs and no column is.
    """

    preview: Preview
    guesses: list[Guess]
    missing: list[str]
    fields: list[Field]


class FilesAnswer(msgspec.Struct, frozen=True):
    items: list[FileAnswer]
    next: str | None


class RejectAnswer(msgspec.Struct, frozen=True):
    """A row that was not taken: the field that is wrong, where it is one, and why."""

    row: int
    field: str
    reason: str
    data: msgspec.Raw


class RejectsAnswer(msgspec.Struct, frozen=True):
    items: list[RejectAnswer]
    next: str | None


def shown(job: Job) -> FileAnswer:
    """Show a file as it stands."""
    return FileAnswer(**_fields(job))


def detailed(job: Job) -> FileDetail:
    """Show a file with what its columns look like and are guessed to be."""
    kind = KINDS[job.kind]
    preview = msgspec.json.decode(job.preview, type=Preview)
    said = msgspec.json.decode(job.mapping, type=Columns)
    return FileDetail(
        **_fields(job),
        preview=preview,
        guesses=guess(preview, kind.fields),
        missing=missing(named(said, preview), kind.fields),
        fields=list(kind.fields),
    )


def named(mapping: Columns, preview: Preview) -> list[str]:
    """Say which fields the columns and what is fixed give."""
    found = [mapping.columns.get(column, column) for column in preview.columns]
    return [*(each for each in found if each is not None), *mapping.fixed]


def saved(row: SavedMapping) -> SavedAnswer:
    """Show a mapping that was kept."""
    mapping = msgspec.json.decode(row.mapping, type=Columns)
    return SavedAnswer(row.name, mapping, row.saved_by, row.saved_at)


def _fields(job: Job) -> dict[str, Any]:
    checked = None
    if job.checked is not None:
        checked = msgspec.json.decode(job.checked, type=Checked)
    return {
        "id": job.import_id,
        "kind": job.kind,
        "file": job.file,
        "size": job.size,
        "state": ImportState(job.state),
        "uploaded_at": job.uploaded_at,
        "uploaded_by": job.uploaded_by,
        "written_at": job.written_at,
        "mapping": msgspec.json.decode(job.mapping, type=Columns),
        "mapping_name": job.mapping_name,
        "dry_run": checked,
        "progress": progress(job, checked),
        "kept": job.kept,
    }


def progress(job: Job, checked: Checked | None) -> ProgressAnswer:
    """Say how far a file has come: by its rows where a rehearsal has counted them."""
    share = _share(job, checked)
    rows_per_s, eta_s = _pace(job, share, checked)
    return ProgressAnswer(
        rehearsal=job.rehearsal, rows=job.rows, rejected=job.rejected,
        counts=msgspec.json.decode(job.counts, type=dict[str, int]), share=share,
        rows_per_s=rows_per_s, eta_s=eta_s, asked_at=job.asked_at, asked_by=job.asked_by,
        began_at=job.began_at, told_at=job.told_at, ended_at=job.ended_at, fault=job.fault,
    )  # fmt: skip


def _pace(job: Job, share: float, checked: Checked | None) -> tuple[float | None, float | None]:
    """Say how fast this run goes, and how long still; what earlier ones settled is not its own."""
    own = job.rows - job.rows_before
    if job.began_at is None or job.told_at is None or own <= 0:
        return None, None
    spent = (job.told_at - job.began_at).total_seconds()
    if spent <= 0:
        return None, None
    pace, eta = own / spent, None
    if job.ended_at is None and checked is not None and not job.rehearsal:
        eta = max(0.0, (checked.rows - job.rows) / pace)
    elif job.ended_at is None and share > 0 and not job.rows_before:
        eta = spent * (1 - share) / share
    return round(pace, 1), None if eta is None else round(eta, 1)


def _share(job: Job, checked: Checked | None) -> float:
    if job.state in {ImportState.DONE, ImportState.CHECKED}:
        return 1.0
    if checked is not None and checked.rows and not job.rehearsal:
        return round(min(1.0, job.rows / checked.rows), 4)
    return round(min(1.0, job.done / job.total), 4) if not job.later else 0.99
