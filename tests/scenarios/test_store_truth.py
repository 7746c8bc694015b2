"""A shelf that came up short is doubted, listed first, counted, and believed again."""

import csv
import io

import pytest

from scenarios.shop import eventually


def truth(shop, sku, node):
    answer = shop.client.get(f"/v1/inventory/truth?sku={sku}&node={node}").expect(200)
    (seen,) = answer.json["items"]
    return seen


def chance(seen, units):
    (found,) = [each for each in seen["at_least"] if each["units"] == units]
    return found["probability"]


def came_up_short(shop, sku):
    """Let a picker find one of two."""
    [work] = shop.released(shop.buy([(sku, 2)]))
    shop.did(work, "accept")
    shop.did(work, "pick", {"lines": [{"line": 1, "quantity": 1}]})
    shop.did(work, "short", {"lines": [{"line": 1, "quantity": 1}], "reason": "shelf empty"})


def test_a_short_pick_is_doubted_listed_first_counted_and_believed_again(shop):
    sku, other, node = shop.item(), shop.item("CAP"), shop.store("STORE")
    shop.stock(sku, node, 5)
    shop.stock(other, node, 5)
    shop.pack(shop.released(shop.buy([(other, 1)]))[0])
    before = truth(shop, sku, node)
    assert (before["book"], before["doubtful"], chance(before, 5)) == (5, 0, 0.98)

    came_up_short(shop, sku)

    def doubted():
        seen = truth(shop, sku, node)
        assert chance(seen, 2) < 0.8
        return seen

    seen = eventually(doubted, what="doubt")
    assert chance(seen, 1) == 1  # in the picker's hands
    assert seen["expected_missing"] > before["expected_missing"]
    assert "1 picks since then did not find what was asked for" in seen["evidence"]

    path = f"/v1/nodes/{node}/count-list?minutes=10"

    def listed():
        told = shop.client.get(path).expect(200).json
        assert [each["sku"] for each in told["items"]] == [sku, other]
        return told

    told = eventually(listed, what="both are on the list")
    assert (told["minutes"], told["seconds"]) == (10, 110)
    assert told["items"][0]["saves"] > told["items"][1]["saves"] >= 0

    shop.stock(sku, node, 1, source="crew")

    seen = truth(shop, sku, node)
    assert (seen["book"], chance(seen, 1)) == (1, 0.98)
    assert shop.client.get(path).expect(200).json["items"][0]["saves"] < 0.1


def test_the_list_can_be_printed_as_a_table(shop):
    sku, node = shop.item(), shop.store("STORE")
    shop.stock(sku, node, 5)
    came_up_short(shop, sku)
    path = f"/v1/nodes/{node}/count-list"
    eventually(lambda: shop.client.get(path).expect(200).json["items"], what="listed")

    answer = shop.client.get(path, headers={"accept": "text/csv"}).expect(200)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, row = csv.reader(io.StringIO(answer.body.decode()))
    assert head[:3] == ["rank", "sku", "book"]
    assert row[:3] == ["1", sku, "5"]


def test_a_sku_is_read_node_by_node_page_by_page(shop):
    sku = shop.item()
    nodes = sorted(shop.store(name) for name in ("A", "B", "C"))
    for node in nodes:
        shop.stock(sku, node, 2)
    path = f"/v1/inventory/truth?sku={sku}&limit=2"
    first = shop.client.get(path).expect(200).json
    rest = shop.client.get(f"{path}&cursor={first['next']}").expect(200).json
    assert [each["node"] for each in [*first["items"], *rest["items"]]] == nodes
    assert rest["next"] is None
    assert shop.client.get("/v1/inventory/truth?sku=NONE").expect(200).json["items"] == []


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ("", "sku"),
        ("sku=", "sku"),
        ("sku=A&sku=B", "sku"),
        (f"sku={'x' * 129}", "sku"),
        ("sku=A&node=", "node"),
        ("sku=A&node=%00", "node"),
        ("sku=A&limit=0", "limit"),
        ("sku=A&limit=many", "limit"),
        ("sku=A&cursor=none", "cursor"),
        ("sku=A&color=red", "color"),
    ],
)
def test_a_wrong_parameter_of_truth_is_named(shop, parameters, named):
    answer = shop.client.get(f"/v1/inventory/truth?{parameters}").expect(422)
    assert [each["parameter"] for each in answer.json["errors"]] == [named]


@pytest.mark.parametrize("minutes", ["0", "-1", "481", "ten", "1.5", ""])
def test_wrong_minutes_are_named(shop, minutes):
    node = shop.store("STORE")
    answer = shop.client.get(f"/v1/nodes/{node}/count-list?minutes={minutes}").expect(422)
    assert [each["parameter"] for each in answer.json["errors"]] == ["minutes"]


def test_the_list_of_a_node_that_there_is_not_is_not_found(shop):
    assert shop.client.get(f"/v1/nodes/NONE-{shop.tag}/count-list").expect(404)
    answer = shop.client.get("/v1/nodes/%00/count-list").expect(422)
    assert answer.pointers == ["/node"]
