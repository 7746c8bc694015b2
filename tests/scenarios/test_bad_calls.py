"""The other calls that change something: what is wrong is named, and nothing is written."""

import re
import time

import pytest

from scenarios import wrong
from scenarios.calls import CALLS
from scenarios.shop import Shop, eventually

MARKET = "bad-calls"
SINGLE = re.compile(r"\{(order|work|transfer|road|cart|launch)\}")


@pytest.fixture(scope="module")
def stall(other_market, rows):
    """A shop in a market of its own: one order, its released work, and their names.

    What follows from it in the background has come to rest.
    """
    shop = Shop(other_market(MARKET))
    sku, node = shop.stocked(10)
    other, part = shop.node("OTHER"), shop.item("PART")
    kit = shop.item("KIT", components=[{"sku": part, "quantity": 2}])
    for id_ in ("T-1", "T-0"):
        told = {"transfer": id_, "from": node, "to": other,
                "lines": [{"sku": sku, "quantity": 2}]}  # fmt: skip
        shop.client.post("/v1/transfers", told).expect(201)
    shop.client.post("/v1/transfers/T-0/send", {}).expect(200)
    order = shop.buy([(sku, 3)])
    [work] = shop.released(order)
    shop.told(order, "fulfillment.released")
    kept = {"channel": shop.web, "lines": [{"sku": sku, "quantity": 1}], "ttl_s": 3600}
    cart = shop.client.post("/v1/reservations", kept).expect(201).json
    supply, coming = f"PO-{shop.tag}", [{"sku": sku, "quantity": 9}]
    shop.client.put(
        f"/v1/supplies/{supply}",
        {"kind": "purchase", "node": node, "expected_at": "2027-01-20T10:00:00Z", "lines": coming},
    ).expect(200)
    launch = f"DROP-{shop.tag}"
    plan = {"skus": [part], "opens_at": "2027-02-01T09:00:00Z"}
    shop.client.put(f"/v1/launches/{launch}", plan).expect(200)
    drafted = shop.client.post("/v1/policies", {"document": {}, "note": "an idea"}).expect(201)
    names = {
        "launch": launch, "policy": drafted.json["version"],
        "transfer": "T-1", "road": "T-0", "other": other, "kit": kit,
        "sku": sku, "part": part, "node": node, "channel": shop.web,
        "order": order["id"], "work": work["id"], "lane": f"LANE-{shop.tag}",
        "customer": f"CUST-{shop.tag}", "cart": cart["id"], "webhook": f"HOOK-{shop.tag}",
        "supply": supply,
    }  # fmt: skip
    eventually(lambda: _rests(rows), within_s=60, what="the background at rest")
    return shop, names


def _rests(rows) -> bool:
    before = rows(MARKET)
    time.sleep(1)
    return rows(MARKET) == before


@pytest.fixture
def still(stall, rows):  # noqa: ARG001 - the stall stands before the rows are read
    """Not one row of the market is other than before."""
    before = rows(MARKET)
    yield
    assert rows(MARKET) == before


def named(value, names):
    """Put this test's names into a body."""
    if isinstance(value, dict):
        return {key: named(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [named(each, names) for each in value]
    return value.format(**names) if isinstance(value, str) and value.startswith("{") else value


def points_at(answer, pointer):
    """Say whether a problem points at a member, at what it holds, or at what it stands in."""
    return bool(answer.code) and any(
        told and (told.startswith(pointer) or pointer.startswith(f"{told}/"))
        for told in answer.pointers
    )


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("call", CALLS)
def test_a_member_that_is_wrong_is_named_and_nothing_is_written(stall, call):
    shop, names = stall
    method, path = call.format(**{**names, "sku": f"NEW-{shop.tag}"}).split()
    body, members = CALLS[call]
    right = named(body, names)
    unfit = []
    for pointer, values in members.items():
        for value in values:
            sent = wrong.text(wrong.put(right, pointer, named(value, names)))
            answer = shop.client.send(method, path, sent)
            if answer.status not in {409, 422} or not points_at(answer, pointer):
                what = f"{pointer} = {wrong.shown(value)}"
                unfit.append(f"{what}: {answer.status} {answer.body[:300]!r}")
    assert not unfit, "\n".join(unfit)


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("call", CALLS)
def test_what_is_no_object_is_refused(stall, call):
    shop, names = stall
    method, path = call.format(**names).split()
    bodies = (b"null", b"[]", b"1", b'"x"', b"x", b"{", b"\xff", b"{} {}", b"[" * 100_000)
    for body in bodies:
        answer = shop.client.send(method, path, body)
        assert answer.status in {400, 422}, f"{call} {body[:10]!r}: {answer.status}"
        assert answer.headers["content-type"] == "application/problem+json", call


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("call", [call for call in CALLS if SINGLE.search(call)])
def test_what_is_not_there_is_not_found(stall, call):
    shop, names = stall
    body = named(CALLS[call][0], names)
    for unknown in ("01920000-0000-7000-8000-000000000000", "1", "%00", "x" * 2000):
        method, path = SINGLE.sub(unknown, call).split()
        answer = shop.client.send(method, path, body)
        assert answer.status in {404, 414, 422}, f"{path[:100]}: {answer.status}"


@pytest.mark.parametrize(
    "kind", ["items", "nodes", "node-groups", "channels", "lanes", "customers"]
)
def test_a_bulk_of_wrong_rows_is_answered_row_by_row_and_none_of_them_lands(stall, rows, kind):
    shop, _ = stall
    before = rows(MARKET)
    told = [{}, {"id": 7}, {"sku": "", "name": 7}, {"node": "x"}]
    answer = shop.client.post(f"/v1/import/{kind}", {"rows": told}).expect(200)
    assert [row["status"] for row in answer.json["results"]] == ["refused"] * len(told)
    for body in ({}, {"rows": []}, {"rows": [None]}, {"rows": [{}] * 5001}, {"rows": {}}):
        shop.client.post(f"/v1/import/{kind}", body).expect(422)
    after = rows(MARKET)
    answers = {"plumbing.idempotency": ""}  # the bulk call itself was answered under its key
    assert after | answers == before | answers
