"""A warehouse's messages come doubled, late and out of order; stock is right in the end."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from scenarios.shop import Shop, eventually

NDJSON = "application/x-ndjson"


def at(minutes_ago: float) -> str:
    now = datetime.now(UTC)  # noqa: TID251 - feeds speak of the real clock
    return (now - timedelta(minutes=minutes_ago)).isoformat()


def counted(shop, sku, node, on_hand, sequence, ago, **more):
    return {
        "type": "count", "sku": sku, "node": node, "on_hand": on_hand, "source": f"wms-{shop.tag}",
        "sequence": sequence, "counted_at": at(ago), **more,
    }  # fmt: skip


def moved(shop, sku, node, quantity, sequence, ago, **more):
    return {
        "type": "movement", "kind": "adjustment", "sku": sku, "node": node, "quantity": quantity,
        "source": f"wms-{shop.tag}", "sequence": sequence, "occurred_at": at(ago), **more,
    }  # fmt: skip


def send(shop, *rows, status=200):
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    return shop.client.send(
        "POST", "/v1/inventory/feed", b"\n".join(lines) + b"\n", headers={"content-type": NDJSON}
    ).expect(status)


def answers(answer):
    return [json.loads(line) for line in answer.body.splitlines()]


def statuses(answer):
    return [each["status"] for each in answers(answer)]


def test_a_feed_is_answered_line_by_line(shop):
    sku, node = shop.item(), shop.node("DC")
    rows = [
        moved(shop, sku, node, -2, 3, 5),
        counted(shop, sku, node, 10, 1, 20),
        {**moved(shop, sku, node, 1, 9, 1), "sku": f"NONE-{shop.tag}"},
        moved(shop, sku, node, 4, 2, 30),
        b'{"type": "count"}',
        moved(shop, sku, node, -2, 3, 5),
    ]

    answer = send(shop, *rows)

    assert answer.headers["content-type"] == NDJSON
    told = answers(answer)
    assert [each["line"] for each in told] == [1, 2, 3, 4, 5, 6]
    assert statuses(answer) == [
        "applied", "applied", "unknown_sku", "already_counted", "invalid", "duplicate",
    ]  # fmt: skip
    assert shop.balance(sku, node) == (8, 0)
    assert told[4]["errors"][0]["pointer"] in {"/sku", "/node", "/on_hand"}


def test_a_feed_sent_again_changes_nothing(shop):
    sku, node = shop.item(), shop.node("DC")
    rows = [moved(shop, sku, node, -2, 3, 5), counted(shop, sku, node, 10, 1, 20)]
    assert statuses(send(shop, *rows)) == ["applied", "applied"]
    assert statuses(send(shop, *rows)) == ["duplicate", "stale"]
    assert shop.balance(sku, node) == (8, 0)
    assert shop.available(sku) == 8


def test_an_older_look_of_another_source_is_remembered_and_changes_nothing(shop):
    sku, node = shop.item(), shop.node("DC")
    shop.stock(sku, node, 9, source="till", counted_at=at(5))
    row = shop.stock(sku, node, 4, source="erp", counted_at=at(30))
    assert (row["status"], row["on_hand"]) == ("applied", 9)
    assert shop.balance(sku, node) == (9, 0)


def test_units_that_the_books_lack_are_owed_and_paid_back(shop):
    sku, node = shop.item(), shop.node("DC")
    row = {k: v for k, v in moved(shop, sku, node, -3, 1, 9).items() if k != "type"}
    answer = shop.client.post("/v1/inventory/movements", {"movements": [row]}).expect(200)
    (told,) = answer.json["results"]
    assert (told["status"], told["on_hand"]) == ("below_zero", 0)
    again = shop.client.post("/v1/inventory/movements", {"movements": [row]}).expect(200)
    assert again.json["results"][0]["status"] == "duplicate"
    assert shop.move("receipt", sku, node, 5)["on_hand"] == 2


def test_freshness_is_told_by_source_and_node(shop):
    sku, node, other = shop.item(), shop.node("DC"), shop.node("EAST")
    send(shop, counted(shop, sku, node, 10, 1, 3), moved(shop, sku, other, 2, 4, 2))
    path = f"/v1/inventory/feeds?source=wms-{shop.tag}"
    items = shop.client.get(path).expect(200).json["items"]
    assert [(i["node"], i["sequence"], i["messages"], i["gaps"], i["first_gap"], i["stale"])
            for i in items] == [(node, 1, 1, 2, 2, False), (other, 4, 1, 2, 2, False)]  # fmt: skip
    assert all(0 <= i["age_s"] < 60 and i["per_s"] > 0 for i in items)
    first = shop.client.get(f"{path}&limit=1").expect(200)
    assert [i["node"] for i in first.json["items"]] == [node]
    rest = shop.client.get(f"{path}&limit=1&cursor={first.json['next']}").expect(200).json
    assert ([i["node"] for i in rest["items"]], rest["next"]) == ([other], None)


def test_what_was_refused_is_missing_until_it_comes_mended(shop):
    sku, node = shop.item(), shop.node("DC")
    wrong = moved(shop, sku, node, -2, 2, 3, kind="receipt")
    rows = [moved(shop, sku, node, 1, 1, 3), wrong, moved(shop, sku, node, 1, 3, 3)]
    assert statuses(send(shop, *rows)) == ["applied", "wrong_sign", "applied"]
    path = f"/v1/inventory/feeds?source=wms-{shop.tag}"
    assert shop.client.get(path).json["items"][0]["first_gap"] == 2
    assert statuses(send(shop, {**wrong, "quantity": 2})) == ["applied"]
    assert shop.client.get(path).json["items"][0]["gaps"] == 0
    assert shop.balance(sku, node) == (4, 0)


def test_a_feed_of_more_rows_than_a_commit_takes_is_applied_whole(shop):
    """Many chunks, positions in no order, among them one with most of the rows."""
    skus = [shop.item(f"I{number}") for number in range(5)]
    node = shop.node("DC")
    rows = [moved(shop, skus[0 if n % 10 else n // 10 % 5], node, 1, n, 3) for n in range(1, 6_001)]
    rows.reverse()
    assert set(statuses(send(shop, *rows))) == {"applied"}
    assert sum(shop.balance(sku, node)[0] for sku in skus) == 6_000
    assert set(statuses(send(shop, *rows))) == {"duplicate"}
    assert sum(shop.balance(sku, node)[0] for sku in skus) == 6_000


def test_a_feed_that_falls_silent_is_told_and_ends_when_it_speaks(other_market):
    shop = Shop(other_market("silent-feed"))
    sku, node = shop.item(), shop.node("DC")
    policy = {"document": {"feed_stale_after_s": 1}, "reason": "watch"}
    shop.client.put("/v1/policy", policy).expect(200)
    send(shop, counted(shop, sku, node, 10, 1, 3))

    def open_ones():
        items = shop.client.get("/v1/exceptions").expect(200).json["items"]
        return [i for i in items if i["kind"] == "inventory.feed_stale"]

    (alarm,) = eventually(open_ones, what="an alarm")
    assert alarm["detail"]["node"] == node
    assert alarm["order_id"] is None
    assert shop.client.get("/v1/inventory/feeds").json["items"][0]["stale"] is True
    shop.client.put("/v1/policy", {"document": {}, "reason": "stop"}).expect(200)
    eventually(lambda: not open_ones(), what="the end of it")

    def told():
        types = [e["type"] for e in shop.client.get("/v1/events").json["events"]]
        assert [t for t in types if t.startswith("exception.")] == [
            "exception.opened", "exception.closed",
        ]  # fmt: skip
        return True

    eventually(told, what="both facts")


def test_a_body_without_rows_is_refused(shop):
    for body in (b"", b"\n", b"  "):
        answer = shop.client.send("POST", "/v1/inventory/feed", body)
        assert (answer.status, answer.code) == (422, "invalid-request"), body


WRONG = {
    "type": [None, "x", 7],
    "kind": ["gift", None, 7],
    "sku": ["", None, 7, "x" * 129, "a\x00b"],
    "node": ["", None, [], "x" * 129],
    "quantity": [None, "1", 1.5, 2_000_000, True],
    "source": ["", None, 7, "x" * 65],
    "sequence": [None, -1, "1", 2**63, 1.5],
    "occurred_at": [None, "", "yesterday", "2026-11-20T10:00:00", "1999-01-01T00:00:00Z",
                    "9999-01-01T00:00:00Z"],
    "reference": [7, "x" * 201],
    "surprise": ["x"],
}  # fmt: skip


@pytest.mark.parametrize("field", WRONG)
def test_a_line_that_is_wrong_is_named_and_stops_no_other(shop, field):
    sku, node = shop.item(), shop.node("DC")
    right = moved(shop, sku, node, 1, 1, 3, reference="r")
    for value in WRONG[field]:
        told = answers(send(shop, {**right, field: value}))
        assert told[0]["status"] == "invalid", value
        assert told[0]["errors"][0]["pointer"] in {f"/{field}", ""} - (
            {""} if field != "type" else set()
        ), value
    told = answers(send(shop, b"[", b'{"type":"movement","type":"count"}', b"x" * 5000, right))
    assert [each["status"] for each in told] == ["invalid"] * 3 + ["applied"]
    assert shop.balance(sku, node) == (1, 0)


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"sequence": 1}, "/movements/1/source"),
        ({"source": "", "sequence": 1}, "/movements/1/source"),
        ({"source": "wms", "sequence": -1}, "/movements/1/sequence"),
        ({"occurred_at": "1999-01-01T00:00:00Z"}, "/movements/1/occurred_at"),
        ({"occurred_at": "9999-01-01T00:00:00Z"}, "/movements/1/occurred_at"),
        ({"occurred_at": "2026-11-20T10:00:00"}, "/movements/1/occurred_at"),
    ],
)
def test_a_movement_that_cannot_be_meant_is_named_and_nothing_is_written(shop, more, pointer):
    sku, node = shop.stocked(5)
    rows = [{"kind": "receipt", "sku": sku, "node": node, "quantity": 1, **m} for m in ({}, more)]
    answer = shop.client.post("/v1/inventory/movements", {"movements": rows}).expect(422)
    assert answer.pointers == [pointer]
    assert shop.balance(sku, node) == (5, 0)
