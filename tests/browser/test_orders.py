"""Orders: found by anything, filtered, kept as views, worked on many at once, undone."""

import csv
import io
import re

import pytest

from browser.demo_order import placed
from scenarios.shop import eventually

PATIENCE_MS = 20_000
SIZES = {"1440": (1440, 900), "1024": (1024, 768)}


def expect(what):
    from playwright.sync_api import expect as wanted

    wanted.set_options(timeout=PATIENCE_MS)
    return wanted(what)


def rows(page):
    return page.get_by_role("table", name="Orders").locator("tbody tr")


def press(page, *keys):
    """Press keys as a person does: what one did is seen before the next."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(100)


def search(page, text):
    page.get_by_label("Search orders").fill(text)
    page.keyboard.press("Enter")


def paste(page, text):
    """Paste into the page's search, gone to by its key."""
    press(page, "/")
    page.get_by_label("Search orders").evaluate(
        """(field, text) => {
            const data = new DataTransfer();
            data.setData('text', text);
            const options = { clipboardData: data, bubbles: true, cancelable: true };
            field.dispatchEvent(new ClipboardEvent('paste', options));
        }""",
        text,
    )


def read(client, query):
    return client.get(f"/v1/orders?{query}").expect(200).json["items"]


def test_an_order_is_found_by_whatever_is_known_of_it(visit, client, sample):
    order = client.get(f"/v1/orders/{sample.orders[0]}").expect(200).json
    shipped = read(client, "phase=shipped&limit=5") or read(client, "phase=closed&limit=5")
    page = visit("/orders")
    expect(rows(page).first).to_be_visible()
    known = [order["number"].lower(), order["external_id"], order["number"][:9]]
    known += [each for each in (order["customer"] or {}).values() if each and "@" in str(each)]
    for text in known:
        search(page, text)
        expect(rows(page).filter(has_text=order["number"])).to_be_visible()
    tracking = shipped[0]["shipments"][0]["tracking_number"]
    search(page, tracking)
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text(shipped[0]["number"])
    search(page, order["lines"][0]["sku"].lower())
    expect(rows(page).filter(has_text=order["number"])).to_be_visible()
    search(page, "no-such-thing-9")
    expect(page.get_by_text("No orders match")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(rows(page).nth(5)).to_be_visible()


def test_pasted_numbers_are_just_those_orders(visit, client, sample):
    numbers = [client.get(f"/v1/orders/{each}").json["number"] for each in sample.orders[:7]]
    page = visit("/orders")
    expect(rows(page).first).to_be_visible()
    paste(page, "\n".join(numbers))
    expect(rows(page)).to_have_count(7)
    expect(page.get_by_text("7 pasted")).to_be_visible()


def test_filters_are_in_the_address_and_a_view_keeps_them(visit):
    page = visit("/orders")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("button", name="Status").click()
    page.get_by_label("Released", exact=True).check()
    page.get_by_label("On hold", exact=True).check()
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("phase=released&phase=on_hold"))
    expect(page.get_by_role("img", name="Filters are not saved in this view")).to_be_visible()
    page.get_by_role("button", name="Save view").last.click()
    page.get_by_role("menuitem", name="Save as a new view").click()
    page.get_by_label("Name").fill("Mine to watch")
    page.get_by_role("button", name="Save", exact=True).click()
    tab = page.get_by_role("button", name=re.compile("^Mine to watch"))
    expect(tab).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("img", name="Filters are not saved in this view")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^All")).click()
    page.reload()
    page.get_by_role("button", name=re.compile("^Mine to watch")).click()
    page.wait_for_url(re.compile("phase=released&phase=on_hold"))
    page.get_by_role("button", name="More: Mine to watch").click()
    page.get_by_role("menuitem", name="Delete view").click()
    page.get_by_role("button", name="Delete view").click()
    expect(page.get_by_role("button", name=re.compile("^Mine to watch"))).to_have_count(0)


def test_many_are_held_at_once_and_let_go_again(visit, client, shot):
    page = visit("/orders?phase=released&phase=planned")
    expect(rows(page).nth(2).get_by_role("link")).to_be_visible()
    before = {each["id"] for each in read(client, "held=true&limit=200")}
    press(page, "j", "x", "j", "j", "Shift+X")
    bar = page.get_by_role("toolbar", name="3 selected")
    bar.get_by_role("button", name="Hold", exact=True).click()
    dialog = page.get_by_role("dialog", name="Hold orders")
    expect(dialog.get_by_text("3 orders will change")).to_be_visible()
    page.wait_for_timeout(200)
    shot(page, "orders-hold")
    dialog.get_by_role("button", name="Hold 3 orders").click()
    expect(dialog.get_by_text("Say why")).to_be_visible()
    dialog.get_by_label("Reason").fill("recall")
    dialog.get_by_role("button", name="Hold 3 orders").click()
    expect(page.get_by_text("3 orders held")).to_be_visible(timeout=15_000)
    held = {each["id"] for each in read(client, "held=true&limit=200")}
    assert len(held - before) == 3
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 holds lifted")).to_be_visible(timeout=15_000)
    assert {each["id"] for each in read(client, "held=true&limit=200")} == before
    page.get_by_role("button", name="Jobs").click()
    expect(page.get_by_role("dialog", name="Jobs").get_by_text("Taken back")).to_be_visible()


