"""A drop: announced, shut until its moment, opened by itself, sold by turns."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from scenarios.shop import at_once, eventually, feed


def soon(seconds: float) -> str:
    """Write a moment some seconds from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()  # noqa: TID251 - a user


@pytest.fixture
def drop(shop):
    """Three tees at each of two nodes; gives the sku and the launch's path."""
    tee = shop.item("TEE")
    for node in (shop.node("DALLAS"), shop.node("NEWARK", "newark")):
        shop.stock(tee, node, 3)
    return tee, f"/v1/launches/DROP-{shop.tag}"


def plan(shop, drop, seconds: float, **more):
    tee, path = drop
    return shop.client.put(path, {"skus": [tee], "opens_at": soon(seconds), **more})


def state(shop, drop) -> str:
    return str(shop.client.get(drop[1]).expect(200).json["launch"]["state"])


def tries(shop, tee, ticket: str = "", **more):
    headers = {"entrepot-ticket": ticket} if ticket else {}
    return shop.client.send("POST", "/v1/orders", shop.order([(tee, 1)], **more), headers=headers)


def test_nothing_sells_before_the_moment_and_everything_from_then_on(shop, drop):
    tee, path = drop
    made = plan(shop, drop, 3, reason="spring").expect(200)
    assert (made.json["state"], made.json["skus"], made.headers["etag"]) == (
        "planned", [tee], '"1"',
    )  # fmt: skip
    assert shop.available(tee) == 0
    refused = tries(shop, tee).expect(409)
    assert (refused.code, refused.pointers) == ("not-on-sale", ["/lines/0/sku"])
    assert refused.json["retryable"]
    assert 1 <= int(refused.headers["retry-after"]) <= 3
    told = {"channel": shop.web, "lines": [{"sku": tee, "quantity": 1}]}
    assert shop.client.post("/v1/reservations", told).expect(409).code == "not-on-sale"
    bill = shop.client.get(f"/v1/availability?sku={tee}&channel={shop.web}&explain=true")
    [first, _] = bill.expect(200).json["items"][0]["bills"][0]["nodes"]
    [why] = first["less"]
    assert (why["what"], why["units"], why["why"]) == ("not_on_sale", 3, path.rpartition("/")[2])
    assert why["until"] == made.json["opens_at"]

    eventually(lambda: state(shop, drop) == "open", what="the opening")
    answers = at_once([lambda: tries(shop, tee) for _ in range(9)])
    assert sorted(each.status for each in answers) == [201] * 6 + [409] * 3
    assert {each.code for each in answers if each.status == 409} == {"insufficient-stock"}
    whole = shop.client.get(path).expect(200).json
    assert [(m["from"], m["verb"], m["actor"]) for m in whole["moves"]] == [
        ("planned", "open", "entrepot")
    ]


def test_a_unit_that_comes_back_is_sold_within_the_second(shop, drop):
    tee, _ = drop
    orders = [shop.buy([(tee, 1)]) for _ in range(6)]
    assert tries(shop, tee).expect(409).code == "insufficient-stock"
    shop.cancel(orders[0]).expect(200)
    tries(shop, tee).expect(201)
    assert tries(shop, tee).expect(409).code == "insufficient-stock"


def test_a_line_lets_in_who_came_first(shop, drop):
    tee, path = drop
    plan(shop, drop, 11, line={"first": 2, "per_s": 1}).expect(200)
    drawn = [shop.client.post(f"{path}/tickets").expect(201).json for _ in range(4)]
    assert [each["number"] for each in drawn] == [1, 2, 3, 4]
    assert [(each["admitted"], each["ahead"]) for each in drawn] == [
        (False, 0), (False, 1), (False, 2), (False, 3),
    ]  # fmt: skip
    same = [shop.client.post(f"{path}/tickets", key=f"kim-{shop.tag}").expect(201) for _ in "ab"]
    assert same[0].json["token"] == same[1].json["token"]
    assert same[1].headers["idempotency-replayed"] == "true"
    assert shop.client.get(path).expect(200).json["launch"]["issued"] == 5
    assert tries(shop, tee, drawn[0]["token"]).expect(409).code == "not-on-sale"

    eventually(lambda: state(shop, drop) == "open", what="the opening", within_s=20)
    tries(shop, tee, drawn[0]["token"]).expect(201)
    assert tries(shop, tee, drawn[0]["token"]).expect(409).code == "ticket-used"
    assert tries(shop, tee).expect(409).code == "ticket-needed"
    told = {"channel": shop.web, "lines": [{"sku": tee, "quantity": 1}]}
    assert shop.client.post("/v1/reservations", told).expect(409).code == "ticket-needed"
    last = f"{path}/tickets/{drawn[3]['token']}"
    waiting = shop.client.get(last).expect(200)
    if not waiting.json["admitted"]:
        assert int(waiting.headers["retry-after"]) >= 1
        assert waiting.json["turn_at"] == drawn[3]["turn_at"]
    eventually(lambda: shop.client.get(last).expect(200).json["admitted"], what="its turn")
    cart = shop.client.send(
        "POST", "/v1/reservations", told, headers={"entrepot-ticket": drawn[3]["token"]}
    ).expect(201)
    shop.place(shop.order([(tee, 1)], reservation=cart.json["id"])).expect(201)

    shop.client.post(f"{path}/end", {"reason": "sold well"}).expect(200)
    tries(shop, tee).expect(201)
    assert shop.client.post(f"{path}/tickets").expect(409).code == "conflict"
    assert shop.client.get(last).expect(409).code == "conflict"


