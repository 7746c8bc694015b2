"""A cart keeps its units until it is an order, is let go, or is left behind."""

import time
from datetime import datetime

import pytest

from scenarios.shop import HOME, at_once, eventually

TO_HOME = {"country": "US", "postal_code": "78701", "region": "TX"}
NOBODYS = "01920000-0000-7000-8000-000000000000"
WITHIN_S = 1.0


def hold(shop, *lines, key=None, **body):
    told = {
        "channel": shop.web, "destination": TO_HOME,
        "lines": [{"sku": sku, "quantity": units} for sku, units in lines], **body,
    }  # fmt: skip
    return shop.client.post("/v1/reservations", told, key=key)


def held(shop, *lines, **body):
    return dict(hold(shop, *lines, **body).expect(201).json)


def look(shop, cart):
    return shop.client.get(f"/v1/reservations/{cart['id']}").expect(200).json


def test_held_gone_from_availability_ordered_shipped(shop):
    sku, node = shop.stocked(3)
    cart = held(shop, (sku, 2), customer="kim-77")
    assert cart["lines"] == [{"line": 1, "sku": sku, "node": node, "quantity": 2}]
    assert (cart["state"], cart["customer"], cart["channel"]) == ("held", "kim-77", shop.web)
    seconds = datetime.fromisoformat(cart["expires_at"]) - datetime.fromisoformat(cart["held_at"])
    assert seconds.total_seconds() == 600
    assert shop.available(sku) == 1
    refused = hold(shop, (sku, 2)).expect(409)
    assert (refused.code, refused.pointers) == ("insufficient-stock", ["/lines/0/quantity"])
    assert shop.place(shop.order([(sku, 2)])).expect(409).code == "insufficient-stock"

    order = shop.buy([(sku, 2)], reservation=cart["id"])

    assert shop.balance(sku, node) == (3, 2)
    assert (look(shop, cart)["state"], look(shop, cart)["order_id"]) == ("committed", order["id"])
    [decision] = shop.client.get(f"/v1/orders/{order['id']}/decisions").expect(200).json["items"]
    assert decision["reproduced"]
    [work] = shop.released(order)
    shop.ship(work)
    eventually(lambda: shop.balance(sku, node) == (1, 0), what="consumed")


def test_left_behind_it_is_for_sale_within_a_second(shop):
    sku, node = shop.stocked(2)
    cart = held(shop, (sku, 2), ttl_s=1)
    assert shop.available(sku) == 0
    time.sleep(1)

    over = time.monotonic()
    order = eventually(lambda: _bought(shop, sku), what="sold", within_s=5)

    assert time.monotonic() - over < WITHIN_S + 0.5  # the half second is for a slow machine
    assert look(shop, cart)["state"] == "expired"
    assert shop.balance(sku, node) == (2, 2)
    assert order["phase"] == "confirmed"
    extend = shop.client.post(f"/v1/reservations/{cart['id']}/extend", {"ttl_s": 5})
    assert extend.expect(409).code == "reservation-expired"
    late = shop.place(shop.order([(sku, 1)], reservation=cart["id"])).expect(409)
    assert (late.code, late.pointers[0]) == ("reservation-expired", "/reservation")


def _bought(shop, sku):
    answer = shop.place(shop.order([(sku, 2)]))
    return answer.json if answer.status == 201 else None


def test_who_waits_is_served_by_what_is_let_go(shop):
    sku, node = shop.stocked(1)
    cart = held(shop, (sku, 1))
    order = shop.buy([(sku, 1)], backorder="allow")
    assert order["phase"] == "backordered"
    assert shop.client.send("DELETE", f"/v1/reservations/{cart['id']}").expect(200).json["state"] == "freed"  # fmt: skip  # noqa: E501 - one thought
    shop.released(order)
    assert shop.balance(sku, node) == (1, 1)


def test_the_same_key_is_the_same_cart(shop):
    sku, node = shop.stocked(5)
    key = f"cart-{shop.tag}"
    first, again = hold(shop, (sku, 2), key=key), hold(shop, (sku, 2), key=key)
    assert (first.expect(201).json, again.headers["idempotency-replayed"]) == (
        again.expect(201).json, "true",
    )  # fmt: skip
    assert shop.balance(sku, node) == (5, 2)
    assert hold(shop, (sku, 3), key=key).expect(422).code == "idempotency-key-reused"
    path = f"/v1/reservations/{first.json['id']}"
    for verb, body in (("extend", {"ttl_s": 900}), ("release", None)):
        one = shop.client.send("POST", f"{path}/{verb}", body, key=f"{verb}-{shop.tag}")
        two = shop.client.send("POST", f"{path}/{verb}", body, key=f"{verb}-{shop.tag}")
        assert one.expect(200).json == two.expect(200).json
        assert two.headers["idempotency-replayed"] == "true"
    assert shop.client.post(f"{path}/release", {}).status in {200, 422}
    assert shop.balance(sku, node) == (5, 0)


