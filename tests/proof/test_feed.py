"""The feed tells everything, in order, once: in pages, while waiting, and as a stream."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import jsonschema_rs
import pytest

from entrepot.demo.http import Http
from proof.feed import Event, drained, page, stream, whole
from proof.shop import open_shop, order

SCHEMAS = Path(__file__).parents[2] / "docs" / "events"
SKU, NODE = "FEED", "AUSTIN"

pytestmark = pytest.mark.slow


async def post(http: Http, path: str, body: object, key: str) -> dict[str, object]:
    answer = await http.send("POST", path, json.dumps(body).encode(), key=key)
    assert answer.status in {200, 201}, (path, answer.body)
    value: dict[str, object] = json.loads(answer.body)
    return value


async def place(http: Http, buyer: str) -> str:
    answer = await http.send("POST", "/v1/orders", order(buyer, [(SKU, 1)]), key=f"k-{buyer}")
    assert answer.status == 201, answer.body
    return str(json.loads(answer.body)["id"])


async def work_of(http: Http, order_id: str) -> str:
    """Wait for an order's work to be released to its node; gives its id."""
    async with asyncio.timeout(30):
        while True:
            answer = await http.send("GET", f"/v1/fulfillment-orders?node={NODE}&state=released")
            for item in json.loads(answer.body)["items"]:
                if item["order_id"] == order_id:
                    return str(item["id"])
            await asyncio.sleep(0.1)


async def live(http: Http) -> None:
    """Let every kind of thing happen to orders, so that the feed has much to tell."""
    shipped, canceled, held, rejected = [
        await place(http, f"{name}@example.com") for name in ("ship", "cancel", "hold", "reject")
    ]
    await post(http, f"/v1/orders/{held}/hold", {"kind": "manual", "reason": "asked"}, "h")
    work = await work_of(http, shipped)
    for verb in ("accept", "pick", "pack"):
        await post(http, f"/v1/fulfillment-orders/{work}/{verb}", {}, f"{verb}-1")
    lines = [{"line": 1, "sku": SKU, "quantity": 1}]
    parcel = {"tracking_number": "1Z1", "carrier": "acme", "service": "standard", "lines": lines}
    await post(http, f"/v1/fulfillment-orders/{work}/ship", {"packages": [parcel]}, "ship-1")
    scan = {"tracking_number": "1Z1", "carrier": "acme", "occurred_at": "2026-11-20T12:00:00Z"}
    await post(http, "/v1/tracking", {"events": [scan | {"status": "delivered"}]}, "track-1")
    await post(http, f"/v1/orders/{canceled}/cancel", {"reason": "changed my mind"}, "c")
    await post(http, f"/v1/orders/{held}/unhold", {"kind": "manual", "reason": "fine"}, "u")
    work = await work_of(http, rejected)
    await post(http, f"/v1/fulfillment-orders/{work}/reject", {"reason": "damaged"}, "reject-1")


@pytest.fixture
async def shop(crew, server, database, connect):
    """A server and a worker, with the shop open; gives (client, url of the server, database)."""
    url = server.url(database)
    serve = await crew.start("serve", database_url=url)
    await crew.start("work", database_url=url, ready=False)
    http = connect(serve.url)
    await open_shop(http, {(SKU, NODE): 100})
    return http, serve.url, url


async def test_everything_that_happens_is_told_once_in_order_and_as_documented(shop):
    http, _, url = shop
    await live(http)
    await drained(url)
    events = await whole(http)

    assert [e["sequence"] for e in events] == list(range(1, len(events) + 1))
    assert len({e["id"] for e in events}) == len(events)
    assert {
        "order.captured", "sourcing.planned", "order.canceled", "order.held", "order.unheld",
        "order.closed", "exception.opened",
    } <= {e["type"] for e in events}  # fmt: skip
    for event in events:
        assert_cloud_event(event)
        schema = json.loads((SCHEMAS / f"{event['type']}.json").read_text(encoding="utf-8"))
        jsonschema_rs.validate(schema, event["data"])


def assert_cloud_event(event: Event) -> None:
    """CloudEvents 1.0: the required attributes, and those of ours, each of its type."""
    assert event["specversion"] == "1.0"
    assert event["id"]
    assert event["source"]
    assert event["type"]
    assert event["datacontenttype"] == "application/json"
    assert datetime.fromisoformat(event["time"]).tzinfo is not None
    assert event["subject"]


async def test_pages_of_any_size_add_up_to_the_same_feed(shop):
    http, _, url = shop
    for number in range(5):
        await place(http, f"b{number}@example.com")
    await drained(url)
    everything = await whole(http)
    one_by_one: list[Event] = []
    while more := await page(http, len(one_by_one), limit=1):
        one_by_one += more
    assert one_by_one == everything
    assert await page(http, 3, limit=2) == everything[3:5]
    assert await page(http, len(everything)) == []


async def test_only_the_types_asked_for_are_told(shop):
    http, _, url = shop
    for number in range(3):
        await place(http, f"b{number}@example.com")
    await drained(url)
    answer = await http.send("GET", "/v1/events?after=0&types=order.captured")
    captured = json.loads(answer.body)["events"]
    assert [e["type"] for e in captured] == ["order.captured"] * 3
    assert captured == [e for e in await whole(http) if e["type"] == "order.captured"]


async def test_who_waits_is_told_as_soon_as_it_happens(shop):
    http, _, url = shop
    await drained(url)
    end = len(await whole(http))
    waiting = asyncio.create_task(page(http, end, wait=30))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    order_id = await place(http, "late@example.com")
    (first, *_) = await asyncio.wait_for(waiting, 25)
    assert (first["sequence"], first["type"]) == (end + 1, "order.captured")
    assert first["data"]["order_id"] == order_id


async def test_who_waits_in_vain_is_told_nothing(shop):
    http, _, url = shop
    await drained(url)
    assert await page(http, len(await whole(http)), wait=1) == []


async def test_the_stream_tells_the_same_and_resumes_from_where_it_was_left(shop):
    http, address, url = shop
    await place(http, "first@example.com")
    await drained(url)
    before = await whole(http)

    heard: list[Event] = []
    async with asyncio.timeout(30):
        async for number, kind, event in stream(address, 0):
            assert (number, kind) == (event["sequence"], event["type"])
            heard.append(event)
            if len(heard) == len(before):
                break
    assert heard == before

    following = asyncio.create_task(_next(address, len(before)))
    await asyncio.sleep(0.3)
    await place(http, "second@example.com")
    event = await asyncio.wait_for(following, 25)
    assert (event["sequence"], event["type"]) == (len(before) + 1, "order.captured")
    assert event["data"]["external_id"] == "x-second@example.com"


async def _next(address: str, after: int) -> Event:
    async for _, _, event in stream(address, after):
        return event
    raise AssertionError("the stream has ended")
