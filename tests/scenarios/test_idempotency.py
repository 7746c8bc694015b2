"""One effect for one key: told again, the same answer; told otherwise, a refusal."""

import json

from scenarios.shop import at_once

REPLAYED = "idempotency-replayed"


def test_the_same_key_and_body_give_the_same_answer_once(shop):
    sku, node = shop.stocked(10)
    order = shop.order([(sku, 2)])

    first = shop.place(order, key=f"once-{shop.tag}").expect(201)
    again = shop.place(order, key=f"once-{shop.tag}").expect(201)

    assert again.body == first.body
    assert (first.headers.get(REPLAYED), again.headers.get(REPLAYED)) == (None, "true")
    assert shop.balance(sku, node) == (10, 2)


def test_the_answer_is_that_of_then_also_when_the_order_has_moved_on(shop):
    sku, _ = shop.stocked(10)
    body = shop.order([(sku, 2)])
    first = shop.place(body, key=f"then-{shop.tag}").expect(201)
    shop.cancel(first.json).expect(200)

    again = shop.place(body, key=f"then-{shop.tag}").expect(201)

    assert again.body == first.body


def test_the_same_key_for_another_order_is_refused(shop):
    sku, node = shop.stocked(10)
    shop.place(shop.order([(sku, 2)]), key=f"two-{shop.tag}").expect(201)

    answer = shop.place(shop.order([(sku, 1)]), key=f"two-{shop.tag}").expect(422)

    assert answer.code == "idempotency-key-reused"
    assert shop.balance(sku, node) == (10, 2)


def test_the_same_key_for_another_call_is_refused(shop):
    sku, node = shop.stocked(10)
    order = shop.place(shop.order([(sku, 2)]), key=f"call-{shop.tag}").expect(201).json

    path = f"/v1/orders/{order['id']}/cancel"
    answer = shop.client.post(path, {"reason": "no"}, key=f"call-{shop.tag}").expect(422)

    assert answer.code == "idempotency-key-reused"
    assert shop.balance(sku, node) == (10, 2)


def test_thirty_two_at_once_with_one_key_are_one_order(shop):
    sku, node = shop.stocked(100)
    order = shop.order([(sku, 1)])

    answers = at_once([lambda: shop.place(order, key=f"many-{shop.tag}")] * 32)

    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert sum(answer.headers.get(REPLAYED) == "true" for answer in answers) == 31
    assert shop.balance(sku, node) == (100, 1)
    assert len(shop.client.get(f"/v1/orders?channel={shop.web}").json["items"]) == 1


def test_a_refused_order_may_be_tried_again_under_its_key(shop):
    sku, node = shop.stocked(1)
    order = shop.order([(sku, 2)])
    shop.place(order, key=f"retry-{shop.tag}").expect(409)
    shop.stock(sku, node, 2)

    shop.place(order, key=f"retry-{shop.tag}").expect(201)

    assert shop.balance(sku, node) == (2, 2)


def test_a_refused_key_is_free_for_another_order(shop):
    sku, node = shop.stocked(1)
    shop.place(shop.order([(sku, 2)]), key=f"free-{shop.tag}").expect(409)

    shop.place(shop.order([(sku, 1)]), key=f"free-{shop.tag}").expect(201)

    assert shop.balance(sku, node) == (1, 1)


def test_every_mutating_call_takes_a_key(shop):
    sku, node = shop.stocked(10)
    calls = {
        "counts": ("/v1/inventory/counts", {"counts": [{"sku": sku, "node": node, "on_hand": 9}]}),
        "movements": (
            "/v1/inventory/movements",
            {"movements": [{"kind": "receipt", "sku": sku, "node": node, "quantity": 5}]},
        ),
    }
    for name, (path, body) in calls.items():
        first = shop.client.post(path, body, key=f"{name}-{shop.tag}").expect(200)
        again = shop.client.post(path, body, key=f"{name}-{shop.tag}").expect(200)
        assert (again.body, again.headers.get(REPLAYED)) == (first.body, "true"), name
    assert shop.balance(sku, node) == (14, 0)


def test_a_step_of_the_work_told_twice_is_done_once(shop):
    sku, _ = shop.stocked(10)
    [work] = shop.released(shop.buy([(sku, 1)]))
    path = f"/v1/fulfillment-orders/{work['id']}/accept"

    first = shop.client.post(path, {}, key=f"accept-{shop.tag}").expect(200)
    again = shop.client.post(path, {}, key=f"accept-{shop.tag}").expect(200)

    assert (again.body, again.headers.get(REPLAYED)) == (first.body, "true")
    assert shop.client.post(path, {}).expect(409).code == "illegal-transition"


def test_a_cancel_told_twice_cancels_once(shop):
    sku, node = shop.stocked(10)
    order = shop.buy([(sku, 4)])
    path = f"/v1/orders/{order['id']}/cancel"
    body = {"lines": [{"line": 1, "quantity": 1}], "reason": "one less"}

    first = shop.client.post(path, body, key=f"cancel-{shop.tag}").expect(200)
    again = shop.client.post(path, body, key=f"cancel-{shop.tag}").expect(200)

    assert (again.body, again.headers.get(REPLAYED)) == (first.body, "true")
    assert shop.balance(sku, node) == (10, 3)


def test_keys_that_are_no_keys_are_refused(shop):
    sku, node = shop.stocked(10)
    order = shop.order([(sku, 1)])
    for key in ("x" * 256, "tab\there"):
        answer = shop.client.send("POST", "/v1/orders", order, headers={"idempotency-key": key})
        assert answer.expect(400).code == "idempotency-key-invalid"
    assert shop.balance(sku, node) == (10, 0)


def test_formatting_is_not_content_for_the_external_id_but_is_for_the_key(shop):
    sku, node = shop.stocked(10)
    order = shop.order([(sku, 1)])
    first = shop.place(order, key=f"form-{shop.tag}").expect(201)
    spaced = json.dumps(order, indent=2).encode()

    other_key = shop.client.send("POST", "/v1/orders", spaced).expect(200, 201)

    assert other_key.json["id"] == first.json["id"]
    assert shop.balance(sku, node) == (10, 1)
