"""An agent at an order: why there, a note, units canceled with a preview, a hold and its undo."""

import re

import pytest

from scenarios.shop import Shop, eventually


@pytest.fixture
def shop(client, sample):  # noqa: ARG001 - beside the sample retailer
    """A shop of one test, in the sample's market."""
    return Shop(client)


@pytest.fixture
def split(shop):
    """An order of two lines that either of two distribution centers could send."""
    near, far = shop.node("Austin DC", "austin"), shop.node("Newark DC", "newark")
    shop.node("Reno DC", "reno", enabled=False)
    tee, cap = shop.item("Trail oxford shirt"), shop.item("Ribbed cap")
    for sku in (tee, cap):
        shop.stock(sku, near, 20)
        shop.stock(sku, far, 20)
    payment = {"provider": "stripe", "reference": "pi_1", "authorized": 8000}
    order = shop.buy([(tee, 3), (cap, 1)], payment=payment)
    shop.released(order)
    return order


def at(visit, order, **options):
    page = visit(f"/orders/{order['id']}", **options)
    page.get_by_role("heading", name=order["number"]).wait_for()
    return page


def test_the_page_shows_how_far_it_has_come_and_why_from_there(visit, axe, shot, split):
    page = at(visit, split)

    stages = page.get_by_role("list", name="How far it has come")
    assert stages.get_by_role("listitem").all_inner_texts()[0].startswith("Placed")
    why = page.get_by_role("table", name="Candidate")
    why.wait_for()
    rows = why.get_by_role("row").all_inner_texts()
    assert "Austin DC" in rows[1]
    assert "chosen" in rows[1]
    assert "runner-up" in rows[2]
    bars = why.get_by_role("img")
    assert "Shipping" in bars.first.get_attribute("aria-label")
    page.get_by_text("Shipped from Austin DC").wait_for()
    page.get_by_text(re.compile("nodes? ruled out")).click()
    page.get_by_text("Switched off", exact=True).wait_for()
    page.get_by_text("What would have changed it").wait_for()
    page.get_by_role("table", name="Money").get_by_text("Trail oxford shirt").wait_for()
    axe(page)
    shot(page, "order-1440", full=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024])
def test_it_looks_well(visit, shot, shop, scheme, width):
    near, far = shop.node("Boston DC", "austin"), shop.node("Charlotte DC", "newark")
    tee, cap = shop.item("Trail oxford shirt"), shop.item("Denim chino")
    shop.stock(tee, near, 20)
    shop.stock(cap, far, 20)
    order = shop.buy([(tee, 3), (cap, 1)])
    for work in shop.released(order, 2):
        if work["node"] == far:
            shop.did(work, "reject", {"reason": "not found on the shelf"})
        else:
            number = shop.ship(work)
            shop.scan((number, "in_transit", "2026-11-21T12:00:00Z"))
    shop.stuck(order)
    shop.client.post(f"/v1/orders/{order['id']}/notes", {"text": "Kim called: no hurry, @olga"})
    page = at(visit, order, scheme=scheme, size=(width, 1200))
    page.get_by_role("group", name="What can be done").wait_for()
    page.get_by_role("table", name="Candidate").wait_for()
    page.wait_for_timeout(300)
    shot(page, f"order-{width}-{scheme}", full=True)


def test_a_note_is_left_mended_and_taken_back(visit, axe, split):
    page = at(visit, split, role="agent")

    page.keyboard.press("n")
    page.keyboard.type("Called Kim, @olga: leave it at the door")
    page.keyboard.press("Control+Enter")
    note = page.locator(".note", has_text="leave it at the door")
    note.wait_for()
    axe(page)
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit").fill("Called Kim: the bell is broken")
    page.get_by_role("button", name="Save note").click()
    page.locator(".note", has_text="the bell is broken").wait_for()
    page.get_by_role("button", name="Take back").click()
    page.locator(".note").wait_for(state="detached")


