"""A store's day: work by when it is due, picked together by scan, shelved, handed over by code."""

from xml.etree import ElementTree as ET

import pytest

from scenarios.client import Client
from scenarios.shop import at_once, eventually

EVIL = "<script>alert('x')</script> & \"Kim\""


@pytest.fixture
def floor(shop):
    """A store with two items, each under a barcode of its own."""
    tag = int(shop.tag, 16)
    codes = [ean(f"20{tag % 10**9:09d}{number}") for number in (1, 2)]
    store = shop.store("STORE")
    tee, mug = f"TEE-{shop.tag}", f"MUG-{shop.tag}"
    blue = {"name": "Blue tee", "category": "apparel", "barcodes": [codes[0]]}
    shop.client.put(f"/v1/items/{tee}", blue | {"attributes": {"location": "wall 3"}}).expect(
        201, 200
    )
    cup = {"name": "Mug", "category": "kitchen", "barcodes": [codes[1], f"CUP-{shop.tag}"]}
    shop.client.put(f"/v1/items/{mug}", cup).expect(201, 200)
    for sku in (tee, mug):
        shop.stock(sku, store, 50)
    return shop, store, (tee, mug), codes


def ean(digits: str) -> str:
    total = sum(int(each) * (1, 3)[at % 2] for at, each in enumerate(digits))
    return f"{digits}{-total % 10}"


def fetched(shop, store, lines, name="Kim Doe", method="pickup", **more):
    """Place an order that its customer fetches; give it and its released work."""
    body = shop.pickup(lines, store, method=method)
    body["customer"] = {"name": name, "email": "kim@example.com"}
    order = shop.place(body | more).expect(201).json
    [work] = shop.released(order)
    return order, work


def told(shop, order, type_, count=1):
    """Give the data of the first fact of a type that was told of an order."""
    return shop.told(order, type_, count)[0]["data"]


def work_of(shop, store, query=""):
    return shop.client.get(f"/v1/nodes/{store}/work{query}").expect(200).json


def test_work_is_listed_by_when_it_is_due_with_names_and_barcodes(floor):
    shop, store, (tee, _), codes = floor
    works = [fetched(shop, store, [(tee, 2)])[1] for _ in range(3)]

    page = work_of(shop, store, "?limit=2")

    assert page["counters"]["to_accept"] == 3
    assert page["counters"]["counts_due"] >= 0
    first = page["items"][0]
    assert first["customer"] == "Kim Doe"
    assert first["goods"] == [
        {"sku": tee, "name": "Blue tee", "barcodes": [codes[0]], "zone": "apparel",
         "location": "wall 3"}
    ]  # fmt: skip
    rest = work_of(shop, store, f"?limit=2&cursor={page['next']}")
    shown = [each["work"]["id"] for each in (*page["items"], *rest["items"])]
    assert sorted(shown) == sorted(work["id"] for work in works)
    dues = [each["due_at"] for each in (*page["items"], *rest["items"])]
    assert dues == sorted(dues)
    assert rest["next"] is None
    assert work_of(shop, store, "?state=packed")["items"] == []
    shop.client.get(f"/v1/nodes/{store}/work?cursor=zzz").expect(422)
    shop.client.get("/v1/nodes/nowhere/work").expect(404)


def test_an_item_is_found_by_its_barcode_whatever_zeros_stand_before_it(floor):
    shop, store, (tee, mug), codes = floor

    for code in (codes[0], f"0{codes[0]}", tee):
        found = shop.client.get(f"/v1/items/by-barcode/{code}").expect(200).json
        assert found["sku"] == tee
    other = {"name": "Copy", "barcodes": [codes[1]]}
    refused = shop.client.put(f"/v1/items/COPY-{shop.tag}", other).expect(409)
    assert refused.pointers == ["/barcodes"]
    shop.client.put(f"/v1/items/COPY-{shop.tag}", other | {"barcodes": ["x", "x"]}).expect(422)
    shop.client.get("/v1/items/by-barcode/none").expect(404)
    seen = shop.client.get(f"/v1/nodes/{store}/look-up?code={codes[1]}").expect(200).json
    assert (seen["goods"]["sku"], seen["here"]["available"]) == (mug, 50)


def test_a_look_up_shows_the_nearest_that_have_some(floor):
    shop, store, (tee, _), codes = floor
    far, near = shop.store("FAR", "reno"), shop.store("NEAR", "dallas")
    for node, units in ((far, 3), (near, 4), (shop.store("EMPTY", "dallas"), 0)):
        shop.stock(tee, node, units)

    def nearby():
        seen = shop.client.get(f"/v1/nodes/{store}/look-up?code={codes[0]}").expect(200).json
        return [(each["node"], each["available"]) for each in seen["nearby"]], seen["nearby"]

    eventually(lambda: nearby()[0] == [(near, 4), (far, 3)], what="nodes known to the server")
    km = [each["distance_km"] for each in nearby()[1]]
    assert 250 < km[0] < 350
    assert km[0] < km[1]


