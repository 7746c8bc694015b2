"""Claimed units that are missing come from elsewhere, newest orders first, or a person is told."""

import asyncio
import json

import pytest

import databases
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.model import Named
from entrepot.fulfillment.pack import pack
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.reject import reject
from entrepot.fulfillment.ship import ship
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.model import Delta, MovementKind
from entrepot.journey import relieve
from entrepot.journey.cancel import cancel
from entrepot.journey.here import Here
from entrepot.journey.stocktake import take_movements, take_set_asides
from entrepot.network.model import Method
from entrepot.plumbing import exceptions, mint
from entrepot.terms.ids import NodeId, Sku
from entrepot.terms.order_number import number_of
from entrepot.terms.outcome import Done
from journey.shop import NEWARK, US


@pytest.fixture
async def two(shop):
    """Ten tees at the near node, ten at the far one."""
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    await shop.count("DC", TEE=10)
    await shop.count("NEWARK", TEE=10)
    return shop


@pytest.fixture
async def one(shop):
    """Ten tees at the only node there is."""
    await shop.node("DC")
    await shop.count("DC", TEE=10)
    return shop


async def bought(shop, orders: int, units: int = 1) -> list:
    """Take so many orders, and give their work to the node."""
    ids = [await shop.buy(("TEE", units), external_id=str(n)) for n in range(orders)]
    await shop.turn()
    return ids


async def shortage(shop, node: str = "DC") -> int:
    return await shop.pool.fetchval(
        "SELECT shortage FROM inventory.position WHERE sku = 'TEE' AND node_id = $1", node
    )


async def standing(shop) -> list[tuple[str, str, list[str]]]:
    """List the exceptions about positions: subject, reason, the orders they name."""
    async with shop.pool.acquire() as conn:
        found = await exceptions.open_about(conn, US, "inventory.short", ["positions/TEE/DC"])
    named = [json.loads(each.detail)["orders"] for each in found]
    return [
        (each.subject, each.reason, [order["order_id"] for order in orders])
        for each, orders in zip(found, named, strict=True)
    ]


async def move(shop, kind: str, units: int) -> int:
    """Report a movement of tees at DC; give what it found missing."""
    row = Delta(MovementKind(kind), Sku("TEE"), NodeId("DC"), units)
    async with shop.pool.acquire() as conn, conn.transaction():
        market = await shop.world.market(US)
        booked = await take_movements(conn, market, [row], at=mint.now())
    (result,) = booked.results
    return result.short


async def test_a_count_of_five_where_eight_are_claimed_moves_the_three_newest(two):
    ids = await bought(two, 8)
    (row,) = await two.count("DC", TEE=5)
    assert (row.on_hand, row.short) == (5, 3)
    assert await shortage(two) == 3

    await two.turn()

    assert await shortage(two) == 0
    assert await two.balance("TEE", "DC") == (5, 5, 0)
    assert await two.balance("TEE", "NEWARK") == (10, 3, 0)
    for id_ in ids[:5]:
        assert await two.pieces(id_) == [("DC", "released", 1)]
    for id_ in ids[5:]:
        assert await two.pieces(id_) == [("DC", "canceled", 0), ("NEWARK", "released", 1)]
        assert await two.troubles(id_) == []
    assert await standing(two) == []
    (fact,) = await two.events("inventory.shorted")
    assert json.loads(fact.data) == {"sku": "TEE", "node": "DC", "on_hand": 5, "shortage": 3}
    assert fact.subject == "positions/TEE/DC"


async def test_of_an_order_only_the_missing_units_move(two):
    first, last = await bought(two, 2, units=4)
    await two.count("DC", TEE=5)
    await two.turn()
    assert await two.pieces(first) == [("DC", "released", 4)]
    assert await two.pieces(last) == [("DC", "released", 1), ("NEWARK", "released", 3)]
    assert (await shortage(two), await two.troubles(last)) == (0, [])


async def test_with_no_other_node_the_units_wait_with_the_reason_and_are_served_when_stock_comes(
    one,
):
    ids = await bought(one, 8)
    await one.count("DC", TEE=5)
    await one.turn()
    assert (await shortage(one), await one.balance("TEE", "DC")) == (0, (5, 5, 0))
    for id_ in ids[5:]:
        assert await one.waiting(id_) == [(1, "TEE", 1, "short")]
        assert [(x.kind, x.reason) for x in await one.troubles(id_)] == [
            ("sourcing.unroutable", "no other node has the units: 1 of TEE")
        ]
    await one.count("DC", TEE=8)  # they were behind the shelf
    await one.turn()
    for id_ in ids:
        assert (await one.waiting(id_), await one.troubles(id_)) == ([], [])
        assert ("DC", "released", 1) in await one.pieces(id_)
    assert await one.balance("TEE", "DC") == (8, 8, 0)


