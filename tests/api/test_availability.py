"""What can be sold, and when it would arrive: asked for a channel that there is."""

import json

import pytest

ASKED = {
    "channel": "web",
    "destination": {"country": "US", "postal_code": "78701"},
    "lines": [{"sku": "TEE", "quantity": 1}],
}

NODE = {
    "name": "Dallas",
    "kind": "dc",
    "address": {"country": "US", "postal_code": "75201"},
    "time_zone": "America/Chicago",
    "services": ["ship"],
}


@pytest.fixture
async def shop(call):
    """One item to sell, and a node without any."""
    await call.ok("PUT", "/v1/items/TEE", {"name": "Tee"})
    await call.ok("PUT", "/v1/nodes/D", NODE)
    return call


async def test_a_promise_for_a_channel_that_there_is_not_names_it(shop):
    told = (422, "invalid-request", ["/channel"])
    assert await shop.refused("POST", "/v1/promises", ASKED) == told
    await shop.ok("PUT", "/v1/channels/web", {"name": "Web"})
    assert (await shop.ok("POST", "/v1/promises", ASKED))["options"] == []


async def test_what_a_channel_may_sell_is_not_found_where_there_is_no_channel(shop):
    answer = await shop("GET", "/v1/availability?sku=TEE&channel=web")
    assert answer.status == 404
    assert [each["parameter"] for each in json.loads(answer.body)["errors"]] == ["channel"]
    await shop.ok("PUT", "/v1/channels/web", {"name": "Web"})
    shown = await shop.ok("GET", "/v1/availability?sku=TEE&channel=web")
    assert [(each["sku"], each["available"]) for each in shown["items"]] == [("TEE", 0)]
