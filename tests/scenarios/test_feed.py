"""The feed as its readers see it: dense, in order, each fact once, from wherever they stopped."""

import threading
from datetime import datetime

from scenarios.shop import feed


def test_sequences_are_dense_and_events_are_cloud_events(shop):
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    shop.released(order)
    shop.told(order, "fulfillment.released")

    events = list(feed(shop.client))

    numbers = [each["sequence"] for each in events]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len({each["id"] for each in events}) == len(events)
    for each in events:
        assert each["specversion"] == "1.0"
        assert each["datacontenttype"] == "application/json"
        assert each["source"]
        assert each["subject"]
        assert datetime.fromisoformat(each["time"]).tzinfo is not None
        assert isinstance(each["data"], dict)


def test_a_page_ends_where_its_cursor_says_and_the_next_begins_there(shop):
    sku, _ = shop.stocked(5)
    shop.told(shop.buy([(sku, 1)]), "fulfillment.released")
    whole = [each["sequence"] for each in feed(shop.client)][:7]

    seen: list[int] = []
    cursor = 0
    while len(seen) < len(whole):
        page = shop.client.get(f"/v1/events?after={cursor}&limit=2").expect(200).json
        seen += [each["sequence"] for each in page["events"]]
        cursor = page["cursor"]
        assert cursor == seen[-1]
    assert seen[: len(whole)] == whole


def test_types_are_chosen_and_the_cursor_moves_on_all_the_same(shop):
    sku, _ = shop.stocked(5)
    order = shop.buy([(sku, 1)])
    [released] = shop.told(order, "fulfillment.released")
    after = released["sequence"] - 1

    path = f"/v1/events?after={after}&types=fulfillment.released,order.canceled"
    page = shop.client.get(path).expect(200).json

    assert {each["type"] for each in page["events"]} <= {"fulfillment.released", "order.canceled"}
    assert page["events"][0]["id"] == released["id"]
    nothing = shop.client.get(f"/v1/events?after={after}&types=no.such.fact").expect(200).json
    assert nothing["events"] == []
    assert nothing["cursor"] > after


def test_who_waits_hears_as_soon_as_something_happens(shop):
    sku, _ = shop.stocked(5)
    shop.told(shop.buy([(sku, 1)]), "fulfillment.released")
    after = [each["sequence"] for each in feed(shop.client)][-1]
    heard = []

    def wait():
        path = f"/v1/events?after={after}&wait=20&types=order.captured"
        heard.extend(shop.client.get(path).expect(200).json["events"])

    waiting = threading.Thread(target=wait)
    waiting.start()
    order = shop.buy([(sku, 1)])
    waiting.join(timeout=15)

    assert not waiting.is_alive()
    assert [each["data"]["order_id"] for each in heard] == [order["id"]]
