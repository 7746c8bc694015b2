"""Publication through the face: its rules, what was told, and telling it again."""

import json

import pytest

from entrepot.plumbing.relay import relay
from entrepot.work.publication import Publisher

WEB = {"channel": "web", "coalesce_ms": 0}


async def rules(call, *publication):
    body = {"document": {"publication": publication}, "reason": "a test"}
    return await call.ok("PUT", "/v1/policy", body)


@pytest.fixture
async def shop(call):
    """A market with a channel `web` that publishes, and items A, B and C."""
    market = call.market
    async with call.app.pool.acquire() as conn, conn.transaction():
        await conn.execute("INSERT INTO network.market VALUES ($1, 1)", market)
    for sku, category in (("A", "hats"), ("B", "hats"), ("C", "shoes")):
        await call.ok("PUT", f"/v1/items/{sku}", {"name": sku, "weight_g": 1, "category": category})
    for channel in ("web", "quiet"):
        await call.ok("PUT", f"/v1/channels/{channel}", {})
    await rules(call, WEB)
    publisher = Publisher(call.app.pool, call.app.world)
    await publisher.turn()
    await publisher.turn()
    return publisher


async def published(call, more=""):
    return await call.ok("GET", f"/v1/channels/web/availability{more}")


async def versions(call) -> dict[str, int]:
    return {each["sku"]: each["version"] for each in (await published(call))["items"]}


async def test_what_a_channel_was_told_is_read_page_by_page(call, shop):  # noqa: ARG001
    await relay(call.app.pool)
    first = await published(call, "?limit=2")
    rest = await published(call, f"?limit=2&after={first['next']}")
    assert [each["sku"] for each in first["items"] + rest["items"]] == ["A", "B", "C"]
    assert {each["available"] for each in first["items"]} == {0}
    assert {each["version"] for each in first["items"]} == {1}
    assert (first["channel"], first["sequence"] > 0, rest["next"]) == ("web", True, None)
    assert (await call.ok("GET", "/v1/channels/quiet/availability"))["items"] == []
    assert (await call("GET", "/v1/channels/none/availability")).status == 404


@pytest.mark.parametrize(
    ("body", "again", "skus"),
    [
        ({"skus": ["A", "C", "A"]}, "AC", 2),
        ({"category": "hats"}, "AB", None),
        ({}, "ABC", None),
        ({"category": "none such"}, "", None),
    ],
)
async def test_a_republish_tells_again_what_was_asked_for(call, shop, body, again, skus):
    answer = await call("POST", "/v1/channels/web/republish", body)
    said = json.loads(answer.body)
    assert (answer.status, said["channel"], said["skus"]) == (202, "web", skus)
    assert (said["republish"] is None) is ("skus" in body)
    await shop.turn()
    await shop.turn()
    assert await versions(call) == {sku: 1 + (sku in again) for sku in "ABC"}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"skus": []}, ["/skus"]),
        ({"skus": "A"}, ["/skus"]),
        ({"skus": ["A", ""]}, ["/skus/1"]),
        ({"skus": ["A", "X", "Y"]}, ["/skus/1", "/skus/2"]),
        ({"skus": ["A"] * 10_001}, ["/skus"]),
        ({"category": ""}, ["/category"]),
        ({"category": 7}, ["/category"]),
        ({"skus": ["A"], "category": "hats"}, ["/category"]),
        ({"all": True}, ["/all"]),
    ],
)
async def test_a_republish_that_makes_no_sense_names_the_field(call, shop, body, pointers):
    refused = await call.refused("POST", "/v1/channels/web/republish", body)
    assert refused == (422, "invalid-request", pointers)
    await shop.turn()
    assert await versions(call) == dict.fromkeys("ABC", 1)


async def test_a_channel_that_does_not_publish_is_not_told_again(call, shop):  # noqa: ARG001
    assert (await call.refused("POST", "/v1/channels/quiet/republish", {}))[:2] == (409, "conflict")
    assert (await call.refused("POST", "/v1/channels/none/republish", {}))[0] == 404


@pytest.mark.parametrize(
    ("query", "parameter"), [("limit=0", "limit"), ("limit=1001", "limit"), ("cursor=x", "cursor")]
)
async def test_a_page_asked_for_wrongly_names_the_parameter(call, shop, query, parameter):  # noqa: ARG001
    answer = await call("GET", f"/v1/channels/web/availability?{query}")
    assert answer.status == 422
    assert [each["parameter"] for each in json.loads(answer.body)["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        ({}, "/channel"),
        ({"channel": "nowhere"}, "/channel"),
        ({"channel": ""}, "/channel"),
        ({"channel": "web", "enabled": 1}, "/enabled"),
        ({"channel": "web", "low_at": -1}, "/low_at"),
        ({"channel": "web", "low_at": 1.5}, "/low_at"),
        ({"channel": "web", "step_units": 0}, "/step_units"),
        ({"channel": "web", "step_share": 0}, "/step_share"),
        ({"channel": "web", "step_share": 1.1}, "/step_share"),
        ({"channel": "web", "coalesce_ms": -1}, "/coalesce_ms"),
        ({"channel": "web", "coalesce_ms": 3_600_001}, "/coalesce_ms"),
        ({"channel": "web", "low_stock": 3}, "/low_stock"),
        ({"channel": "quiet"}, "/channel"),
    ],
)
async def test_a_rule_that_makes_no_sense_names_the_field(call, shop, rule, pointer):  # noqa: ARG001
    body = {"document": {"publication": [{"channel": "quiet"}, rule]}, "reason": "a test"}
    assert await call.refused("PUT", "/v1/policy", body) == (
        422, "invalid-request", [f"/document/publication/1{pointer}"],
    )  # fmt: skip
    assert (await call.ok("GET", "/v1/policy"))["version"] == 1