def test_two_pickers_at_once_get_different_work(floor, make_keys, system):
    shop, store, (tee, mug), _ = floor
    works = {fetched(shop, store, [(tee, 1), (mug, 1)])[1]["id"] for _ in range(8)}
    scopes = frozenset({"fulfillment:read", "fulfillment:write"})
    clients = [Client(system.url, key) for key in make_keys([scopes] * 4)]
    path = f"/v1/nodes/{store}/pick-lists"

    lists = at_once([lambda c=c: c.post(path, {"size": 5}) for c in clients])

    taken = [each for one in lists if one.status == 201 for each in one.json["orders"]]
    ids = [each["order"]["work"]["id"] for each in taken]
    assert sorted(ids) == sorted(set(ids)), "nobody has what another has"
    assert set(ids) <= works
    assert len(ids) == 8
    assert {each["order"]["work"]["state"] for each in taken} == {"accepted"}
    mine = clients[0].get(f"{path}?mine=true").expect(200).json["items"]
    if mine:
        assert clients[0].post(path, {"size": 1}).expect(409).code == "conflict"
        given_up = f"/v1/pick-lists/{mine[0]['id']}/abandon"
        assert clients[0].post(given_up, {}).expect(200).json["ended_how"] == "abandoned"
        again = clients[0].post(path, {"size": 1}).expect(201).json
        assert again["orders"][0]["order"]["work"]["id"] in ids
    for client in clients:
        client.close()


def test_a_walk_adds_up_each_item_and_says_whose_units_they_are(floor):
    shop, store, (tee, mug), codes = floor
    fetched(shop, store, [(tee, 2), (mug, 1)])
    fetched(shop, store, [(tee, 3)])

    made = shop.client.post(f"/v1/nodes/{store}/pick-lists", {"size": 5}).expect(201).json

    assert [(stop["goods"]["zone"], stop["quantity"]) for stop in made["walk"]] == [
        ("apparel", 5), ("kitchen", 1),
    ]  # fmt: skip
    shares = made["walk"][0]["orders"]
    assert sorted(share["quantity"] for share in shares) == [2, 3]
    for share in shares:
        path = f"/v1/fulfillment-orders/{share['fulfillment_order_id']}/pick"
        scan = {"scans": [{"code": codes[0], "quantity": share["quantity"]}]}
        shop.client.post(path, scan).expect(200)
    seen = shop.client.get(f"/v1/pick-lists/{made['id']}").expect(200).json
    assert [(stop["picked"], stop["quantity"]) for stop in seen["walk"]] == [(5, 5), (0, 1)]
    for size in (0, 2, 11):
        shop.client.post(f"/v1/nodes/{store}/pick-lists", {"size": size}).expect(422)


def test_what_is_scanned_is_picked_once_and_never_more_than_is_wanted(floor):
    shop, store, (tee, _), codes = floor
    _, work = fetched(shop, store, [(tee, 2)])
    shop.did(work, "accept")
    path = f"/v1/fulfillment-orders/{work['id']}/pick"
    scan = {"scans": [{"code": codes[0]}]}

    first = shop.client.post(path, scan, key=f"scan-1-{shop.tag}").expect(200)
    again = shop.client.post(path, scan, key=f"scan-1-{shop.tag}").expect(200)

    assert first.json["lines"][0]["picked"] == again.json["lines"][0]["picked"] == 1
    over = shop.client.post(path, {"scans": [{"code": codes[0], "quantity": 2}]}).expect(409)
    assert over.pointers == ["/scans"]
    wrong = shop.client.post(path, {"scans": [{"code": codes[1]}]}).expect(422)
    assert wrong.pointers == ["/scans"]
    assert shop.client.post(path, {"scans": [{"code": "nope"}]}).expect(422).pointers == [
        "/scans/0/code"
    ]
    both = {"scans": [{"code": codes[0]}], "lines": [{"line": 1, "quantity": 1}]}
    shop.client.post(path, both).expect(422)
    assert shop.did(work, "pick", {"scans": [{"code": tee}]})["state"] == "picked"


