"""Finding orders again: pages by key, filters, and search by what people know of an order."""

import pytest

from scenarios.shop import KIM, eventually


def listed(shop, query):
    """All ids of a list, read in pages of two; each page but the last says where the next is."""
    ids, path = [], f"/v1/orders?limit=2&{query}"
    while path:
        page = shop.client.get(path).expect(200)
        items = page.json["items"]
        assert len(items) <= 2
        ids += [each["id"] for each in items]
        link = page.headers.get("link")
        cursor = page.json["next"]
        assert (link is None) == (cursor is None)
        if link is not None:
            assert link.endswith('; rel="next"')
            assert len(items) == 2
        path = link[1 : link.index(">")] if link else None
    assert len(ids) == len(set(ids)), "an order came twice"
    return ids


@pytest.fixture
def five(shop):
    """Five orders of one channel: four shipping, the last one to be fetched."""
    sku, node = shop.stocked(50)
    store = shop.store("STORE")
    hat = shop.item("HAT")
    shop.stock(hat, store, 50)
    channel = shop.channel("both")
    email = f"lee-{shop.tag}@example.com"
    orders = [
        shop.buy([(sku, 1)], channel=channel, customer={**KIM, "email": email}),
        shop.buy([(sku, 2)], channel=channel, placed_at="2026-11-19T10:00:00Z"),
        shop.buy([(sku, 3)], channel=channel, customer={**KIM, "email": email}),
        shop.buy([(sku, 1), (hat, 1)], channel=channel),
        shop.place(shop.pickup([(hat, 1)], store, channel=channel)).expect(201).json,
    ]
    for order in orders:
        eventually(lambda order=order: shop.phase(order) == "released", what="released")
    return orders, {"sku": sku, "hat": hat, "node": node, "store": store, "channel": channel,
                    "email": email}  # fmt: skip


def test_pages_hold_every_order_once(shop, five):
    orders, names = five
    expected = {each["id"] for each in orders}
    assert set(listed(shop, f"channel={names['channel']}")) == expected


def test_orders_placed_while_somebody_pages_do_not_shift_the_pages(shop, five):
    orders, names = five
    first = shop.client.get(f"/v1/orders?limit=3&channel={names['channel']}").expect(200)
    shop.buy([(names["sku"], 1)], channel=names["channel"])
    link = first.headers["link"]
    second = shop.client.get(link[1 : link.index(">")]).expect(200)

    seen = [each["id"] for page in (first, second) for each in page.json["items"]]
    assert len(seen) == len(set(seen))
    assert {each["id"] for each in orders} <= set(seen)


def test_each_filter_gives_exactly_its_orders(shop, five):
    orders, names = five
    ids = [each["id"] for each in orders]
    channel = f"channel={names['channel']}"
    eventually(
        lambda: len(listed(shop, f"{channel}&phase=released")) == 5, what="five listed as released"
    )
    for query, places in {
        f"sku={names['hat']}": {3, 4},
        f"sku={names['sku']}": {0, 1, 2, 3},
        f"node={names['store']}": {3, 4},
        f"node={names['node']}": {0, 1, 2, 3},
        f"email={names['email']}": {0, 2},
        f"email={names['email'].upper()}": {0, 2},
        f"{channel}&sku={names['hat']}&node={names['node']}": {3},
        f"{channel}&email={names['email']}&sku={names['hat']}": set(),
        f"{channel}&placed_after=2026-11-20T00:00:00Z": {0, 2, 3, 4},
        f"{channel}&phase=closed": set(),
        "channel=no-such-channel": set(),
    }.items():
        assert set(listed(shop, query)) == {ids[place] for place in places}, query


def test_a_search_finds_by_number_external_id_email_and_sku(shop, five):
    orders, names = five
    ids = [each["id"] for each in orders]
    for q, places in {
        orders[1]["number"]: {1},
        orders[1]["number"].lower(): {1},
        orders[2]["external_id"]: {2},
        names["email"]: {0, 2},
        names["hat"]: {3, 4},
        f"nothing-{shop.tag}": set(),
    }.items():
        assert set(listed(shop, f"q={q}")) == {ids[place] for place in places}, q


def test_a_list_says_what_people_look_for_and_no_totals(shop, five):
    _, names = five
    page = shop.client.get(f"/v1/orders?limit=1&channel={names['channel']}").expect(200).json
    assert not {"total", "count", "total_count"} & set(page)
    [item] = page["items"]
    assert {
        "id",
        "number",
        "external_id",
        "channel",
        "phase",
        "placed_at",
        "total",
        "currency",
    } <= set(item)


def test_a_nodes_work_list_is_its_work_only(shop, five):
    _, names = five
    path = f"/v1/fulfillment-orders?node={names['store']}"
    works = shop.client.get(path).expect(200).json["items"]
    assert {each["node"] for each in works} == {names["store"]}
    assert sorted(each["method"] for each in works) == ["pickup", "ship"]
    fetched = shop.client.get(f"{path}&method=pickup&state=released").expect(200).json["items"]
    assert [each["method"] for each in fetched] == ["pickup"]
    assert shop.client.get(f"{path}&state=packed").expect(200).json["items"] == []


def test_positions_and_items_are_paged_too(shop):
    node = shop.node("DC")
    skus = [shop.item(name) for name in ("A", "B", "C")]
    for sku in skus:
        shop.stock(sku, node, 1)
    seen, path = [], f"/v1/inventory/positions?node={node}&limit=2"
    while path:
        page = shop.client.get(path).expect(200)
        seen += [each["sku"] for each in page.json["items"]]
        link = page.headers.get("link")
        path = link[1 : link.index(">")] if link else None
    assert seen == sorted(skus)
