"""The inventory grid, a cell of it, an item: read, narrowed, adjusted and undone."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

PATIENCE_MS = 30_000
MINUS = "\u2212"
WIDE = (5_000, 200)
CELLS_IN_PAGE_MAX = 1_500
SCROLL_S = 3


@pytest.fixture(scope="module")
def spot(client, sample):
    """A sku and a store that has some of it, nothing of which is reserved."""
    store = sample.stores[-1]
    found = client.get(f"/v1/inventory/positions?node={store}&limit=200").expect(200).json["items"]
    free = [each for each in found if each["available"] == each["on_hand"] >= 3]
    return free[0]["sku"], store


def grid_of(page):
    """Wait for the grid and its first cells."""
    grid = page.get_by_role("grid", name="Units by SKU and node")
    expect(grid).to_be_visible(timeout=PATIENCE_MS)
    expect(grid.locator(".totals span").first).not_to_be_empty(timeout=PATIENCE_MS)
    return grid


def figure(page, name):
    """Read one of the figures of a cell's drawer."""
    return page.locator(f"[data-figure={name}]")


def test_the_grid_shows_what_is_asked_and_the_address_says_so(visit, axe, shot):
    page = visit("/inventory")
    grid_of(page)
    for name in ("On hand", "Reserved"):
        page.get_by_role("button", name=re.compile(name)).click()
    expect(page).to_have_url(re.compile("show=available&show=on_hand&show=reserved"))
    expect(page.locator(".figure").first).to_be_visible()
    axe(page)
    page.reload()
    grid_of(page)
    assert page.get_by_role("button", name=re.compile("Reserved")).get_attribute("aria-pressed")
    shot(page, "inventory-figures")


def test_rows_are_narrowed_by_words_kind_and_what_is_low(visit, shot):
    page = visit("/inventory?kind=dc")
    grid = grid_of(page)
    columns = page.locator(".cellgrid-column").all_text_contents()
    assert columns
    assert not any("store-" in each for each in columns)
    page.keyboard.press("/")
    page.keyboard.type("jacket")
    expect(page).to_have_url(re.compile("q=jacket"))
    expect(grid.locator(".rowhead-name").first).to_contain_text(re.compile("jacket", re.IGNORECASE))
    page.get_by_label("Show", exact=True).get_by_text("Low", exact=True).click()
    page.get_by_label("Show", exact=True).get_by_text("Short", exact=True).click()
    expect(page.get_by_text("No SKU fits these filters")).to_be_visible(timeout=PATIENCE_MS)
    shot(page, "inventory-empty")
    page.get_by_role("button", name="Clear all").click()
    grid_of(page)
    expect(page).not_to_have_url(re.compile("q=|only=|kind="))


def test_the_keyboard_walks_the_grid_and_opens_a_cell(visit, axe, shot):
    page = visit("/inventory?kind=dc")
    grid = grid_of(page)
    grid.focus()
    began = grid.get_attribute("aria-activedescendant")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "PageDown", "Control+End", "Control+Home"):
        page.keyboard.press(key)
    assert grid.get_attribute("aria-activedescendant") == began
    page.keyboard.press("ArrowDown")
    on = grid.get_attribute("aria-activedescendant")
    assert on != began
    expect(page.locator(f"[id='{on}']")).to_have_attribute("data-cursor", "")
    page.keyboard.press("End")  # the sample's own come last: there are units
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    expect(drawer.locator(".bill")).to_be_visible(timeout=PATIENCE_MS)
    rows = [int(text.replace(MINUS, "-").replace(",", "")) for text in
            drawer.locator(".bill td").all_text_contents()]  # fmt: skip
    assert rows[0] + sum(rows[1:-1]) == rows[-1]
    axe(page)
    shot(page, "inventory-cell")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(grid).to_be_focused()


def test_an_adjustment_is_seen_in_a_second_tab_and_undone(visit, faces, client, spot, shot):
    sku, store = spot
    url = f"/inventory?q={sku}&sku={sku}&node={store}"
    page = visit(url)
    other = faces.tab(page.context)
    other.goto(url)
    for each in (page, other):
        expect(figure(each, "on_hand")).to_be_visible(timeout=PATIENCE_MS)
    before = int(figure(other, "on_hand").inner_text())
    available = int(figure(other, "available").inner_text())
    page.get_by_role("button", name="Adjust", exact=True).click()
    page.get_by_label("Change by").fill("-2")
    page.get_by_role("combobox", name="Reason").click()
    page.get_by_role("option", name="Lost").click()
    page.get_by_label("Note").fill("behind the rack")
    shot(page, "inventory-adjust")
    page.get_by_role("button", name=f"Adjust to {before - 2}").click()
    expect(page.get_by_text(f"{MINUS}2 units, {before - 2} on hand")).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(figure(other, "on_hand")).to_have_text(str(before - 2), timeout=PATIENCE_MS)
    expect(figure(other, "available")).to_have_text(str(available - 2), timeout=PATIENCE_MS)
    page.get_by_role("button", name="Undo").click()
    expect(figure(other, "on_hand")).to_have_text(str(before), timeout=PATIENCE_MS)
    page.get_by_role("tab", name="Movements").click()
    expect(page.get_by_text(f"undo: undoes {MINUS}2")).to_be_visible(timeout=PATIENCE_MS)
    steps = client.get(f"/v1/inventory/movements?sku={sku}&node={store}").expect(200).json["items"]
    assert [(s["on_hand_delta"], s["reference"], s["actor"]) for s in steps[:2]] == [
        (2, f"undo: undoes {MINUS}2", "Olga Reyes"),
        (-2, "lost: behind the rack", "Olga Reyes"),
    ]


