"""A policy is tried on history before it comes into force; a day is asked what it could cost."""

from datetime import UTC, datetime, timedelta

import pytest

from scenarios.shop import Shop, eventually

NOW = datetime.now(UTC)  # noqa: TID251 - a test is a shell
TOMORROW = (NOW + timedelta(days=1)).isoformat()
TWO_DAYS_AGO = (NOW - timedelta(days=2)).isoformat()


@pytest.fixture(scope="module")
def shop(other_market):
    """A shop of a market of its own: what it sells is in two nodes, and in a third one dearer."""
    shop = Shop(other_market("replays"))
    shop.tees, shop.caps = shop.item("TEE", weight_g=300), shop.item("CAP", weight_g=300)
    policy(shop, {"extra_shipment": 0})
    shop.a, shop.b = shop.node("A", "austin"), shop.node("B", "austin")
    shop.dear = shop.node("DEAR", "austin", handling_cost=900)
    for sku, nodes in ((shop.tees, (shop.a, shop.dear)), (shop.caps, (shop.b, shop.dear))):
        for node in nodes:
            shop.stock(sku, node, 50)
    shop.orders = [shop.buy([(shop.tees, 1), (shop.caps, 1)]) for _ in range(3)]
    shop.orders.append(shop.buy([(shop.tees, 1)]))
    return shop


def policy(shop, document, *, status=200):
    body = {"document": document, "reason": "a test"}
    return shop.client.put("/v1/policy", body).expect(status)


def replayed(shop, **body):
    asked = {"from": TWO_DAYS_AGO, **body}
    made = shop.client.post("/v1/replays", asked).expect(202).json
    assert made["ended_at"] is None

    def done():
        found = shop.client.get(f"/v1/replays/{made['id']}").expect(200).json
        return found if found["ended_at"] else None

    return eventually(done, within_s=60, what="the end of the replay")


def changes(shop, replay, limit=50):
    path, found = f"/v1/replays/{replay['id']}/changes?limit={limit}", []
    while path:
        page = shop.client.get(path).expect(200).json
        found += page["items"]
        cursor = page["next"]
        path = cursor and f"/v1/replays/{replay['id']}/changes?limit={limit}&cursor={cursor}"
    return found


def test_history_is_reproduced_to_the_last_decision(shop):
    found = replayed(shop)
    assert found["fault"] is None
    assert found["result"]["orders"] >= 4
    assert found["result"]["differing"] == 0
    assert found["result"]["fidelity_percent"] == 100.0
    assert found["result"]["figures"] is None
    assert changes(shop, found) == []


def test_a_draft_shows_what_it_would_have_done_and_each_order_why(shop):
    found = replayed(shop, document={"extra_shipment": 5_000})
    figures = found["result"]["figures"]
    assert (figures["changed"], found["changed"]) == (3, 3)
    assert figures["split"]["now"] == 0
    assert figures["cost"]["difference"] > 0
    told = changes(shop, found, limit=2)
    assert {each["change"]["order"] for each in told} == {o["id"] for o in shop.orders[:3]}
    for each in told:
        assert each["faithful"] is True
        assert [sent["node"] for sent in each["change"]["now"]["shipments"]] == [shop.dear]
        assert each["change"]["because"] == "dearer"


def test_a_policy_that_must_be_tried_first_does_not_come_into_force_untried(shop):
    strict = {"days": 1, "max_split_increase": 0, "max_cost_increase_pct": 100}
    policy(shop, {"extra_shipment": 0, "require_replay": strict})
    try:
        draft = {"extra_shipment": 5_000, "require_replay": strict}
        refused = policy(shop, draft, status=409)
        assert refused.code == "replay-needed"
        assert "no passing replay of this document" in refused.json["detail"]

        written = {"document": draft, "note": "a draft"}
        version = shop.client.post("/v1/policies", written).expect(201).json["version"]
        for verb, more in (("activate", {}), ("schedule", {"effective_at": TOMORROW})):
            told = {"reason": "untried", **more}
            answer = shop.client.post(f"/v1/policies/{version}/{verb}", told).expect(409)
            assert answer.code == "replay-needed"

        replayed(shop, document=draft)
        refused = policy(shop, draft, status=409)
        assert "cost per order, in percent" in refused.json["detail"]

        mild = {"extra_shipment": 100, "require_replay": strict}
        policy(shop, mild, status=409)
        replayed(shop, document=mild)
        policy(shop, mild)

        back = {"extra_shipment": 0, "require_replay": strict}
        policy(shop, back)  # it was in force before: going back does not wait
        policy(shop, {**back, "release_after_s": 0})  # it has no say in which node sends what
    finally:
        policy(shop, {"extra_shipment": 0})


