"""Every way an order can be wrong: a right one, and for each member what may not stand there."""

import json
from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]

NAN = "@@NaN@@"
"""Stand in a body for what `json.dumps` would not write; `text` puts the bare words there."""
INFINITY = "@@Infinity@@"
MINUS_INFINITY = "@@-Infinity@@"
HUGE_FLOAT = "@@1e400@@"
ONE_FLOAT = "@@1.0@@"
LONE_SURROGATE = "@@\\ud800@@"
MISSING = object()
"""The member is not there at all."""

NUMBERS = [NAN, INFINITY, MINUS_INFINITY, HUGE_FLOAT]
NOT_TEXT: list[object] = [7, 1.5, True, [], {}, ["x"], {"a": 1}, *NUMBERS]
NOT_WHOLE: list[object] = [
    None, "", "1", "x", 1.5, -1, ONE_FLOAT, True, False, [], [1], {}, 10**13, 2**63, 10**30,
    *NUMBERS,
]  # fmt: skip
TOO_EARLY_OR_LATE = ["1999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"]
"""Times, but none that an order was placed at."""
NOT_A_TIME: list[object] = [
    *NOT_TEXT, "", "yesterday", "2026-11-20", "2026-11-20T10:00:00", "10:00:00Z", "0",
    "2026-11-20T10:00:00+25:00", "2026-02-30T10:00:00Z", "2026-11-20T24:00:01Z",
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    "10000-01-01T00:00:00Z", *TOO_EARLY_OR_LATE,
]  # fmt: skip
NO_TEXT_HAS = ["a\x00b", "\x00", LONE_SURROGATE]


def text_of(most: int, *, least: int = 1, null: bool = False) -> list[object]:
    """What may not stand where a text of `least` to `most` characters belongs."""
    wrong: list[object] = [*NOT_TEXT, *NO_TEXT_HAS, "x" * (most + 1), "x" * 100_000]
    return wrong + ([] if least == 0 else [""]) + ([] if null else [None])


MANY = 10_000_000
"""More units than any row speaks of."""

NO_LOTS: list[object] = [
    None, "x", 7, {}, [None], ["L1"], [{"lot": "L1"}], [{"quantity": 1}],
    *([{"lot": name, "quantity": 1}] for name in ("", "a\x00", "x" * 65, 7, None)),
    *([{"lot": "L1", "quantity": units}] for units in (0, -1, "1", 1.5, True, MANY, 6)),
    *([{"lot": "L1", "quantity": 1, "expires_on": day}] for day in (7, "soon", "2026-02-30", [])),
    [{"lot": "L1", "quantity": 1, "surprise": 1}], [{"lot": "L1", "quantity": 1}] * 2,
]  # fmt: skip
"""No lots of five units or fewer."""

NO_SERIALS: list[object] = [
    None, "S1", 7, {}, [None], [7], [""], ["a\x00"], ["x" * 65], ["S1", "S1"],
    [f"S{number}" for number in range(6)],
]  # fmt: skip
"""No serial numbers of five units or fewer."""

DEGREES: list[object] = ["30.27", "", True, [], {}, 1000, -1000.5, *NUMBERS]
NO_OBJECT: list[object] = ["", "x", 7, True, [], [{}], *NUMBERS]
CHOICE: list[object] = [None, "", "x", "SHIP", 7, True, [], {}, NAN, LONE_SURROGATE, "ship\x00"]

