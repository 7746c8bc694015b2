"""Read tables from files, a row at a time: CSV, JSONL, Parquet. Memory does not grow with the file.

Rows are numbered as people see them: the line of a JSONL file, the row of a CSV in a spreadsheet
(the header is row 1), the row of a Parquet file from 1. Dotted headers of CSV and Parquet
(`address.country`) become nested objects; empty cells are left out. What cannot be read as a row
is given as one that says so, and reading goes on.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pyarrow.parquet as pq
from pyarrow.lib import ArrowException

DELIMITERS = ",;\t"
LINE_BYTES_MAX = 1 << 20
"""A longer line of JSON is no row of master data."""

CELL_CHARS_MAX = 1 << 18
"""A cell may hold a list or an object as JSON; a quote that is never closed must end somewhere."""

PARQUET_ROWS = 2_000
DEPTH_MAX = 32


class FileUnreadable(ValueError):  # noqa: N818 - what was found
    """The file as a whole cannot be read: its kind, its encoding or its header."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row and its number. `wrong` says why it could not be read; then `data` is what there was.

    `textual`: its values are text that stands for numbers, lists and so on.
    """

    number: int
    data: dict[str, object]
    wrong: str = ""
    textual: bool = False


@dataclass(slots=True)
class Table:
    """A file being read. `done` of `total` tells how far; the unit is the file's own."""

    path: Path
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
            yield _checked(row)


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
        header = _header([name.strip() for name in next(reader, [])], table.path.name)
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


def _csv_row(number: int, header: list[str], cells: list[str]) -> Row:
    said = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
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
                yield _json_row(number, line)


def _json_row(number: int, line: bytes) -> Row:
    try:
        value = json.loads(line, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as wrong:
        return Row(number, {}, f"is not JSON: {wrong}")
    if not isinstance(value, dict):
        return Row(number, {}, "is not a JSON object")
    return Row(number, value)


def _parquet(table: Table) -> Iterator[Row]:
    try:
        with pq.ParquetFile(table.path) as file:
            table.total = max(1, file.metadata.num_rows)
            _header(list(file.schema_arrow.names), table.path.name)
            number = 0
            for batch in file.iter_batches(batch_size=PARQUET_ROWS):
                for values in batch.to_pylist():
                    number += 1
                    said = {name: value for name, value in values.items() if value is not None}
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


def _header(names: list[str], file: str) -> list[str]:
    if not any(names):
        raise FileUnreadable(f"{file}: there is no header")
    if "" in names:
        raise FileUnreadable(f"{file}: column {names.index('') + 1} has no name")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FileUnreadable(f"{file}: the header names {', '.join(twice)} more than once")
    for name in names:
        steps = name.split(".")
        if "" in steps or len(steps) > DEPTH_MAX:
            raise FileUnreadable(f"{file}: {name!r} is no name of a field")
        above = {".".join(steps[:depth]) for depth in range(1, len(steps))}
        both = sorted(above.intersection(names))
        if both:
            raise FileUnreadable(f"{file}: the header names both {both[0]} and {name}")
    return names


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
