"""Rules of what is kept back over HTTP: refused with the place, or told on the bill."""

import json

import pytest

from api.test_availability import NODE

LAUNCH = {"segment": "launch", "channels": ["app"], "protect": [{"units": 3}]}
BILL = "/v1/availability?sku=TEE&channel=web&explain=true"


@pytest.fixture
async def shop(call):
    """Nine tees in Dallas, sold by web and app."""
    await call.ok("PUT", "/v1/items/TEE", {"name": "Tee", "category": "tops"})
    await call.ok("PUT", "/v1/nodes/D", NODE)
    await call.ok("PUT", "/v1/node-groups/SOUTH", {"name": "South", "nodes": ["D"]})
    for channel in ("web", "app"):
        await call.ok("PUT", f"/v1/channels/{channel}", {"name": channel})
    rows = [{"sku": "TEE", "node": "D", "on_hand": 9}]
    await call.ok("POST", "/v1/inventory/counts", {"counts": rows})
    return call


def policy(**document):
    return {"document": document, "reason": "the test"}


KEEP = [
    ({"match": {"nodes": ["D", "X"]}, "units": 1}, ["/match/nodes/1"]),
    ({"match": {"node_groups": ["NORTH"]}, "units": 1}, ["/match/node_groups/0"]),
    ({"match": {"channels": ["web", "fax"]}, "units": 1}, ["/match/channels/1"]),
    ({"match": {"categories": ["hats"]}, "units": 1}, ["/match/categories/0"]),
    ({"match": {"skus": ["TEE", "CAP"]}, "units": 1}, ["/match/skus/1"]),
    (
        {"match": {"velocity_from": 2, "velocity_below": 2}, "units": 1},
        ["/match/velocity_from"],
    ),
    ({"match": {}}, [""]),
    ({"units": 1, "days": 1}, [""]),
    ({"units": -1}, ["/units"]),
    ({"match": {"node_kinds": ["shop"]}, "units": 1}, ["/match/node_kinds/0"]),
    ({"match": {"nodes": []}, "units": 1}, ["/match/nodes"]),
    ({"match": {"color": "red"}, "units": 1}, ["/match/color"]),
]


@pytest.mark.parametrize(("rule", "places"), KEEP)
async def test_a_rule_with_a_flaw_is_refused_with_its_place(shop, rule, places):
    body = policy(keep=[{"units": 0}, rule])
    status, code, pointers = await shop.refused("PUT", "/v1/policy", body)
    assert (status, code) == (422, "invalid-request")
    assert pointers == [f"/document/keep/1{place}" for place in places]
    assert (await shop.ok("GET", "/v1/policy"))["version"] == 0


SEGMENTS = [
    ([LAUNCH | {"channels": ["fax"]}], ["/0/channels/0"]),
    ([LAUNCH, LAUNCH | {"channels": ["web"]}], ["/1/segment"]),
    ([LAUNCH, LAUNCH | {"segment": "vip"}], ["/1/channels/0"]),
    ([{"segment": "all", "protect": [{"units": 1}]}], ["/0"]),
    ([LAUNCH | {"customer_classes": []}], ["/0/customer_classes"]),
    ([LAUNCH | {"protect": [{"units": 1, "share": 1}]}], ["/0/protect/0"]),
    ([LAUNCH | {"protect": [{}]}], ["/0/protect/0"]),
    ([LAUNCH | {"protect": []}], ["/0/protect"]),
    ([LAUNCH | {"protect": [{"share": 101}]}], ["/0/protect/0/share"]),
    (
        [LAUNCH | {"protect": [{"units": 1, "match": {"channels": ["web"]}}]}],
        ["/0/protect/0/match/channels"],
    ),
    (
        [LAUNCH | {"protect": [{"units": 1, "match": {"nodes": ["X"]}}]}],
        ["/0/protect/0/match/nodes/0"],
    ),
    ([LAUNCH | {"borrow": {"hours_before_end": 2}}], ["/0/borrow/hours_before_end"]),
    ([LAUNCH | {"until": "2027-01-01T00:00:00"}], ["/0/until"]),
    ([{"segment": "launch", "channels": ["app"]}], ["/0/protect"]),
]


@pytest.mark.parametrize(("segments", "places"), SEGMENTS)
async def test_a_segment_with_a_flaw_is_refused_with_its_place(shop, segments, places):
    status, code, pointers = await shop.refused("PUT", "/v1/policy", policy(segments=segments))
    assert (status, code) == (422, "invalid-request")
    assert pointers == [f"/document/segments{place}" for place in places]
    assert (await shop.ok("GET", "/v1/policy"))["version"] == 0


async def test_every_flaw_is_told_at_once_in_the_order_of_the_text(shop):
    body = policy(
        keep=[{"match": {"nodes": ["X"], "skus": ["CAP"]}, "units": 1}, {}],
        segments=[LAUNCH | {"channels": ["fax"]}],
    )
    _, _, pointers = await shop.refused("PUT", "/v1/policy", body)
    assert pointers == [
        "/document/keep/0/match/nodes/0",
        "/document/keep/0/match/skus/0",
        "/document/keep/1",
        "/document/segments/0/channels/0",
    ]


async def test_a_bill_says_what_is_taken_off_by_which_rule_of_which_policy(shop):
    rule = {
        "match": {"channels": ["web"], "node_groups": ["SOUTH"]},
        "units": 2,
        "note": "walk-ins",
    }
    await shop.ok("PUT", "/v1/policy", policy(keep=[rule], segments=[LAUNCH]))

    told = await shop.ok("GET", BILL)

    (item,) = told["items"]
    assert told["policy_version"] == 1
    assert item["available"] == 4
    (bill,) = item["bills"]
    assert bill["nodes"] == [
        {
            "node": "D", "on_hand": 9, "available": 4,
            "less": [
                {
                    "what": "kept_back", "units": 2, "rule": "/keep/0", "note": "walk-ins",
                    "policy_version": 1,
                },
                {"what": "protected", "units": 3, "why": "launch"},
            ],
        }
    ]  # fmt: skip
    plain = await shop.ok("GET", BILL.removesuffix("&explain=true"))
    assert [each["available"] for each in plain["items"]] == [4]
    assert "bills" not in plain["items"][0]


async def test_an_unknown_sku_has_no_bill_and_an_unknown_channel_is_not_found(shop):
    (tee, cap) = (await shop.ok("GET", f"{BILL}&sku=CAP"))["items"]
    assert (tee["available"], tee["bills"][0]["available"]) == (9, 9)
    assert (cap["known"], cap["available"], cap["bills"]) == (False, 0, [])
    answer = await shop("GET", BILL.replace("web", "fax"))
    assert answer.status == 404


@pytest.mark.parametrize(
    ("more", "parameter"),
    [("&explain=true&postal_code=78701", "postal_code"), ("&explain=maybe", "explain")],
)
async def test_a_question_that_has_no_bill_names_the_parameter(shop, more, parameter):
    answer = await shop("GET", BILL.removesuffix("&explain=true") + more)
    assert answer.status == 422
    assert [each["parameter"] for each in json.loads(answer.body)["errors"]] == [parameter]