def test_units_are_canceled_after_a_preview(visit, axe, shot, shop, split):
    page = at(visit, split)

    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    units = dialog.get_by_role("textbox", name=re.compile("Units to cancel of Trail"))
    units.fill("1")
    dialog.get_by_role("textbox", name=re.compile("Units to cancel of Ribbed")).fill("0")
    effects = dialog.get_by_role("region", name="What this does")
    effects.get_by_text("$19.99 less for the customer to pay").wait_for()
    effects.get_by_text("Austin DC: 1 unit is taken back (released)").wait_for()
    shot(page, "order-cancel")
    assert dialog.get_by_role("button", name="Cancel 1 unit").is_disabled()
    dialog.get_by_role("button", name="ordered twice").click()
    axe(page)
    dialog.get_by_role("button", name="Cancel 1 unit").click()

    page.get_by_text("1 unit is canceled").wait_for()
    dialog.wait_for(state="detached")
    page.get_by_text("1 unit canceled").first.wait_for()
    assert shop.read(split)["money"]["canceled"] == 1999


def test_a_hold_is_put_and_undone(visit, shop, split):
    page = at(visit, split)

    page.keyboard.press("h")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Why").fill("the address looks odd")
    dialog.get_by_role("button", name="Hold order").click()
    page.locator(".badge", has_text="On hold: Manual").wait_for()
    assert shop.read(split)["phase"] == "on_hold"
    page.get_by_role("button", name="Undo").click()
    page.locator(".badge", has_text="On hold: Manual").wait_for(state="detached")
    eventually(lambda: shop.read(split)["phase"] != "on_hold", what="the hold is lifted")


def test_who_was_second_is_told_by_whom_and_what(visit, allow, axe, shot, shop, split):
    allow("412")
    mine = at(visit, split, role="agent")
    mine.keyboard.press("h")
    dialog = mine.get_by_role("dialog", name="Hold this order")
    dialog.get_by_role("textbox", name="Why").fill("call the customer first")

    theirs = at(visit, split)
    theirs.keyboard.press("c")
    other = theirs.get_by_role("dialog")
    other.get_by_role("textbox", name=re.compile("Units to cancel of Trail")).fill("1")
    other.get_by_role("textbox", name=re.compile("Units to cancel of Ribbed")).fill("0")
    other.get_by_role("button", name="ordered twice").click()
    other.get_by_role("button", name="Cancel 1 unit").click()
    theirs.get_by_text("1 unit is canceled").wait_for()

    dialog.get_by_role("button", name="Hold order").click()
    told = mine.get_by_role("dialog", name=re.compile(r"Changed by Olga Reyes \d+ sec ago"))
    told.wait_for()
    told.get_by_text("1 unit canceled").wait_for()
    shot(mine, "order-conflict")
    axe(mine)
    assert shop.read(split)["phase"] != "on_hold"
    told.get_by_role("button", name="Do it anyway").click()
    mine.locator(".badge", has_text="On hold: Manual").wait_for()


def test_what_happens_shows_by_itself_and_steps_of_the_system_are_folded(visit, shop, split):
    page = at(visit, split)
    fold = page.get_by_role("button", name=re.compile("system steps?"))
    fold.first.wait_for()
    assert page.get_by_text("Released to Austin DC").count() == 0
    fold.first.click()
    page.get_by_text("Released to Austin DC").wait_for()

    [work] = shop.released(split)
    shop.did(work, "accept")

    page.get_by_text("Austin DC accepted").wait_for()
    page.get_by_role("combobox", name="Show").click()
    page.get_by_role("option", name="Planning").click()
    page.get_by_text("Austin DC accepted").wait_for(state="detached")
    assert "show=plan" in page.url


def test_what_is_not_there_says_so(visit, allow):
    allow("404")
    page = visit("/orders/01912d68-783e-7000-8000-000000000000")

    page.get_by_text("there is no order").wait_for()


def test_who_only_looks_is_offered_nothing_to_do(visit, axe, split):
    page = at(visit, split, role="viewer")

    assert page.get_by_role("button", name="Hold", exact=True).count() == 0
    assert page.get_by_role("button", name="Cancel…").count() == 0
    assert page.get_by_role("textbox", name="Note").count() == 0
    axe(page)
