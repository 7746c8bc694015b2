"""Webhooks through the face: put, shown without their secret, changed, listed, taken away."""

import json

import pytest

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the one of the standard's example
ERP = {"url": "https://erp.example.com/hook", "secret": SECRET, "types": ["order.captured"]}


async def test_a_webhook_is_given_back_as_it_was_put_but_for_its_secret(call):
    shown = {
        "webhook": "erp", "url": ERP["url"], "types": ["order.captured"], "channels": None,
        "enabled": True, "sequence": 0, "failures": 0, "succeeded_at": None, "exception": None,
        "version": 1, "waiting": 0, "failed": 0,
    }  # fmt: skip
    assert await call.ok("PUT", "/v1/webhooks/erp", ERP) == shown
    assert await call.ok("GET", "/v1/webhooks/erp") == shown
    later = {"url": "https://other.example.com", "enabled": False}
    changed = await call.ok("PUT", "/v1/webhooks/erp", later)
    assert changed == {**shown, **later, "types": [], "version": 2}
    kept = await call.app.pool.fetchval(
        "SELECT secret FROM notices.webhook WHERE market = $1", call.market
    )
    assert kept == SECRET, "what is not given stays"
    assert await call.ok("DELETE", "/v1/webhooks/erp") == changed
    assert await call.refused("GET", "/v1/webhooks/erp") == (404, "not-found", [])
    assert await call.refused("DELETE", "/v1/webhooks/erp") == (404, "not-found", [])


async def test_webhooks_are_listed_page_by_page(call):
    for name in ("a", "b", "c"):
        await call.ok("PUT", f"/v1/webhooks/{name}", ERP)
    answer = await call("GET", "/v1/webhooks?limit=2")
    link = dict(answer.headers)["link"]
    rest = await call.ok("GET", link[1 : link.index(">")])
    names = [each["webhook"] for each in json.loads(answer.body)["items"] + rest["items"]]
    assert (names, rest["next"]) == (["a", "b", "c"], None)
    assert SECRET.encode() not in answer.body


async def test_a_version_that_is_not_the_one_is_refused(call):
    await call.ok("PUT", "/v1/webhooks/erp", ERP)
    answer = await call("PUT", "/v1/webhooks/erp", ERP, if_match='"7"')
    assert answer.status == 412
    await call.ok("PUT", "/v1/webhooks/erp", ERP, if_match='"1"')


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"url": None}, "/url"),
        ({"url": ""}, "/url"),
        ({"url": 7}, "/url"),
        ({"url": "x" * 2001}, "/url"),
        ({"url": "ftp://erp.example.com"}, "/url"),
        ({"url": "https://kim:x@erp.example.com"}, "/url"),
        ({"url": "http://localhost/hook"}, "/url"),
        ({"url": "http://127.0.0.1:8000"}, "/url"),
        ({"url": "http://169.254.169.254/latest"}, "/url"),
        ({"url": "http://[::ffff:10.0.0.1]/"}, "/url"),
        ({"secret": None}, "/secret"),
        ({"secret": "x"}, "/secret"),
        ({"secret": "whsec_c2hvcnQ="}, "/secret"),
        ({"secret": 7}, "/secret"),
        ({"types": ["order.captured", "order.exploded"]}, "/types/1"),
        ({"types": "order.captured"}, "/types"),
        ({"types": [7]}, "/types/0"),
        ({"channels": []}, "/channels"),
        ({"channels": ["nowhere"]}, "/channels/0"),
        ({"channels": [""]}, "/channels/0"),
        ({"enabled": "yes"}, "/enabled"),
        ({"color": "red"}, "/color"),
    ],
)
async def test_what_is_wrong_with_a_webhook_is_named_and_nothing_is_written(call, changes, pointer):
    status, code, pointers = await call.refused("PUT", "/v1/webhooks/erp", {**ERP, **changes})
    assert (status, code, pointers) == (422, "invalid-request", [pointer])
    assert (await call("GET", "/v1/webhooks/erp")).status == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/from"),
        ({"from": 0}, "/from"),
        ({"from": "1"}, "/from"),
        ({"from": 2**63}, "/from"),
        ({"from": 1, "to": 2}, "/to"),
    ],
)
async def test_a_replay_that_makes_no_sense_names_the_field(call, body, pointer):
    await call.ok("PUT", "/v1/webhooks/erp", ERP)
    assert await call.refused("POST", "/v1/webhooks/erp/replay", body) == (
        422, "invalid-request", [pointer],
    )  # fmt: skip


