"""Rules without a release: drafted, refused where wrong, scheduled, in force, taken back."""

from datetime import datetime, timedelta

import pytest

from entrepot.plumbing import mint
from scenarios.shop import HOME, Shop, eventually

HOME_AT = {**HOME, "latitude": 30.3, "longitude": -97.7}
NODE_KINDS = {
    "strategy": "DCs first", "fences": [{"node_kinds": ["dc"]}],
}  # fmt: skip
STORES = {"strategy": "stores", "fences": [{"node": "node.kind == 'store'"}]}


@pytest.fixture(scope="module")
def shop(other_market):
    """A shop in a market of its own, whose policies are these stories' alone."""
    shop = Shop(other_market("policies"))
    shop.tee = shop.item()
    shop.dc, shop.store_ = shop.node("RENO", "reno"), shop.store("AUSTIN")
    for node in (shop.dc, shop.store_):
        shop.stock(shop.tee, node, 1_000)
    return shop


@pytest.fixture
def client(shop):
    """The market's administrator; afterwards no rules are in force."""
    yield shop.client
    shop.client.put("/v1/policy", {"document": {}, "reason": "as it was"}).expect(200)


def document(*strategies, **said):
    """Write a policy of one profile."""
    return {"sourcing": {"profiles": [{"profile": "all", "strategies": strategies, **said}]}}


def drafted(client, body, note="an idea"):
    """Draft a policy; give it as answered."""
    return client.post("/v1/policies", {"document": body, "note": note}).expect(201).json


def bought(shop):
    """Buy one tee; give the node that sends it and the decision."""
    order = shop.buy([(shop.tee, 1)], ship_to=HOME_AT)
    (decision,) = (
        shop.client.get(f"/v1/orders/{order['id']}/decisions").expect(200).json["items"]
    )  # fmt: skip
    assert decision["reproduced"] is True
    told = decision["explanation"]
    return told["shipments"][0]["node"], told


def move(client, version, verb, **body):
    """Take a step of a version's life."""
    return client.post(f"/v1/policies/{version}/{verb}", {"reason": "because", **body})


def test_a_draft_is_activated_and_the_next_order_is_decided_by_it(shop, client):
    assert bought(shop)[0] == shop.store_
    made = drafted(client, document(NODE_KINDS, STORES), note="spare the stores")
    assert (made["state"], made["author"], made["note"]) == (
        "draft", "policies admin", "spare the stores",
    )  # fmt: skip
    assert bought(shop)[0] == shop.store_
    assert client.get("/v1/policy").json["version"] != made["version"]

    active = move(client, made["version"], "activate").expect(200).json
    node, told = bought(shop)
    assert (active["state"], node) == ("active", shop.dc)
    assert (told["policy_version"], told["profile"], told["strategy"]) == (
        made["version"], "all", "DCs first",
    )  # fmt: skip
    assert told["words"][-1] == (
        f"By strategy DCs first of profile all in policy {made['version']}."
    )  # fmt: skip
    assert {n["node"]: n.get("eliminated") for n in told["nodes"]}[shop.store_] == "fenced"
    assert client.get("/v1/policy").json["version"] == made["version"]


def test_a_wrong_expression_is_refused_with_its_place_and_a_suggestion(client):
    wrong = document(
        {**STORES, "when": "order.servce == 'express'"},
        {"strategy": "b", "fences": [{"node": "node.distance_km < 50"}, {}]},
        {"strategy": "b", "ratings": [{"node": "node.kind"}, {"by_node": {"a/b~": 1}}]},
        {"strategy": "d", "limits": {"node_groups": ["no-such-group"]}},
    )
    decimals = "< is not for a number with decimals and a whole number; write 50 as 50.0"
    whole = "a fence says node, node_kinds, node_groups, nodes or distance_km_max"
    said = [
        ("/strategies/0/when", "column 7: there is no order.servce; did you mean order.service?"),
        ("/strategies/1/fences/0/node", f"column 18: {decimals}"),
        ("/strategies/1/fences/1", whole),
        ("/strategies/2/ratings/0/node", "column 1: answers a text, and must answer a number"),
        ("/strategies/2/ratings/1/by_node/a~1b~0", "there is no node a/b~"),
        ("/strategies/2/strategy", "b comes more than once"),
        ("/strategies/3/limits/node_groups/0", "there is no node group no-such-group"),
    ]
    before = client.get("/v1/policies").json
    answer = client.post("/v1/policies", {"document": wrong, "note": "x"}).expect(422)
    told = [(each["pointer"], each["detail"]) for each in answer.json["errors"]]
    assert told == [(f"/document/sourcing/profiles/0{where}", what) for where, what in said]
    put = client.put("/v1/policy", {"document": wrong, "reason": "x"}).expect(422)
    assert put.json["errors"] == answer.json["errors"]
    dry = client.post("/v1/policies/validate", {"document": wrong}, key="").expect(200).json
    assert (dry["valid"], dry["errors"]) == (False, answer.json["errors"])
    assert client.get("/v1/policies").json == before


