"""A feed is applied while it comes, whoever is slow, goes away or sends what cannot be read."""

import gzip
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from scenarios.shop import eventually
from scenarios.upload import printed, uploading

MANY = 100_000
GROWN_BYTES_MAX = 64 * 1024 * 1024
"""What a server may hold of a feed, however long, read ahead and not yet taken by its client."""


def at(minutes_ago: float = 1) -> str:
    now = datetime.now(UTC)  # noqa: TID251 - feeds speak of the real clock
    return (now - timedelta(minutes=minutes_ago)).isoformat()


def moved(shop, sku, node, quantity, sequence, **more):
    return {
        "type": "movement", "kind": "adjustment", "sku": sku, "node": node, "quantity": quantity,
        "source": f"wms-{shop.tag}", "sequence": sequence, "occurred_at": at(), **more,
    }  # fmt: skip


def aside(shop, sku, node, quantity, sequence, reason="damaged"):
    return {
        "type": "set_aside", "reason": reason, "sku": sku, "node": node, "quantity": quantity,
        "source": f"wms-{shop.tag}", "sequence": sequence, "occurred_at": at(),
    }  # fmt: skip


@pytest.fixture
def place(shop):
    """An item at a node, and calls of the feed to tell of it."""
    return shop.item(), shop.node("DC")


@pytest.fixture
def upload(system):
    return lambda **headers: uploading(
        system.url, system.key, {name.replace("_", "-"): text for name, text in headers.items()}
    )


def processes(system, role: str) -> list[psutil.Process]:
    below = psutil.Process(system.pid).children(recursive=True)
    return [each for each in below if role in each.cmdline()]


def rss(system) -> int:
    """Bytes that the serving process holds, and the one that applies its feeds."""
    [server], [feeder] = processes(system, "serve"), processes(system, "feed")
    return int(server.memory_info().rss + feeder.memory_info().rss)


def test_rows_are_answered_while_others_are_still_to_come(shop, place, upload):
    sku, node = place
    with upload() as call:
        for number in range(1, 6):
            call.rows(moved(shop, sku, node, 2, number))
            assert call.answer() == {
                "line": number, "status": "applied", "sku": sku, "node": node,
                "on_hand": 2 * number,
            }  # fmt: skip
            assert shop.balance(sku, node) == (2 * number, 0)
        call.end()
        assert call.answer() is None
    assert call.headers["content-type"] == "application/x-ndjson"


def test_a_row_in_pieces_is_a_row(shop, place, upload):
    sku, node = place
    body = printed([moved(shop, sku, node, 1, n) for n in (1, 2)]).rstrip()
    with upload() as call:
        for byte in body:
            call.send(bytes([byte]))
        call.end()
        assert [each["status"] for each in call.answers()] == ["applied"] * 2
    assert shop.balance(sku, node) == (2, 0)


