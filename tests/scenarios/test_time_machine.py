"""Any figure at any past moment, and every step of it with its cause and who did it."""

import time
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from scenarios.shop import eventually


def now() -> str:
    time.sleep(0.005)
    moment = datetime.now(UTC).isoformat()  # noqa: TID251 - the past is told by the real clock
    time.sleep(0.005)
    return moment


def test_a_figure_can_be_taken_apart_down_to_its_steps(shop):
    sku, node = shop.stocked(10)
    after_count = now()
    order = shop.buy([(sku, 3)])
    after_sale = now()
    shop.ship(shop.released(order)[0])
    eventually(lambda: shop.balance(sku, node) == (7, 0), what="three left the building")
    row = {"kind": "damage", "sku": sku, "node": node, "quantity": -1, "reference": "r-7"}
    shop.client.post("/v1/inventory/movements", {"movements": [row]}).expect(200)

    items = shop.client.get(f"/v1/inventory/movements?sku={sku}&node={node}").expect(200).json
    steps = items["items"]
    assert [(s["kind"], s["on_hand_delta"], s["reserved_delta"]) for s in steps] == [
        ("damage", -1, 0), ("ship", -3, -3), ("reserve", 0, 3), ("count", 10, 0),
    ]  # fmt: skip
    assert [s["order_id"] for s in steps] == [None, order["id"], order["id"], None]
    assert [s["actor"] for s in steps][1:3] == [f"channel:{shop.web}"] * 2
    assert all(s["actor"] for s in steps)
    assert steps[0]["reference"] == "r-7"
    for moment, balances in ((after_count, (10, 0)), (after_sale, (10, 3)), (now(), (6, 0))):
        path = f"/v1/inventory/positions?sku={sku}&as_of={quote(moment)}"
        (then,) = shop.client.get(path).expect(200).json["items"]
        assert (then["on_hand"], then["reserved"]) == balances
        assert (then["safety"], then["available"]) == (None, None)
    between = f"from={quote(after_count)}&to={quote(after_sale)}"
    some = shop.client.get(f"/v1/inventory/movements?sku={sku}&{between}").expect(200).json
    assert [s["kind"] for s in some["items"]] == ["reserve"]


def test_steps_and_past_positions_come_in_pages(shop):
    sku, node = shop.stocked(10)
    other = shop.node("EAST")
    for units in (1, 2, 3):
        shop.move("receipt", sku, other, units)
    seen, path = [], f"/v1/inventory/movements?sku={sku}&limit=1"
    while path:
        page = shop.client.get(path).expect(200)
        seen += [(s["node"], s["on_hand_delta"]) for s in page.json["items"]]
        link = page.headers.get("link", "")
        path = link[1 : link.index(">")] if link else ""
    assert seen == [(other, 3), (other, 2), (other, 1), (node, 10)]
    seen, path = [], f"/v1/inventory/positions?sku={sku}&limit=1&as_of={quote(now())}"
    while path:
        page = shop.client.get(path).expect(200)
        seen += [(p["node"], p["on_hand"]) for p in page.json["items"]]
        link = page.headers.get("link", "")
        path = link[1 : link.index(">")] if link else ""
    assert sorted(seen) == sorted([(node, 10), (other, 6)])


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("movements", "sku"),
        ("movements?sku=A&from=yesterday", "from"),
        ("movements?sku=A&to=2026-11-20T10:00:00", "to"),
        ("movements?sku=A&from=2026-11-20T10:00:00Z&to=2026-11-19T10:00:00Z", "to"),
        ("movements?sku=A&limit=0", "limit"),
        ("movements?sku=A&cursor=x", "cursor"),
        ("movements?sku=A&cursor=eA", "cursor"),
        ("movements?sku=A&color=red", "color"),
        ("positions?as_of=2026-11-20T10:00:00Z", "sku"),
        ("positions?sku=A&as_of=now", "as_of"),
        ("positions?sku=A&as_of=9999-01-01T00:00:00Z", "as_of"),
        ("positions?sku=A&as_of=2026-11-20T10:00:00", "as_of"),
        ("feeds?limit=999", "limit"),
        ("feeds?source=", "source"),
    ],
)
def test_a_question_that_cannot_be_meant_names_its_parameter(client, path, parameter):
    answer = client.get(f"/v1/inventory/{path}").expect(422)
    assert answer.pointers == [parameter]


@pytest.mark.parametrize("moment", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00%2B23:59"])
def test_long_ago_there_was_nothing(shop, moment):
    sku, node = shop.stocked(10)
    path = f"/v1/inventory/positions?sku={sku}&as_of={moment}"
    (then,) = shop.client.get(path).expect(200).json["items"]
    assert (then["node"], then["on_hand"]) == (node, 0)
    path = f"/v1/inventory/movements?sku={sku}&from={moment}&to={moment}"
    assert shop.client.get(path).expect(200).json["items"] == []
