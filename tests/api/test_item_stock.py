"""An item's stock: what each channel may sell, where it lies, what comes, and day by day."""

import pytest

from api.test_grid import node


@pytest.fixture
async def shop(call):
    """A tee at a center and a store; a channel for each of them, and one for both."""
    await call.ok("PUT", "/v1/items/TEE", {"name": "Tee", "category": "tops"})
    await call.ok("PUT", "/v1/nodes/DC", node("dc"))
    await call.ok("PUT", "/v1/nodes/S1", node("store"))
    await call.ok("PUT", "/v1/channels/web", {"name": "Web"})
    await call.ok("PUT", "/v1/channels/app", {"name": "App", "nodes": ["DC"]})
    await call.ok("POST", "/v1/inventory/counts", {
        "counts": [{"sku": "TEE", "node": "DC", "on_hand": 9},
                   {"sku": "TEE", "node": "S1", "on_hand": 2}]
    })  # fmt: skip
    return call


async def test_an_items_page_has_channels_nodes_and_what_comes(shop):
    order = {"kind": "purchase", "node": "DC", "expected_at": "2027-01-20T10:00:00Z",
             "lines": [{"sku": "TEE", "quantity": 90}]}  # fmt: skip
    await shop.ok("PUT", "/v1/supplies/PO-1", order)
    shown = await shop.ok("GET", "/v1/items/TEE/stock")
    assert [(each["channel"], each["available"]) for each in shown["channels"]] == [
        ("app", 9), ("web", 11),
    ]  # fmt: skip
    assert [(each["node"], each["available"], each["on_order"]) for each in shown["nodes"]] == [
        ("DC", 9, 90), ("S1", 2, 0),
    ]  # fmt: skip
    assert [(e["kind"], e["id"], e["units"], e["overdue"]) for e in shown["inbound"]] == [
        ("supply", "PO-1", 90, False)
    ]
    assert (shown["name"], shown["category"], shown["waiting"]) == ("Tee", "tops", 0)


async def test_a_kit_has_channels_and_no_shelf(shop):
    kit = {"name": "Two", "components": [{"sku": "TEE", "quantity": 2}]}
    await shop.ok("PUT", "/v1/items/KIT", kit)
    shown = await shop.ok("GET", "/v1/items/KIT/stock")
    assert (shown["parts"], shown["nodes"]) == ([{"sku": "TEE", "quantity": 2}], [])
    assert [each["available"] for each in shown["channels"]] == [4, 5]


async def test_an_unknown_item_is_not_found(shop):
    assert (await shop("GET", "/v1/items/NONE/stock")).status == 404


async def test_history_ends_with_what_is_there_now(shop):
    moved = {"kind": "adjustment", "sku": "TEE", "node": "S1", "quantity": -1, "reason": "stolen"}
    await shop.ok("POST", "/v1/inventory/movements", {"movements": [moved]})
    shown = await shop.ok("GET", "/v1/items/TEE/history?days=3")
    assert [each["on_hand"] for each in shown["days"]] == [0, 0, 10]
    at_node = await shop.ok("GET", "/v1/items/TEE/history?days=2&node=S1")
    assert [each["on_hand"] for each in at_node["days"]] == [0, 1]
    assert at_node["time_zone"] == "America/Chicago"


async def test_history_of_an_unknown_node_is_not_found(shop):
    assert (await shop("GET", "/v1/items/TEE/history?node=NONE")).status == 404


async def test_items_are_found_by_sku_by_words_and_by_category(shop):
    await shop.ok("PUT", "/v1/items/TEN", {"name": "Garden tent", "category": "garden"})

    async def found(query: str) -> list[str]:
        return [each["sku"] for each in (await shop.ok("GET", f"/v1/items?{query}"))["items"]]

    assert await found("q=TE") == ["TEE", "TEN"]
    assert await found("q=tent%20gard") == ["TEN"]
    assert await found("category=garden") == ["TEN"]
    assert await found("category=garden&q=TEE") == []
    first = await shop.ok("GET", "/v1/items?q=TE&limit=1")
    assert await found(f"q=TE&limit=1&cursor={first['next']}") == ["TEN"]
