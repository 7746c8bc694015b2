"""Units are canceled as long as they have not left, and give back all that they held."""

import asyncio

import pytest

import databases
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.pack import pack
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.reject import reject
from entrepot.fulfillment.ship import ship
from entrepot.journey.cancel import WhyNotCanceled, cancel
from entrepot.orders.model import Backorder
from entrepot.plumbing import mint
from entrepot.terms.outcome import Done, Refused
from fulfillment.world import order_id
from journey.shop import US

ALLOW = {"backorder": Backorder.ALLOW}


def units(answer) -> list[tuple[int, int]]:
    assert isinstance(answer, Done), answer
    return [(each.line_no, each.quantity) for each in answer.value.units]


def why(answer) -> WhyNotCanceled:
    assert isinstance(answer, Refused), answer
    return answer.why


@pytest.fixture
async def stocked(shop):
    """A node with five of each."""
    await shop.node("DC", capacity_per_day=10)
    await shop.count("DC", TEE=5, CAP=5)
    return shop


async def planned_days(shop) -> int:
    return await shop.pool.fetchval("SELECT sum(planned) FROM sourcing.node_day")


async def test_before_any_node_was_asked_the_claims_are_freed(stocked):
    id_ = await stocked.buy(("TEE", 2), ("CAP", 1))
    assert units(await stocked.cancel(id_)) == [(1, 2), (2, 1)]
    assert await stocked.balance("TEE", "DC") == (5, 0, 0)
    await stocked.turn()
    assert (await stocked.phase(id_), await stocked.pieces(id_)) == ("canceled", [])
    assert (await stocked.standing(id_)).closed


async def test_a_node_s_work_is_withdrawn_with_the_last_unit_and_its_day_given_back(stocked):
    id_ = await stocked.buy(("TEE", 2))
    await stocked.turn()
    assert await planned_days(stocked) == 1

    assert units(await stocked.cancel(id_, (1, 1))) == [(1, 1)]
    assert await stocked.pieces(id_) == [("DC", "released", 1)]
    assert (await stocked.balance("TEE", "DC"), await planned_days(stocked)) == ((5, 1, 0), 1)

    assert units(await stocked.cancel(id_)) == [(1, 1)]
    assert await stocked.pieces(id_) == [("DC", "canceled", 0)]
    assert (await stocked.balance("TEE", "DC"), await planned_days(stocked)) == ((5, 0, 0), 0)


async def test_what_waits_is_canceled_first(stocked):
    id_ = await stocked.buy(("TEE", 7), **ALLOW)
    await stocked.turn()
    assert units(await stocked.cancel(id_, (1, 3))) == [(1, 3)]
    assert await stocked.waiting(id_) == []
    assert await stocked.balance("TEE", "DC") == (5, 4, 0)


async def test_a_kit_is_canceled_whole_units_at_a_time(stocked):
    id_ = await stocked.buy(("SET", 2))
    await stocked.turn()
    assert units(await stocked.cancel(id_, (1, 1))) == [(1, 1)]
    assert await stocked.balance("TEE", "DC") == (5, 1, 0)
    assert await stocked.balance("CAP", "DC") == (5, 2, 0)


async def test_of_a_kit_no_unit_can_be_canceled_of_which_a_part_has_left(shop):
    await shop.node("A")
    await shop.node("B")
    await shop.count("A", TEE=2)
    await shop.count("B", CAP=4)
    id_ = await shop.buy(("SET", 2))
    await shop.turn()
    first, _ = await shop.works(id_)
    await shop.ship(first)
    assert why(await shop.cancel(id_, (1, 1))) is WhyNotCanceled.TOO_LATE
    assert await shop.balance("CAP", "B") == (4, 4, 0)


