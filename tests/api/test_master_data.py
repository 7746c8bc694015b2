"""Items, the network and the policy through the face, on a database of its own."""

import asyncio
import json

import pytest

from api.caller import Caller
from entrepot.network.read import read

TEE = {
    "name": "Tee",
    "price": 1999,
    "weight_g": 180,
    "volume_cm3": 900,
    "attributes": {"color": "black"},
}
NODE = {
    "name": "Dallas",
    "kind": "dc",
    "address": {"country": "US", "postal_code": "75201", "city": "Dallas"},
    "time_zone": "America/Chicago",
    "calendar": {"weekly": {"mon": ["09:00-18:00"]}, "holidays": ["2026-11-26"]},
    "cut_off": "15:30",
    "capacity_per_day": 40,
    "capacity_per_service": {"pickup": 10, "ship": 30},
    "services": ["pickup", "ship"],
    "handling_cost": 90,
    "handling_hours": 16,
    "parcel_cost": 60,
    "enabled": True,
}
LANE = {
    "carrier": "ups",
    "service": "air",
    "zone": 3,
    "transit_days": 2,
    "transit_days_min": 1,
    "cost": {
        "breaks": [{"up_to_g": 500, "cost": 700}],
        "per_kg_over": 90,
        "cm3_per_kg": 5000,
        "cost_min": 450,
    },
    "enabled": True,
}


async def test_an_item_is_given_back_as_it_was_put_with_its_version_as_etag(call):
    answer = await call("PUT", "/v1/items/TEE%20M", TEE)
    assert (answer.status, dict(answer.headers)["etag"]) == (200, '"1"')
    tracked = {"tracking": "none", "shelf_life_days": None, "min_remaining_days": 0}
    empty = {"category": "", "components": [], "barcodes": []}
    shown = {**TEE, "sku": "TEE M", "version": 1, **empty, **tracked}
    assert json.loads(answer.body) == shown
    got = await call("GET", "/v1/items/TEE%20M")
    assert (json.loads(got.body), dict(got.headers)["etag"]) == (shown, '"1"')


async def test_what_there_is_not_is_404(call):
    for path in ("items/A", "nodes/A", "node-groups/A", "channels/A", "lanes/A", "customers/A"):
        assert await call.refused("GET", f"/v1/{path}") == (404, "not-found", [])


async def test_the_same_key_and_body_is_answered_once_and_again(call):
    first = await call("PUT", "/v1/items/A", TEE, idempotency_key="k")
    await call.ok("PUT", "/v1/items/A", {**TEE, "price": 5})
    again = await call("PUT", "/v1/items/A", TEE, idempotency_key="k")
    assert again.body == first.body
    assert ("idempotency-replayed", "true") in again.headers
    assert (await call.ok("GET", "/v1/items/A"))["price"] == 5
    assert await call.refused("PUT", "/v1/items/A", {**TEE, "price": 9}, idempotency_key="k") == (
        422,
        "idempotency-key-reused",
        [],
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/items/A", TEE),
        ("/v1/nodes/A", NODE),
        ("/v1/node-groups/A", {"nodes": []}),
        ("/v1/channels/A", {"name": "Web"}),
        ("/v1/lanes/A", LANE),
        ("/v1/customers/A", {"name": "Kim"}),
    ],
)
async def test_if_match_lets_through_only_who_has_seen_the_newest(call, path, body):
    stale = (412, "precondition-failed", [])
    assert await call.refused("PUT", path, body, if_match='"1"') == stale
    assert await call.refused("PUT", path, body, if_match="*") == stale
    await call.ok("PUT", path, body)
    changed = {**body, "name": "New"} if "carrier" not in body else {**body, "carrier": "dhl"}
    answer = await call("PUT", path, changed, if_match='"1"')
    assert dict(answer.headers)["etag"] == '"2"'
    assert await call.refused("PUT", path, body, if_match='"1"') == stale
    assert (await call.ok("GET", path))["version"] == 2


async def test_of_two_who_have_seen_the_same_one_wins(call):
    await call.ok("PUT", "/v1/nodes/A", NODE)
    answers = await asyncio.gather(
        *(call("PUT", "/v1/nodes/A", {**NODE, "name": n}, if_match='"1"') for n in ("x", "y", "z"))
    )
    assert sorted(answer.status for answer in answers) == [200, 412, 412]


