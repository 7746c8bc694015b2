"""What is planned and not yet released is planned again together, and never for the worse."""

import json

import pytest

from entrepot.journey.here import Here
from entrepot.journey.wave import Contended, move
from entrepot.plumbing import mint
from entrepot.policies.model import Waves
from entrepot.work import waves
from entrepot.work.journey import Runner
from journey.shop import NEWARK, US

RULES = Waves(saving_min=1)


@pytest.fixture
async def two(shop):
    """A tee at either node, a mug only at the near one; an hour for second thoughts."""
    shop.runner = Runner(shop.pool, shop.world, 3600)
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    await shop.count("DC", TEE=1, MUG=1)
    await shop.count("NEWARK", TEE=1)
    return shop


async def crossed(shop) -> tuple:
    """Take an order of the near tee, and then one of a tee and the mug, which has to be split."""
    first = await shop.buy(("TEE", 1), external_id="first")
    second = await shop.buy(("TEE", 1), ("MUG", 1), external_id="second")
    await shop.turn()
    assert await shop.pieces(first) == [("DC", "planned", 1)]
    assert await shop.pieces(second) == [("DC", "planned", 1), ("NEWARK", "planned", 1)]
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
    assert await two.pieces(first) == [("DC", "canceled", 0), ("NEWARK", "planned", 1)]
    assert await two.pieces(second) == [
        ("DC", "canceled", 0), ("DC", "planned", 2), ("NEWARK", "canceled", 0),
    ]  # fmt: skip
    assert await two.balance("TEE", "DC") == (1, 1, 0)
    assert await two.balance("TEE", "NEWARK") == (1, 1, 0)
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


async def made(shop, moves) -> list:
    async with shop.pool.acquire() as conn, conn.transaction():
        return await move(Here(conn, US, shop.world, mint.now(), 0), moves)
