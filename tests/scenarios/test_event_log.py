"""The feed read backwards: the newest first, by type, order, time and words, page by page."""

from scenarios.shop import eventually

START = 2**62


def back(client, query: str) -> dict:
    return client.get(f"/v1/events?before={START}&{query}").expect(200).json


def test_the_newest_comes_first_and_pages_follow_without_a_gap(client, shop):
    sku, _ = shop.stocked(5)
    for _ in range(4):
        shop.told(shop.buy([(sku, 1)]), "fulfillment.released")
    whole = back(client, "limit=40")["events"]
    sequences = [event["sequence"] for event in whole]
    assert sequences == sorted(sequences, reverse=True)
    first = back(client, "limit=5")
    second = client.get(f"/v1/events?before={first['cursor']}&limit=5").expect(200).json
    found = [event["sequence"] for event in first["events"] + second["events"]]
    assert found == list(range(found[0], found[0] - len(found), -1))


def test_an_orders_events_are_found_by_its_number_and_by_its_id(client, shop):
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    shop.told(order, "order.captured")
    for name in (order["id"], order["number"], order["number"].replace("-", "").lower()):
        found = back(client, f"order={name}&types=order.captured")
        assert [event["subject"] for event in found["events"]] == [f"orders/{order['id']}"]
        assert found["cursor"] is None
    assert client.get(f"/v1/events?before={START}&order=nonsense").expect(422).pointers == ["order"]


def test_words_types_and_times_narrow_what_is_found(client, shop):
    sku, node = shop.stocked(5)
    shop.buy([(sku, 2)])

    def found() -> list[dict]:
        return back(client, f"types=sourcing.planned&text={sku.lower()}")["events"]

    eventually(found, what="sourcing.planned")
    [event] = found()
    assert event["data"]["shipments"][0]["node"] == node
    assert event["specversion"] == "1.0"
    at = event["time"].replace("+", "%2B")
    assert back(client, f"text={sku}&to={at}&types=sourcing.planned")["events"] == []
    later = back(client, f"text={sku}&from={at}&types=sourcing.planned,order.captured")["events"]
    assert event["sequence"] in {each["sequence"] for each in later}
    assert back(client, "from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")["events"] == []


def test_what_is_searched_is_searched_backwards(client):
    for query in ("text=ab", "subject=x", "order=x", "from=2026-01-01T00:00:00Z"):
        client.get(f"/v1/events?{query}").expect(422)