def test_a_pickup_is_shelved_found_and_handed_over_by_its_code(floor):
    shop, store, (tee, _), _ = floor
    order, work = fetched(shop, store, [(tee, 1)], name="Ines Ortega")
    for verb in ("accept", "pick"):
        shop.did(work, verb)
    ready = shop.did(work, "ready", {"shelf": "B4"})
    assert ready["pickup"] == {
        "shelf": "B4", "arrived_at": None, "spot": None, "vehicle": None, "has_code": True,
        "verified": None, "collected_by": None,
    }  # fmt: skip
    fact = told(shop, order, "fulfillment.ready")
    code = fact["pickup_code"]
    assert (len(code), fact["shelf"]) == (6, "B4")

    def found(text):
        seen = shop.client.get(f"/v1/nodes/{store}/pickups?q={text}").expect(200).json["items"]
        return [each["work"]["id"] for each in seen]

    for text in ("ines", "Ortega", order["number"], order["external_id"], code,
                 f"{order['number']}/{code}"):  # fmt: skip
        assert found(text) == [work["id"]], text
    assert found("nobody-of-that-name") == []
    path = f"/v1/fulfillment-orders/{work['id']}/collect"
    verified = {"how": "code", "code": "000000" if code != "000000" else "111111"}
    key = f"wrong-{shop.tag}"
    wrong = shop.client.post(path, {"verified": verified}, key=key).expect(422)
    assert wrong.pointers == ["/verified/code"]
    again = shop.client.post(path, {"verified": verified}, key=key).expect(422)
    assert again.json == wrong.json
    assert again.code == wrong.code == "invalid-request"
    said = {"verified": {"how": "code", "code": code.lower()}, "collected_by": "Ines Ortega"}
    done = shop.did(work, "collect", said)
    assert done["pickup"]["verified"] == "code"
    fact = told(shop, order, "fulfillment.collected")
    assert fact["verified"] == "code"
    assert "known by the pickup code" in fact["reason"]


def test_so_many_wrong_codes_and_no_code_opens_it(floor):
    shop, store, (tee, _), _ = floor
    order, work = fetched(shop, store, [(tee, 1)])
    for verb in ("accept", "pick", "ready"):
        shop.did(work, verb)
    code = told(shop, order, "fulfillment.ready")["pickup_code"]
    path = f"/v1/fulfillment-orders/{work['id']}/collect"
    wrong = {"verified": {"how": "code", "code": "ZZZZZZ" if code != "ZZZZZZ" else "YYYYYY"}}

    for left in (4, 3, 2, 1, 0):
        refused = shop.client.post(path, wrong).expect(422)
        assert f"{left} tries are left" in refused.json["detail"]

    shop.client.post(path, {"verified": {"how": "code", "code": code}}).expect(409)
    shop.client.post(path, {"verified": {"how": "code"}}).expect(422)
    shop.client.post(path, {"verified": {"how": "name", "code": code}}).expect(422)
    assert shop.did(work, "collect", {"verified": {"how": "id_document"}})["state"] == "collected"


def test_who_waits_at_the_curb_is_seen_at_once_and_first(floor):
    shop, store, (tee, _), _ = floor
    _, other = fetched(shop, store, [(tee, 1)])
    order, work = fetched(shop, store, [(tee, 1)], method="curbside")
    arrived = f"/v1/fulfillment-orders/{work['id']}/arrived"

    said = shop.client.post(arrived, {"spot": "Bay 2", "vehicle": "Red Golf"}).expect(200).json

    assert (said["pickup"]["spot"], said["pickup"]["vehicle"]) == ("Bay 2", "Red Golf")
    since = said["pickup"]["arrived_at"]
    assert shop.client.post(arrived, {}).expect(200).json["pickup"]["arrived_at"] == since
    fact = told(shop, order, "pickup.arrived", 2)
    assert (fact["spot"], fact["node"]) == ("Bay 2", store)
    seen = shop.client.get(f"/v1/nodes/{store}/pickups").expect(200).json["items"]
    assert [each["work"]["id"] for each in seen] == [work["id"], other["id"]]
    assert work_of(shop, store)["counters"]["customers_here"] == 1
    for verb in ("accept", "pick", "ready", "collect"):
        shop.did(work, verb)
    shop.client.post(arrived, {}).expect(409)


def test_what_is_printed_is_escaped_and_carries_barcodes(floor):
    shop, store, (tee, mug), _ = floor
    shop.client.put(f"/v1/items/{mug}", {"name": EVIL}).expect(200)
    _, work = fetched(shop, store, [(tee, 1), (mug, 2)], name=EVIL, note=EVIL)
    made = shop.client.post(f"/v1/nodes/{store}/pick-lists", {"size": 1}).expect(201).json

    for path in (
        f"/v1/print/pick-lists/{made['id']}",
        f"/v1/print/fulfillment-orders/{work['id']}/packing-slip",
        f"/v1/print/fulfillment-orders/{work['id']}/hand-over",
    ):
        page = shop.client.get(path).expect(200)
        text = page.body.decode()
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        svg = text[text.index("<svg") : text.index("</svg>") + 6]
        assert ET.fromstring(svg).attrib["shape-rendering"] == "crispEdges"  # noqa: S314 - ours
        assert "Blue tee" in text
    shop.client.get(f"/v1/print/pick-lists/{work['id']}").expect(404)
