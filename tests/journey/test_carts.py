"""Carts keep what was shown, as long as they may; abandoned ones give it back."""

from datetime import timedelta
from uuid import UUID

import pytest

from entrepot.inventory.carts_model import LIFE_MAX, WhyNotLive
from entrepot.journey.placing import Taken
from entrepot.network.model import Method
from entrepot.orders.model import Backorder
from entrepot.terms.outcome import Done, Refused
from journey.cart_shop import wish
from journey.shop import not_taken, order, placing

NOBODYS = UUID("01920000-0000-7000-8000-000000000000")


async def test_a_cart_keeps_its_units_and_nobody_else_has_them(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=3)

    cart = await carts.held(("TEE", 2))

    assert await carts.kept(cart) == [(1, "TEE", "DC", 2)]
    assert await shop.balance("TEE", "DC") == (3, 2, 0)
    (other,) = await shop.place(placing(order(("TEE", 2))))
    assert not_taken(other) == ("short", ["/lines/0/quantity"])
    assert await carts.ledger("TEE") == [("count", 0, "wms"), ("hold", 2, str(cart))]


async def test_abandoned_carts_are_swept_and_who_waits_is_served(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart, later = await carts.held(("TEE", 1)), await carts.held(("TEE", 1), ttl_s=3600)
    waiting = await shop.buy(("TEE", 1), backorder=Backorder.ALLOW)
    await carts.age(cart, by=timedelta(minutes=11))

    assert await carts.sweep() == 1
    await shop.turn()

    assert (await carts.state(cart), await carts.state(later)) == ("expired", "held")
    assert await shop.waiting(waiting) == []
    assert await shop.balance("TEE", "DC") == (2, 2, 0)
    assert await carts.sweep() == 0
    await carts.age(cart, by=timedelta(days=2))
    assert await carts.sweep() == 1
    with pytest.raises(AssertionError):
        await carts.look(cart)


async def test_an_extended_cart_is_left_alone_until_its_new_time(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2), ttl_s=60)
    assert isinstance(await carts.extend(cart, 3600), Done)
    await carts.age(cart, by=timedelta(minutes=30))
    assert (await carts.sweep(), await carts.sweep()) == (1, 0)  # looked at once, and put off
    assert await carts.state(cart) == "held"
    await carts.age(cart, by=timedelta(minutes=31))
    assert await carts.sweep() == 1
    assert await carts.state(cart) == "expired"


async def test_time_only_grows_and_not_without_end(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2), ttl_s=600)
    before = (await carts.look(cart)).cart.expires_at
    assert isinstance(shorter := await carts.extend(cart, 1), Done)
    assert shorter.value.expires_at == before
    for _ in range(2):
        await carts.age(cart, by=timedelta(minutes=9))
        assert isinstance(await carts.extend(cart, 3600), Done)
    for _ in range(2):
        await carts.age(cart, by=timedelta(minutes=50))
        last = await carts.extend(cart, 3600)
    assert last == Refused(WhyNotLive.OLD)
    held = (await carts.look(cart)).cart
    assert held.expires_at == held.held_at + LIFE_MAX


async def test_a_released_cart_is_for_sale_and_cannot_be_extended(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    assert isinstance(await carts.release(cart), Done)
    assert await carts.release(cart) == Done([])
    assert await carts.extend(cart) == Refused(WhyNotLive.FREED)
    assert (await carts.ledger("TEE"))[-1] == ("hold_freed", -2, str(cart))
    assert isinstance((await shop.place(placing(order(("TEE", 2)))))[0], Taken)
    assert await carts.extend(NOBODYS) == Refused(WhyNotLive.UNKNOWN)
    assert await carts.release(NOBODYS) == Refused(WhyNotLive.UNKNOWN)


async def test_what_cannot_be_kept_is_refused_at_its_field_and_nothing_is_written(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=1)
    before = await shop.everything()
    cases = [
        (wish(("TEE", 2), ("CAP", 1)), "short", ["/lines/0/quantity", "/lines/1/quantity"]),
        (wish(("TEE", 1), ("HAT", 1)), "invalid", ["/lines/1/sku"]),
        (wish(("TEE", 1), channel="nowhere"), "invalid", ["/channel"]),
        (wish(("TEE", 1), method=Method.PICKUP, pickup_node="DC"), "not_sourceable",
         ["/pickup_node"]),
        (wish(("TEE", 1), method=Method.PICKUP, pickup_node="NO"), "invalid", ["/pickup_node"]),
    ]  # fmt: skip
    answers = await carts.hold(*(each for each, _, _ in cases))
    assert [not_taken(answer) for answer in answers] == [(w, p) for _, w, p in cases]
    assert await shop.everything() == before