def test_what_is_wrong_with_a_replay_is_said(shop):
    post = shop.client.post
    assert post("/v1/replays", {"from": TWO_DAYS_AGO, "version": 999}).pointers == ["/version"]
    both = {"from": TWO_DAYS_AGO, "version": 1, "document": {}}
    assert post("/v1/replays", both).pointers == ["/version"]
    nobody = "/v1/replays/01920000-0000-7000-8000-000000000000"
    assert shop.client.get(nobody).status == 404
    assert shop.client.get(f"{nobody}/changes").status == 404
    assert shop.client.get("/v1/replays/x").status == 404
    own = replayed(shop)
    assert shop.client.get(f"/v1/replays/{own['id']}/changes?cursor=x").status == 422


def test_a_decision_says_what_stood_in_the_way_and_what_would_flip_it(shop):
    order = shop.buy([(shop.tees, 1)])
    [decision] = shop.client.get(f"/v1/orders/{order['id']}/decisions").expect(200).json["items"]
    told = decision["what_if"]
    assert told["binding"] is None
    assert [each["nodes"] for each in told["candidates"]] == [[shop.a], [shop.dear]]
    assert told["words"][0] == "No single rule or limit made it dearer."
    assert {each["lever"] for each in told["flips"]} >= {"handling_more", "stock_less"}

    shop.node("A", "austin", enabled=False)
    try:
        order = shop.buy([(shop.tees, 1)])
    finally:
        shop.node("A", "austin")
    [decision] = shop.client.get(f"/v1/orders/{order['id']}/decisions").expect(200).json["items"]
    assert decision["what_if"]["binding"]["constraint"] == "disabled"
    assert decision["what_if"]["words"][0] == (f"9.00 dearer because {shop.a} was switched off.")


def test_a_day_s_regret_is_worked_out_by_the_command_and_read_by_all(shop, system):
    today = datetime.now(UTC).date().isoformat()  # noqa: TID251 - a test is a shell
    done = system.command("regret", "--day", today, "--market", "replays")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "no plan could have cost less than" in done.stdout
    [day] = shop.client.get(f"/v1/reports/regret?from={today}&to={today}").expect(200).json["items"]
    assert day["day"] == today
    assert 0 < day["regret"]["bound"] <= day["regret"]["cost"]
    assert day["regret"]["regret"] == day["regret"]["cost"] - day["regret"]["bound"]
    assert shop.client.get("/v1/reports/regret?from=2026-01-01&to=x").status == 422
    empty = shop.client.get("/v1/reports/regret?from=2025-01-01&to=2025-01-02").expect(200)
    assert empty.json["items"] == []


def test_the_command_replays_and_ends_by_what_it_found(shop, system, tmp_path):
    draft, out, table = tmp_path / "draft.json", tmp_path / "out.json", tmp_path / "changes.csv"
    draft.write_text('{"extra_shipment": 5000}')
    told = ("--from", TWO_DAYS_AGO, "--market", "replays", "--policy", str(draft))
    done = system.command("replay", *told, "--json", str(out), "--csv", str(table))
    assert done.returncode == 0, done.stderr[-2000:]
    assert "baseline reproduced 100.00 % of logged decisions" in done.stdout
    assert table.read_text().count("\n") >= 4
    assert '"differing": 0' in out.read_text()
    assert system.command("replay", "--from", "nonsense").returncode == 2
    assert system.command("replay", "--from", TWO_DAYS_AGO, "--policy", "999").returncode == 2
    assert len(shop.orders) == 4
