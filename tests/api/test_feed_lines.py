"""Lines read at once are read as strictly as one by one, and named by their numbers."""

import json
from datetime import UTC, date, datetime

import pytest

from entrepot.api import feed_lines
from entrepot.api.feed_lines import read
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import Count, Delta, MovementKind

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
COUNT = {
    "type": "count", "sku": "TEE", "node": "LYON", "on_hand": 4, "source": "wms", "sequence": 1,
    "counted_at": "2026-03-02T11:00:00Z",
}  # fmt: skip
MOVE = {
    "type": "movement", "kind": "damage", "sku": "TEE", "node": "LYON", "quantity": -2,
    "source": "wms", "sequence": 2, "occurred_at": "2026-03-02T11:00:00Z",
}  # fmt: skip
ASIDE = {
    "type": "set_aside", "reason": "display", "sku": "TEE", "node": "LYON", "quantity": 2,
    "source": "wms", "sequence": 3, "occurred_at": "2026-03-02T11:00:00Z",
}  # fmt: skip
ELEVEN = datetime(2026, 3, 2, 11, tzinfo=UTC)
FULL = {**MOVE, "reference": "r", "set_aside": "damaged"}
GOOD = {
    "count": (COUNT, Count("TEE", "LYON", 4, "wms", 1, ELEVEN)),
    "movement": (MOVE, Delta(MovementKind.DAMAGE, "TEE", "LYON", -2, None, "wms", 2, ELEVEN)),
    "full movement": (
        FULL,
        Delta(MovementKind.DAMAGE, "TEE", "LYON", -2, "r", "wms", 2, ELEVEN, AsideReason.DAMAGED),
    ),
    "set aside": (
        ASIDE,
        SetAside("TEE", "LYON", AsideReason.DISPLAY, 2, None, "wms", 3, ELEVEN),
    ),
    "reference": (
        {**ASIDE, "reference": "q"},
        SetAside("TEE", "LYON", AsideReason.DISPLAY, 2, "q", "wms", 3, ELEVEN),
    ),
    "null": (
        {**MOVE, "reference": None},
        Delta(MovementKind.DAMAGE, "TEE", "LYON", -2, None, "wms", 2, ELEVEN),
    ),
    "ahead": (
        {**COUNT, "counted_at": "2026-03-02T13:00:00Z"},
        Count("TEE", "LYON", 4, "wms", 1, AT),
    ),
}
NAMED = {
    "count": (
        {**COUNT, "lots": [{"lot": "L1", "quantity": 3, "expires_on": "2027-01-01"}]},
        Count("TEE", "LYON", 4, "wms", 1, ELEVEN, (LotUnits("L1", 3, date(2027, 1, 1)),)),
    ),
    "movement": (
        {**MOVE, "serials": ["S1", "S2"]},
        Delta(
            MovementKind.DAMAGE, "TEE", "LYON", -2, None, "wms", 2, ELEVEN,
            lots=(LotUnits("S1", 1, serial=True), LotUnits("S2", 1, serial=True)),
        ),
    ),
    "set aside": (
        {**ASIDE, "lots": [{"lot": "L1", "quantity": 2}]},
        SetAside(
            "TEE", "LYON", AsideReason.DISPLAY, 2, None, "wms", 3, ELEVEN, (LotUnits("L1", 2),)
        ),
    ),
    "none": (
        {**COUNT, "lots": [], "serials": []},
        Count("TEE", "LYON", 4, "wms", 1, ELEVEN),
    ),
}  # fmt: skip
BAD = [
    b"[", b"{}", b"7", b'{"type": "count"}', b"x" * 33_000, b'{"type":"gift"}', b"\xff",
    json.dumps(COUNT)[:-1].encode() + b', "sequence": 2}',
    json.dumps(MOVE)[:-1].encode() + b', "quantity": 2}',
    json.dumps({**COUNT, "surprise": 1}).encode(), json.dumps({**COUNT, "sku": ""}).encode(),
    json.dumps({**MOVE, "occurred_at": "1999-01-01T00:00:00Z"}).encode(),
    json.dumps({**COUNT, "sku": "a\0"}).encode(),
    json.dumps({**COUNT, "sku": "T"}).replace("T", "\\u0000", 1).encode(),
    json.dumps({**ASIDE, "reason": "lost"}).encode(),
    json.dumps({**MOVE, "lots": [{"lot": "L1", "quantity": 3}]}).encode(),
    json.dumps({**MOVE, "serials": ["S1", "S1"]}).encode(),
    json.dumps({**MOVE, "lots": [{"lot": "L1", "quantity": 1}], "serials": ["S1"]}).encode(),
    json.dumps({**ASIDE, "lots": [{"lot": "L1", "quantity": 1, "of": 2}]}).encode(),
    json.dumps({**COUNT, "lots": [{"lot": "L1", "quantity": 1}]})[:-3].encode()
    + b', "quantity": 2}]}',
]  # fmt: skip


def bytes_of(*rows: dict) -> list[bytes]:
    return [json.dumps(row).encode() for row in rows]


@pytest.mark.parametrize(
    ("row", "message"),
    [*GOOD.values(), *NAMED.values()],
    ids=[*GOOD, *(f"{name} with lots" for name in NAMED)],
)
def test_a_line_says_what_it_says(row, message):
    found = read(bytes_of(row), 5, AT)
    assert (found.rows, found.refused) == ([(5, message)], [])


def test_plain_lines_are_not_looked_at_one_by_one(monkeypatch):
    monkeypatch.setattr(feed_lines, "_one", None)
    plain = [row for name, (row, _) in GOOD.items() if name != "null"]
    assert len(read(bytes_of(*plain), 1, AT).rows) == len(plain)


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_line_is_named_and_stops_no_other(bad):
    lines = [*bytes_of(COUNT, MOVE), bad, *bytes_of(ASIDE)]
    found = read(lines, 11, AT)
    assert [number for number, _ in found.rows] == [11, 12, 14]
    (told,) = found.refused
    assert (told.line, told.status) == (13, "invalid")
    assert told.errors
    alone = read([bad], 13, AT)
    assert alone.refused == [told]


def test_a_key_that_stands_twice_is_found_among_plain_lines():
    twice = bytes_of(COUNT)[0][:-1] + b', "sequence": 2}'
    (told,) = read([*bytes_of(COUNT), twice], 1, AT).refused
    assert (told.line, told.errors[0].pointer) == (2, "/sequence")


def test_empty_lines_say_nothing_and_are_counted():
    found = read([b"", *bytes_of(COUNT), b"  \r", *bytes_of(MOVE)], 1, AT)
    assert ([number for number, _ in found.rows], found.refused) == ([2, 4], [])


def test_a_text_with_an_escape_is_read_for_what_it_says():
    escaped = json.dumps(COUNT).replace('"TEE"', '"T\\u0045\\"E"').encode()
    (row,) = read([escaped], 1, AT).rows
    assert row[1].sku == 'TE"E'