def test_who_is_early_is_told_how_long(shop, drop):
    tee, path = drop
    plan(shop, drop, 11, line={"first": 0, "per_s": 1}).expect(200)
    drawn = [shop.client.post(f"{path}/tickets").expect(201).json for _ in range(9)]
    eventually(lambda: state(shop, drop) == "open", what="the opening", within_s=20)
    early = tries(shop, tee, drawn[8]["token"]).expect(429)
    assert (early.code, early.json["retryable"]) == ("ticket-not-admitted", True)
    time.sleep(int(early.headers["retry-after"]))
    tries(shop, tee, drawn[8]["token"]).expect(201)


def test_what_a_launch_cannot_be_is_said(shop, drop):
    tee, path = drop
    kit = shop.item("KIT", components=[{"sku": tee, "quantity": 2}])
    for body, pointer in (
        ({"skus": [tee, kit]}, "/skus/1"),
        ({"skus": [tee, tee]}, "/skus/1"),
        ({"skus": ["nothing"]}, "/skus/0"),
        ({"opens_at": soon(-1)}, "/opens_at"),
        ({"opens_at": soon(400 * 86_400)}, "/opens_at"),
        ({"opens_at": soon(5), "line": {"first": 1, "per_s": 1}}, "/opens_at"),
    ):
        told = shop.client.put(path, {"skus": [tee], "opens_at": soon(60), **body}).expect(422)
        assert told.pointers == [pointer], body
    shop.client.get(path).expect(404)
    plan(shop, drop, 600).expect(200)
    other = {"skus": [tee], "opens_at": soon(60)}
    taken = shop.client.put(f"/v1/launches/OTHER-{shop.tag}", other).expect(409)
    assert (taken.code, taken.pointers) == ("conflict", ["/skus"])
    assert path.rpartition("/")[2] in taken.json["detail"]
    assert shop.client.post(f"{path}/end", {"reason": "x"}).expect(409).code == "illegal-transition"
    again = shop.client.send("PUT", path, other, headers={"if-match": '"7"'}).expect(412)
    assert again.code == "precondition-failed"
    assert shop.client.post(f"{path}/tickets").expect(409).code == "conflict"
    shop.client.get(f"{path}/tickets/1.abc").expect(404)
    shop.client.post(f"/v1/launches/NONE-{shop.tag}/tickets").expect(404)
    long = shop.client.send(
        "POST", "/v1/orders", shop.order([(tee, 1)]), headers={"entrepot-ticket": "x" * 1001}
    )
    assert long.expect(422).code == "invalid-request"
    shop.client.post(f"{path}/cancel", {"reason": "later"}).expect(200)
    tries(shop, tee).expect(201)


def test_launches_are_listed_and_told_of(shop, drop):
    tee, path = drop
    plan(shop, drop, 600).expect(200)
    shop.client.post(f"{path}/cancel", {"reason": "no"}).expect(200)
    name = path.rpartition("/")[2]
    found, cursor = [], ""
    while True:
        page = shop.client.get(f"/v1/launches?state=canceled&limit=1&cursor={cursor}").expect(200)
        found += [each["launch"] for each in page.json["items"]]
        cursor = page.json["next"]
        if cursor is None:
            break
    assert name in found
    assert found == sorted(found)

    def told():
        events = feed(shop.client, shop.client.heard)
        return [e for e in events if e["subject"] == f"launches/{name}"]

    eventually(lambda: len(told()) == 2, what="its facts")
    assert [each["type"] for each in told()] == ["launch.planned", "launch.canceled"]
    assert told()[0]["data"]["skus"] == [tee]
