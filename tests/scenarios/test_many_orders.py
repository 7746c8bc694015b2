"""Many orders over HTTP: views, an overview, a job that is previewed, run and taken back, CSV."""

import csv
import io

import pytest

from scenarios.shop import KIM, eventually


@pytest.fixture
def four(shop):
    """Four orders of a channel of their own, released; a customer's name is a formula."""
    sku, _ = shop.stocked(50)
    channel = shop.channel("bulk")
    bad = {**KIM, "name": "=HYPERLINK(1)"}
    orders = [
        shop.buy([(sku, 1)], channel=channel, customer=bad if place == 0 else KIM)
        for place in range(4)
    ]
    eventually(
        lambda: len(listed(shop, f"channel={channel}&phase=released")) == 4, what="all are listed"
    )
    return orders, channel


def listed(shop, query):
    return shop.client.get(f"/v1/orders?{query}&limit=200").expect(200).json["items"]


def ended(shop, job):
    path = f"/v1/orders/bulk/{job['id']}"
    return eventually(
        lambda: (now := shop.client.get(path).expect(200).json)["ended_at"] and now, what="it ends"
    )


def test_it_is_a_job_among_all_long_work(shop, four):
    orders, channel = four
    client = shop.client
    asked = {"action": "hold", "reason": "recall", "filter": {"channel": [channel]}}
    job = client.post("/v1/orders/bulk", asked).expect(202).json
    ended(shop, job)

    found = client.get("/v1/jobs?kind=bulk&open=false").expect(200).json["items"]
    shown = next(each for each in found if each["id"] == job["id"])

    assert (shown["title"], shown["state"], shown["share"]) == ("hold", "done", 1.0)
    assert (shown["done"], shown["total"], shown["unit"]) == (len(orders), len(orders), "orders")
    assert shown["figures"] == {"changed": len(orders), "skipped": 0, "failed": 0}
    assert client.get("/v1/jobs?kind=bulk&open=true").expect(200).json["items"] == []
    again = client.post(f"/v1/jobs/bulk/{job['id']}/cancel").expect(409)
    assert again.code == "illegal-transition"
    client.post(f"/v1/orders/bulk/{job['id']}/undo", {}).expect(202)


def test_a_job_is_previewed_run_and_taken_back(shop, four):
    orders, channel = four
    client = shop.client
    shop.client.post(
        f"/v1/orders/{orders[0]['id']}/hold", {"kind": "manual", "reason": "mine"}
    ).expect(200)
    asked = {"action": "hold", "reason": "recall", "filter": {"channel": [channel]}}
    seen = client.post("/v1/orders/bulk/preview", asked).expect(200).json
    assert seen == {"changes": 3, "skipped": {"already_held": 1}, "more": False}
    job = client.post("/v1/orders/bulk", asked, key="k" + channel).expect(202).json
    assert (
        client.post("/v1/orders/bulk", asked, key="k" + channel).expect(202).json["id"]
        == (job["id"])
    )
    done = ended(shop, job)
    assert (done["state"], done["changed"], done["skips"]) == ("done", 3, {"already_held": 1})
    assert len(listed(shop, f"channel={channel}&held=true")) == 4
    (left,) = client.get(f"/v1/orders/bulk/{job['id']}/errors").expect(200).json["items"]
    assert (left["number"], left["why"]) == (orders[0]["number"], "already_held")

    back = client.post(f"/v1/orders/bulk/{job['id']}/undo", {}).expect(202).json
    assert ended(shop, back)["changed"] == 3
    client.post(f"/v1/orders/bulk/{job['id']}/undo", {}).expect(409)
    held = listed(shop, f"channel={channel}&held=true")
    assert [each["id"] for each in held] == [orders[0]["id"]]
    newest = client.get("/v1/orders/bulk?limit=2").expect(200).json["items"]
    assert [each["id"] for each in newest] == [back["id"], job["id"]]


def test_a_filter_and_ids_are_one_or_the_other(shop):
    both = {"action": "hold", "reason": "x"}
    shop.client.post("/v1/orders/bulk", both).expect(422)


def test_the_list_is_a_file_that_no_spreadsheet_runs(shop, four):
    orders, channel = four
    answer = shop.client.get(f"/v1/orders.csv?channel={channel}&sort=oldest").expect(200)
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert [row["number"] for row in rows] == [each["number"] for each in orders]
    assert rows[0]["customer"] == "'=HYPERLINK(1)"


def test_orders_are_counted_up_to_a_bound(shop, four):
    _, channel = four
    path = f"/v1/orders/count?channel={channel}"
    assert shop.client.get(path).expect(200).json == {"orders": 4, "more": False}
    assert shop.client.get(f"{path}&most=3").expect(200).json == {"orders": 3, "more": True}


def test_the_overview_leads_to_the_lists_it_counts(shop, four):
    orders, _ = four
    shop.client.post(
        f"/v1/orders/{orders[1]['id']}/hold", {"kind": "fraud", "reason": "odd"}
    ).expect(200)

    def held():
        seen = shop.client.get("/v1/overview").expect(200).json
        figure = next(each for each in seen["figures"] if each["name"] == "held")
        found = listed(shop, figure["query"])
        return orders[1]["id"] in {each["id"] for each in found} and figure["count"] == len(found)

    eventually(held, what="the hold is counted")
    seen = shop.client.get("/v1/overview").expect(200).json
    released = next(each for each in seen["stages"] if each["stage"] == "released")
    assert released["orders"] >= 4
    assert released["oldest_at"] is not None
    oversold = next(each for each in seen["figures"] if each["name"] == "oversold")
    assert (oversold["count"], oversold["level"]) == (0, "good")


def test_a_view_is_kept_changed_as_it_was_seen_and_forgotten(shop):
    client = shop.client
    new = {"screen": "orders", "name": f"Late {shop.tag}", "query": {"late": "true"}}
    made = client.post("/v1/views", new).expect(201)
    view, tag = made.json, made.headers["etag"]
    path = f"/v1/views/{view['id']}"
    changed = {"name": f"Later {shop.tag}", "query": {"late": "true", "sort": "promise"}}
    again = client.send("PUT", path, changed, headers={"if-match": tag}).expect(200)
    assert (again.json["name"], again.json["version"]) == (changed["name"], 2)
    client.send("PUT", path, changed, headers={"if-match": tag}).expect(412)
    names = {each["name"] for each in client.get("/v1/views?screen=orders").json["items"]}
    assert changed["name"] in names
    client.send("DELETE", path).expect(204)
    client.send("DELETE", path).expect(404)


def test_one_view_of_a_screen_is_begun_with(shop):
    client = shop.client
    ids = [
        client.post(
            "/v1/views",
            {"screen": "orders", "name": f"{name} {shop.tag}", "query": {}, "default": True},
        ).expect(201).json["id"]
        for name in ("A", "B")
    ]  # fmt: skip
    views = {each["id"]: each for each in client.get("/v1/views?screen=orders").json["items"]}
    assert [views[each]["default"] for each in ids] == [False, True]
