"""Work is offered to several stores over HTTP, and the first that accepts sends it."""

import pytest

from scenarios.shop import Shop, at_once, eventually

RULE = {"minutes": 60, "offered_max": 3, "attempts_max": 2, "may_be_late": True}


@pytest.fixture(scope="module")
def claiming(other_market):
    """A market whose stores claim work."""
    client = other_market("claiming")
    body = {"document": {"release_after_s": 0, "claiming": [RULE]}, "reason": "stores claim"}
    client.put("/v1/policy", body).expect(200)
    return client


@pytest.fixture
def stores(claiming):
    shop = Shop(claiming)
    sku = shop.item()
    names = [shop.store(name, place) for name, place in
             (("A", "austin"), ("B", "dallas"), ("C", "newark"))]  # fmt: skip
    for name in names:
        shop.stock(sku, name, 5)
    return shop, sku, names


def open_at(shop, node):
    """Wait for the one offer that a node may answer."""
    path = f"/v1/offers?node={node}"
    [offer] = eventually(lambda: shop.client.get(path).expect(200).json["items"], what="an offer")
    return offer


def accept(shop, offer, node):
    return shop.client.post(f"/v1/offers/{offer['id']}/accept", {"node": node})


def decline(shop, offer, node):
    body = {"node": node, "reason": "no staff"}
    return shop.client.post(f"/v1/offers/{offer['id']}/decline", body)


def test_the_first_to_accept_sends_it_and_the_others_see_it_withdrawn(stores):
    shop, sku, (a, b, c) = stores
    order = shop.buy([(sku, 2)])
    offer = open_at(shop, c)
    assert [each["node"] for each in offer["nodes"]] == [a, b, c]
    assert (offer["planned_at"], offer["lines"]) == (a, [{"line": 1, "sku": sku, "quantity": 2}])
    assert shop.works(order, "released") == []

    work = accept(shop, offer, c).expect(200).json
    assert (work["node"], work["state"]) == (c, "accepted")
    late = accept(shop, offer, a)
    assert (late.status, late.code) == (409, "conflict")
    assert shop.client.get(f"/v1/offers?node={b}").expect(200).json["items"] == []
    seen = shop.client.get(f"/v1/offers/{offer['id']}").expect(200).json
    assert (seen["state"], seen["accepted_by"]) == ("accepted", c)
    for verb in ("pick", "pack"):
        shop.did(work, verb)
    number = shop.hand_over(work)
    shop.scan((number, "delivered", "2026-11-21T18:00:00Z"))
    shop.becomes(order, "closed")
    eventually(lambda: shop.balance(sku, c) == (3, 0))
    assert shop.balance(sku, a) == (5, 0)
    [fact] = shop.told(order, "offer.accepted")
    assert fact["data"]["withdrawn_from"] == [a, b]


def test_of_all_that_accept_at_once_one_has_it(stores):
    shop, sku, names = stores
    order = shop.buy([(sku, 5)])
    offer = open_at(shop, names[0])
    answers = at_once([lambda n=node: accept(shop, offer, n) for node in names * 4])
    won = [each.json["node"] for each in answers if each.status == 200]
    assert len(won) == 1
    assert {each.status for each in answers} == {200, 409}
    assert [shop.balance(sku, node)[1] for node in names] == [5 * (n == won[0]) for n in names]
    assert [w["node"] for w in shop.works(order, "accepted")] == won


def test_who_declines_is_not_asked_again(stores):
    shop, sku, (a, b, c) = stores
    order = shop.buy([(sku, 1)])
    offer = open_at(shop, a)
    lefts = [decline(shop, offer, node).expect(200).json["left"] for node in (a, b, c)]
    assert lefts == [2, 1, 0]
    assert decline(shop, offer, c).status == 409
    assert shop.stuck(order)["kind"] == "sourcing.unroutable"
    assert [f["data"]["left"] for f in shop.told(order, "offer.declined", 3)] == [2, 1, 0]


def test_what_is_not_offered_cannot_be_had(stores):
    shop, sku, (a, _, _) = stores
    shop.buy([(sku, 1)])
    offer = open_at(shop, a)
    answer = accept(shop, offer, "MARS")
    assert (answer.status, answer.pointers) == (422, ["/node"])
    for path in ("/v1/offers/x", "/v1/offers/00000000-0000-7000-8000-000000000000"):
        assert shop.client.get(path).status == 404
        assert shop.client.post(f"{path}/accept", {"node": a}).status == 404
    assert shop.client.get("/v1/offers").status == 422
    assert shop.client.get(f"/v1/offers?node={a}&state=lost").status == 422