@pytest.mark.parametrize(
    "hostile",
    ["(" * 900 + "true" + ")" * 900, "!" * 1_000 + "true", "lines.all(a, lines.all(b, true))",
     "1+" * 900 + "1 == 1", "order.region.matches(order.region)", "'\ufdd0' == '\U0001f4a9", "\n"],
)  # fmt: skip
def test_hostile_expressions_are_told_what_they_are(client, hostile):
    body = {"document": document({**STORES, "when": hostile})}
    dry = client.post("/v1/policies/validate", body, key="").expect(200).json
    assert [each["pointer"] for each in dry["errors"]] == [
        "/document/sourcing/profiles/0/strategies/0/when"
    ]


def test_a_valid_document_is_said_to_be_valid_and_nothing_is_written(client):
    before = client.get("/v1/policies").json
    body = {"document": document(NODE_KINDS, STORES)}
    assert client.post("/v1/policies/validate", body, key="").expect(200).json == {
        "valid": True, "errors": [],
    }  # fmt: skip
    assert client.get("/v1/policies").json == before


def test_a_draft_is_changed_by_who_has_seen_it_and_once_for_each_key(client):
    made = client.post(
        "/v1/policies", {"document": {}, "note": "first"}, key="draft-once"
    ).expect(201)  # fmt: skip
    again = client.post("/v1/policies", {"document": {}, "note": "first"}, key="draft-once")
    assert (again.status, again.json) == (201, made.json)
    assert again.headers["idempotency-replayed"] == "true"
    path, etag = made.headers["location"], made.headers["etag"]
    assert path == f"/v1/policies/{made.json['version']}"

    body = {"document": {"extra_shipment": 7}, "note": "second"}
    changed = client.send("PUT", path, body, headers={"if-match": etag}).expect(200)
    assert (changed.json["revision"], changed.json["note"]) == (2, "second")
    late = client.send("PUT", path, body, headers={"if-match": etag})
    assert (late.status, late.code) == (412, "precondition-failed")
    assert [each["verb"] for each in client.get(path).json["moves"]] == ["change"]

    discarded = move(client, made.json["version"], "discard").expect(200).json
    assert discarded["state"] == "retired"
    for verb in ("activate", "withdraw", "discard"):
        refused = move(client, made.json["version"], verb)
        assert (refused.status, refused.code) == (409, "illegal-transition")
    assert client.send("PUT", path, body).code == "illegal-transition"


def test_a_schedule_comes_into_force_at_its_time_and_the_next_order_is_decided_by_it(shop, client):
    made = drafted(client, document(NODE_KINDS, STORES))
    at = mint.now() + timedelta(seconds=3)
    body = {"effective_at": at.isoformat()}
    past = move(client, made["version"], "schedule", effective_at="2020-01-01T00:00:00Z")
    assert (past.status, past.pointers) == (422, ["/effective_at"])
    done = move(client, made["version"], "schedule", **body).expect(200).json
    assert (done["state"], datetime.fromisoformat(done["effective_at"])) == ("scheduled", at)
    assert bought(shop)[0] == shop.store_

    def in_force():
        return client.get("/v1/policy").json["version"] == made["version"]

    eventually(in_force, what="the policy in force")
    assert mint.now() >= at
    assert bought(shop)[0] == shop.dc
    shown = client.get(f"/v1/policies/{made['version']}").json
    assert datetime.fromisoformat(shown["active_from"]) >= at
    assert [(each["verb"], each["actor"]) for each in shown["moves"]] == [
        ("schedule", "policies admin"), ("activate", "entrepot"),
    ]  # fmt: skip