async def test_a_replay_says_from_where_to_where(call):
    await call.ok("PUT", "/v1/webhooks/erp", ERP)
    answer = await call("POST", "/v1/webhooks/erp/replay", {"from": 1})
    assert (answer.status, json.loads(answer.body)) == (
        202, {"webhook": "erp", "first": 1, "last": 0},
    )  # fmt: skip
    assert (await call("POST", "/v1/webhooks/none/replay", {"from": 1})).status == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("state=lost", "state"), ("limit=0", "limit"), ("cursor=x", "cursor"), ("a=1", "a")],
)
async def test_a_log_asked_for_wrongly_names_the_parameter(call, query, parameter):
    await call.ok("PUT", "/v1/webhooks/erp", ERP)
    answer = await call("GET", f"/v1/webhooks/erp/deliveries?{query}")
    assert answer.status == 422
    assert [each["parameter"] for each in json.loads(answer.body)["errors"]] == [parameter]
    assert await call.ok("GET", "/v1/webhooks/erp/deliveries") == {"items": [], "next": None}
    assert (await call("GET", "/v1/webhooks/none/deliveries")).status == 404


async def test_a_call_made_twice_under_a_key_has_one_effect(call):
    for _ in range(2):
        done = await call.ok("PUT", "/v1/webhooks/erp", ERP, idempotency_key="k")
        assert done["version"] == 1


TAKE_AWAY = "DELETE FROM notices.delivery WHERE market = $1"
"""What was made up was never in the feed: it is taken away before invariants are looked at."""


async def given_up(call, sequences) -> None:
    await call.app.pool.executemany(
        "INSERT INTO notices.delivery"
        " (market, webhook_id, sequence, event_id, type, subject, state, attempts, due_at,"
        "  ended_at, status, error)"
        " VALUES ($1, 'erp', $2, gen_random_uuid(), 'order.captured', 'orders/x', 'failed', 16,"
        "  now(), now(), 500, 'no')",
        [(str(call.market), sequence) for sequence in sequences],
    )


async def waiting(call) -> list[int]:
    rows = await call.app.pool.fetch(
        "SELECT sequence FROM notices.delivery"
        " WHERE market = $1 AND state = 'waiting' AND attempts = 0 AND ended_at IS NULL"
        " ORDER BY sequence",
        str(call.market),
    )
    return [row["sequence"] for row in rows]


async def test_what_was_given_up_is_counted_and_tried_anew_one_or_all(call):
    await call.ok("PUT", "/v1/webhooks/erp", ERP)
    await given_up(call, [3, 5, 8])
    shown = await call.ok("GET", "/v1/webhooks/erp")
    assert (shown["waiting"], shown["failed"]) == (0, 3)

    one = await call("POST", "/v1/webhooks/erp/deliveries/5/retry")
    assert json.loads(one.body) == {"webhook": "erp", "retried": 1, "more": True}
    assert await waiting(call) == [5]
    rest = await call("POST", "/v1/webhooks/erp/retry")
    assert json.loads(rest.body) == {"webhook": "erp", "retried": 2, "more": False}
    assert await waiting(call) == [3, 5, 8]

    unknown = await call.refused("POST", "/v1/webhooks/erp/deliveries/4/retry")
    assert unknown == (409, "illegal-transition", [])
    for path in ("/v1/webhooks/crm/retry", "/v1/webhooks/erp/deliveries/x/retry"):
        assert await call.refused("POST", path) == (404, "not-found", [])
    await call.app.pool.execute(TAKE_AWAY, str(call.market))
