"""Carts leave what their channels must leave; what is protected is drawn by their orders."""

import json

import pytest

from entrepot.journey.keep_carts import Reserved
from entrepot.journey.placing import NotTaken
from journey.cart_shop import reproduced, wish
from journey.rules import channel, followed, offered, rules, tries
from journey.shop import not_taken, order, placing, taken

LAUNCH = {"segment": "launch", "channels": ["app"], "protect": [{"units": 3}]}


@pytest.fixture
async def one(shop):
    """Ten tees in a DC; three are for the app, and the web leaves one beside them."""
    await shop.node("DC")
    await channel(shop, "app")
    await shop.count("DC", TEE=10)
    keep = [{"match": {"channels": ["web"]}, "units": 1}]
    await rules(shop, keep=keep, segments=[LAUNCH])
    await followed(shop)
    return shop


async def drawn(shop) -> dict[str, int]:
    """Read what was drawn at the one position there is."""
    told = await shop.pool.fetchval("SELECT drawn FROM inventory.position")
    return {name: units for name, units in json.loads(told or "{}").items() if units}


async def test_a_cart_gets_exactly_what_an_order_would(one, carts):
    assert await offered(one, "TEE") == [6]
    (refused,) = await carts.hold(wish(("TEE", 7)))
    assert isinstance(refused, NotTaken)

    both = await carts.hold(wish(("TEE", 4)), wish(("TEE", 2)))

    assert all(isinstance(each, Reserved) for each in both)
    assert await offered(one, "TEE") == [0]
    assert await offered(one, "TEE", channel="app") == [4]
    assert await tries(one, "TEE", 4, "app")


async def test_carts_of_one_batch_leave_each_other_what_is_theirs(one, carts):
    held = await carts.hold(
        wish(("TEE", 3), channel="app"), wish(("TEE", 6)), wish(("TEE", 1), channel="app")
    )

    assert [isinstance(each, Reserved) for each in held] == [True, True, True]
    assert await one.balance("TEE", "DC") == (10, 10, 0)


async def test_a_cart_draws_nothing_and_its_order_draws_all_of_it(one, carts):
    cart = await carts.held(("TEE", 2), channel="app")
    assert await drawn(one) == {}

    (answer,) = await one.place(placing(order(("TEE", 3), channel="app", reservation=cart)))

    assert await drawn(one) == {"launch": 3}
    assert await offered(one, "TEE") == [6]
    assert await reproduced(one, taken(answer))
    await one.cancel(taken(answer))
    assert await drawn(one) == {}
    assert await offered(one, "TEE") == [6]


async def test_what_a_cart_had_whole_is_drawn_even_where_nothing_is_left(one, carts):
    cart = await carts.held(("TEE", 3), channel="app")
    await one.count("DC", TEE=1)

    (answer,) = await one.place(placing(order(("TEE", 3), channel="app", reservation=cart)))

    taken(answer)
    assert await drawn(one) == {"launch": 3}
    assert await one.balance("TEE", "DC") == (1, 3, 0)


async def test_an_order_leaves_what_it_must_beside_its_cart(one, carts):
    cart = await carts.held(("TEE", 5))
    assert await offered(one, "TEE") == [1]
    asked = [placing(order(("TEE", n), reservation=cart, external_id=f"{n}")) for n in (7, 6)]

    (more,) = await one.place(asked[0])
    (answer,) = await one.place(asked[1])

    assert not_taken(more)[0] == "short"
    assert await reproduced(one, taken(answer))
    assert await one.balance("TEE", "DC") == (10, 6, 0)


async def test_a_cart_let_go_gives_back_all_it_held(one, carts):
    cart = await carts.held(("TEE", 3), channel="app")
    await carts.release(cart)

    assert await drawn(one) == {}
    assert await offered(one, "TEE") == [6]
    assert await offered(one, "TEE", channel="app") == [10]