async def test_items_are_listed_in_pages_that_link_to_the_next(call):
    for sku in ("A1", "A2", "A3", "B1"):
        await call.ok("PUT", f"/v1/items/{sku}", TEE)
    answer = await call("GET", "/v1/items?limit=2&q=A")
    page = json.loads(answer.body)
    assert [item["sku"] for item in page["items"]] == ["A1", "A2"]
    link = dict(answer.headers)["link"]
    assert link == f'</v1/items?limit=2&q=A&cursor={page["next"]}>; rel="next"'
    rest = await call("GET", link[1 : link.index(">")])
    assert json.loads(rest.body)["next"] is None
    assert [item["sku"] for item in json.loads(rest.body)["items"]] == ["A3"]
    assert "link" not in dict(rest.headers)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=%25", "cursor=AA"])
async def test_a_page_that_cannot_be_meant_is_refused(call, query):
    status, code, _ = await call.refused("GET", f"/v1/nodes?{query}")
    assert (status, code) == (422, "invalid-request")


async def test_a_market_lists_its_rate_card_and_what_was_put(call):
    await call.ok("PUT", "/v1/lanes/zz", LANE)
    lanes = await call.ok("GET", "/v1/lanes?limit=200")
    assert lanes["items"][-1] == {"lane": "zz", **LANE, "version": 1}
    assert len(lanes["items"]) == 27


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("items/A", {}, "/name"),
        ("items/A", {"name": "a\x00"}, "/name"),
        ("items/A", {"name": "a", "components": [{"sku": "NONE", "quantity": 1}]}, "/components"),
        ("items/A", {"name": "a", "components": [{"sku": "A", "quantity": 1}]}, "/components"),
        ("nodes/A", {**NODE, "time_zone": "Mars/Base"}, "/time_zone"),
        ("nodes/A", {**NODE, "handling_hours": 241}, "/handling_hours"),
        ("nodes/A", {**NODE, "handling_hours": 1.5}, "/handling_hours"),
        ("node-groups/A", {"nodes": ["NONE"]}, "/nodes"),
        ("channels/A", {"nodes": ["NONE"]}, "/nodes"),
        ("channels/A", {"node_groups": ["NONE"]}, "/node_groups"),
        ("lanes/A", {**LANE, "zone": 10}, "/zone"),
    ],
)
async def test_a_body_that_is_wrong_is_refused_by_field_and_writes_nothing(
    call, path, body, pointer
):
    assert await call.refused("PUT", f"/v1/{path}", body) == (422, "invalid-request", [pointer])
    assert (await call("GET", f"/v1/{path}")).status == 404


async def test_a_part_of_a_kit_may_not_become_one(call):
    for sku in ("A", "B"):
        await call.ok("PUT", f"/v1/items/{sku}", TEE)
    kit = {"name": "Kit", "components": [{"sku": "A", "quantity": 2}]}
    shown = await call.ok("PUT", "/v1/items/KIT", kit)
    assert shown["components"] == kit["components"]
    body = {"name": "A", "components": [{"sku": "B", "quantity": 1}]}
    assert await call.refused("PUT", "/v1/items/A", body) == (409, "conflict", ["/components"])


async def test_a_node_is_given_back_as_it_was_put(call):
    assert await call.ok("PUT", "/v1/nodes/D", NODE) == {"node": "D", **NODE, "version": 1}
    least = {
        "name": "V",
        "kind": "virtual",
        "address": {"country": "BR", "postal_code": ""},
        "time_zone": "UTC",
        "services": [],
    }
    assert await call.ok("PUT", "/v1/nodes/V", least) == {
        "node": "V",
        **least,
        "calendar": None,
        "cut_off": None,
        "capacity_per_day": None,
        "capacity_per_service": None,
        "handling_cost": 0,
        "handling_hours": 0,
        "parcel_cost": 0,
        "enabled": True,
        "version": 1,
    }


async def secret(call: Caller) -> str | None:
    return await call.app.pool.fetchval(
        "SELECT secret FROM network.channel WHERE market = $1", str(call.market)
    )


async def test_a_channels_secret_is_never_given_back_and_stays_until_it_is_taken_away(call):
    body = {"name": "Shop", "connector": "shopify", "secret": "hush"}
    answer = await call("PUT", "/v1/channels/shop", body)
    assert b"hush" not in answer.body
    assert json.loads(answer.body)["has_secret"] is True
    shown = await call.ok("PUT", "/v1/channels/shop", {"name": "Shop!", "connector": "shopify"})
    assert (shown["has_secret"], await secret(call)) == (True, "hush")
    shown = await call.ok("PUT", "/v1/channels/shop", {"name": "Shop!", "secret": None})
    assert (shown["has_secret"], await secret(call)) == (False, None)