async def test_what_is_picked_stays_and_older_orders_give_way_for_it(two):
    ids = await bought(two, 3, units=3)
    (work,) = await two.works(ids[2])
    await two.do(accept, work)
    await two.do(pick, work)
    await two.count("DC", TEE=5)
    await two.turn()
    assert await two.pieces(ids[2]) == [("DC", "picked", 3)]
    assert await two.pieces(ids[1]) == [("DC", "canceled", 0), ("NEWARK", "released", 3)]
    assert await two.pieces(ids[0]) == [("DC", "released", 2), ("NEWARK", "released", 1)]
    assert (await shortage(two), await standing(two)) == (0, [])


async def test_half_picked_work_gives_way_with_its_other_half(two):
    (id_,) = await bought(two, 1, units=6)
    (work,) = await two.works(id_)
    await two.do(accept, work)
    await two.do(pick, work, units=(Named(1, 4),))
    await two.count("DC", TEE=4)
    await two.turn()
    assert await two.pieces(id_) == [("DC", "picked", 4), ("NEWARK", "released", 2)]
    assert (await shortage(two), await standing(two)) == (0, [])


async def test_what_cannot_give_way_waits_for_a_person_with_the_orders_named(two):
    ids = await bought(two, 2, units=4)
    for id_ in ids:
        (work,) = await two.works(id_)
        await two.do(accept, work)
        await two.do(pick, work)
    await two.count("DC", TEE=5)
    await two.turn()

    assert await shortage(two) == 3
    numbers = ", ".join(number_of(id_) for id_ in reversed(ids))
    reason = f"3 of TEE are missing of what DC has picked: {numbers}"
    assert await standing(two) == [
        ("positions/TEE/DC", reason, [str(id_) for id_ in reversed(ids)])
    ]
    (opened,) = await two.events("exception.opened")
    assert opened.subject == "positions/TEE/DC"
    assert [await two.pieces(id_) for id_ in ids] == [[("DC", "picked", 4)]] * 2

    await two.count("DC", TEE=5)  # found again just so: nothing is opened twice
    await two.turn()
    assert len(await standing(two)) == 1
    await two.count("DC", TEE=6)
    await two.turn()
    assert [reason[:1] for _, reason, _ in await standing(two)] == ["2"]
    await two.count("DC", TEE=8)
    await two.turn()
    assert (await shortage(two), await standing(two)) == (0, [])
    assert len(await two.events("exception.closed")) == 2


@pytest.mark.parametrize("ends", ["ship", "cancel"])
async def test_a_shortage_that_ends_with_its_orders_ends_the_exception(one, ends):
    (id_,) = await bought(one, 1, units=8)
    (work,) = await one.works(id_)
    await one.do(accept, work)
    await one.do(pick, work)
    await one.count("DC", TEE=5)
    await one.turn()
    assert len(await standing(one)) == 1
    if ends == "ship":
        for verb in (pack, ship):
            await one.do(verb, work)
    else:
        await one.cancel(id_)
    await one.turn()
    assert (await shortage(one), await standing(one)) == (0, [])


async def test_units_that_no_node_works_on_yet_give_way_too(two):
    ids = [await two.buy(("TEE", 4), external_id=str(n)) for n in range(2)]  # no step has followed
    await two.count("DC", TEE=5)
    await two.turn()
    assert await two.pieces(ids[0]) == [("DC", "released", 4)]
    assert await two.pieces(ids[1]) == [("DC", "released", 1), ("NEWARK", "released", 3)]
    assert await shortage(two) == 0


async def test_units_their_node_has_given_up_already_are_not_missed_twice(two):
    ids = await bought(two, 3, units=3)
    (work,) = await two.works(ids[2])
    await two.do(reject, work, reason="too_busy")
    await two.count("DC", TEE=6)  # just as many as the other two claim
    await two.turn()
    assert [await two.pieces(id_) for id_ in ids[:2]] == [[("DC", "released", 3)]] * 2
    assert await two.pieces(ids[2]) == [("DC", "rejected", 0), ("NEWARK", "released", 3)]
    assert (await shortage(two), await standing(two)) == (0, [])


async def test_it_may_run_before_what_a_node_has_given_up_was_planned_again(two):
    """Steps have cursors of their own: this one leaves to the other what is the other's."""
    ids = await bought(two, 3, units=3)
    (work,) = await two.works(ids[2])
    await two.do(reject, work, reason="too_busy")
    await two.count("DC", TEE=5)  # one less than the other two claim
    await two.numbered()
    facts = await two.events("inventory.shorted")
    async with two.pool.acquire() as conn, conn.transaction():
        await relieve.relieve(Here(conn, US, two.world, mint.now(), 0), facts)
    assert await shortage(two) == 3
    assert await standing(two) == []
    await two.turn()
    assert await two.pieces(ids[0]) == [("DC", "released", 3)]
    assert await two.pieces(ids[1]) == [("DC", "released", 2), ("NEWARK", "released", 1)]
    assert await two.pieces(ids[2]) == [("DC", "rejected", 0), ("NEWARK", "released", 3)]
    assert (await shortage(two), await standing(two)) == (0, [])


