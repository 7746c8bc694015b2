"""A pickup whose store cannot serve: the customer is asked over HTTP, and answers."""

import pytest

from scenarios.shop import HOME, Shop, eventually


@pytest.fixture(scope="module")
def asking(other_market):
    """A market whose customers are asked."""
    client = other_market("asking")
    body = {"document": {"release_after_s": 0, "pickup_consent": {}}, "reason": "ask them"}
    client.put("/v1/policy", body).expect(200)
    return client


@pytest.fixture
def stuck(asking):
    """An order to be fetched that its store has rejected; a warehouse and a store have it, too."""
    shop = Shop(asking)
    sku, store = shop.item(), shop.store("STORE")
    other, dc = shop.store("OTHER", "dallas", services=["pickup"]), shop.node("DC", "newark")
    for node in (store, other, dc):
        shop.stock(sku, node, 5)
    order = shop.place(shop.pickup([(sku, 2)], store, ship_to=None)).expect(201).json
    shop.did(shop.released(order)[0], "reject", {"reason": "flooded"})
    return shop, order, {"store": store, "other": other, "dc": dc, "sku": sku}


def question(shop, order):
    path = f"/v1/orders/{order['id']}/consents"
    [asked] = eventually(lambda: shop.client.get(path).expect(200).json["items"], what="asked")
    return asked


def say(shop, order, asked, **body):
    return shop.client.post(f"/v1/orders/{order['id']}/consents/{asked['id']}/answer", body)


def test_it_is_sent_because_the_customer_says_so(stuck):
    shop, order, names = stuck
    asked = question(shop, order)
    assert (asked["state"], asked["lines"]) == ("asked", [1])
    assert asked["choices"] == ["ship", "other_store", "cancel"]
    assert shop.works(order, "planned", "released") == []

    answered = say(shop, order, asked, choice="ship", ship_to=HOME).expect(200).json
    assert (answered["state"], answered["choice"]) == ("answered", "ship")
    [work] = shop.released(order)
    assert (work["node"], work["method"]) == (names["dc"], "ship")
    number = shop.ship(work)
    shop.scan((number, "delivered", "2026-11-21T18:00:00Z"))
    shop.becomes(order, "closed")
    assert [f["data"]["choice"] for f in shop.told(order, "consent.answered")] == ["ship"]
    assert say(shop, order, asked, choice="cancel").status == 409


def test_another_store_has_it(stuck):
    shop, order, names = stuck
    asked = question(shop, order)
    say(shop, order, asked, choice="other_store", node=names["other"]).expect(200)
    [work] = shop.released(order)
    assert (work["node"], work["method"]) == (names["other"], "pickup")


def test_it_is_canceled(stuck):
    shop, order, _ = stuck
    say(shop, order, question(shop, order), choice="cancel").expect(200)
    assert shop.phase(order) == "canceled"
    assert shop.exceptions(order) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/choice"),
        ({"choice": "burn"}, "/choice"),
        ({"choice": "ship"}, "/ship_to"),
        ({"choice": "ship", "ship_to": {"country": "US"}}, "/ship_to"),
        ({"choice": "ship", "ship_to": HOME, "service": "rocket"}, "/service"),
        ({"choice": "other_store"}, "/node"),
        ({"choice": "other_store", "node": "MARS"}, "/node"),
        ({"choice": "cancel", "surprise": 1}, "/surprise"),
    ],
)
def test_an_answer_that_is_none_is_named_and_nothing_is_done(stuck, body, pointer):
    shop, order, _ = stuck
    asked = question(shop, order)
    answer = say(shop, order, asked, **body)
    assert answer.status == 422
    assert answer.pointers[0].startswith(pointer)
    assert question(shop, order)["state"] == "asked"


def test_what_was_not_asked_cannot_be_answered(stuck):
    shop, order, _ = stuck
    for id_ in ("x", order["id"]):
        assert say(shop, order, {"id": id_}, choice="cancel").status == 404
    assert shop.client.get("/v1/orders/x/consents").status == 404
