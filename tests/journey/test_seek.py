"""Who begins to wait while units come free is not forgotten: neither had known of the other."""

import asyncio

import pytest

import databases
from entrepot.journey.let_go import release
from entrepot.orders.model import Backorder
from entrepot.plumbing import mint
from journey.rules import channel
from journey.shop import US


@pytest.fixture
async def held(shop, carts):
    """A tee that a cart holds, and there is no other."""
    await shop.node("DC")
    await shop.count("DC", TEE=1)
    return await carts.held(("TEE", 1))


async def waits(shop, sku="TEE", **changes):
    return await shop.buy((sku, 1), backorder=Backorder.ALLOW, **changes)


async def test_units_that_come_free_while_somebody_begins_to_wait_are_his(shop, held, pool):
    async with pool.acquire() as other, other.transaction():
        await release(other, US, [held], at=mint.now())  # asks who waits: nobody does yet
        id_ = await waits(shop)  # and to this one the unit is still the cart's
    assert await shop.waiting(id_) == [(1, "TEE", 1, "backorder")]
    await shop.turn()
    assert await shop.waiting(id_) == []
    assert await shop.balance("TEE", "DC") == (1, 1, 0)


async def test_the_look_waits_for_whoever_is_changing_the_stock(shop, held, pool):
    async with pool.acquire() as other, other.transaction():
        await release(other, US, [held], at=mint.now())
        id_ = await waits(shop)
        turning = asyncio.create_task(shop.turn())
        await databases.somebody_waits(pool)
    await turning
    assert await shop.waiting(id_) == []


@pytest.mark.usefixtures("held")
async def test_where_nothing_is_free_nobody_is_told(shop):
    id_ = await waits(shop)
    await shop.turn()
    assert len(await shop.waiting(id_)) == 1
    assert await shop.events("inventory.supplied") == []


async def test_what_is_free_and_cannot_be_had_is_told_once(shop):
    await shop.node("DC")
    await channel(shop, "app", buffer=1)
    await shop.count("DC", CAP=1)
    id_ = await waits(shop, "CAP", channel="app")
    for _ in range(2):
        await shop.turn()
    assert [sku for _, sku, _, _ in await shop.waiting(id_)] == ["CAP"]
    assert len(await shop.events("inventory.supplied")) == 1
