"""Two people at one thing: who has not seen the newest version does not overwrite it."""


def test_an_item_is_changed_only_at_the_version_that_was_seen(shop):
    sku = shop.item()
    path = f"/v1/items/{sku}"
    seen = shop.client.get(path).expect(200).headers["etag"]
    body = {"name": "Tee, mine", "weight_g": 500}

    mine = shop.client.send("PUT", path, body, headers={"if-match": seen}).expect(200)
    other = {**body, "name": "Tee, theirs"}
    theirs = shop.client.send("PUT", path, other, headers={"if-match": seen}).expect(412)

    assert theirs.code == "precondition-failed"
    assert mine.headers["etag"] != seen
    now = shop.client.get(path).expect(200)
    assert now.json["name"] == "Tee, mine"
    assert now.headers["etag"] == mine.headers["etag"]


def test_nodes_and_channels_carry_versions_too(shop):
    node = shop.node("DC")
    for path in (f"/v1/nodes/{node}", f"/v1/channels/{shop.web}"):
        answer = shop.client.get(path).expect(200)
        wrong = {"if-match": '"999999"'}
        told = shop.client.send("PUT", path, {"name": "x"}, headers=wrong)
        assert answer.headers["etag"], path
        assert told.status in {412, 422}, path


def test_putting_what_is_there_already_changes_no_version(shop):
    sku = shop.item()
    path, body = f"/v1/items/{sku}", {"name": "TEE", "weight_g": 500}
    seen = shop.client.get(path).headers["etag"]
    assert shop.client.put(path, body).expect(200).headers["etag"] == seen
    assert shop.client.get(path).headers["etag"] == seen


def test_a_step_of_the_work_is_taken_only_at_the_version_that_was_seen(shop):
    sku, _ = shop.stocked(5)
    [work] = shop.released(shop.buy([(sku, 1)]))
    path = f"/v1/fulfillment-orders/{work['id']}"
    seen = {"if-match": shop.client.get(path).expect(200).headers["etag"]}

    shop.client.send("POST", f"{path}/accept", {}, headers=seen).expect(200)

    late = shop.client.send("POST", f"{path}/pick", {}, headers=seen).expect(412)
    assert late.code == "precondition-failed"
    assert shop.client.get(path).json["state"] == "accepted"


def test_an_order_is_canceled_only_as_it_was_seen(shop):
    sku, node = shop.stocked(5)
    order = shop.buy([(sku, 2)])
    shop.released(order)
    path = f"/v1/orders/{order['id']}"
    seen = {"if-match": shop.client.get(path).expect(200).headers["etag"]}
    shop.cancel(order, [(1, 1)]).expect(200)

    body = {"reason": "all of it"}
    answer = shop.client.send("POST", f"{path}/cancel", body, headers=seen).expect(412)

    assert answer.code == "precondition-failed"
    assert shop.balance(sku, node) == (5, 1)