async def test_what_has_left_cannot_be_canceled_and_the_rest_can(shop):
    await shop.node("A")
    await shop.node("B")
    await shop.count("A", TEE=3)
    await shop.count("B", CAP=2)
    id_ = await shop.buy(("TEE", 3), ("CAP", 2))
    await shop.turn()
    first, _ = await shop.works(id_)
    await shop.ship(first)
    before = await shop.everything()

    assert why(await shop.cancel(id_, (2, 1), (1, 1))) is WhyNotCanceled.TOO_LATE
    assert await shop.everything() == before  # not even the line that could be

    assert units(await shop.cancel(id_)) == [(2, 2)]
    await shop.turn()
    assert await shop.phase(id_) == "shipped"
    assert await shop.balance("TEE", "A") == (0, 0, 0)
    assert await shop.balance("CAP", "B") == (2, 0, 0)
    assert why(await shop.cancel(id_)) is WhyNotCanceled.TOO_LATE


async def test_each_refusal(stocked):
    id_ = await stocked.buy(("TEE", 2))
    assert why(await stocked.cancel(order_id(9))) is WhyNotCanceled.UNKNOWN_ORDER
    assert why(await stocked.cancel(id_, (2, 1))) is WhyNotCanceled.UNKNOWN_LINE
    assert why(await stocked.cancel(id_, (1, 3))) is WhyNotCanceled.TOO_LATE
    await stocked.cancel(id_)
    assert why(await stocked.cancel(id_)) is WhyNotCanceled.NOTHING_LEFT
    assert await stocked.balance("TEE", "DC") == (5, 0, 0)


async def test_the_fact_says_who_canceled_what_and_why(stocked):
    id_ = await stocked.buy(("TEE", 2))
    await stocked.cancel(id_, (1, 1), reason="too large")
    await stocked.turn()
    (event,) = await stocked.events("order.canceled")
    assert '"lines":[{"line":1,"quantity":1}],"actor":"kim","reason":"too large"' in event.data


async def test_two_pieces_of_work_at_one_node_are_withdrawn_together(stocked):
    id_ = await stocked.buy(("TEE", 8), **ALLOW)
    await stocked.turn()
    await stocked.receive("DC", TEE=3)
    await stocked.turn()
    assert await stocked.pieces(id_) == [("DC", "released", 5), ("DC", "released", 3)]

    assert units(await stocked.cancel(id_)) == [(1, 8)]

    assert await stocked.balance("TEE", "DC") == (8, 0, 0)
    assert await stocked.pieces(id_) == [("DC", "canceled", 0), ("DC", "canceled", 0)]


async def test_units_a_node_has_rejected_are_canceled_before_they_are_planned_again(stocked):
    id_ = await stocked.buy(("TEE", 2))
    await stocked.turn()
    (work,) = await stocked.works(id_)
    await stocked.do(reject, work, reason="closed")

    assert units(await stocked.cancel(id_)) == [(1, 2)]
    await stocked.turn()

    assert await stocked.balance("TEE", "DC") == (5, 0, 0)
    assert (await stocked.phase(id_), await stocked.troubles(id_)) == ("canceled", [])


async def test_units_that_leave_while_they_are_canceled_have_left(stocked, pool):
    id_ = await stocked.buy(("TEE", 2))
    await stocked.turn()
    (work,) = await stocked.works(id_)
    for verb in (accept, pick, pack):
        await stocked.do(verb, work)

    async with pool.acquire() as truck:
        async with truck.transaction():
            await stocked.step(truck, ship, work)
            canceling = asyncio.create_task(stocked.cancel(id_))
            await databases.somebody_waits(pool)
        answer = await canceling

    assert why(answer) is WhyNotCanceled.TOO_LATE
    await stocked.turn()
    assert await stocked.phase(id_) == "shipped"


async def test_units_that_are_canceled_while_they_leave_stay(stocked, pool):
    id_ = await stocked.buy(("TEE", 2))
    await stocked.turn()
    (work,) = await stocked.works(id_)
    for verb in (accept, pick, pack):
        await stocked.do(verb, work)
    market = await stocked.world.market(US)

    async with pool.acquire() as clerk:
        async with clerk.transaction():
            at = mint.now()
            await cancel(clerk, market, id_, None, actor="kim", reason="no more", at=at)
            shipping = asyncio.create_task(stocked.do(ship, work))
            await databases.somebody_waits(pool)
        with pytest.raises(AssertionError, match="illegal_transition"):
            await shipping

    await stocked.turn()
    assert await stocked.phase(id_) == "canceled"
    assert await stocked.balance("TEE", "DC") == (5, 0, 0)
