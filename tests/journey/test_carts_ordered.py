"""Orders take over what their carts hold, without a gap, and nobody else gets it."""

from uuid import UUID

import pytest

from entrepot.inventory.carts_model import WhyNotLive
from entrepot.journey.keep_carts import Reserved
from entrepot.journey.placing import Taken
from entrepot.journey.why import why
from entrepot.network.model import Method
from entrepot.orders.model import Backorder
from entrepot.terms.outcome import Done
from journey.cart_shop import channel, reproduced, shipments, wish
from journey.shop import NEWARK, US, not_taken, order, placing, taken

NOBODYS = UUID("01920000-0000-7000-8000-000000000000")


async def test_the_order_takes_exactly_its_own_and_reserved_does_not_move(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))

    (answer,) = await shop.place(placing(order(("TEE", 2), reservation=cart)))

    id_ = taken(answer)
    assert await shop.balance("TEE", "DC") == (2, 2, 0)
    held = await carts.look(cart)
    assert (held.cart.state, held.cart.order_id) == ("committed", id_)
    assert await carts.ledger("TEE") == [
        ("count", 0, "wms"), ("hold", 2, str(cart)), ("hold_committed", -2, str(cart)),
        ("reserve", 2, None),
    ]  # fmt: skip
    assert await reproduced(shop, id_)
    await shop.turn()
    for work in await shop.works(id_):
        await shop.ship(work)
    await shop.turn()
    assert await shop.balance("TEE", "DC") == (0, 0, 0)


async def test_it_is_kept_where_it_was_shown_though_another_node_is_cheaper_by_now(shop, carts):
    await shop.node("NEWARK", NEWARK)
    await shop.count("NEWARK", TEE=2)
    cart = await carts.held(("TEE", 2))
    await shop.node("DC")
    await shop.count("DC", TEE=9)

    kept, other = await shop.place(
        placing(order(("TEE", 2), reservation=cart)), placing(order(("TEE", 2), external_id="2"))
    )

    assert shipments(kept) == [("NEWARK", [("TEE", 2)])]
    assert shipments(other) == [("DC", [("TEE", 2)])]
    assert await reproduced(shop, taken(kept))
    assert await reproduced(shop, taken(other))
    async with shop.pool.acquire() as conn:
        (told,) = await why(conn, US, taken(kept))
    assert [(n.node, n.chosen, n.eliminated) for n in told.explanation.nodes] == [
        ("DC", False, "not_in_the_cart"), ("NEWARK", True, None),
    ]  # fmt: skip
    assert told.explanation.words[-1] == "1 node was not needed: the order kept to its cart."


async def test_what_it_wants_beyond_its_cart_is_reserved_as_usual(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=5, CAP=1)
    cart = await carts.held(("TEE", 2))
    short, answer = await shop.place(
        placing(order(("TEE", 6), external_id="1", reservation=cart)),
        placing(order(("TEE", 4), ("CAP", 1), external_id="2", reservation=cart)),
    )
    assert not_taken(short) == ("short", ["/lines/0/quantity"])
    assert shipments(answer) == [("DC", [("TEE", 4), ("CAP", 1)])]
    assert await shop.balance("TEE", "DC") == (5, 4, 0)
    assert await reproduced(shop, taken(answer))


async def test_what_it_does_not_want_of_its_cart_is_for_sale_in_the_same_commit(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=3, CAP=2)
    cart = await carts.held(("TEE", 3), ("CAP", 2))

    (answer,) = await shop.place(placing(order(("TEE", 1), reservation=cart)))

    assert isinstance(answer, Taken)
    assert await shop.balance("TEE", "DC") == (3, 1, 0)
    assert await shop.balance("CAP", "DC") == (2, 0, 0)
    (next_,) = await shop.place(placing(order(("TEE", 2), ("CAP", 2), external_id="2")))
    assert isinstance(next_, Taken)


