"""A channel's own id names one order: sent again it is answered, changed it is refused."""

from scenarios.shop import Shop, at_once


def test_the_same_order_under_another_key_is_the_first_order(shop):
    sku, node = shop.stocked(10)
    order = shop.order([(sku, 2)])
    first = shop.place(order).expect(201)

    again = shop.place(order).expect(200, 201)

    assert again.json == first.json
    assert shop.balance(sku, node) == (10, 2)


def test_the_same_order_without_any_key_is_the_first_order(shop):
    sku, node = shop.stocked(10)
    order = shop.order([(sku, 2)])
    first = shop.place(order, key="").expect(201)

    again = shop.place(order, key="").expect(200, 201)

    assert again.json["id"] == first.json["id"]
    assert shop.balance(sku, node) == (10, 2)


def test_another_order_under_the_same_external_id_is_refused(shop):
    sku, node = shop.stocked(10)
    order = shop.order([(sku, 2)])
    shop.place(order).expect(201)

    changes = (
        {"lines": [{**order["lines"][0], "quantity": 1}]},
        {"shipping": 0},
        {"placed_at": "2026-11-20T10:00:01Z"},
        {"customer": {"email": "lee@example.com"}},
        {"currency": "EUR"},
    )
    for change in changes:
        answer = shop.place({**order, **change}).expect(409)
        assert (answer.code, answer.pointers) == ("external-id-conflict", ["/external_id"])
    assert shop.balance(sku, node) == (10, 2)


def test_two_channels_may_use_the_same_external_id(shop):
    sku, node = shop.stocked(10)
    order = shop.order([(sku, 2)])
    other = {**order, "channel": shop.channel("app")}

    first, second = shop.place(order).expect(201).json, shop.place(other).expect(201).json

    assert first["id"] != second["id"]
    assert shop.balance(sku, node) == (10, 4)


def test_sent_by_many_at_once_it_is_one_order(shop: Shop):
    sku, node = shop.stocked(100)
    order = shop.order([(sku, 1)])

    answers = at_once([lambda: shop.place(order)] * 32)

    assert {answer.status for answer in answers} <= {200, 201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert shop.balance(sku, node) == (100, 1)


def test_different_orders_at_once_under_one_external_id_are_one_order_and_refusals(shop):
    sku, node = shop.stocked(100)
    order = shop.order([(sku, 1)])

    def sending(shipping):
        return lambda: shop.place({**order, "shipping": shipping})

    answers = at_once([sending(shipping) for shipping in range(16)])

    assert sorted(answer.status for answer in answers) == [201, *[409] * 15]
    assert {answer.code for answer in answers if answer.status == 409} == {"external-id-conflict"}
    assert shop.balance(sku, node) == (100, 1)
