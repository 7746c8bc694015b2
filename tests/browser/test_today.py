"""Today: where orders stand, what asks to be looked at, and what happens, as it happens."""

import re

import pytest

from browser.demo_order import placed

PATIENCE_MS = 20_000
SIZES = {"1440": (1440, 900), "1024": (1024, 768)}


def expect(what):
    from playwright.sync_api import expect as wanted

    wanted.set_options(timeout=PATIENCE_MS)
    return wanted(what)


def count_of(locator) -> int:
    return int(re.sub(r"\D", "", locator.inner_text()))


def test_each_stage_and_each_figure_is_the_list_it_counts(visit, client):
    page = visit("/")
    way = page.get_by_role("list", name="The way of orders")
    released = way.get_by_role("link").filter(has_text="Released")
    expect(released).to_be_visible()
    counted = count_of(released.locator(".today-count"))
    assert counted == len(client.get("/v1/orders?stage=released&limit=200").json["items"])
    released.click()
    page.wait_for_url("**/orders?stage=released")
    expect(page.get_by_role("table", name="Orders").locator("tbody tr")).to_have_count(
        min(counted, 50)
    )
    page.go_back()
    page.get_by_role("link").filter(has_text="nothing is released until lifted").click()
    page.wait_for_url("**/orders?held=true")
    expect(page.get_by_role("table", name="Orders").get_by_text("On hold").first).to_be_visible()


def test_what_happens_is_seen_at_once(visit, sample, client):
    page = visit("/")
    feed = page.get_by_role("list", name="Happening now")
    expect(feed.get_by_role("listitem").first).to_be_visible()
    order = placed(client, sample)
    expect(feed.get_by_text(order["number"]).first).to_be_visible(timeout=10_000)


def test_a_viewer_sees_it_too(visit):
    page = visit("/", role="viewer")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.get_by_role("list", name="The way of orders")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_looks_right(visit, axe, shot, size, scheme):
    page = visit("/", scheme=scheme, size=SIZES[size])
    expect(page.get_by_role("list", name="Happening now")).to_be_visible()
    page.wait_for_timeout(400)
    shot(page, f"today-{size}-{scheme}")
    if size == "1440":
        axe(page, schemes=(scheme,))
