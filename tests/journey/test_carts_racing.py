"""Many want one cart, or the same units, at once: one has it, and the others are told."""

import asyncio

import pytest

import databases
from entrepot.inventory.carts_model import WhyNotLive
from entrepot.inventory.model import Free
from entrepot.journey.keep_carts import Reserved
from entrepot.journey.let_go import release
from entrepot.journey.place import place
from entrepot.journey.placing import Taken
from entrepot.plumbing import mint
from entrepot.terms.outcome import Done, Refused
from journey.cart_shop import locked, wish
from journey.shop import NEWARK, US, not_taken, order, placing


async def test_of_two_orders_with_one_cart_one_has_it_and_the_other_is_told(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=4)
    cart = await carts.held(("TEE", 2))
    batches = [[placing(order(("TEE", 2), external_id=n, reservation=cart))] for n in "123"]
    answers = await asyncio.gather(*(shop.place(*batch) for batch in batches))
    won = [answer for (answer,) in answers if isinstance(answer, Taken)]
    lost = [answer for (answer,) in answers if not isinstance(answer, Taken)]
    assert len(won) == 1
    assert {not_taken(each)[0] for each in lost} == {"cart_ended"}
    assert [not_taken(each)[1] for each in lost] == [["/reservation"]] * 2
    assert str(won[0].order_id) in lost[0].detail
    assert await shop.balance("TEE", "DC") == (4, 2, 0)


async def test_a_view_that_believes_too_much_is_corrected_and_asked_again(shop, carts):
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    await shop.count("NEWARK", TEE=1)
    await shop.count("DC", TEE=0, CAP=1)
    (await shop.world.market(US)).stock.put([Free("TEE", "DC", 9)])
    cart = await carts.held(("TEE", 1))
    assert await carts.kept(cart) == [(1, "TEE", "NEWARK", 1)]


async def test_the_view_is_right_after_carts_and_orders(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=10)
    market = await shop.world.market(US)
    first, second = await carts.held(("TEE", 3)), await carts.held(("TEE", 2))
    await shop.buy(("TEE", 4), reservation=first)
    await carts.release(second)
    _, free = market.stock.of(["TEE"])["TEE"]
    assert free.tolist() == [6]
    third = await carts.held(("TEE", 5))
    await shop.buy(("TEE", 1), external_id="2", reservation=third)
    _, free = market.stock.of(["TEE"])["TEE"]
    assert free.tolist() == [5]
    last = await carts.held(("TEE", 5))
    await shop.buy(("TEE", 4), external_id="3", reservation=last)
    _, free = market.stock.of(["TEE"])["TEE"]
    assert free.tolist() == [1]
    whole = await carts.held(("TEE", 1))
    (refused,) = await shop.place(
        placing(order(("TEE", 1), ("CAP", 1), external_id="4", reservation=whole))
    )
    assert not_taken(refused) == ("short", ["/lines/1/quantity"])
    await shop.buy(("TEE", 1), external_id="5", reservation=whole)
    _, free = market.stock.of(["TEE"])["TEE"]
    assert free.tolist() == [0]


async def test_last_units_are_kept_once_however_many_want_them(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    found = await asyncio.gather(*(carts.hold(wish(("TEE", 1))) for _ in range(12)))
    assert sum(isinstance(answer, Reserved) for (answer,) in found) == 5
    refused = [answer for (answer,) in found if not isinstance(answer, Reserved)]
    assert {not_taken(each)[0] for each in refused} <= {"short", "contended"}
    assert await shop.balance("TEE", "DC") == (5, 5, 0)


async def test_expiry_leaves_an_order_its_cart_while_it_is_taken_over(shop, carts, pool):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2), ttl_s=60)
    async with pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT 1 FROM inventory.position FOR UPDATE")
        taking = asyncio.create_task(shop.place(placing(order(("TEE", 2), reservation=cart))))
        await databases.somebody_waits(pool)  # it holds the cart, and waits for the position
        await pool.fetch("SELECT 1")
        assert await asyncio.wait_for(carts.sweep(), 5) == 0
        await transaction.rollback()
    assert isinstance((await taking)[0], Taken)
    assert await carts.state(cart) == "committed"


async def test_an_order_that_waits_for_the_sweep_finds_its_cart_expired(shop, carts, pool):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    await carts.age(cart)
    async with pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT 1 FROM inventory.position FOR UPDATE")
        sweeping = asyncio.create_task(carts.sweep())
        await databases.somebody_waits(pool)  # it holds the cart, and waits for the position
        taking = asyncio.create_task(shop.place(placing(order(("TEE", 2), reservation=cart))))
        await asyncio.sleep(0.05)
        await transaction.rollback()
    assert await sweeping == 1
    assert isinstance((await taking)[0], Taken)
    assert (await carts.state(cart), await shop.balance("TEE", "DC")) == ("expired", (2, 2, 0))


@pytest.mark.parametrize("expires_first", [False, True])
async def test_an_extension_and_the_sweep_never_both_have_their_way(
    shop, carts, pool, expires_first
):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    async with pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        if expires_first:
            await carts.age(cart)
            await other.execute("SELECT 1 FROM inventory.position FOR UPDATE")
            sweeping = asyncio.create_task(carts.sweep())
            await databases.somebody_waits(pool)
            extending = asyncio.create_task(carts.extend(cart))
            await locked(pool, extending)
            await transaction.rollback()
            assert await extending == Refused(WhyNotLive.EXPIRED)
            assert await sweeping == 1
        else:
            await other.execute("SELECT 1 FROM inventory.cart FOR NO KEY UPDATE")
            assert await carts.sweep() == 0
            await transaction.rollback()
            assert isinstance(await carts.extend(cart), Done)
    assert await carts.state(cart) == ("expired" if expires_first else "held")


async def test_a_release_and_an_order_never_both_have_the_cart(shop, carts, pool):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    cart = await carts.held(("TEE", 2))
    async with pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        assert isinstance((await release(other, US, [cart], at=mint.now()))[cart], Done)
        taking = asyncio.create_task(shop.place(placing(order(("TEE", 2), reservation=cart))))
        await databases.somebody_waits(pool)
        await transaction.commit()
    assert not_taken((await taking)[0]) == ("cart_ended", ["/reservation"])
    assert await shop.balance("TEE", "DC") == (2, 0, 0)


async def test_the_number_of_statements_does_not_depend_on_the_number_of_carts(shop, carts, pool):
    await shop.node("DC")
    await shop.count("DC", TEE=500, CAP=500)
    counts = []
    async with pool.acquire() as conn:
        one = databases.OneConnection(conn)
        for size in (1, 1, 8, 32):
            made = await carts.hold(*[wish(("TEE", 1), ("CAP", 1)) for _ in range(size)])
            batch = [
                placing(
                    order(("TEE", 1), external_id=f"{len(counts)}-{n}", reservation=cart.cart_id)
                )
                for n, cart in enumerate(made)
            ]
            with databases.statements(conn) as told:
                answers = await place(one, shop.world, US, batch)
                await asyncio.sleep(0)
            assert all(isinstance(answer, Taken) for answer in answers)
            counts.append(len(told))
    assert counts[1] == counts[2] == counts[3]


async def test_an_order_without_a_cart_asks_nothing_of_carts(shop, pool):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    async with pool.acquire() as conn:
        with databases.statements(conn) as told:
            await place(databases.OneConnection(conn), shop.world, US, [placing(order(("TEE", 1)))])
            await asyncio.sleep(0)
    assert [query for query in told if "inventory.cart" in query] == []
