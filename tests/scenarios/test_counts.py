"""Counts are absolute, and only as new as the moment somebody looked."""

from datetime import UTC, datetime

from scenarios.shop import eventually


def now():
    return datetime.now(UTC).isoformat()  # noqa: TID251 - counts are taken on the real clock


def test_a_count_is_what_is_on_hand(shop):
    sku, node = shop.stocked(10)
    assert shop.stock(sku, node, 7)["on_hand"] == 7
    assert shop.balance(sku, node) == (7, 0)
    assert shop.available(sku) == 7


def test_an_older_message_of_the_same_source_is_stale(shop):
    sku, node = shop.stocked(0)
    for sequence, on_hand, status in ((5, 50, "applied"), (4, 40, "stale"), (5, 55, "stale"),
                                      (6, 60, "applied")):  # fmt: skip
        row = shop.stock(sku, node, on_hand, source="wms", sequence=sequence)
        assert row["status"] == status, sequence
    assert shop.balance(sku, node) == (60, 0)
    assert shop.stock(sku, node, 9, source="erp", sequence=1)["status"] == "applied"


def test_a_list_of_several_commits_is_one_call_with_one_answer(shop):
    sku, node = shop.stocked(0)
    row = {"sku": sku, "node": node, "source": "wms"}
    rows = [row | {"on_hand": n, "sequence": n} for n in range(1, 2_501)]
    rows[2_100] = row | {"sku": f"NEVER-{shop.tag}", "on_hand": 1, "sequence": 1}
    body, key = {"counts": rows}, f"long-{shop.tag}"

    first = shop.client.post("/v1/inventory/counts", body, key=key).expect(200)
    shop.stock(sku, node, 7)
    again = shop.client.post("/v1/inventory/counts", body, key=key).expect(200)
    other = shop.client.post("/v1/inventory/counts", {"counts": rows[:5]}, key=key).expect(422)

    told = [(each["status"], each["on_hand"]) for each in first.json["results"]]
    assert told.pop(2_100) == ("unknown_sku", None)
    assert told == [("applied", n) for n in range(1, 2_501) if n != 2_101]
    assert again.body == first.body
    assert [a.headers.get("idempotency-replayed") for a in (first, again)] == [None, "true"]
    assert other.code == "idempotency-key-reused"
    assert shop.balance(sku, node) == (7, 0)


def test_a_list_with_a_time_that_cannot_be_changes_nothing(shop):
    sku, node = shop.stocked(3)
    rows = [{"sku": sku, "node": node, "on_hand": 9} for _ in range(1_500)]
    rows[-1]["counted_at"] = "1999-01-01T00:00:00Z"
    answer = shop.client.post("/v1/inventory/counts", {"counts": rows}).expect(400, 422)
    assert answer.pointers == ["/counts/1499/counted_at"]
    assert shop.balance(sku, node) == (3, 0)


def test_an_older_count_by_the_clock_is_stale(shop):
    sku, node = shop.stocked(0)
    new, old = "2026-11-20T12:00:00Z", "2026-11-20T11:00:00Z"
    assert shop.stock(sku, node, 20, source="wms", counted_at=new)["status"] == "applied"
    assert shop.stock(sku, node, 10, source="wms", counted_at=old)["status"] == "stale"


def test_a_count_taken_before_a_sale_left_does_not_bring_it_back(shop):
    sku, node = shop.stocked(10)
    order = shop.buy([(sku, 3)])
    before = now()
    shop.ship(shop.released(order)[0])
    eventually(lambda: shop.balance(sku, node) == (7, 0), what="three left the building")

    late = shop.stock(sku, node, 10, source="wms", counted_at=before)

    assert (late["status"], late["on_hand"]) == ("applied", 7)
    assert shop.available(sku) == 7


def test_a_count_while_units_are_reserved_leaves_them_reserved(shop):
    sku, node = shop.stocked(10)
    shop.buy([(sku, 3)])
    assert shop.stock(sku, node, 10)["on_hand"] == 10
    assert shop.balance(sku, node) == (10, 3)
    assert shop.available(sku) == 7


def test_a_count_below_what_is_reserved_is_a_shortage_and_never_negative(shop):
    sku, node = shop.stocked(10)
    shop.buy([(sku, 6)])

    row = shop.stock(sku, node, 2)

    assert (row["status"], row["on_hand"], row["short"]) == ("applied", 2, 4)
    seen = shop.position(sku, node)
    assert (seen["on_hand"], seen["reserved"], seen["shortage"]) == (2, 6, 4)
    assert shop.available(sku) == 0
    assert shop.place(shop.order([(sku, 1)])).expect(409).code == "insufficient-stock"
    assert shop.stock(sku, node, 8)["short"] == 0
    assert shop.available(sku) == 2


def test_each_row_is_answered_in_order_and_a_bad_one_stops_no_other(shop):
    sku, node = shop.stocked(1)
    rows = [
        {"sku": f"NONE-{shop.tag}", "node": node, "on_hand": 1},
        {"sku": sku, "node": f"NONE-{shop.tag}", "on_hand": 1},
        {"sku": sku, "node": node, "on_hand": 5},
    ]

    answer = shop.client.post("/v1/inventory/counts", {"counts": rows}).expect(200)

    told = [row["status"] for row in answer.json["results"]]
    assert told == ["unknown_sku", "unknown_node", "applied"]
    assert shop.balance(sku, node) == (5, 0)


def test_of_two_counts_of_one_position_in_a_call_the_later_row_holds(shop):
    sku, node = shop.stocked(1)
    rows = [
        {"sku": sku, "node": node, "on_hand": n, "source": "wms", "sequence": n} for n in (3, 4)
    ]
    shop.client.post("/v1/inventory/counts", {"counts": rows}).expect(200)
    assert shop.balance(sku, node) == (4, 0)
