"""Rows of cells as CSV, for people who open them in a spreadsheet."""

import csv
import io
from collections.abc import Iterable

CSV = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(value: object) -> str:
    """Write a cell: no spreadsheet takes what a customer typed for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def rows_of(rows: Iterable[Iterable[object]]) -> bytes:
    """Write rows of cells, each of them plain."""
    return as_they_are([map(plain, row) for row in rows])


def as_they_are(rows: Iterable[Iterable[object]]) -> bytes:
    """Write rows of cells that are to be read back as they were."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
