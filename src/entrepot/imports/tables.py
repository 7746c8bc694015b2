"""Read tables from files, a row at a time: CSV, JSONL, Parquet. Memory does not grow with the file.

Rows are numbered as people see them: the line of a JSONL file, the row of a CSV in a spreadsheet
(the header is row 1), the row of a Parquet file from 1. Dotted headers of CSV and Parquet
(`address.country`) become nested objects; empty cells are left out. What cannot be read as a row
is given as one that says so, and reading goes on.

Where a table's columns are mapped (`Columns`) they are named anew before anything else is read out
of their names; those mapped to nothing are left out.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from entrepot.imports.model import (
    PREVIEW_CHARS_MAX,
    PREVIEW_ROWS,
    Columns,
    Preview,
    Row,
)

DELIMITERS = ",;\t"
LINE_BYTES_MAX = 1 << 20
"""A longer line of JSON is no row of master data."""

CELL_CHARS_MAX = 1 << 18
"""A cell may hold a list or an object as JSON; a quote that is never closed must end somewhere."""

PARQUET_ROWS = 2_000
DEPTH_MAX = 32


class FileUnreadable(ValueError):  # noqa: N818 - what was found
    """The file as a whole cannot be read: its kind, its encoding or its header."""


AS_NAMED = Columns()
"""Every column is the field of its own name."""


@dataclass(slots=True)
class Table:
    """A file being read. `done` of `total` tells how far; the unit is the file's own."""

    path: Path
    columns: Columns = AS_NAMED
    total: int = 1
    done: int = 0

    def written_at(self) -> datetime:
        """Say when the file was last written. Raises OSError where there is none."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def rows(self) -> Iterator[Row]:
        """Give every row from the beginning. Raises FileUnreadable, or OSError."""
        reader = _READERS.get(self.path.suffix.lower())
        if reader is None:
            known = ", ".join(_READERS)
            raise FileUnreadable(f"{self.path.name}: not a kind of table known here ({known})")
        self.done = 0
        for row in reader(self):
            yield _checked(_fixed(self, row))

    def named(self, name: str) -> str | None:
        """Say what a column is called here; None: it is left out."""
        return self.columns.columns.get(name, name)


@contextmanager
def _opened(table: Table) -> Iterator[BinaryIO]:
    table.total = max(1, table.path.stat().st_size)
    with table.path.open("rb") as raw:
        yield raw
    table.done = table.total


def _csv(table: Table) -> Iterator[Row]:
    csv.field_size_limit(CELL_CHARS_MAX)
    with _opened(table) as raw:
        encoding = _encoding(raw.read(4))
        raw.seek(0)
        text = io.TextIOWrapper(raw, encoding, errors=_ON_ERROR[encoding], newline="")
        try:
            yield from _csv_rows(table, raw, text)
        except UnicodeError as wrong:
            raise FileUnreadable(f"{table.path.name}: not {encoding}: {wrong}") from None


def _csv_rows(table: Table, raw: BinaryIO, text: io.TextIOWrapper) -> Iterator[Row]:
    lines = iter(text)
    first = next(lines, "")
    reader = csv.reader(_chain(first, lines), delimiter=_delimiter(first), strict=True)
    try:
        said = [name.strip() for name in next(reader, [])]
        header = _header(table, said)
    except csv.Error as wrong:
        raise FileUnreadable(f"{table.path.name}: the header cannot be read: {wrong}") from None
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            yield Row(number, {}, f"cannot be read: {wrong}")
            continue
        table.done = raw.tell()
        if any(cells):
            yield _csv_row(number, header, cells)


def _csv_row(number: int, header: list[str | None], cells: list[str]) -> Row:
    said = {
        name: cell.strip()
        for name, cell in zip(header, cells, strict=False)
        if name is not None and cell.strip()
    }
    if len(cells) != len(header):
        wrong = f"has {len(cells)} cells where the header has {len(header)}"
        return Row(number, dict(said), wrong)
    return Row(number, nested(said), textual=True)


def _jsonl(table: Table) -> Iterator[Row]:
    with _opened(table) as raw:
        number = 0
        while line := raw.readline(LINE_BYTES_MAX + 1):
            number += 1
            table.done = raw.tell()
            if len(line) > LINE_BYTES_MAX:
                while line and not line.endswith(b"\n"):
                    line = raw.readline(LINE_BYTES_MAX)
                yield Row(number, {}, f"is longer than {LINE_BYTES_MAX} bytes")
                continue
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if line.strip():
                yield _renamed(table, _json_row(number, line))


def _json_row(number: int, line: bytes) -> Row:
    try:
        value = json.loads(line, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as wrong:
        return Row(number, {}, f"is not JSON: {wrong}")
    if not isinstance(value, dict):
        return Row(number, {}, "is not a JSON object")
    return Row(number, value)


def _renamed(table: Table, row: Row) -> Row:
    """Name the members of a JSON object anew, by their paths where they lie in others."""
    if row.wrong or not table.columns.columns:
        return row
    flat = {
        name: value
        for path, value in flattened(row.data).items()
        if (name := table.named(path)) is not None
    }
    wrong = _twofold(list(flat))
    return Row(row.number, row.data, wrong) if wrong else Row(row.number, nested(flat))


def _fixed(table: Table, row: Row) -> Row:
    """Give every row what is fixed; what stands in the row itself is right."""
    if row.wrong or not table.columns.fixed:
        return row
    flat = {**table.columns.fixed, **flattened(row.data)}
    wrong = _twofold(list(flat))
    if wrong:
        return Row(row.number, row.data, wrong)
    return Row(row.number, nested(flat), textual=row.textual)


def _parquet(table: Table) -> Iterator[Row]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - large, and few files need it
    from pyarrow.lib import ArrowException  # noqa: PLC0415 - likewise

    try:
        with pq.ParquetFile(table.path) as file:
            table.total = max(1, file.metadata.num_rows)
            names = list(file.schema_arrow.names)
            header = dict(zip(names, _header(table, names), strict=True))
            number = 0
            for batch in file.iter_batches(batch_size=PARQUET_ROWS):
                for values in batch.to_pylist():
                    number += 1
                    said = {
                        name: value
                        for each, value in values.items()
                        if value is not None and (name := header[each]) is not None
                    }
                    yield Row(number, nested(said))
                table.done = number
    except ArrowException as wrong:
        raise FileUnreadable(f"{table.path.name}: not Parquet: {wrong}") from None


_READERS = {
    ".csv": _csv,
    ".tsv": _csv,
    ".txt": _csv,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".parquet": _parquet,
}

SUFFIXES = tuple(_READERS)
"""How the names of files end that can be read."""

_ON_ERROR = {"utf-8-sig": "surrogateescape", "utf-16": "strict"}
"""A byte that is no UTF-8 spoils its row; one missing from UTF-16 spoils all that follow."""


def nested(flat: Mapping[str, object]) -> dict[str, object]:
    """Make `{"a.b": 1}` into `{"a": {"b": 1}}`."""
    whole: dict[str, object] = {}
    for name, value in flat.items():
        *path, last = name.split(".")
        inner = whole
        for step in path:
            deeper = inner.setdefault(step, {})
            assert isinstance(deeper, dict), "the header was checked"
            inner = deeper
        inner[last] = value
    return whole


def flattened(whole: Mapping[str, object], above: str = "") -> dict[str, object]:
    """Make `{"a": {"b": 1}}` into `{"a.b": 1}`; empty objects say nothing and stay."""
    flat: dict[str, object] = {}
    for name, value in whole.items():
        path = f"{above}{name}"
        if isinstance(value, dict) and value and path.count(".") < DEPTH_MAX - 1:
            flat |= flattened(value, path + ".")
        else:
            flat[path] = value
    return flat


def _header(table: Table, said: list[str]) -> list[str | None]:
    """Give what the columns are called here; raises FileUnreadable where that cannot be meant."""
    file = table.path.name
    if not any(said):
        raise FileUnreadable(f"{file}: there is no header")
    if "" in said:
        raise FileUnreadable(f"{file}: column {said.index('') + 1} has no name")
    header = [table.named(name) for name in said]
    wrong = _twofold([name for name in header if name is not None])
    if wrong:
        raise FileUnreadable(f"{file}: the header {wrong}")
    for name in header:
        steps = (name or "left out").split(".")
        if "" in steps or len(steps) > DEPTH_MAX:
            raise FileUnreadable(f"{file}: {name!r} is no name of a field")
    return header


def _twofold(names: list[str]) -> str:
    """Say what is named twice, or both whole and in part; "": nothing is."""
    twice = sorted({name for name in names if names.count(name) > 1}) if _has_twice(names) else []
    if twice:
        return f"names {', '.join(twice)} more than once"
    known = set(names)
    for name in names:
        steps = name.split(".")
        both = sorted(known.intersection(".".join(steps[:n]) for n in range(1, len(steps))))
        if both:
            return f"names both {both[0]} and {name}"
    return ""


def _has_twice(names: list[str]) -> bool:
    return len(set(names)) < len(names)


def preview(path: Path) -> Preview:
    """Read a file's columns as it names them, and its first cells; raises FileUnreadable.

    Of lines of JSON the columns are the paths that the first rows have.
    """
    table = Table(path, total=1)
    suffix = path.suffix.lower()
    if suffix in {".csv", ".tsv", ".txt"}:
        return _csv_preview(table)
    rows = [flattened(row.data) for row in islice(table.rows(), 10 * PREVIEW_ROWS) if not row.wrong]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if not columns:
        raise FileUnreadable(f"{path.name}: no row of it can be read")
    return Preview(
        columns, [[_cell(row.get(name)) for name in columns] for row in rows[:PREVIEW_ROWS]]
    )


def _csv_preview(table: Table) -> Preview:
    csv.field_size_limit(CELL_CHARS_MAX)
    with _opened(table) as raw:
        encoding = _encoding(raw.read(4))
        raw.seek(0)
        text = io.TextIOWrapper(raw, encoding, errors="replace", newline="")
        lines = iter(text)
        first = next(lines, "")
        reader = csv.reader(_chain(first, lines), delimiter=_delimiter(first), strict=True)
        columns: list[str] = []
        cells: list[list[str]] = []
        try:
            columns = [name.strip() for name in next(reader, [])]
            for row in islice(reader, PREVIEW_ROWS):
                cells.append([_cell(each.strip()) for each in row[: len(columns)]])  # noqa: PERF401 - up to the row that cannot be read
        except csv.Error:
            pass  # the row is named when the file is read
    _named_once(columns, table.path.name)
    return Preview(columns, [row for row in cells if any(row)])


def _named_once(columns: list[str], file: str) -> None:
    if not any(columns):
        raise FileUnreadable(f"{file}: there is no header")
    if "" in columns:
        raise FileUnreadable(f"{file}: column {columns.index('') + 1} has no name")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FileUnreadable(f"{file}: the header names {', '.join(twice)} more than once")


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text[:PREVIEW_CHARS_MAX].replace("\x00", "\ufffd")


def _encoding(start: bytes) -> str:
    return "utf-16" if start[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"


def _delimiter(line: str) -> str:
    bare = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _chain(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _checked(row: Row) -> Row:
    bad = None if row.wrong else _bad_text(row.data, "")
    if bad is None:
        return row
    return Row(row.number, row.data, f"{bad} has characters that are no text")


def _bad_text(value: object, at: str, depth: int = 0) -> str | None:
    """Find text that PostgreSQL would refuse: NUL, and halves of characters."""
    if isinstance(value, str):
        return at if "\x00" in value or _is_broken(value) else None
    if depth > DEPTH_MAX:
        return at
    inner: Iterable[tuple[object, object]] = ()
    if isinstance(value, Mapping):
        inner = value.items()
        if any("\x00" in str(key) or _is_broken(str(key)) for key in value):
            return at or "a key"
    elif isinstance(value, list):
        inner = enumerate(value)
    found = (_bad_text(each, f"{at}/{key}", depth + 1) for key, each in inner)
    return next((bad for bad in found if bad is not None), None)


def _is_broken(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