WRONG: dict[str, list[object]] = {
    "/channel": [MISSING, *text_of(128), "no-such-channel"],
    "/external_id": [MISSING, *text_of(128)],
    "/placed_at": [MISSING, None, *NOT_A_TIME],
    "/currency": [MISSING, *text_of(3), "usd", "US", "USDX", "XQX", "U$D", "💵💵💵"],
    "/customer": [*NO_OBJECT],
    "/customer/email": [*text_of(320, least=0, null=True), "kim", "@", "kim@", "@x", "a b@x.com"],
    "/customer/name": text_of(200, least=0, null=True),
    "/customer/phone": text_of(40, least=0, null=True),
    "/customer/shoe_size": ["9", None],
    "/ship_to": [MISSING, None, *NO_OBJECT],
    "/ship_to/name": text_of(200, least=0, null=True),
    "/ship_to/line1": text_of(200, least=0, null=True),
    "/ship_to/line2": text_of(200, least=0, null=True),
    "/ship_to/city": text_of(200, least=0, null=True),
    "/ship_to/region": text_of(80, least=0, null=True),
    "/ship_to/postal_code": [MISSING, *text_of(20), " "],
    "/ship_to/country": [MISSING, *text_of(2), "us", "U", "USA", "U1", "ÜS"],
    "/ship_to/latitude": [*DEGREES, 90.01, -90.01],
    "/ship_to/longitude": [*DEGREES, 180.01, -180.01],
    "/ship_to/planet": ["earth", None],
    "/method": [*CHOICE, "teleport"],
    "/service": [*text_of(60, null=True), "pigeon"],
    "/pickup_node": [*text_of(128, null=True), "no-such-node"],
    "/shipping": NOT_WHOLE,
    "/shipping_tax": NOT_WHOLE,
    "/lines": [MISSING, None, *NO_OBJECT[:4], {}, [], [None], ["x"], [[]], [7]],
    "/lines/0/external_id": text_of(128, null=True),
    "/lines/0/sku": [MISSING, *text_of(128), "no-such-sku"],
    "/lines/0/quantity": [MISSING, *NOT_WHOLE, 0, 1_000_001],
    "/lines/0/unit_price": [MISSING, *NOT_WHOLE],
    "/lines/0/discount": [*NOT_WHOLE, 4000],
    "/lines/0/tax": NOT_WHOLE,
    "/lines/0/name": text_of(200, least=0, null=True),
    "/lines/0/color": ["red", None],
    "/backorder": [*CHOICE, "maybe"],
    "/payment": NO_OBJECT,
    "/payment/provider": [MISSING, *text_of(60)],
    "/payment/reference": [None, *text_of(200, least=0)],
    "/payment/authorized": NOT_WHOLE,
    "/payment/pin": ["1234", None],
    "/reservation": [
        "", "x", 7, 1.5, True, [], {}, NAN, "01920000-0000-7000-8000-000000000000", "a\x00",
    ],
    "/note": text_of(2000, least=0, null=True),
    "/surprise": ["x", None, {}, []],
}  # fmt: skip
"""Every member of an order, by JSON Pointer."""


def right(channel: str, sku: str) -> Body:
    """An order with every member there is, that nothing is wrong with."""
    return {
        "channel": channel,
        "external_id": "W-1",
        "placed_at": "2026-11-20T10:00:00Z",
        "currency": "USD",
        "customer": {"email": "kim@example.com", "name": "Kim Doe", "phone": "+12025550123"},
        "ship_to": {
            "name": "Kim Doe", "line1": "1 Main St", "line2": "Suite 4", "city": "Austin",
            "region": "TX", "postal_code": "78701", "country": "US",
            "latitude": 30.27, "longitude": -97.74,
        },
        "method": "ship",
        "service": "standard",
        "shipping": 599,
        "shipping_tax": 0,
        "lines": [
            {
                "external_id": "1", "sku": sku, "quantity": 2, "unit_price": 1999,
                "discount": 0, "tax": 330, "name": "Tee",
            }
        ],
        "backorder": "refuse",
        "payment": {"provider": "manual", "reference": "auth-77", "authorized": 4927},
        "note": "Ring twice",
    }  # fmt: skip


def put(body: Body, pointer: str, value: object) -> Body:
    """Give a copy of `body` with another value at a pointer; MISSING takes the member away."""
    copy: Body = json.loads(json.dumps(body))
    *way, last = pointer.split("/")[1:]
    here: Any = copy
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here[step]
    if isinstance(here, list):
        here[int(last)] = value
    elif value is MISSING:
        here.pop(last, None)
    else:
        here[last] = value
    return copy


def text(body: object) -> bytes:
    """Write JSON, with the bare words that stand-ins stand for."""
    written = json.dumps(body)
    for word in (NAN, INFINITY, MINUS_INFINITY, HUGE_FLOAT, ONE_FLOAT):
        written = written.replace(f'"{word}"', word.strip("@"))
    return written.replace('"@@\\\\ud800@@"', '"\\ud800"').encode()


def doubled(body: Body) -> Iterator[tuple[str, bytes]]:
    """Write the body once for each of its members, at every depth, with that member twice."""
    for pointer in members(body):
        key = pointer.rpartition("/")[2]
        value = at(body, pointer)
        marked = put(body, pointer.rpartition("/")[0] + "/@@twice@@", value)
        yield pointer, text(marked).replace(b'"@@twice@@"', json.dumps(key).encode())


def members(value: object, pointer: str = "") -> Iterator[str]:
    """Name every member of every object, by JSON Pointer."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield f"{pointer}/{key}"
            yield from members(each, f"{pointer}/{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from members(each, f"{pointer}/{number}")


def at(body: object, pointer: str) -> object:
    """Read the value at a pointer."""
    here: Any = body
    for step in pointer.split("/")[1:]:
        here = here[int(step)] if isinstance(here, list) else here[step]
    return here


def shown(value: object) -> str:
    """Name a value in a message."""
    return "(missing)" if value is MISSING else f"{value!r:.60}"
