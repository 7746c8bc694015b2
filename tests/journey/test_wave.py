"""What is planned and not yet released is planned again together, and never for the worse."""

import json
from datetime import timedelta

import pytest

from entrepot.journey import wave_rows
from entrepot.journey.here import Here
from entrepot.journey.wave import Contended, move
from entrepot.plumbing import mint
from entrepot.policies.ahead import Waves
from entrepot.work import waves
from entrepot.work.journey import Runner
from journey.shop import US

RULES = Waves(saving_min=1)
SAN_ANTONIO = '{"country":"US","postal_code":"78205","region":"TX"}'
DALLAS = '{"country":"US","postal_code":"75201","region":"TX"}'
"""Both are two days from Austin, the second a zone farther."""


@pytest.fixture
async def two(shop):
    """A tee at either node, a mug only at the near one; an hour for second thoughts."""
    await shop.opens("TEE", "MUG")
    shop.runner = Runner(shop.pool, shop.world, 3600)
    await shop.node("DC", SAN_ANTONIO)
    await shop.node("FAR", DALLAS)
    await shop.count("DC", TEE=1, MUG=1)
    await shop.count("FAR", TEE=1)
    return shop


async def crossed(shop) -> tuple:
    """Take an order of the near tee, and then one of a tee and the mug, which has to be split."""
    first = await shop.buy(("TEE", 1), external_id="first")
    second = await shop.buy(("TEE", 1), ("MUG", 1), external_id="second")
    await shop.turn()
    assert await shop.pieces(first) == [("DC", "planned", 1)]
    assert await shop.pieces(second) == [("DC", "planned", 1), ("FAR", "planned", 1)]
    return first, second


async def foreseen(shop) -> list:
    _, moves = await waves.foresee(shop.pool, shop.world, US, RULES)
    return moves


async def test_two_orders_exchange_their_nodes_where_that_is_cheaper(two):
    first, second = await crossed(two)
    releases = [work.head.release_at for work in await two.works(first)]

    waved = await waves.run(two.pool, two.world, US, RULES)
    await two.turn()

    assert (waved.looked, waved.moved, waved.contended) == (2, 2, 0)
    assert await two.pieces(first) == [("DC", "canceled", 0), ("FAR", "planned", 1)]
    assert await two.pieces(second) == [
        ("DC", "canceled", 0), ("DC", "planned", 2), ("FAR", "canceled", 0),
    ]  # fmt: skip
    assert await two.balance("TEE", "DC") == (1, 1, 0)
    assert await two.balance("TEE", "FAR") == (1, 1, 0)
    assert await two.balance("MUG", "DC") == (1, 1, 0)
    told = [json.loads(each.data) for each in await two.events("sourcing.planned")]
    again = {each["order_id"]: each for each in told if "saved" in each}
    assert again.keys() == {str(first), str(second)}
    assert sum(each["saved"] for each in again.values()) == waved.saved > 0
    (work,) = await two.works(first, "planned")
    assert [work.head.release_at] == releases


async def test_a_second_wave_finds_nothing(two):
    await crossed(two)
    await waves.run(two.pool, two.world, US, RULES)
    await two.turn()
    before = await two.everything()
    assert await foreseen(two) == []
    assert await two.everything() == before


async def test_an_order_that_is_canceled_meanwhile_is_not_moved(two):
    first, second = await crossed(two)
    moves = await foreseen(two)
    await two.cancel(second)
    with pytest.raises(Contended) as lost:
        await made(two, moves)
    assert lost.value.order_ids <= {first, second}
    assert await two.pieces(first) == [("DC", "planned", 1)]
    assert await two.balance("TEE", "DC") == (1, 1, 0)


async def made(shop, moves) -> None:
    async with shop.pool.acquire() as conn, conn.transaction():
        await move(Here(conn, US, shop.world, mint.now(), 0), moves)


async def test_nothing_is_moved_to_where_it_would_come_later_than_promised(shop):
    await shop.opens("TEE", "MUG")
    shop.runner = Runner(shop.pool, shop.world, 3600)
    await shop.node("DC")
    await shop.node("FAR", DALLAS)
    await shop.count("DC", TEE=1, MUG=1)
    await shop.count("FAR", TEE=1)
    await crossed(shop)
    assert await foreseen(shop) == []


async def test_what_is_released_is_left_alone(two):
    first, second = await crossed(two)
    two.runner = Runner(two.pool, two.world, 0)
    await two.pool.execute("UPDATE fulfillment.fulfillment_order SET release_at = made_at")
    await two.turn()
    assert await two.pieces(first) == [("DC", "released", 1)]
    wave, moves = await waves.foresee(two.pool, two.world, US, RULES)
    assert (wave.orders, moves) == ((), [])
    assert len(await two.pieces(second)) == 2


async def test_a_day_without_room_any_more_keeps_the_plans_as_they_are(two):
    first, second = await crossed(two)
    moves = await foreseen(two)
    assert len(moves) == 2
    await two.node("FAR", DALLAS, capacity_per_day=0)
    with pytest.raises(Contended):
        await made(two, moves)
    assert await two.pieces(first) == [("DC", "planned", 1)]
    assert await two.pieces(second) == [("DC", "planned", 1), ("FAR", "planned", 1)]


async def test_one_worker_has_the_turn(two):
    await crossed(two)
    at, before = mint.now(), mint.now() - timedelta(minutes=15)
    async with two.pool.acquire() as one, two.pool.acquire() as other:
        mine = await wave_rows.take_turn(one, US, "wave", before=before, at=at)
        theirs = await wave_rows.take_turn(other, US, "wave", before=before, at=at)
        later = at + timedelta(minutes=15)
        again = await wave_rows.take_turn(other, US, "wave", before=at, at=later)
    assert (mine, theirs, again) == (True, False, True)