def test_of_two_orders_at_once_one_has_the_cart(shop):
    sku, node = shop.stocked(2)
    cart = held(shop, (sku, 2))
    orders = [shop.order([(sku, 2)], reservation=cart["id"]) for _ in range(4)]
    answers = at_once([lambda o=order: shop.place(o) for order in orders])
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {a.code for a in answers if a.status == 409} == {"reservation-ended"}
    assert all(a.pointers == ["/reservation"] for a in answers if a.status == 409)
    assert shop.balance(sku, node) == (2, 2)


def test_many_want_the_last_units_at_once_and_each_is_kept_once(shop):
    sku, node = shop.stocked(4)
    web = shop.web
    answers = at_once([lambda: hold(shop, (sku, 1), channel=web) for _ in range(16)])
    assert {answer.status for answer in answers} <= {201, 409, 503}
    assert sum(answer.status == 201 for answer in answers) == 4
    assert shop.balance(sku, node) == (4, 4)


def test_a_pickup_is_kept_at_the_chosen_store(shop):
    sku, store = shop.item(), shop.store("SHOP")
    other = shop.store("OTHER", "dallas")
    for node in (store, other):
        shop.stock(sku, node, 3)
    cart = held(shop, (sku, 2), destination=None, method="pickup", pickup_node=other)
    assert [line["node"] for line in cart["lines"]] == [other]
    order = shop.place(shop.pickup([(sku, 2)], other, reservation=cart["id"])).expect(201).json
    assert [s["node"] for s in order["plan"]["shipments"]] == [other]


def test_what_an_order_may_not_name_is_named(shop):
    sku, node = shop.stocked(5)
    cart = held(shop, (sku, 1))
    shop.channel("app")
    foreign = shop.place(shop.order([(sku, 1)], channel=f"app-{shop.tag}", reservation=cart["id"]))
    unknown = shop.place(shop.order([(sku, 1)], reservation=NOBODYS))
    for answer in (foreign, unknown):
        assert answer.expect(422).code == "invalid-order"
        assert answer.pointers == ["/reservation"]
    shop.client.send("DELETE", f"/v1/reservations/{cart['id']}").expect(200)
    gone = shop.place(shop.order([(sku, 1)], reservation=cart["id"])).expect(409)
    assert (gone.code, gone.pointers) == ("reservation-ended", ["/reservation"])
    assert shop.balance(sku, node) == (5, 0)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"pickup_node": "X"}, "/pickup_node"),
        ({"method": "pickup"}, "/pickup_node"),
        ({"method": "pickup", "pickup_node": "X", "destination": HOME}, "/destination"),
    ],
)
def test_members_that_do_not_go_together_are_named(shop, change, pointer):
    sku, _ = shop.stocked(1)
    answer = hold(shop, (sku, 1), **({"destination": None} | change)).expect(422)
    assert (answer.code, answer.pointers) == ("invalid-request", [pointer])


def test_what_is_not_there_is_not_found(shop):
    for unknown in (NOBODYS, "1", "x" * 200):
        path = f"/v1/reservations/{unknown}"
        assert shop.client.get(path).status in {404, 422}
        assert shop.client.send("DELETE", path).status in {404, 422}
        assert shop.client.post(f"{path}/extend", {"ttl_s": 5}).status in {404, 422}
        assert shop.client.send("POST", f"{path}/release").status in {404, 422}


def test_carts_held_at_once_share_commits_and_nothing_else(shop):
    sku, node = shop.stocked(24)
    keys = [f"flood-{shop.tag}-{n}" for n in range(24)] * 2
    asks = [lambda key=key: hold(shop, (sku, 1), customer=key, key=key) for key in keys]
    answers = at_once(asks)
    assert {answer.status for answer in answers} == {201}
    carts = {answer.json["id"]: answer.json["customer"] for answer in answers}
    assert sorted(carts.values()) == sorted(set(keys))
    assert {a.headers["location"] for a in answers} == {f"/v1/reservations/{id_}" for id_ in carts}
    assert shop.balance(sku, node) == (24, 24)
