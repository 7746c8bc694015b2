"""Where units are missing carts give way first, then the class that is served last."""

import asyncio
from datetime import timedelta

import databases
from entrepot.inventory.supply_model import PRIORITY
from entrepot.journey.here import Here
from entrepot.journey.placing import Taken
from entrepot.journey.relieve import relieve
from entrepot.orders.model import Backorder
from entrepot.plumbing import mint
from journey.cart_shop import wish
from journey.shop import NEWARK, US, not_taken, order, placing


async def stocked(shop, tees: int = 10) -> None:
    await shop.node("DC")
    await shop.count("DC", TEE=tees)


async def shortage(shop) -> int:
    return await shop.pool.fetchval("SELECT sum(shortage) FROM inventory.position")


async def test_the_newest_carts_end_before_any_order_gives_way(shop, carts):
    await stocked(shop)
    first = await carts.held(("TEE", 2))
    bought = await shop.buy(("TEE", 4))
    second, third = await carts.held(("TEE", 2)), await carts.held(("TEE", 2))
    await shop.count("DC", TEE=7)  # three of ten are missing

    await shop.turn()

    states = [await carts.state(cart) for cart in (first, second, third)]
    assert states == ["held", "expired", "expired"]
    assert await shop.balance("TEE", "DC") == (7, 6, 0)
    assert await shop.pieces(bought) == [("DC", "released", 4)]
    assert await shortage(shop) == 0
    assert (await carts.ledger("TEE"))[-2:] == [
        ("hold_expired", -2, str(cart)) for cart in (second, third)
    ]


async def test_what_carts_do_not_cover_orders_do(shop, carts):
    await stocked(shop)
    await shop.node("NEWARK", NEWARK)
    await shop.count("NEWARK", TEE=9)
    old = await shop.buy(("TEE", 4))
    new = await shop.buy(("TEE", 4), external_id="2")
    cart = await carts.held(("TEE", 2))
    await shop.count("DC", TEE=5)
    await shop.turn()
    assert await carts.state(cart) == "expired"
    assert await shop.pieces(old) == [("DC", "released", 4)]
    assert await shop.pieces(new) == [("DC", "released", 1), ("NEWARK", "released", 3)]
    assert await shop.balance("TEE", "DC") == (5, 5, 0)
    assert await shortage(shop) == 0


async def test_the_order_of_a_cart_that_gave_way_is_taken_while_there_is_stock(shop, carts):
    await stocked(shop, 3)
    cart = await carts.held(("TEE", 2))
    await shop.count("DC", TEE=1)
    await shop.turn()
    (no,) = await shop.place(placing(order(("TEE", 2), reservation=cart)))
    assert not_taken(no) == ("cart_expired", ["/reservation", "/lines/0/quantity"])
    await shop.count("DC", TEE=2)
    (yes,) = await shop.place(placing(order(("TEE", 2), reservation=cart)))
    assert isinstance(yes, Taken)
    assert await shop.balance("TEE", "DC") == (2, 2, 0)


async def test_what_else_a_cart_held_goes_to_who_waits(shop, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=1, CAP=1)
    await carts.held(("TEE", 1), ("CAP", 1))
    waits = await shop.buy(("CAP", 1), backorder=Backorder.ALLOW)
    await shop.count("DC", TEE=0)
    await shop.turn()
    assert await shop.waiting(waits) == []
    assert await shop.balance("CAP", "DC") == (1, 1, 0)


async def test_the_class_served_last_gives_way_before_newer_orders(shop):
    await stocked(shop, 6)
    ids = []
    for number in range(3):
        lines = (("TEE", 2), ("CAP", 1))
        ids.append(await shop.buy(*lines, external_id=str(number), backorder=Backorder.ALLOW))
    await shop.pool.execute(
        "UPDATE inventory.demand SET priority = $2 WHERE order_id = $1", ids[0], PRIORITY + 1
    )
    await shop.pool.execute(
        "UPDATE inventory.demand SET priority = $2 WHERE order_id = $1", ids[2], PRIORITY - 1
    )
    await shop.turn()
    await shop.count("DC", TEE=3)
    await shop.turn()
    missing = [
        sum(units for _, sku, units, _ in await shop.waiting(id_) if sku == "TEE") for id_ in ids
    ]
    assert missing == [2, 1, 0]


async def test_a_cart_that_is_ordered_just_then_is_looked_at_again(shop, carts, pool):
    """It was found at risk as a cart, and is an order's claim before it can be locked."""
    await stocked(shop, 4)
    await carts.held(("TEE", 2))
    cart = await carts.held(("TEE", 2))
    await shop.count("DC", TEE=2)
    async with pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute(
            "SELECT 1 FROM inventory.cart WHERE cart_id = $1 FOR NO KEY UPDATE", cart
        )
        turning = asyncio.create_task(shop.turn())
        await databases.somebody_waits(pool)
        await transaction.rollback()
        placed = asyncio.create_task(shop.place(placing(order(("TEE", 2), reservation=cart))))
        await asyncio.gather(turning, placed)
    await shop.turn()
    assert await shortage(shop) == 0
    assert (await shop.balance("TEE", "DC"))[0] == 2


async def test_a_cart_whose_time_is_over_anyhow_is_swept_as_ever(shop, carts):
    await stocked(shop, 2)
    cart = await carts.held(("TEE", 2))
    await carts.age(cart, by=timedelta(hours=1))
    await shop.count("DC", TEE=1)
    assert await carts.sweep() == 1
    await shop.turn()
    assert (await carts.state(cart), await shortage(shop)) == ("expired", 0)


async def test_the_number_of_statements_does_not_depend_on_the_number_of_carts(shop, carts, pool):
    await stocked(shop, 500)
    counts = []
    for size in (1, 1, 16):
        await shop.count("DC", TEE=500)
        await carts.hold(*[wish(("TEE", 1)) for _ in range(size)])
        held = await pool.fetchval("SELECT sum(reserved) FROM inventory.position")
        await shop.count("DC", TEE=held - size)
        await shop.numbered()
        facts = (await shop.events("inventory.shorted"))[-1:]
        counts.append(await statements_of_relief(shop, facts))
        assert await shortage(shop) == 0
    assert counts[1] == counts[2]


async def statements_of_relief(shop, facts) -> int:
    async with shop.pool.acquire() as conn, conn.transaction():
        with databases.statements(conn) as told:
            await relieve(Here(conn, US, shop.world, mint.now(), 0), facts)
            await asyncio.sleep(0)
    return len(told)
