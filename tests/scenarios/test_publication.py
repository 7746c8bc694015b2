"""A sale in one channel is heard in the other: in the feed, by webhook, within the window."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scenarios.shop import Shop, eventually, feed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the one of the standard's example
WINDOW_MS = 300
SOON_S = 10
"""A window, a look, and what a busy machine takes on top."""


@pytest.fixture(scope="module")
def shop(other_market):
    """A shop in a market of its own, whose policy is this story's alone."""
    return Shop(other_market("publication"))


@pytest.fixture
def endpoint():
    """An endpoint on this machine: its address, and the bodies it was sent."""
    heard = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", heard
    server.shutdown()
    thread.join()
    server.server_close()


def published(shop, channel):
    """Read what a channel was told, by sku, as (available, version)."""
    page = shop.client.get(f"/v1/channels/{channel}/availability").expect(200).json
    return {each["sku"]: (each["available"], each["version"]) for each in page["items"]}


def changes(shop, sku):
    """Read what the feed tells of a sku's availability."""
    facts = [each for each in feed(shop.client) if each["type"] == "availability.changed"]
    return [each for each in facts if each["data"]["sku"] == sku]


def test_every_channel_hears_of_a_sale_made_in_another(shop, endpoint):
    url, heard = endpoint
    sku, _ = shop.stocked(10)
    web, amazon = shop.channel("web"), shop.channel("amazon")
    rules = [{"channel": each, "low_at": 3, "coalesce_ms": WINDOW_MS} for each in (web, amazon)]
    body = {"document": {"publication": rules}, "reason": "we sell in two places"}
    shop.client.put("/v1/policy", body).expect(200)

    def first():
        return {each["data"]["channel"] for each in changes(shop, sku)} == {web, amazon}

    eventually(first, what="the first facts")
    assert published(shop, web)[sku] == published(shop, amazon)[sku] == (10, 1)
    hook = {"url": url, "secret": SECRET, "types": ["availability.changed"], "channels": [amazon]}
    shop.client.put("/v1/webhooks/amazon", hook).expect(200)

    shop.buy([(sku, 8)], channel=web)
    began = time.monotonic()
    eventually(lambda: len(heard) >= 1, what="the webhook")
    assert time.monotonic() - began < SOON_S

    (event,) = heard
    told = {**event["data"], "as_of": None}
    assert told == {
        "channel": amazon, "sku": sku, "available": 2, "was": 10, "version": 2, "as_of": None,
        "reason": "threshold",
    }  # fmt: skip
    facts = changes(shop, sku)
    assert event in facts
    newest = {each["data"]["channel"]: each["data"] for each in facts}
    assert {c: (d["available"], d["version"]) for c, d in newest.items()} == {
        web: (2, 2), amazon: (2, 2),
    }  # fmt: skip
    assert published(shop, amazon)[sku] == (2, 2)
    assert shop.available(sku, amazon) == 2

    shop.client.post(f"/v1/channels/{amazon}/republish", {"skus": [sku]}).expect(202)
    eventually(lambda: len(heard) >= 2, what="the republish")
    assert (heard[1]["data"]["version"], heard[1]["data"]["reason"]) == (3, "republish")

    def log():
        items = shop.client.get("/v1/webhooks/amazon/deliveries").expect(200).json["items"]
        assert [each["state"] for each in items] == ["delivered", "delivered"]
        return items

    assert [each["id"] for each in eventually(log, what="the log")] == [
        each["id"] for each in reversed(heard)
    ]
