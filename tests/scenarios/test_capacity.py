"""A node's days over HTTP: full days send orders elsewhere, and so does what operations say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scenarios.shop import eventually


def today(zone="America/Chicago"):
    return datetime.now(ZoneInfo(zone)).date()  # noqa: TID251 - a test is a shell


def soon(**after):
    return (datetime.now(UTC) + timedelta(**after)).isoformat()  # noqa: TID251 - a test is a shell


def nodes_of(order):
    return [each["node"] for each in order["plan"]["shipments"]]


def days(shop, node, query=""):
    return shop.client.get(f"/v1/nodes/{node}/capacity{query}").expect(200).json["days"]


def say(shop, node, **body):
    told = {"reason": "snow", **body}
    return shop.client.post(f"/v1/nodes/{node}/overrides", told)


def reproduced(shop, order):
    path = f"/v1/orders/{order['id']}/decisions"
    return [each["reproduced"] for each in shop.client.get(path).expect(200).json["items"]]


@pytest.fixture
def pair(shop):
    """A store near and a warehouse far, ten of an item at each."""
    sku = shop.item()
    near = shop.store("NEAR", capacity_per_day=4, capacity_per_service={"ship": 2, "pickup": 3})
    far = shop.node("FAR", "newark")
    for node in (near, far):
        shop.stock(sku, node, 10)
    return shop, sku, near, far


def test_services_fill_by_themselves_and_the_next_best_node_has_the_rest(pair):
    shop, sku, near, far = pair
    sent = [shop.buy([(sku, 1)]) for _ in range(3)]
    assert [nodes_of(order) for order in sent] == [[near], [near], [far]]
    fetched = [shop.place(shop.pickup([(sku, 1)], near)).expect(201).json for _ in range(3)]

    by_day = {day["day"]: day for day in days(shop, near)}
    first = min(day for day, shown in by_day.items() if shown["services"][0]["planned"])
    shown = by_day[first]
    assert [(u["service"], u["limit"], u["planned"], u["left"]) for u in shown["services"]] == [
        (None, 4, 4, 0), ("ship", 2, 2, 0), ("pickup", 3, 2, 1), ("curbside", None, 0, None),
    ]  # fmt: skip
    assert not shown["takes_work"]
    assert shown["why"][-2:] == ["full: 4 of 4", "full: 2 of 2 for ship"]
    later = sorted(by_day)[sorted(by_day).index(first) + 1]
    assert by_day[later]["services"][0]["planned"] == 1, "a customer's own store is never refused"
    last = shop.read(fetched[-1])
    assert last["promise"]["earliest"][:10] >= later

    why = shop.client.get(f"/v1/orders/{sent[2]['id']}/decisions").expect(200).json["items"][0]
    [out] = [each for each in why["explanation"]["nodes"] if each["node"] == near]
    assert (out["eliminated"], out["used"], out["limit"]) == ("capacity_full", 2, 2)
    assert all(reproduced(shop, order) == [True] for order in (*sent, *fetched))


def test_a_paused_node_gets_nothing_new_until_it_is_lifted(pair):
    shop, sku, near, far = pair
    pause = say(shop, near, kind="pause", until=soon(hours=3)).expect(201).json
    assert pause["not_begun"] == 0
    order = shop.buy([(sku, 1)])
    assert nodes_of(order) == [far]
    assert shop.available(sku) == 9
    [shown] = days(shop, near, f"?from={today()}&to={today()}")
    assert any(why.startswith("paused until") for why in shown["why"])
    why = shop.client.get(f"/v1/orders/{order['id']}/decisions").expect(200).json["items"][0]
    assert "paused" in " ".join(why["explanation"]["words"])

    path = f"/v1/nodes/{near}/overrides"
    [listed] = shop.client.get(path).expect(200).json["items"]
    assert (listed["id"], listed["actor"] != "", listed["ended_at"]) == (pause["id"], True, None)
    shop.client.post(f"{path}/{pause['id']}/lift", {"reason": "thaw"}).expect(200)
    assert nodes_of(shop.buy([(sku, 1)])) == [near]
    assert shop.client.post(f"{path}/{pause['id']}/lift", {"reason": "thaw"}).status == 409
    assert shop.client.get(path).expect(200).json["items"] == []
    [ended] = shop.client.get(f"{path}?ended=true").expect(200).json["items"]
    assert (ended["end_reason"], ended["ended_by"] != "") == ("thaw", True)
    assert reproduced(shop, order) == [True]


def test_work_that_stands_is_planned_again_when_it_is_asked_for(pair):
    shop, sku, near, far = pair
    order = shop.buy([(sku, 2)])
    [work] = shop.released(order)
    assert work["node"] == near
    pause = say(shop, near, kind="pause", until=soon(hours=30)).expect(201).json
    assert pause["not_begun"] == 1
    assert shop.works(order, "released")[0]["node"] == near

    path = f"/v1/nodes/{near}/overrides/{pause['id']}/replan"
    shop.client.post(path, {}).expect(200)
    moved = eventually(
        lambda: [each for each in shop.works(order, "released") if each["node"] == far]
    )
    assert len(moved) == 1
    assert shop.balance(sku, near) == (10, 0)
    assert reproduced(shop, order) == [True, True]

    def told() -> bool:
        path = "/v1/events?types=capacity.clearing&limit=1000"
        facts = shop.client.get(path).expect(200).json["events"]
        return near in [each["data"]["node"] for each in facts]

    eventually(told, what="its clearing")


def test_of_a_capped_day_the_next_best_node_has_what_is_beyond(pair):
    shop, sku, near, far = pair
    day = str(today())
    say(shop, near, kind="cap", day=day, limit=1, service="ship").expect(201)
    shown = days(shop, near, f"?from={day}&to={day}")[0]
    [use] = [each for each in shown["services"] if each["service"] == "ship"]
    assert use["limit"] == 1
    if shown["order_by"] and shown["order_by"] > soon(minutes=1):
        assert [nodes_of(shop.buy([(sku, 1)])) for _ in range(2)] == [[near], [far]]


def test_a_node_that_is_not_there_has_no_days(shop):
    assert shop.client.get("/v1/nodes/MARS/capacity").status == 404
    assert shop.client.get("/v1/nodes/MARS/overrides").status == 404
    assert say(shop, "MARS", kind="pause", until=soon(hours=1)).status == 404


@pytest.mark.parametrize(
    "query",
    ["?from=x", "?to=2026-02-30", "?from=2026-11-20&to=2026-11-19", "?from=1999-01-01",
     f"?from={today()}&to={today() + timedelta(days=90)}", "?since=2026-11-20"],
)  # fmt: skip
def test_days_that_are_none_are_named(pair, query):
    shop, _, near, _ = pair
    answer = shop.client.get(f"/v1/nodes/{near}/capacity{query}")
    assert answer.status == 422
    assert answer.pointers[0] in {"from", "to", "since"}
