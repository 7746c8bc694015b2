"""A file of 10,000 items goes in by hand: mapped, rehearsed, run, and what was wrong comes back."""

import csv
import re

import pytest

from browser.pictures import pictures
from scenarios.shop import eventually

ROWS = 10_000
BAD = {4_321: "BAD-WEIGHT,Anvil,a ton", 7_000: ",Nameless,3", 9_999: "IMP-0,Again,1"}
"""By the file's row: a weight that is none, no sku, and a sku that stands above already."""

LONG_MS = 90_000


@pytest.fixture(scope="session")
def items(tmp_path_factory):
    """A file under headers of somebody else's: 9,997 items and three bad rows."""
    path = tmp_path_factory.mktemp("files") / "catalog.csv"
    lines = (BAD.get(n, f"IMP-{n - 2},Item {n - 2},{n}") for n in range(2, ROWS + 2))
    path.write_text("\n".join(["Item No.,Title,Weight (g)", *lines]) + "\n", encoding="utf-8")
    return path


def upload(page, path):
    page.get_by_role("button", name="Choose a file").wait_for()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(path)
    page.get_by_role("heading", name=path.name).wait_for()


def tile(page, name: str) -> str:
    return page.locator(".tiles > div", has_text=name).locator("dd").inner_text()


def test_ten_thousand_items_go_in_and_three_bad_rows_come_back(
    visit, axe, shot, items, client, tmp_path
):
    page = visit("/jobs/import")
    page.get_by_text("Drop a file here").wait_for()
    axe(page)
    pictures(page, shot, "import")
    upload(page, items)

    field = page.get_by_role("combobox", name="Field of column Item No.")
    assert field.input_value() == "sku (needed)"
    page.get_by_text("Likely 90%").first.wait_for()
    page.get_by_role("textbox", name="Save this mapping as").fill("ERP catalog")
    axe(page)
    pictures(page, shot, "import-map", full=True)
    page.get_by_role("button", name="Dry run", exact=True).click()
    _the_dry_run_names_the_three(page, client)
    axe(page)
    pictures(page, shot, "import-checked", full=True)

    page.get_by_role("button", name="Import 9,997 rows").click()
    page.get_by_role("heading", name="Importing").wait_for()
    shot(page, "import-running")
    page.get_by_role("heading", name="Imported", exact=True).wait_for(timeout=LONG_MS)
    assert (tile(page, "New"), tile(page, "Rejected")) == ("9,997", "3")
    page.get_by_text("catalog.csv: 9,997 rows imported, 3 rejected").wait_for()
    pictures(page, shot, "import-done", full=True)
    assert _came_back(page, tmp_path / "rejects.csv") == ["4321", "7000", "9999"]

    assert client.get("/v1/items/IMP-9996").expect(200).json["name"] == "Item 9996"
    version = client.get("/v1/items/IMP-0").expect(200).json
    _and_again_it_changes_nothing(page, items)
    assert client.get("/v1/items/IMP-0").expect(200).json == version


def _the_dry_run_names_the_three(page, client):
    page.get_by_role("heading", name="What this file would do").wait_for(timeout=LONG_MS)
    assert (tile(page, "New"), tile(page, "Rejected")) == ("9,997", "3")
    rejected = page.get_by_role("table", name="Rejected rows")
    rejected.get_by_text("4,321").wait_for()
    rows = rejected.locator("tbody tr")
    numbers = [row.locator("td").first.inner_text() for row in rows.all()]
    assert numbers == ["4,321", "7,000", "9,999"]
    assert rows.nth(0).locator("td").nth(1).inner_text() == "weight_g"
    assert rows.nth(0).locator("td").nth(2).inner_text() == "is not a whole number"
    assert "stands in row 2 already" in rows.nth(2).inner_text()
    assert client.get("/v1/items/IMP-1").status == 404, "a dry run leaves nothing"


def _came_back(page, path) -> list[str]:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 3 rejected rows").click()
    download.value.save_as(path)
    with path.open(newline="", encoding="utf-8") as file:
        return [row["rejected row"] for row in csv.DictReader(file)]


def _and_again_it_changes_nothing(page, items):
    page.get_by_role("button", name="New import").click()
    upload(page, items)
    page.get_by_role("button", name="Import without a dry run").click()
    page.get_by_role("heading", name="Imported", exact=True).wait_for(timeout=LONG_MS)
    assert (tile(page, "Unchanged"), tile(page, "New"), tile(page, "Rejected")) == (
        "9,997", "0", "3",
    )  # fmt: skip