def test_what_a_job_leaves_is_told_with_its_reason(visit, client):
    page = visit("/orders?held=true")
    held = len(read(client, "held=true&limit=200"))
    page.get_by_label("Select every row on this page").check()
    page.get_by_role("toolbar").get_by_role("button", name="Hold", exact=True).click()
    dialog = page.get_by_role("dialog", name="Hold orders")
    expect(dialog.get_by_text(f"{held} skipped: held already")).to_be_visible()
    expect(dialog.get_by_text("None of these orders would change.")).to_be_visible()


def test_the_list_as_filtered_is_a_file(visit, client):
    page = visit("/orders?held=true")
    expect(rows(page).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    text = download.value.path().read_text(encoding="utf-8")
    numbers = {row["number"] for row in csv.DictReader(io.StringIO(text))}
    assert numbers == {each["number"] for each in read(client, "held=true&limit=200")}


def test_new_orders_wait_until_they_are_asked_for(visit, client, sample):
    page = visit("/orders")
    expect(rows(page).first.get_by_role("link")).to_be_visible()
    page.locator(".live[data-status=live]").wait_for()
    before = rows(page).first.get_by_role("link").inner_text()
    order = placed(client, sample)
    bar = page.get_by_role("button", name=re.compile("1 new order"))
    expect(bar).to_be_visible(timeout=10_000)
    expect(rows(page).first.get_by_role("link")).to_have_text(before)
    bar.click()
    expect(rows(page).filter(has_text=order["number"])).to_be_visible()
    expect(bar).to_have_count(0)


def test_a_row_changes_where_it_stands(visit, client, sample):
    order = placed(client, sample)
    eventually(lambda: read(client, f"q={order['number']}&stage=released"), what="it is released")
    page = visit("/orders")
    row = rows(page).filter(has_text=order["number"])
    expect(row.get_by_text("Released")).to_be_visible()
    page.locator(".live[data-status=live]").wait_for()
    client.post(f"/v1/orders/{order['id']}/hold", {"kind": "fraud", "reason": "odd"}).expect(200)
    expect(row.get_by_text("On hold")).to_be_visible(timeout=10_000)
    expect(row.get_by_text("Fraud check")).to_be_visible()


def test_an_order_is_looked_at_beside_the_list_by_keyboard(visit, shot):
    page = visit("/orders")
    expect(rows(page).nth(3).get_by_role("link")).to_be_visible()
    press(page, "j", "j")
    number = rows(page).nth(1).locator("td").nth(1).inner_text()
    page.keyboard.press("Space")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text(number)).to_be_visible()
    page.wait_for_timeout(300)
    shot(page, "orders-peek")
    assert "peek=" in page.url
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/orders/[0-9a-f-]+$"))


def test_who_may_only_look_has_nothing_to_select(visit):
    page = visit("/orders", role="viewer")
    expect(rows(page).first).to_be_visible()
    expect(page.get_by_label("Select every row on this page")).to_have_count(0)


def test_a_list_that_cannot_be_read_is_asked_for_again_in_its_place(visit, allow):
    allow("Failed to load resource")
    page = visit("/orders")
    expect(rows(page).first).to_be_visible()
    page.route("**/v1/orders?*", lambda route: route.abort())
    search(page, "kim")
    retry = page.get_by_role("button", name="Try again")
    expect(retry).to_be_visible(timeout=20_000)
    page.unroute("**/v1/orders?*")
    retry.click()
    expect(retry).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_looks_right(visit, axe, shot, size, scheme):
    page = visit("/orders", scheme=scheme, size=SIZES[size])
    expect(rows(page).nth(5)).to_be_visible()
    press(page, "j", "x")
    page.wait_for_timeout(400)
    shot(page, f"orders-{size}-{scheme}")
    if size == "1440":
        axe(page, schemes=(scheme,))
        page.get_by_role("button", name="Filter", exact=True).click()
        axe(page, schemes=(scheme,))
