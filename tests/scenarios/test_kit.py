"""A kit is sold as one and reserved, picked and shipped as its parts."""

import pytest

from scenarios.shop import eventually


@pytest.fixture
def kit(shop):
    """A gift set of two cups and a pot, at one node: 10 cups, 4 pots."""
    cup, pot, node = shop.item("CUP"), shop.item("POT"), shop.node("DC")
    components = [{"sku": cup, "quantity": 2}, {"sku": pot, "quantity": 1}]
    shop.stock(cup, node, 10)
    shop.stock(pot, node, 4)
    return shop.item("SET", components=components), cup, pot, node


def test_its_parts_are_reserved_and_shipped(shop, kit):
    gift, cup, pot, node = kit

    order = shop.buy([(gift, 2)])

    assert shop.balance(cup, node) == (10, 4)
    assert shop.balance(pot, node) == (4, 2)
    [work] = shop.released(order)
    told = sorted((each["line"], each["sku"], each["quantity"]) for each in work["lines"])
    assert told == [(1, cup, 4), (1, pot, 2)]
    number = shop.ship(work)
    eventually(lambda: shop.balance(cup, node) == (6, 0), what="cups consumed")
    assert shop.balance(pot, node) == (2, 0)
    shop.scan((number, "delivered", "2026-11-21T18:00:00Z"))
    shop.becomes(order, "closed")


def test_as_many_are_available_as_the_scarcest_part_makes(shop, kit):
    gift, cup, pot, _ = kit
    assert (shop.available(gift), shop.available(cup), shop.available(pot)) == (4, 10, 4)

    shop.buy([(cup, 5)])

    assert (shop.available(gift), shop.available(cup), shop.available(pot)) == (2, 5, 4)


def test_a_kit_and_its_part_in_one_order_share_the_stock(shop, kit):
    gift, cup, pot, node = kit

    refused = shop.place(shop.order([(gift, 4), (cup, 3)])).expect(409)

    assert refused.code == "insufficient-stock"
    assert shop.balance(cup, node) == (10, 0)
    shop.buy([(gift, 4), (cup, 2)])
    assert shop.balance(cup, node) == (10, 10)
    assert shop.balance(pot, node) == (4, 4)


def test_canceled_kits_free_their_parts(shop, kit):
    gift, cup, pot, node = kit
    order = shop.buy([(gift, 3)])

    shop.cancel(order, [(1, 1)]).expect(200)

    assert shop.balance(cup, node) == (10, 4)
    assert shop.balance(pot, node) == (4, 2)


def test_a_kit_has_no_stock_of_its_own(shop, kit):
    gift, _, _, node = kit
    assert shop.stock(gift, node, 5)["status"] == "kit_has_no_stock"
    assert shop.available(gift) == 4


def test_what_no_kit_may_be_is_refused(shop, kit):
    gift, cup, _, _ = kit
    put = shop.client.put
    kit_of_kit = [{"sku": gift, "quantity": 1}]
    put(f"/v1/items/KIT2-{shop.tag}", {"name": "x", "components": kit_of_kit}).expect(422)
    nothing = [{"sku": f"NONE-{shop.tag}", "quantity": 1}]
    put(f"/v1/items/KIT3-{shop.tag}", {"name": "x", "components": nothing}).expect(422)
    itself = [{"sku": f"KIT4-{shop.tag}", "quantity": 1}]
    put(f"/v1/items/KIT4-{shop.tag}", {"name": "x", "components": itself}).expect(422)
    # A part may not become a kit: the set would be a kit of a kit.
    pot = shop.item("LID")
    part = [{"sku": pot, "quantity": 1}]
    put(f"/v1/items/{cup}", {"name": "x", "components": part}).expect(409)
    assert shop.available(gift) == 4


def test_a_short_part_is_sourced_again_alone(shop, kit):
    gift, cup, pot, node = kit
    other = shop.node("OTHER", "newark")
    shop.client.put(f"/v1/channels/{shop.web}", {"name": "web", "nodes": shop.nodes}).expect(200)
    shop.stock(cup, other, 10)
    order = shop.buy([(gift, 1)])
    [work] = shop.released(order)
    assert work["node"] == node
    shop.did(work, "accept")

    lines = [{"line": 1, "sku": cup, "quantity": 1}]
    shop.did(work, "short", {"lines": lines, "reason": "one is chipped"})

    [again] = shop.released(order)
    assert again["node"] == other
    assert [(each["sku"], each["quantity"]) for each in again["lines"]] == [(cup, 1)]
    assert shop.balance(pot, node) == (4, 1)
