"""What a node rejects waits for a person, who settles it by one key and goes on to the next."""

import re

import pytest

from scenarios.shop import Shop, eventually


@pytest.fixture
def shop(client, sample):  # noqa: ARG001 - beside the sample retailer
    """A shop of one test, in the sample's market."""
    return Shop(client)


def rejected(shop, node="Austin DC", name="Trail oxford shirt"):
    """Place an order that its only node rejects."""
    sku, place = shop.item(name), shop.node(node)
    shop.stock(sku, place, 9)
    shop.client.put(f"/v1/channels/{shop.web}", {"name": "web", "nodes": shop.nodes}).expect(200)
    order = shop.buy([(sku, 2)])
    shop.did(shop.released(order)[0], "reject", {"reason": "not found on the shelf"})
    shop.stuck(order)
    return order, sku, place


def of(shop, order, state="open"):
    path = f"/v1/exceptions?order={order['id']}&state={state}"
    items = shop.client.get(path).expect(200).json["items"]
    assert len(items) == 1, items
    return items[0]


def at(visit, shop, order, **options):
    found = of(shop, order)
    page = visit(f"/exceptions?kind=sourcing.unroutable&id={found['id']}", **options)
    page.locator(".exception-card").get_by_text(order["number"]).wait_for()
    return page


def test_a_queue_is_worked_card_by_card_with_single_keys(visit, axe, shot, shop):
    first, sku, place = rejected(shop)
    second, _, _ = rejected(shop, "Soho DC", "Denim chino")
    shop.stock(sku, place, 9)
    page = at(visit, shop, first)

    card = page.locator(".exception-card")
    card.get_by_text("Austin DC had refused").wait_for()
    labels = card.locator(".choice-label").all_inner_texts()
    assert labels[:3] == ["Plan again", "Ask all nodes again", "Let it wait"]
    axe(page)
    shot(page, "exceptions-1440-light")

    page.keyboard.press("2")
    page.get_by_text("Done: 2 units are planned").wait_for()
    page.locator(".exception-card").get_by_text(first["number"]).wait_for(state="detached")
    assert of(shop, first, "closed")["closed_by"] == "Olga Reyes"
    assert [work["node"] for work in shop.released(first)] == [place]

    # The next card is there already, and one key goes on from it.
    card = page.locator(".exception-card")
    number = card.locator(".facts .mono").inner_text()
    others = page.locator(".card-entry").count() > 1
    page.keyboard.press("e")
    if others:
        card.get_by_text(number).wait_for(state="detached")
    page.locator(".card-entry", has_text=second["number"]).click()
    card.get_by_text(second["number"]).wait_for()
    page.keyboard.press("3")
    page.get_by_text("Done: it waits for stock").wait_for()
    eventually(lambda: not shop.exceptions(second), what="closed")


def test_what_comes_to_nothing_stays_and_says_why(visit, allow, shop):
    allow("409")
    order, _, _ = rejected(shop)
    page = at(visit, shop, order)

    page.keyboard.press("1")

    page.get_by_text(re.compile("no node can take it now")).wait_for()
    assert page.locator(".exception-card").get_by_text(order["number"]).count()


def test_what_is_final_is_asked_first(visit, axe, shop):
    order, _, _ = rejected(shop)
    page = at(visit, shop, order)

    page.keyboard.press("4")
    form = page.locator(".choice-form")
    reason = form.get_by_role("textbox", name="Reason")
    reason.wait_for()
    axe(page)
    reason.fill("sold out everywhere")
    page.keyboard.press("Enter")

    page.get_by_text("Done: the units are canceled").wait_for()
    shop.becomes(order, "canceled")


def test_it_is_taken_on_and_put_off(visit, shop):
    order, _, _ = rejected(shop)
    page = at(visit, shop, order)

    page.keyboard.press("a")
    page.get_by_text("You have it").wait_for()
    assert of(shop, order)["assignee"] == "Olga Reyes"
    page.keyboard.press("s")
    page.get_by_text(re.compile("Put off until")).first.wait_for()
    eventually(lambda: of(shop, order, "snoozed"), what="snoozed")
    page.get_by_role("button", name="Undo").last.click()
    eventually(lambda: of(shop, order, "waiting"), what="awake again")


def test_a_rejection_appears_by_itself(visit, shop):
    before, _, _ = rejected(shop)
    page = at(visit, shop, before)

    order, _, _ = rejected(shop, "Harbor DC", "Linen dress")

    page.get_by_role("list", name="Exceptions of this queue").get_by_text(
        order["number"]
    ).wait_for()


def test_a_clear_queue_is_good_news(visit, axe, shot):
    page = visit("/exceptions?kind=notices.disabled")

    page.get_by_role("heading", name="This queue is clear").wait_for()
    axe(page)
    shot(page, "exceptions-empty")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024])
def test_it_looks_well(visit, shot, shop, scheme, width):
    order, _, _ = rejected(shop)
    page = at(visit, shop, order, scheme=scheme, size=(width, 900))
    page.wait_for_timeout(300)
    shot(page, f"exceptions-{width}-{scheme}")


def test_who_may_not_is_not_offered_it(visit, axe, shop):
    order, _, _ = rejected(shop)
    page = at(visit, shop, order, role="viewer")

    assert page.locator(".choice").count() == 0
    axe(page)