BULK = [
    ({"sku": "A", **TEE}, ("A", "created", "", "", "")),
    ({"sku": "B"}, ("B", "refused", "invalid", "Object missing required field `name`", "/name")),
    (TEE, ("", "refused", "invalid", "is missing", "/sku")),
    (
        {"sku": "KIT", "name": "k", "components": [{"sku": "NONE", "quantity": 1}]},
        ("KIT", "refused", "unknown_component", "there is no item NONE", "/components"),
    ),
    (
        {"sku": "A", **TEE},
        ("A", "refused", "repeated", "A comes more than once in this call", ""),
    ),
    (
        {"sku": "b\n", **TEE},
        ("b\n", "refused", "invalid", "1 to 128 printable characters", "/sku"),
    ),
]


async def test_a_bulk_call_lands_the_good_rows_and_says_why_not_of_the_others(call):
    body = {"rows": [row for row, _ in BULK]}
    results = (await call.ok("POST", "/v1/import/items", body))["results"]
    names = ("id", "status", "code", "detail", "pointer")
    assert [tuple(each.get(name, "") for name in names) for each in results] == [
        said for _, said in BULK
    ]
    assert (await call("GET", "/v1/items/B")).status == 404
    again = await call.ok("POST", "/v1/import/items", {"rows": body["rows"][:1]})
    assert again["results"] == [{"id": "A", "status": "unchanged", "version": 1}]


async def test_a_network_is_loaded_in_bulk_and_its_version_rises_once_a_call(call):
    async def version() -> int:
        async with call.app.pool.acquire() as conn:
            return (await read(conn, call.market)).version

    nodes = [{"node": f"N{number}", **NODE} for number in range(30)]
    for kind, rows in (
        ("nodes", nodes),
        ("node-groups", [{"group": "all", "nodes": [row["node"] for row in nodes]}]),
        ("channels", [{"channel": "web", "node_groups": ["all"], "buffer": 1}]),
        ("lanes", [{"lane": "air", **LANE}]),
    ):
        before = await version()
        results = (await call.ok("POST", f"/v1/import/{kind}", {"rows": rows}))["results"]
        assert {each["status"] for each in results} == {"created"}
        assert len(results) == len(rows)
        assert await version() == max(before, 1) + 1
    async with call.app.pool.acquire() as conn:
        channel = (await read(conn, call.market)).channels[0]
    assert len(channel.node_ids) == 30


@pytest.mark.parametrize("body", [{}, {"rows": []}, {"rows": [5]}, {"rows": [{}] * 5001}])
async def test_a_bulk_call_that_is_none_is_refused(call, body):
    status, code, _ = await call.refused("POST", "/v1/import/nodes", body)
    assert (status, code) == (422, "invalid-request")


async def test_a_policy_is_published_with_its_reason_and_kept(call):
    before = await call.ok("GET", "/v1/policy")
    assert (before["version"], before["document"]["extra_shipment"]) == (0, 150)
    body = {"document": {"extra_shipment": 900}, "reason": "peak"}
    assert await call.refused("PUT", "/v1/policy", {"document": {}}) == (
        422,
        "invalid-request",
        ["/reason"],
    )
    answer = await call("PUT", "/v1/policy", body, if_match='"0"')
    assert dict(answer.headers)["etag"] == '"1"'
    assert (await call.refused("PUT", "/v1/policy", body, if_match='"0"'))[0] == 412
    now = await call.ok("GET", "/v1/policy")
    assert (now["version"], now["document"]["extra_shipment"]) == (1, 900)
    history = (await call.ok("GET", "/v1/policy/history"))["items"]
    assert [(each["version"], each["actor"], each["reason"]) for each in history] == [
        (1, "kim", "peak")
    ]


async def test_what_a_server_knows_of_its_market_follows_at_once(call):
    await call.ok("PUT", "/v1/nodes/D", NODE)
    known = await call.app.world.market(call.market)
    await call.ok("PUT", "/v1/channels/web", {"name": "Web"})
    await call.ok("PUT", "/v1/policy", {"document": {"extra_shipment": 7}, "reason": "test"})
    assert [channel.channel_id for channel in known.network.channels] == ["web"]
    assert known.network.costs.extra_shipment == 7
