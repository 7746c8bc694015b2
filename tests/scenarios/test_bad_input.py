"""Whatever is wrong with a request, it is told where, and nothing is written: never a 5xx."""

import gzip
import json

import pytest

from scenarios import wrong
from scenarios.shop import Shop


@pytest.fixture(scope="module")
def stall(other_market):
    """A shop in a market of its own, where nothing else happens: one sku, ten units."""
    shop = Shop(other_market("bad-input"))
    sku, _ = shop.stocked(10)
    return shop, wrong.right(shop.web, sku)


@pytest.fixture
def still(stall, rows):  # noqa: ARG001 - the stall stands before the rows are read
    """Not one row of the market is other than before."""
    before = rows("bad-input")
    yield
    assert rows("bad-input") == before


writes_nothing = pytest.mark.usefixtures("still")


def refused(answer, what):
    """Check that an answer is a well-formed problem of the client's making."""
    assert 400 <= answer.status < 500, f"{what}: {answer.status} {answer.body[:500]!r}"
    assert answer.headers["content-type"] == "application/problem+json", what
    problem = answer.json
    assert set(problem) == {"type", "title", "status", "detail", "errors", "retryable"}, what
    assert problem["status"] == answer.status, what
    assert problem["retryable"] is False, what
    assert problem["detail"], what


def points_at(answer, pointer):
    """Say whether a problem names a field: itself, or what it stands in or holds."""
    return any(told == pointer or told.startswith(f"{pointer}/") for told in answer.pointers)


@writes_nothing
@pytest.mark.parametrize("pointer", wrong.WRONG)
def test_a_member_that_is_wrong_is_named_and_nothing_is_written(stall, pointer):
    shop, order = stall
    unfit = []
    for value in wrong.WRONG[pointer]:
        body = wrong.put(order, pointer, value)
        if pointer == "/pickup_node":
            body |= {"method": "pickup", "service": "standard"}
        answer = shop.client.send("POST", "/v1/orders", wrong.text(body))
        refused(answer, f"{pointer} = {wrong.shown(value)}")
        if answer.status != 422 or not points_at(answer, pointer):
            unfit.append(f"{wrong.shown(value)}: {answer.status} {answer.body[:300]!r}")
    assert unfit == []


def test_the_order_the_others_are_made_of_is_right(other_market):
    shop = Shop(other_market("right-input"))
    sku, _ = shop.stocked(10)
    order = wrong.right(shop.web, sku)
    shop.place(order).expect(201)
    assert {pointer.split("/")[1] for pointer in wrong.WRONG} >= set(order)
    for pointer in wrong.members(order):
        assert pointer in wrong.WRONG, f"{pointer} is never wrong here"


@writes_nothing
def test_a_key_that_stands_twice_at_any_level_is_named(stall):
    shop, order = stall
    for pointer, body in wrong.doubled(order):
        answer = shop.client.send("POST", "/v1/orders", body)
        refused(answer, pointer)
        assert answer.status == 422, pointer
        assert answer.pointers == [pointer]


@writes_nothing
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"method": "pickup"}, "/pickup_node"),
        ({"method": "curbside", "pickup_node": None}, "/pickup_node"),
        ({"pickup_node": "somewhere"}, "/pickup_node"),
        ({"method": "pickup", "pickup_node": "nowhere"}, "/pickup_node"),
        ({"method": "pickup", "pickup_node": "x", "service": "expedited"}, "/service"),
        ({"ship_to": None}, "/ship_to"),
        ({"lines": []}, "/lines"),
    ],
)  # fmt: skip
def test_members_that_do_not_go_together_are_named(stall, change, pointer):
    shop, order = stall
    answer = shop.place({**order, **change})
    refused(answer, str(change))
    assert (answer.status, answer.code) == (422, "invalid-order")
    assert pointer in answer.pointers, answer.body


@writes_nothing
def test_lines_are_named_by_their_place(stall):
    shop, order = stall
    line = order["lines"][0]
    for change in ({"sku": "no-such-sku"}, {"quantity": 0}, {"external_id": "1"}, {"hue": 1}):
        lines = [line, {**line, "external_id": "2"}, {**line, "external_id": "3", **change}]
        answer = shop.place({**order, "lines": lines})
        refused(answer, str(change))
        assert answer.pointers == [f"/lines/2/{next(iter(change))}"], answer.body


@writes_nothing
def test_sums_beyond_all_measure_are_refused(stall):
    shop, order = stall
    line = {**order["lines"][0], "quantity": 1_000_000, "unit_price": 10**12}
    many = [{**line, "external_id": str(n)} for n in range(400)]
    for lines in ([line], many):
        answer = shop.place({**order, "lines": lines})
        refused(answer, "sum")
        assert answer.status == 422
        assert points_at(answer, "/lines")


@writes_nothing
def test_ten_thousand_lines_are_too_many(stall):
    shop, order = stall
    line = order["lines"][0]
    lines = [{**line, "external_id": str(number)} for number in range(10_000)]
    answer = shop.place({**order, "lines": lines})
    refused(answer, "10,000 lines")
    assert (answer.status, answer.pointers) == (422, ["/lines"])


