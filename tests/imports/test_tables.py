import json
import os
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from entrepot.imports import tables
from entrepot.imports.model import Row
from entrepot.imports.tables import FileUnreadable, Table, nested


def rows(path, content: str | bytes, encoding: str = "utf-8") -> list[Row]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return list(Table(path).rows())


def values(path, content: str | bytes, encoding: str = "utf-8") -> list[dict[str, object]]:
    return [row.data for row in rows(path, content, encoding)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "table.csv"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_found_in_the_header(path, mark):
    assert values(path, f"sku{mark}name\nA{mark}One\n") == [{"sku": "A", "name": "One"}]


def test_a_delimiter_within_quotes_is_none(path):
    assert values(path, '"a,b,c";d\n1;2\n') == [{"a,b,c": "1", "d": "2"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_found_by_its_mark(path, encoding):
    assert values(path, "sku,name\nA,Größe\n", encoding) == [{"sku": "A", "name": "Größe"}]


def test_rows_are_numbered_as_in_a_spreadsheet_also_after_a_line_break_in_a_cell(path):
    found = rows(path, 'sku,name\nA,"two\nlines"\n\nB,"say ""hi"""\n')
    assert found == [
        Row(2, {"sku": "A", "name": "two\nlines"}, textual=True),
        Row(4, {"sku": "B", "name": 'say "hi"'}, textual=True),
    ]


def test_cells_are_stripped_and_empty_ones_left_out(path):
    assert values(path, "sku,name,price\n A ,,\n") == [{"sku": "A"}]


def test_dotted_headers_become_objects(path):
    content = "node,address.country,address.geo.latitude\nA,US,30.2\n"
    assert values(path, content) == [
        {"node": "A", "address": {"country": "US", "geo": {"latitude": "30.2"}}}
    ]
    assert nested({"a.b": 1, "a.c": 2, "d": 3}) == {"a": {"b": 1, "c": 2}, "d": 3}


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("sku,name,sku", "names sku more than once"),
        ("sku, sku", "names sku more than once"),
        ("sku,,name", "column 2 has no name"),
        ("a,a.b", "names both a and a.b"),
        ("a..b,c", "'a..b' is no name"),
        ("", "there is no header"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(path, header, says):
    with pytest.raises(FileUnreadable, match=says):
        rows(path, f"{header}\n1,2,3\n")


def test_a_row_of_another_width_is_wrong_and_the_next_is_read(path):
    assert rows(path, "sku,name\nA,B,C\nD\nE,F\n") == [
        Row(2, {"sku": "A", "name": "B"}, "has 3 cells where the header has 2"),
        Row(3, {"sku": "D"}, "has 1 cells where the header has 2"),
        Row(4, {"sku": "E", "name": "F"}, textual=True),
    ]


def test_a_row_with_stray_quotes_is_wrong_and_the_next_is_read(path):
    found = rows(path, 'sku,name\nA,"B"x\nE,F\n')
    assert [(row.number, bool(row.wrong)) for row in found] == [(2, True), (3, False)]


def test_a_row_that_is_no_utf_8_is_wrong_and_the_next_is_read(path):
    found = rows(path, b"sku,name\nA,\xff\nB,C\n")
    assert [(row.number, row.wrong) for row in found] == [
        (2, "/name has characters that are no text"),
        (3, ""),
    ]


def test_a_file_that_breaks_off_in_utf_16_is_refused(path):
    with pytest.raises(FileUnreadable, match="not utf-16"):
        rows(path, "sku\nA\n".encode("utf-16") + b"\x00")


def test_a_row_with_a_nul_is_wrong(path):
    assert rows(path, "sku,name\nA,a\x00b\n")[0].wrong == "/name has characters that are no text"


def test_a_cell_too_long_is_wrong_and_the_next_row_is_read(path, monkeypatch):
    monkeypatch.setattr(tables, "CELL_CHARS_MAX", 10)
    found = rows(path, f"sku,name\nA,{'x' * 11}\nB,C\n")
    assert [(row.number, bool(row.wrong)) for row in found] == [(2, True), (3, False)]


def test_a_file_of_a_header_only_has_no_rows(path):
    assert rows(path, "sku,name\n") == []


def test_the_way_through_a_file_can_be_told(path):
    path.write_text("sku\n" + "A\n" * 100_000)
    table = Table(path)
    reading = table.rows()
    next(reading)
    assert 0 < table.done < table.total == 200_004
    list(reading)
    assert table.done == table.total


def test_a_file_says_when_it_was_written(path):
    path.write_text("sku\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert Table(path).written_at() == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_kind_of_file_that_is_not_known_is_refused(tmp_path):
    with pytest.raises(FileUnreadable, match=r"table\.xlsx: not a kind of table"):
        rows(tmp_path / "table.xlsx", "")


def test_json_lines_are_numbered_by_line(tmp_path):
    content = '\ufeff{"sku": "A", "price": 5}\n\n{"sku": "B", "tags": [1.5, null]}'
    assert rows(tmp_path / "t.jsonl", content) == [
        Row(1, {"sku": "A", "price": 5}),
        Row(3, {"sku": "B", "tags": [1.5, None]}),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ('{"a": 1, "a": 2}', "a key stands twice"),
        ('{"a": {"b": 1, "b": 2}}', "a key stands twice"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "-Infinity is no number"),
        ('{"a": "\\u0000"}', "/a has characters that are no text"),
        ('{"a": ["\\ud800"]}', "/a/0 has characters that are no text"),
        ('{"\\u0000": 1}', "a key has characters that are no text"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_line_that_is_no_row_is_wrong_and_the_next_is_read(tmp_path, line, says):
    found = rows(tmp_path / "t.jsonl", f'{line}\n{{"sku": "B"}}\n')
    assert says in found[0].wrong
    assert found[1] == Row(2, {"sku": "B"})


def test_a_line_too_long_is_wrong_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "LINE_BYTES_MAX", 20)
    content = json.dumps({"sku": "x" * 100}) + '\n{"sku": "B"}\n'
    assert rows(tmp_path / "t.jsonl", content) == [
        Row(1, {}, "is longer than 20 bytes"),
        Row(2, {"sku": "B"}),
    ]


def test_parquet_keeps_its_types_and_leaves_nulls_out(tmp_path):
    path = tmp_path / "t.parquet"
    table = pa.table(
        {
            "sku": ["A", "B"],
            "price": pa.array([5, None], pa.int64()),
            "address.country": ["US", "BR"],
            "services": [["ship"], []],
        }
    )
    pq.write_table(table, path)
    found = Table(path)
    assert list(found.rows()) == [
        Row(1, {"sku": "A", "price": 5, "address": {"country": "US"}, "services": ["ship"]}),
        Row(2, {"sku": "B", "address": {"country": "BR"}, "services": []}),
    ]
    assert (found.done, found.total) == (2, 2)


def test_parquet_is_read_in_batches(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"n": range(5_000)}), path)
    table = Table(path)
    reading = table.rows()
    assert [next(reading).number for _ in range(2_001)][-1] == 2_001
    assert table.done == 2_000


def test_parquet_that_is_none_is_refused(tmp_path):
    with pytest.raises(FileUnreadable, match="not Parquet"):
        rows(tmp_path / "t.parquet", b"PAR1 or so")
