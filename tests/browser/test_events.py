"""The event log: searched, followed, paused, looked at as it is, and copied."""

import json
import re

from browser.pictures import pictures

KINDS = ("fraud", "address", "payment")


def test_an_orders_events_are_found_looked_at_and_copied(visit, axe, shot, client, sample):
    order = client.get(f"/v1/orders/{sample.orders[0]}").expect(200).json
    page = visit("/events", permissions=["clipboard-read", "clipboard-write"])
    log = page.get_by_role("table", name="Event log")
    log.locator("tbody tr td").first.wait_for()
    axe(page)
    pictures(page, shot, "events")

    page.get_by_role("textbox", name="Order number, subject or words").fill(order["number"])
    page.keyboard.press("Enter")
    page.get_by_text("Order").first.wait_for()
    log.get_by_text("order.captured").wait_for()
    subjects = {row.inner_text() for row in log.locator("tbody tr td:nth-child(4)").all()}
    assert f"orders/{order['id']}" in subjects
    log.get_by_text("order.captured").click()
    raw = page.get_by_role("dialog")
    raw.get_by_text('"specversion"').wait_for()
    axe(page)
    pictures(page, shot, "event-raw")
    raw.get_by_role("button", name="Copy JSON").click()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert (copied["type"], copied["specversion"]) == ("order.captured", "1.0")
    assert copied["data"]["order_id"] == order["id"]


def test_types_narrow_the_log_and_the_address_remembers(visit):
    page = visit("/events?type=order.captured&since=24h")
    log = page.get_by_role("table", name="Event log")
    log.get_by_text("order.captured").first.wait_for()
    types = {cell.inner_text() for cell in log.locator("tbody tr td:nth-child(3)").all()}
    assert types == {"order.captured"}


def test_what_happens_is_counted_until_it_is_followed_and_a_pause_holds_still(
    visit, client, sample
):
    page = visit("/events?type=order.held")
    page.get_by_text("Live", exact=True).wait_for()
    log = page.get_by_role("table", name="Event log")
    log.locator("tbody tr td").first.wait_for()
    before = log.locator("tbody tr").count()

    def hold(number: int) -> None:
        told = {"kind": KINDS[number], "reason": f"tail-{number}"}
        client.post(f"/v1/orders/{sample.orders[number]}/hold", told).expect(200)

    hold(0)
    page.get_by_role("button", name="1 new event").wait_for()
    assert log.locator("tbody tr").count() == before, "no row moves"
    page.get_by_role("button", name="1 new event").click()
    log.get_by_text("tail-0").wait_for()

    page.get_by_role("button", name="Follow").click()
    hold(1)
    log.get_by_text("tail-1").wait_for()
    page.get_by_role("button", name="Pause").click()
    hold(2)
    page.get_by_role("button", name=re.compile("new event")).wait_for()
    assert log.get_by_text("tail-2").count() == 0
    for number, kind in enumerate(KINDS):
        path = f"/v1/orders/{sample.orders[number]}/unhold"
        client.post(path, {"kind": kind, "reason": "seen"}).expect(200)