def test_a_schedule_is_withdrawn(client):
    made = drafted(client, {"extra_shipment": 1})
    body = {"effective_at": (mint.now() + timedelta(days=3)).isoformat()}
    move(client, made["version"], "schedule", **body).expect(200)
    scheduled = client.get("/v1/policies?state=scheduled").json["items"]
    assert [each["version"] for each in scheduled] == [made["version"]]
    back = move(client, made["version"], "withdraw").expect(200).json
    assert (back["state"], back["effective_at"]) == ("draft", None)


def test_one_step_leads_back_and_says_where_to(shop, client):
    before = client.get("/v1/policy").json["version"]
    made = drafted(client, document(NODE_KINDS))
    move(client, made["version"], "activate").expect(200)
    assert bought(shop)[0] == shop.dc
    back = client.post("/v1/policies/rollback", {"reason": "too dear"}).expect(201).json
    assert (back["state"], back["restores"], back["note"]) == ("active", before, "too dear")
    assert bought(shop)[0] == shop.store_
    named = client.post(
        "/v1/policies/rollback", {"version": made["version"], "reason": "after all"}
    ).expect(201)  # fmt: skip
    assert named.json["restores"] == made["version"]
    assert bought(shop)[0] == shop.dc
    in_force = client.post(
        "/v1/policies/rollback", {"version": named.json["version"], "reason": "x"}
    )  # fmt: skip
    assert (in_force.status, in_force.pointers) == (409, ["/version"])
    nowhere = client.post("/v1/policies/rollback", {"version": 10**6, "reason": "x"})
    assert (nowhere.status, nowhere.pointers) == (422, ["/version"])


def test_versions_are_told_apart_place_by_place(client):
    client.put("/v1/policy", {"document": {"extra_shipment": 7}, "reason": "x"}).expect(200)
    made = drafted(client, {"extra_shipment": 9, **document(STORES)})
    path = f"/v1/policies/{made['version']}/diff"
    told = client.get(path).expect(200).json
    assert told["differences"][0] == {"pointer": "/extra_shipment", "old": 7, "new": 9}
    assert [each["pointer"] for each in told["differences"]] == [
        "/extra_shipment", "/sourcing/profiles/0",
    ]  # fmt: skip
    assert client.get(f"{path}?against=0").json["differences"][0]["old"] == 150
    assert client.get(f"{path}?against={made['version']}").json["differences"] == []
    assert client.get(f"{path}?against=999999").status == 422
    assert client.get("/v1/policies/999999/diff").status == 404


def test_a_rehearsal_says_what_a_policy_would_say(shop, client):
    rules = document(
        {**NODE_KINDS, "when": "order.units > 1"},
        {**STORES, "ratings": [{"by_kind": {"store": 25}}], "limits": {"shipments_max": 2}},
        otherwise="wait",
    )
    order = {"channel": shop.web, "destination": HOME_AT,
             "lines": [{"sku": shop.tee, "quantity": 2}]}  # fmt: skip
    said = client.post("/v1/policies/rehearse", {"document": rules, "order": order}, key="")
    assert said.expect(200).json == {
        "profile": "all", "otherwise": "wait",
        "strategies": [
            {"strategy": "DCs first", "nodes": [shop.dc], "ratings": {}, "shipments_max": None},
            {"strategy": "stores", "nodes": [shop.store_], "ratings": {shop.store_: 25},
             "shipments_max": 2},
        ],
    }  # fmt: skip
    nothing = client.post("/v1/policies/rehearse", {"order": order}, key="").expect(200).json
    assert nothing == {"profile": None, "strategies": [], "otherwise": "order"}
    stray = {**order, "lines": [{"sku": "no-such-sku", "quantity": 1}], "channel": "nobody"}
    wrong = client.post("/v1/policies/rehearse", {"order": stray}, key="").expect(422)
    assert wrong.pointers == ["/order/channel", "/order/lines/0/sku"]


def test_pages_of_versions_lead_to_each_other(client):
    for note in "abc":
        drafted(client, {}, note)
    first = client.get("/v1/policies?limit=2&state=draft").json
    second = client.get(f"/v1/policies?limit=2&state=draft&cursor={first['next']}").json
    notes = [each["note"] for each in first["items"] + second["items"]]
    assert notes[:3] == ["c", "b", "a"]
    assert client.get("/v1/policies?cursor=bm9uZQ").status == 422
    for nothing in ("0x1", "999999", "-1", "%00", "x" * 200):
        assert client.get(f"/v1/policies/{nothing}").status in {404, 422}
        assert move(client, nothing, "activate").status in {404, 422}