@pytest.mark.parametrize("how", ["damage", "adjustment", "damaged", "quarantine"])
async def test_whatever_takes_claimed_units_away_sends_their_orders_elsewhere(two, how):
    ids = await bought(two, 8)
    if how in {"damage", "adjustment"}:
        assert await move(two, how, -5) == 3
    else:
        row = SetAside(Sku("TEE"), NodeId("DC"), AsideReason(how), 5)
        async with two.pool.acquire() as conn, conn.transaction():
            market = await two.world.market(US)
            await take_set_asides(conn, market, [row], at=mint.now())
    await two.turn()
    assert await shortage(two) == 0
    assert await two.balance("TEE", "NEWARK") == (10, 3, 0)
    moved = [id_ for id_ in ids if len(await two.pieces(id_)) == 2]
    assert moved == ids[5:]


async def test_many_claims_give_way_a_commits_worth_at_a_time(two, monkeypatch):
    monkeypatch.setattr(relieve, "CLAIMS_MAX", 2)
    ids = await bought(two, 8)
    await two.count("DC", TEE=1)
    await two.turn()
    assert await two.balance("TEE", "DC") == (1, 1, 0)
    assert await two.balance("TEE", "NEWARK") == (10, 7, 0)
    assert await two.pieces(ids[0]) == [("DC", "released", 1)]
    assert (await shortage(two), await standing(two)) == (0, [])


async def test_a_kit_gives_way_by_the_part_that_is_missing(two):
    await two.count("DC", CAP=9)
    await two.count("NEWARK", CAP=9)
    id_ = await two.buy(("SET", 2))
    await two.turn()
    await two.count("DC", CAP=3)  # four are claimed
    await two.turn()
    assert await two.balance("CAP", "DC") == (3, 3, 0)
    assert await two.balance("CAP", "NEWARK") == (9, 1, 0)
    assert await two.balance("TEE", "DC") == (10, 2, 0)
    assert (await two.phase(id_), await two.troubles(id_)) == ("released", [])


async def test_the_day_of_work_that_is_recalled_is_given_back(two):
    await two.node("DC", capacity_per_day=5)
    (id_,) = await bought(two, 1)
    taken = "SELECT sum(planned)::integer FROM sourcing.node_day WHERE node_id = 'DC'"
    assert await two.pool.fetchval(taken) == 1
    await two.count("DC", TEE=0)
    await two.turn()
    assert await two.pieces(id_) == [("DC", "canceled", 0), ("NEWARK", "released", 1)]
    assert await two.pool.fetchval(taken) == 0


async def test_a_pickup_that_its_store_cannot_hand_over_waits_for_a_person(shop):
    await shop.node("SHOP", services=["ship", "pickup"], kind="store")
    await shop.node("DC")
    await shop.count("SHOP", TEE=2)
    await shop.count("DC", TEE=9)
    id_ = await shop.buy(("TEE", 2), method=Method.PICKUP, service=None, pickup_node="SHOP")
    await shop.turn()
    await shop.count("SHOP", TEE=1)
    await shop.turn()
    assert await shop.pieces(id_) == [("SHOP", "released", 1)]
    assert [(line, units) for line, _, units, _ in await shop.waiting(id_)] == [(1, 1)]
    assert len(await shop.troubles(id_)) == 1
    assert await shortage(shop, "SHOP") == 0


async def test_what_is_picked_while_its_claim_is_about_to_give_way_stays(two):
    """The newest order is picked after it was found at risk, and before its work is locked."""
    ids = await bought(two, 3, units=3)
    (work,) = await two.works(ids[2])
    await two.do(accept, work)
    await two.count("DC", TEE=6)
    async with two.pool.acquire() as conn, conn.transaction():
        await two.step(conn, pick, work)
        turning = asyncio.create_task(two.turn())
        await databases.somebody_waits(two.pool)
    await turning
    assert await two.pieces(ids[2]) == [("DC", "picked", 3)]
    assert await two.pieces(ids[1]) == [("DC", "canceled", 0), ("NEWARK", "released", 3)]
    assert (await shortage(two), await standing(two)) == (0, [])


async def test_what_is_canceled_while_its_claim_is_about_to_give_way_is_only_canceled(two):
    ids = await bought(two, 3, units=3)
    await two.count("DC", TEE=6)
    async with two.pool.acquire() as conn, conn.transaction():
        market = await two.world.market(US)
        told = {"actor": "kim", "reason": "no", "at": mint.now()}
        assert isinstance(await cancel(conn, market, ids[2], None, **told), Done)
        turning = asyncio.create_task(two.turn())
        await databases.somebody_waits(two.pool)
    await turning
    assert await two.pieces(ids[2]) == [("DC", "canceled", 0)]
    assert [await two.pieces(id_) for id_ in ids[:2]] == [[("DC", "released", 3)]] * 2
    assert await two.balance("TEE", "NEWARK") == (10, 0, 0)
    assert (await shortage(two), await standing(two)) == (0, [])