async def test_neighbors_in_a_batch_never_get_what_anothers_cart_holds(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=6)
    first, second = await carts.held(("TEE", 2)), await carts.held(("TEE", 3))
    answers = await shop.place(
        placing(order(("TEE", 2), external_id="1")),
        placing(order(("TEE", 4), external_id="2", reservation=first)),
        placing(order(("TEE", 3), external_id="3", reservation=second)),
        placing(order(("TEE", 3), external_id="4", reservation=first)),
        placing(order(("TEE", 1), external_id="5")),
    )
    got = [isinstance(answer, Taken) for answer in answers]
    # 2 and 3 are held, 1 is free: for two more than its cart holds there is not enough, nor for
    # the one more that is asked again with the same cart, after the last one has had it.
    assert got == [False, False, True, False, True]
    assert await shop.balance("TEE", "DC") == (6, 6, 0)
    assert await carts.state(first) == "held"
    for answer in answers:
        if isinstance(answer, Taken):
            assert await reproduced(shop, taken(answer))


async def test_an_order_that_may_wait_takes_its_cart_and_waits_for_the_rest(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    asked = order(("TEE", 5), reservation=cart, backorder=Backorder.ALLOW)
    (answer,) = await shop.place(placing(asked))
    assert await shop.waiting(taken(answer)) == [(1, "TEE", 3, "backorder")]
    assert await shop.balance("TEE", "DC") == (2, 2, 0)
    assert await carts.state(cart) == "committed"


async def test_a_refused_order_leaves_its_cart_as_it_was(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    before = await shop.everything()
    (answer,) = await shop.place(placing(order(("TEE", 3), reservation=cart), key="k"))
    assert not_taken(answer) == ("short", ["/lines/0/quantity"])
    assert await shop.everything() == before
    (again,) = await shop.place(placing(order(("TEE", 2), reservation=cart), key="k"))
    assert isinstance(again, Taken)


async def test_the_same_order_again_is_answered_as_before_though_its_cart_is_gone(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    asked = order(("TEE", 2), reservation=await carts.held(("TEE", 2)))
    (first,) = await shop.place(placing(asked, key="k"))
    same_key, other_key = [
        (await shop.place(placing(asked, key=key)))[0] for key in ("k", "another")
    ]
    assert {taken(same_key), taken(other_key)} == {taken(first)}
    assert await shop.balance("TEE", "DC") == (2, 2, 0)


async def test_a_cart_that_is_not_the_orders_to_use_is_named(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=9)
    await channel(shop, "app")
    others, gone = await carts.held(("TEE", 1), channel="app"), await carts.held(("TEE", 1))
    assert isinstance(await carts.release(gone), Done)
    before = await shop.everything()
    for cart, why_ in [(NOBODYS, "invalid"), (others, "invalid"), (gone, "cart_ended")]:
        (answer,) = await shop.place(placing(order(("TEE", 1), reservation=cart)))
        assert not_taken(answer) == (why_, ["/reservation"])
    assert await shop.everything() == before


@pytest.mark.parametrize("swept", [False, True])
async def test_out_of_time_it_is_an_order_like_any_other_while_there_is_stock(shop, carts, swept):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    await carts.age(cart)
    if swept:
        assert await carts.sweep() == 1

    (answer,) = await shop.place(placing(order(("TEE", 2), reservation=cart)))

    assert isinstance(answer, Taken)
    assert await carts.state(cart) == "expired"
    assert await shop.balance("TEE", "DC") == (2, 2, 0)
    assert await carts.ledger("TEE") == [
        ("count", 0, "wms"), ("hold", 2, str(cart)), ("hold_expired", -2, str(cart)),
        ("reserve", 2, None),
    ]  # fmt: skip


async def test_out_of_time_and_out_of_stock_it_says_that_it_came_too_late(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    await carts.age(cart)
    await carts.sweep()
    await shop.world.refresh(US)
    await shop.buy(("TEE", 1), external_id="faster")
    (answer,) = await shop.place(placing(order(("TEE", 2), reservation=cart)))
    assert not_taken(answer) == ("cart_expired", ["/reservation", "/lines/0/quantity"])


async def test_an_orders_cart_is_not_let_go(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    await shop.buy(("TEE", 2), reservation=cart)
    assert (await carts.release(cart)).why is WhyNotLive.COMMITTED
    assert (await carts.extend(cart)).why is WhyNotLive.COMMITTED
    assert await shop.balance("TEE", "DC") == (2, 2, 0)


async def test_kits_are_kept_by_their_parts_and_lines_that_share_one_are_judged_together(
    shop, carts
):
    await shop.node("DC")
    await shop.count("DC", TEE=3, CAP=4)
    short, kept = await carts.hold(wish(("SET", 2), ("CAP", 1)), wish(("SET", 2), ("TEE", 1)))
    assert not_taken(short) == ("short", ["/lines/0/quantity", "/lines/1/quantity"])
    assert isinstance(kept, Reserved)
    assert await carts.kept(kept.cart_id) == [
        (1, "CAP", "DC", 4), (1, "TEE", "DC", 2), (2, "TEE", "DC", 1),
    ]  # fmt: skip
    (answer,) = await shop.place(placing(order(("SET", 2), ("TEE", 1), reservation=kept.cart_id)))
    assert isinstance(answer, Taken)
    assert await shop.balance("TEE", "DC") == (3, 3, 0)


async def test_without_a_destination_any_node_that_ships_will_do(shop, carts):
    await shop.node("DEAR", handling_cost=500)
    await shop.node("DC", NEWARK, handling_cost=100)
    await shop.count("DEAR", TEE=5)
    await shop.count("DC", TEE=5)
    cart = await carts.held(("TEE", 2), destination=None)
    assert await carts.kept(cart) == [(1, "TEE", "DC", 2)]
    answer = (await shop.place(placing(order(("TEE", 2), reservation=cart))))[0]
    assert shipments(answer) == [("DC", [("TEE", 2)])]


async def test_a_cart_meant_to_be_sent_can_be_fetched_elsewhere(shop, carts):
    await shop.node("DC")
    await shop.node("STORE", services=["pickup"])
    await shop.count("DC", TEE=2)
    await shop.count("STORE", TEE=2)
    cart = await carts.held(("TEE", 2))
    asked = order(
        ("TEE", 2), reservation=cart, method=Method.PICKUP, pickup_node="STORE", ship_to=None
    )
    assert shipments((await shop.place(placing(asked)))[0]) == [("STORE", [("TEE", 2)])]
    assert await shop.balance("TEE", "DC") == (2, 0, 0)


async def test_a_channels_buffer_is_kept_from_carts_and_not_from_their_orders(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    await channel(shop, "app", buffer=3)
    short, kept = await carts.hold(wish(("TEE", 3), channel="app"), wish(("TEE", 2), channel="app"))
    assert not_taken(short) == ("short", ["/lines/0/quantity"])
    await shop.buy(("TEE", 3), external_id="other")
    (answer,) = await shop.place(
        placing(order(("TEE", 2), channel="app", reservation=kept.cart_id))
    )
    assert shipments(answer) == [("DC", [("TEE", 2)])]
    assert await reproduced(shop, taken(answer))


async def test_units_found_missing_do_not_keep_an_order_from_its_cart(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=3)
    cart = await carts.held(("TEE", 3))
    await shop.count("DC", TEE=1)
    (answer,) = await shop.place(placing(order(("TEE", 2), reservation=cart)))
    assert isinstance(answer, Taken)
    assert await shop.balance("TEE", "DC") == (1, 2, 0)


async def test_what_waits_for_supply_does_not_keep_an_order_from_its_cart(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    await shop.buy(("TEE", 5), backorder=Backorder.ALLOW)
    (answer,) = await shop.place(placing(order(("TEE", 2), external_id="2", reservation=cart)))
    assert shipments(answer) == [("DC", [("TEE", 2)])]
    assert await reproduced(shop, taken(answer))
