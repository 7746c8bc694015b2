"""One order, one node: from capture to the customer's door."""

from scenarios.shop import eventually

NOON, EVENING = "2026-11-21T12:00:00Z", "2026-11-21T18:00:00Z"


def test_an_order_is_planned_reserved_shipped_delivered_and_closed(shop):
    sku, node = shop.stocked(10)

    order = shop.buy([(sku, 2)])

    assert shop.balance(sku, node) == (10, 2)
    assert shop.available(sku) == 8
    assert order["lines"][0]["quantities"]["reserved"] == 2
    assert [s["node"] for s in order["plan"]["shipments"]] == [node]

    [work] = shop.released(order)
    assert (work["node"], work["method"], work["service"]) == (node, "ship", "standard")
    assert [(each["line"], each["sku"], each["quantity"]) for each in work["lines"]] == [
        (1, sku, 2)
    ]

    number = shop.ship(work)
    assert shop.becomes(order, "shipped")["lines"][0]["quantities"]["shipped"] == 2
    eventually(lambda: shop.balance(sku, node) == (8, 0), what="shipped units consumed")
    assert shop.available(sku) == 8

    shop.scan((number, "in_transit", NOON), (number, "delivered", EVENING))
    closed = shop.becomes(order, "closed")
    assert [each["state"] for each in closed["fulfillment_orders"]] == ["delivered"]
    assert closed["lines"][0]["quantities"] == {
        "ordered": 2, "canceled": 0, "waiting": 0, "reserved": 0,
        "released": 0, "shipped": 2, "delivered": 2,
    }  # fmt: skip
    assert shop.balance(sku, node) == (8, 0)


def test_each_fact_of_a_life_is_told_once_in_order(shop):
    sku, _ = shop.stocked(10)
    order = shop.buy([(sku, 2)])
    number = shop.ship(shop.released(order)[0])
    shop.scan((number, "delivered", EVENING))
    shop.told(order, "order.closed")

    told = shop.events(order)
    life = [
        "order.captured", "fulfillment.planned", "fulfillment.released", "fulfillment.accepted",
        "fulfillment.picked", "fulfillment.packed", "fulfillment.shipped", "delivery.delivered",
        "order.closed",
    ]  # fmt: skip
    assert [each for each in told if each in life] == life
    assert len(told) == len(set(told)), told


def test_money_is_frozen_in_shares_that_add_up(shop):
    sku, _ = shop.stocked(10)
    line = {"external_id": "a", "sku": sku, "quantity": 3, "unit_price": 1000, "discount": 100}
    order = shop.buy(lines=[{**line, "tax": 200}], shipping=599, shipping_tax=49)

    assert order["total"] == 3 * 1000 - 100 + 200 + 599 + 49
    assert order["lines"][0]["shares"] == [
        {"units": 1, "discount": 34, "tax": 67},
        {"units": 1, "discount": 33, "tax": 67},
        {"units": 1, "discount": 33, "tax": 66},
    ]


def test_an_order_that_cannot_be_had_is_refused_by_line_and_nothing_is_written(shop):
    scarce, node = shop.stocked(1)
    plenty = shop.item("PLENTY")
    shop.stock(plenty, node, 100)

    answer = shop.place(shop.order([(plenty, 1), (scarce, 2)])).expect(409)

    assert answer.code == "insufficient-stock"
    assert answer.json["retryable"] is False
    assert [pointer.startswith("/lines/1") for pointer in answer.pointers] == [True]
    assert shop.balance(scarce, node) == (1, 0)
    assert shop.balance(plenty, node) == (100, 0)
    assert shop.client.get(f"/v1/orders?channel={shop.web}").json["items"] == []


def test_work_is_done_in_its_order_and_a_step_too_early_is_refused(shop):
    sku, _ = shop.stocked(10)
    [work] = shop.released(shop.buy([(sku, 1)]))

    for verb in ("pick", "pack", "ship", "ready", "collect", "short"):
        body = (
            {"packages": [{"tracking_number": "T1", "carrier": "acme"}]} if verb == "ship" else {}
        )
        body = {"lines": [{"line": 1, "quantity": 1}], "reason": "-"} if verb == "short" else body
        answer = shop.do(work, verb, body).expect(409)
        assert answer.code == "illegal-transition", verb
    shop.pack(work)
    assert shop.do(work, "accept").expect(409).code == "illegal-transition"
    shop.hand_over(work)
    assert shop.do(work, "reject", {"reason": "late"}).expect(409).code == "illegal-transition"