def test_a_feed_that_was_cut_is_sent_again_whole_and_ends_as_if_it_had_not_been(
    shop, place, upload
):
    sku, node = place
    other = shop.item("CAP")
    rows = [moved(shop, sku if n % 3 else other, node, n % 5 - 1 or 1, n) for n in range(1, 9_001)]
    body = printed(rows)
    with upload() as call:
        call.send(body[: len(body) // 2 + 17])  # in the middle of a line
        seen = [call.answer() for _ in range(100)]
        call.leave()
    assert [each["line"] for each in seen] == list(range(1, 101))
    before = shop.balance(sku, node)[0] + shop.balance(other, node)[0]
    assert before != 0

    with upload() as call:
        call.send(body)
        call.end()
        told = list(call.answers())

    assert [each["line"] for each in told] == list(range(1, len(rows) + 1))
    assert {each["status"] for each in told[:100]} == {"duplicate"}
    assert {each["status"] for each in told} == {"duplicate", "applied"}
    for each in (sku, other):
        units = sum(row["quantity"] for row in rows if row["sku"] == each)
        assert shop.balance(each, node) == (units, 0)
    path = f"/v1/inventory/feeds?source=wms-{shop.tag}"
    assert shop.client.get(path).json["items"][0]["gaps"] == 0


def test_bad_lines_are_named_and_stop_no_other(shop, place, upload):
    sku, node = place
    good = [moved(shop, sku, node, 1, n) for n in range(1, 5)]
    with upload() as call:
        call.rows(good[0])
        call.send(b"[\n\n" + printed([{**good[1], "quantity": 1.5}]))
        call.rows(good[1])
        call.send(b"x" * 3_000_000)
        call.send(b"x" * 3_000_000 + b"\n")
        call.rows(good[2])
        call.send(printed([good[3]]).rstrip())
        call.end()
        told = list(call.answers())
    assert [(each["line"], each["status"]) for each in told] == [
        (1, "applied"), (2, "invalid"), (4, "invalid"), (5, "applied"), (6, "invalid"),
        (7, "applied"), (8, "applied"),
    ]  # fmt: skip
    assert told[2]["errors"] == [{"detail": "Expected `int`, got `float`", "pointer": "/quantity"}]
    assert told[4]["errors"][0]["detail"] == "a row has at most 32768 bytes"
    assert shop.balance(sku, node) == (4, 0)


def test_what_is_set_aside_comes_with_the_feed(shop, place, upload):
    sku, node = place
    rows = [
        moved(shop, sku, node, 9, 1),
        aside(shop, sku, node, 4, 2),
        moved(shop, sku, node, -1, 3, set_aside="damaged"),
        aside(shop, sku, node, 99, 4),
        aside(shop, sku, node, -5, 5),
        aside(shop, sku, node, 1, 6, reason="display"),
        {**aside(shop, sku, node, 1, 7), "reason": "lost"},
    ]
    for status in ("applied", "duplicate"):
        with upload() as call:
            call.rows(*rows)
            call.end()
            told = list(call.answers())
        assert [each["status"] for each in told] == [
            status, status, status, "insufficient_stock", "not_set_aside", status, "invalid",
        ]  # fmt: skip
        assert told[6]["errors"][0]["pointer"] == "/reason"
    seen = shop.position(sku, node)
    assert (seen["on_hand"], seen["unavailable_by"]) == (8, {"damaged": 3, "display": 1})
    with upload() as call:
        call.rows({**rows[3], "quantity": 2})
        call.end()
        assert [each["status"] for each in call.answers()] == ["applied"]


def test_a_body_may_be_packed(shop, place, upload):
    sku, node = place
    body = printed([moved(shop, sku, node, 1, n) for n in range(1, 501)])
    with upload(content_encoding="gzip") as call:
        packed = gzip.compress(body)
        call.send(packed[:1_000])
        call.send(packed[1_000:])
        call.end()
        assert {each["status"] for each in call.answers()} == {"applied"}
    assert shop.balance(sku, node) == (500, 0)


def test_a_packed_body_that_breaks_says_from_where_to_send_again(shop, place, upload):
    sku, node = place
    with upload(content_encoding="gzip") as call:
        call.send(gzip.compress(printed([moved(shop, sku, node, 1, 1)])) + b"nonsense")
        call.end()
        told = list(call.answers())
    assert [(each["line"], each["status"]) for each in told] == [
        (1, "applied"), (2, "unavailable"),
    ]  # fmt: skip
    assert "send this line again" in told[1]["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "text/csv"}, 415),
        ({"content_type": "multipart/form-data; boundary=x"}, 415),
        ({"content_encoding": "br"}, 415),
        ({"authorization": "Bearer nobody"}, 401),
    ],
)
def test_what_is_not_lines_of_json_is_refused_before_it_is_read(
    shop, place, upload, headers, status
):
    sku, node = place
    with upload(**headers) as call:
        call.rows(moved(shop, sku, node, 1, 1))
        assert call.begins() == status
    assert call.headers["content-type"] == "application/problem+json"
    assert shop.client.get(f"/v1/inventory/positions?sku={sku}").json["items"] == []


@pytest.mark.parametrize("body", [b"", b"\n", b" \r\n\n"])
def test_a_body_without_rows_is_refused(upload, body):
    with upload() as call:
        if body:
            call.send(body)
        call.end()
        assert call.begins() == 422


def test_orders_are_taken_while_a_feed_is_open(shop, place, upload):
    sku, node = place
    with upload() as call:
        call.rows(moved(shop, sku, node, 3, 1))
        assert call.answer()["status"] == "applied"
        assert shop.buy([(sku, 2)])["lines"][0]["quantity"] == 2
        call.rows(moved(shop, sku, node, -1, 2))
        assert call.answer()["on_hand"] == 2
        call.end()
        assert call.answer() is None
    assert shop.balance(sku, node) == (2, 2)


def test_a_long_feed_is_held_in_bounds(system, shop, place, upload):
    """Both ends keep up: what the server holds does not grow with the feed."""
    sku, node = place
    pieces = [
        printed([moved(shop, sku, node, 1, n) for n in range(first, first + 1_000)])
        for first in range(1, MANY + 1, 1_000)
    ]
    with upload() as call:
        call.send(pieces[0])
        assert call.answer()["status"] == "applied"
        before = most = rss(system)
        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(lambda: [each["status"] for each in call.answers()])
            for piece in pieces[1:]:
                call.send(piece)
                most = max(most, rss(system))
            call.end()
            assert told.result() == ["applied"] * (MANY - 1)
    assert most - before < GROWN_BYTES_MAX
    assert shop.balance(sku, node) == (MANY, 0)


def test_who_does_not_read_is_not_read_from(system, shop, upload):
    """Answers pile up to a bound, then the sender waits; when it reads at last, nothing is lost."""
    sku = f"NO-{shop.tag}-{'x' * 100}"
    line = printed([moved(shop, sku, f"NO-{'y' * 100}", 1, 1)])
    sent = 0
    with upload() as call:
        before = most = rss(system)
        while call.send_all(line * 2_000, within_s=5):
            sent += 2_000
            most = max(most, rss(system))
            assert sent < 1_000_000, "nobody stops it"
        assert most - before < GROWN_BYTES_MAX
        told = [call.answer() for _ in range(sent)]
        assert [each["line"] for each in told] == list(range(1, sent + 1))
        call.leave()


def test_a_client_that_goes_away_frees_its_place(shop, place, upload):
    """More callers than may be served at once, one after the other, none of whom says goodbye."""
    sku, node = place
    for number in range(1, 21):

        def told(number=number):
            with upload() as call:
                call.rows(moved(shop, sku, node, 1, number))
                if call.begins() != 200:
                    return None
                answer = call.answer()
                call.send(b'{"type": "mov')
                call.leave()
                return answer["status"]

        assert eventually(told, what="a place") in {"applied", "duplicate"}
    assert shop.balance(sku, node) == (20, 0)


def test_more_feeds_than_are_read_at_once_are_told_to_wait(shop, place, upload):
    sku, node = place
    calls, statuses = [], []
    try:
        for number in range(1, 12):
            context = upload()
            call = context.__enter__()
            calls.append((context, call))
            call.rows(moved(shop, sku, node, 1, number))
            statuses.append(call.begins())
    finally:
        for context, call in calls:
            call.leave()
            context.__exit__(None, None, None)
    assert set(statuses) == {200, 503}
    refused = next(call for (_, call), status in zip(calls, statuses, strict=True) if status == 503)
    assert refused.headers["retry-after"] == "5"


def test_the_whole_body_at_once_is_answered_as_before(shop, place):
    """A caller that sends all it has and then reads, as simple clients do."""
    sku, node = place
    rows = [moved(shop, sku, node, 1, n) for n in range(1, 20_001)]
    answer = shop.client.send(
        "POST", "/v1/inventory/feed", printed(rows), key=secrets.token_hex(8),
        headers={"content-type": "application/x-ndjson"},
    ).expect(200)  # fmt: skip
    told = [json.loads(line) for line in answer.body.splitlines()]
    assert [each["on_hand"] for each in told] == list(range(1, 20_001))


def test_a_feeder_that_is_killed_is_started_again_and_no_row_is_lost_or_twice(
    system, shop, place, upload
):
    sku, node = place
    rows = [moved(shop, sku, node, 1, n) for n in range(1, 5_001)]
    with upload() as call:
        call.rows(*rows[:100])
        assert [call.answer()["line"] for _ in range(100)] == list(range(1, 101))
        [feeder] = processes(system, "feed")
        feeder.kill()
        broken = call.answer()
        assert (broken["line"], broken["status"]) == (101, "unavailable")
        assert "send this line again" in broken["errors"][0]["detail"]
    shop.buy([(sku, 1)])  # orders are taken meanwhile

    with upload() as call:
        call.rows(*rows)
        call.end()
        told = [each["status"] for each in call.answers()]
    assert told == ["duplicate"] * 100 + ["applied"] * 4_900
    assert shop.balance(sku, node)[0] == 5_000
    assert [each.pid for each in processes(system, "feed")] != [feeder.pid]


def test_a_feeder_that_is_told_to_end_is_found_again_where_it_was(system, shop, place, upload):
    sku, node = place
    with upload() as call:
        call.rows(moved(shop, sku, node, 1, 1))
        call.end()
        assert [each["status"] for each in call.answers()] == ["applied"]
    [feeder] = processes(system, "feed")
    feeder.terminate()
    feeder.wait(20)

    with upload() as call:
        call.rows(moved(shop, sku, node, 1, 2))
        call.end()
        assert [each["status"] for each in call.answers()] == ["applied"]
    assert shop.balance(sku, node) == (2, 0)


def test_an_item_and_a_node_made_a_moment_ago_are_known_to_the_feed(shop, place, upload):
    sku, node = place
    with upload() as call:
        call.rows(moved(shop, sku, node, 1, 1))
        assert call.answer()["status"] == "applied"
        cap, new = shop.item("CAP"), shop.node("NEW")
        call.rows(moved(shop, cap, node, 1, 2), moved(shop, sku, new, 1, 3))
        assert [call.answer()["status"] for _ in range(2)] == ["applied", "applied"]
        call.end()
    assert shop.balance(cap, node) == shop.balance(sku, new) == (1, 0)