@writes_nothing
def test_a_body_of_twenty_megabytes_is_too_large(stall):
    shop, order = stall
    for body in (b" " * 20_000_000, json.dumps({**order, "note": "x" * 20_000_000}).encode()):
        answer = shop.client.send("POST", "/v1/orders", body)
        refused(answer, "20 MB")
        assert (answer.status, answer.code) == (413, "too-large")


@writes_nothing
@pytest.mark.parametrize("depth", [50, 1_000, 100_000])
def test_deep_nesting_is_refused_wherever_it_stands(stall, depth):
    shop, order = stall
    for pointer in ("/note", "/customer", "/lines", "/ship_to/name", "/abyss"):
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            deep = opening * depth + "1" + closing * depth
            body = wrong.text(wrong.put(order, pointer, "@@deep@@")).decode()
            sent = body.replace('"@@deep@@"', deep).encode()
            answer = shop.client.send("POST", "/v1/orders", sent)
            refused(answer, f"{pointer} {opening * 3}")
            assert answer.status in {400, 422}


NOT_JSON = {
    "empty": b"",
    "null": b"null",
    "array": b"[]",
    "text": b'"order"',
    "number": b"1",
    "words": b"hello",
    "cut short": b'{"channel": "web"',
    "two values": b"{} {}",
    "comma": b'{"channel": "web",}',
    "comment": b"{} // order",
    "single quotes": b"{'channel': 'web'}",
    "form": b"channel=web&external_id=1",
    "xml": b"<order/>",
    "byte order mark": b"\xef\xbb\xbf{}",
    "bad utf-8": b'{"channel": "\xff\xfe"}',
    "overlong utf-8": b'{"channel": "\xc0\xaf"}',
    "utf-8 surrogate": b'{"channel": "\xed\xa0\x80"}',
    "utf-16": "{}".encode("utf-16"),
    "raw NUL": b'{"channel": "\x00"}',
    "only NUL": b"\x00" * 100,
    "compressed": gzip.compress(b"{}"),
    "leading zero": b'{"shipping": 007}',
    "hexadecimal": b'{"shipping": 0x10}',
    "plus": b'{"shipping": +1}',
}


@writes_nothing
@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_no_json_object_is_refused(stall, name):
    shop, _ = stall
    refused(shop.client.send("POST", "/v1/orders", NOT_JSON[name]), name)


@writes_nothing
def test_a_right_order_in_other_clothes_is_refused(stall):
    shop, order = stall
    body = json.dumps(order)
    for sent in (body.encode("utf-16"), body.encode("utf-32"), gzip.compress(body.encode())):
        refused(shop.client.send("POST", "/v1/orders", sent), repr(sent[:8]))


@writes_nothing
def test_paths_and_parameters_that_are_wrong_are_refused(stall):
    shop, _ = stall
    unknown = "01920000-0000-7000-8000-000000000000"
    for path, status in {
        "/v1/nothing": {404},
        "/v1/orders/": {404},
        f"/v1/orders/{unknown}": {404},
        "/v1/orders/1": {404, 422},
        "/v1/orders/%00": {404, 422},
        f"/v1/orders/{'9' * 5000}": {404, 414, 422},
        f"/v1/orders/{unknown}/decisions": {404},
        "/v1/orders?limit=0": {422},
        "/v1/orders?limit=201": {422},
        "/v1/orders?limit=x": {422},
        "/v1/orders?limit=1&limit=2": {422},
        "/v1/orders?cursor=!": {422},
        "/v1/orders?cursor=AAAA": {422},
        "/v1/orders?color=red": {422},
        "/v1/orders?phase=lost": {422},
        "/v1/orders?placed_after=yesterday": {422},
        "/v1/orders?placed_after=2026-11-20T10:00:00": {422},
        "/v1/orders?placed_after=9999-13-31T23:59:59Z": {422},
        "/v1/orders?email=%00": {422},
        "/v1/inventory/positions?limit=-1": {422},
        "/v1/availability": {422},
        "/v1/availability?sku=A": {422},
        "/v1/availability?sku=A&channel=no-such-channel": {404, 422},
        f"/v1/availability?sku=A&channel={shop.web}&detail=everything": {422},
        "/v1/fulfillment-orders?state=lost": {422},
        f"/v1/fulfillment-orders/{unknown}": {404},
        "/v1/events?after=-1": {422},
        "/v1/events?after=x": {422},
        "/v1/events?limit=1000000": {422},
        "/v1/events?wait=9999": {422},
        "/v1/events?wait=NaN": {422},
        f"/v1/items/{shop.tag}": {404},
        f"/v1/nodes/{shop.tag}": {404},
        f"/v1/channels/{shop.tag}": {404},
        f"/v1/lanes/{shop.tag}": {404},
    }.items():
        answer = shop.client.get(path)
        assert answer.status in status, f"{path[:80]}: {answer.status} {answer.body[:300]!r}"
        refused(answer, path[:80])


@writes_nothing
def test_methods_that_a_path_does_not_take_are_refused_with_those_it_takes(stall):
    shop, _ = stall
    answer = shop.client.send("DELETE", "/v1/orders")
    refused(answer, "DELETE")
    assert answer.status == 405
    assert {each.strip() for each in answer.headers["allow"].split(",")} == {"GET", "POST"}
