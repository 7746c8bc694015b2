"""The network on a map and as a list; a node; pausing it for a while, and resuming it."""

import re

import pytest
from playwright.sync_api import expect

from scenarios.shop import Shop, eventually

PATIENCE_MS = 30_000


def opened(page):
    """Wait for the map and its marks."""
    mark = page.locator(".outline-place").first
    expect(mark).to_be_visible(timeout=PATIENCE_MS)
    return mark


def nodes_of(client):
    """Say of which kind the nodes are: the sample's, and those that other stories have made."""
    shown = client.get("/v1/network/overview").expect(200).json["nodes"]
    assert all(node["latitude"] is not None for node in shown)
    return [node["kind"] for node in shown]


def row_of(page, node):
    """Find a node's row in the list."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=node, exact=True))


def test_the_map_and_the_list_show_the_same_nodes(visit, axe, shot, client):
    page = visit("/network")
    opened(page)
    nodes = nodes_of(client)
    expect(page.locator(".outline-place")).to_have_count(len(nodes))
    expect(page.locator(".outline-place rect")).to_have_count(nodes.count("dc"))
    expect(page.get_by_role("table", name="Nodes as a list").locator("tbody tr")).to_have_count(
        len(nodes)
    )
    axe(page)
    shot(page, "network")


def test_a_node_is_chosen_on_the_map_by_keyboard_and_opened(visit, axe, shot):
    page = visit("/network")
    mark = opened(page)
    page.locator(".outline-place[tabindex='0']").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("node="))
    expect(page.get_by_text("Sent to, last 24 hours")).to_be_visible()
    shot(page, "network-node")
    page.get_by_role("link", name="Open node").click()
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible(timeout=PATIENCE_MS)
    axe(page)
    shot(page, "node")
    assert mark


def test_the_list_is_narrowed_and_sorted(visit, client):
    page = visit("/network")
    opened(page)
    page.get_by_text("Distribution centers", exact=True).first.click()
    expect(page.locator(".outline-place")).to_have_count(nodes_of(client).count("dc"))
    expect(page).to_have_url(re.compile("kind=dc"))
    page.keyboard.press("/")
    page.keyboard.type("nowhere at all")
    expect(page.get_by_text("No node fits")).to_be_visible()


def test_flows_are_drawn_and_can_be_left_out(visit):
    page = visit("/network")
    opened(page)
    expect(page.locator(".outline-flow").first).to_be_attached(timeout=PATIENCE_MS)
    page.get_by_role("switch", name="Show flows").click()
    expect(page.locator(".outline-flow")).to_have_count(0)
    expect(page).to_have_url(re.compile("flows=off"))


def test_a_node_is_paused_until_a_time_for_a_reason_and_resumed(visit, axe, shot, sample, client):
    store = sample.stores[-1]
    page = visit(f"/nodes/{store}")
    page.get_by_role("button", name="Pause", exact=True).click(timeout=PATIENCE_MS)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("Pause until")).click()
    expect(dialog.get_by_text("Say why: it stands in the timeline.")).to_be_visible()
    dialog.get_by_role("button", name="Stock count").click()
    dialog.get_by_text("4 hours").click()
    axe(page)
    shot(page, "node-pause")
    dialog.get_by_role("button", name=re.compile("Pause until")).click()
    banner = page.locator(".pause-note")
    expect(banner).to_contain_text("Stock count", timeout=PATIENCE_MS)
    expect(banner).to_contain_text("Olga Reyes")
    shot(page, "node-paused")
    days = client.get(f"/v1/nodes/{store}/capacity").expect(200).json["days"]
    assert any("Stock count" in why for why in days[0]["why"] + days[1]["why"])
    page.goto("/network")
    opened(page)
    expect(row_of(page, store)).to_contain_text("Paused", timeout=PATIENCE_MS)
    page.goto(f"/nodes/{store}")
    page.get_by_role("button", name="Resume").click(timeout=PATIENCE_MS)
    dialog.get_by_label("Reason").fill("counted")
    dialog.get_by_role("button", name="Resume").click()
    expect(banner).to_have_count(0, timeout=PATIENCE_MS)
    ended = client.get(f"/v1/nodes/{store}/overrides?ended=true").expect(200).json["items"][0]
    assert (ended["reason"], ended["ended_by"], ended["end_reason"]) == (
        "Stock count", "Olga Reyes", "counted",
    )  # fmt: skip


def test_the_next_order_avoids_a_paused_node_and_its_page_says_why(visit, shot, sample, client):
    assert sample
    shop = Shop(client)
    near, far = shop.node("Tulsa DC", "austin"), shop.node("Hudson DC", "newark")
    sku = shop.item("Quilted vest")
    for node in (near, far):
        shop.stock(sku, node, 20)
    [before] = shop.released(shop.buy([(sku, 1)]))
    assert before["node"] == near
    page = visit(f"/nodes/{near}")
    page.get_by_role("button", name="Pause", exact=True).click(timeout=PATIENCE_MS)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Stock count").click()
    dialog.get_by_role("button", name=re.compile("Pause until")).click()
    expect(page.locator(".pause-note")).to_contain_text("Stock count", timeout=PATIENCE_MS)

    def next_order():
        order = shop.buy([(sku, 1)])
        [work] = shop.released(order)
        return order if work["node"] == far else None

    order = eventually(next_order, what="an order that avoids the paused node")
    page.goto(f"/orders/{order['id']}")
    page.get_by_text("Shipped from Hudson DC").wait_for(timeout=PATIENCE_MS)
    page.get_by_text(re.compile("nodes? ruled out")).click()
    reasons = page.get_by_text("Paused: nothing new is planned there", exact=True)
    expect(reasons).to_be_visible()
    expect(page.get_by_text("Tulsa DC").first).to_be_visible()
    shot(page, "order-avoids-a-paused-node")


def test_who_only_looks_cannot_pause(visit, sample):
    page = visit(f"/nodes/{sample.stores[0]}", role="viewer")
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Pause", exact=True)).to_have_count(0)


def test_who_works_in_a_store_does_not_see_another(visit, allow, sample):
    allow("403")
    page = visit(f"/nodes/{sample.stores[-1]}", role="associate")
    expect(page.get_by_text("Not allowed for your role")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_looks(visit, shot, sample, size, scheme):
    page = visit("/network", size=size, scheme=scheme)
    opened(page)
    shot(page, f"network-{size[0]}-{scheme}")
    page.goto(f"/nodes/{sample.centers[0]}")
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible(timeout=PATIENCE_MS)
    shot(page, f"node-{size[0]}-{scheme}")