def test_more_than_there_is_cannot_be_taken_away(visit, spot):
    sku, store = spot
    page = visit(f"/inventory?q={sku}&sku={sku}&node={store}")
    page.get_by_role("button", name="Adjust", exact=True).click(timeout=PATIENCE_MS)
    page.get_by_role("button", name=re.compile("Adjust to")).click()
    expect(page.get_by_text("Choose a reason: it stands in the ledger.")).to_be_visible()
    page.get_by_label("Change by").fill("-999")
    page.get_by_role("combobox", name="Reason").click()
    page.get_by_role("option", name="Stolen").click()
    page.get_by_role("button", name=re.compile("Adjust to")).click()
    refused = re.compile("units are on hand|These units are reserved")
    expect(page.get_by_role("alert").filter(has_text=refused)).to_be_visible(timeout=PATIENCE_MS)


def test_who_only_looks_cannot_adjust(visit, spot):
    sku, store = spot
    page = visit(f"/inventory?q={sku}&sku={sku}&node={store}", role="viewer")
    expect(figure(page, "on_hand")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Adjust", exact=True)).to_have_count(0)


def test_an_item_has_its_channels_nodes_and_history(visit, axe, shot, spot):
    sku, store = spot
    page = visit(f"/inventory/{sku}")
    expect(page.locator("[data-channel]").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".bars")).to_contain_text(store)
    page.get_by_text("View as table").click()
    expect(page.get_by_role("columnheader", name="On hand")).to_be_visible(timeout=PATIENCE_MS)
    axe(page)
    page.get_by_text("View as chart").click()
    expect(page.get_by_role("img", name=re.compile("end of each day"))).to_be_visible()
    shot(page, "item")


def test_an_item_that_there_is_not_says_so(visit, allow):
    allow("404")
    page = visit("/inventory/NO-SUCH-SKU")
    expect(page.get_by_text("there is no item NO-SUCH-SKU")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_looks(visit, shot, spot, size, scheme):
    sku, _ = spot
    page = visit("/inventory", size=size, scheme=scheme)
    grid_of(page)
    shot(page, f"inventory-{size[0]}-{scheme}")
    page.goto(f"/inventory/{sku}")
    expect(page.get_by_role("img", name=re.compile("end of each day"))).to_be_visible(
        timeout=PATIENCE_MS
    )
    shot(page, f"item-{size[0]}-{scheme}")


def test_a_million_cells_are_scrolled_with_few_of_them_in_the_page(faces, capsys):
    """Five thousand skus at two hundred nodes, made up here; what is counted is the page's work."""
    page = faces.tab(faces.context())
    page.route(re.compile(r"/v1/inventory/grid"), answer_wide)
    page.goto("/inventory")
    grid = grid_of(page)
    expect(page.get_by_text("5,000 SKUs \u00d7 200 nodes")).to_be_visible()
    grid.focus()
    page.keyboard.press("Control+End")
    expect(page.locator("[aria-rowindex='5001'] [aria-colindex='201']")).to_have_text(
        str(units(WIDE[0] - 1, WIDE[1] - 1)), timeout=PATIENCE_MS
    )
    page.keyboard.press("Control+Home")
    frames, cells = page.evaluate(SCROLL, SCROLL_S * 1000)
    with capsys.disabled():
        print(  # noqa: T201 - a figure to be read
            f"\n5,000 x 200: {frames / SCROLL_S:.0f} frames a second, {cells} cells at most"
        )
    assert cells <= CELLS_IN_PAGE_MAX


SCROLL = """async (ms) => {
    const grid = document.querySelector('[role=grid]');
    const began = performance.now();
    let frames = 0, most = 0;
    while (performance.now() - began < ms) {
        grid.scrollTop += 90;
        grid.scrollLeft += 25;
        await new Promise(requestAnimationFrame);
        frames += 1;
        most = Math.max(most, document.querySelectorAll('[role=gridcell]').length);
    }
    return [frames, most];
}"""


def units(row: int, column: int) -> int:
    """Make up what is there."""
    return (row * 7919 + column * 104729) % 37


def answer_wide(route) -> None:
    """Answer as the server does, of a retailer that is made up."""
    asked = urlsplit(route.request.url)
    skus = [f"SKU-{number:05}" for number in range(WIDE[0])]
    nodes = [f"S{number:03}" for number in range(WIDE[1])]
    if asked.path.endswith("/axes"):
        columns = [
            {"node": n, "name": n, "kind": "store", "enabled": True, "heard_at": None,
             "stale": False} for n in nodes
        ]  # fmt: skip
        told = {"skus": skus, "more": False, "nodes": columns, "categories": []}
    else:
        rows = [int(sku[4:]) for sku in parse_qs(asked.query)["sku"]]
        cells = [[units(row, column) for column in range(WIDE[1])] for row in rows]
        told = {
            "nodes": nodes, "skus": [skus[row] for row in rows], "names": [""] * len(rows),
            "categories": [""] * len(rows), "cells": {"available": cells},
            "totals": {"available": [sum(row) for row in cells]}, "waiting": [0] * len(rows),
        }  # fmt: skip
    route.fulfill(status=200, content_type="application/json", body=json.dumps(told))