def test_a_saved_mapping_is_used_and_a_needed_field_is_asked_for(visit, items, client):
    for made in client.get("/v1/imports/kinds").json["items"]:
        if made["kind"] == "items" and not made["mappings"]:
            pytest.skip("the story above saves the mapping")
    page = visit("/jobs/import?kind=items")
    upload(page, items)
    field = page.get_by_role("combobox", name="Field of column Title")
    field.click()
    field.press("Escape")
    page.get_by_role("combobox", name="Saved mapping").click()
    page.get_by_role("option", name="ERP catalog").click()
    assert field.input_value() == "name (needed)"


def test_jobs_are_listed_and_one_is_canceled(visit, axe, shot, client):
    begins = "2026-01-01T00:00:00Z"
    client.post("/v1/replays", {"from": begins}).expect(202)
    made = client.send(
        "POST", "/v1/imports?kind=items&file=draft.csv", b"sku,name\nD-1,Draft\n"
    ).expect(201)
    page = visit("/jobs")
    jobs = page.get_by_role("table", name="Jobs")
    jobs.get_by_text("draft.csv").wait_for()
    axe(page)
    pictures(page, shot, "jobs")
    page.get_by_role("button", name="Cancel job: draft.csv").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel job").click()
    page.get_by_text("Canceled: draft.csv").wait_for()
    path = f"/v1/imports/{made.json['id']}"
    eventually(lambda: client.get(path).json["state"] == "canceled", what="canceled")
    page.get_by_role("button", name="Ended", exact=True).click()
    page.wait_for_url(re.compile("view=ended"))
    row = jobs.locator("tr", has_text="draft.csv")
    row.get_by_text("Canceled").wait_for()


def test_feeds_show_who_is_silent_first(visit, axe, shot, client, sample):
    sku = client.get("/v1/items?limit=1").json["items"][0]["sku"]
    for number, node in enumerate(sample.stores[:3], start=1):
        line = (
            f'{{"type":"count","sku":"{sku}","node":"{node}","on_hand":5,"source":"wms-north",'
            f'"sequence":{number * 2},"counted_at":"2026-11-20T10:00:0{number}Z"}}\n'
        )
        headers = {"content-type": "application/x-ndjson"}
        client.send("POST", "/v1/inventory/feed", line.encode(), headers=headers).expect(200)
    page = visit("/feeds")
    feeds = page.get_by_role("table", name="Feeds")
    feeds.get_by_text("wms-north").first.wait_for()
    axe(page)
    pictures(page, shot, "feeds")
    page.get_by_role("textbox", name="Source").fill("nobody")
    page.get_by_role("textbox", name="Source").press("Enter")
    page.get_by_text("No feed matches").wait_for()


def test_a_delivery_that_was_not_taken_is_seen_and_tried_again(visit, axe, shot, client, sample):
    hook = {
        "url": "https://nobody.invalid/hook", "types": [],
        "secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
    }  # fmt: skip
    client.put("/v1/webhooks/warehouse-events", hook).expect(200)
    item = {"name": "Told"}
    client.put("/v1/items/TOLD", item).expect(200)
    stocked = {"sku": "TOLD", "node": sample.stores[0], "quantity": 3, "kind": "receipt"}
    client.post("/v1/inventory/movements", {"movements": [stocked]}).expect(200)
    order = sample.orders[-1]
    client.post(f"/v1/orders/{order}/hold", {"kind": "fraud", "reason": "look"}).expect(200, 409)
    eventually(
        lambda: any(
            each["attempts"] and each["error"]
            for each in client.get("/v1/webhooks/warehouse-events/deliveries").json["items"]
        ),
        within_s=60,
        what="a call that failed",
    )
    page = visit("/webhooks?webhook=warehouse-events")
    deliveries = page.get_by_role("table", name="Deliveries")
    page.get_by_text("Failing").wait_for()
    deliveries.get_by_role("button", name=re.compile("Retry delivery")).first.wait_for()
    axe(page)
    pictures(page, shot, "webhooks")
    deliveries.get_by_role("button", name=re.compile("Retry delivery")).first.click()
    page.get_by_text("1 delivery is tried again").wait_for()
    client.send("DELETE", "/v1/webhooks/warehouse-events").expect(200)
