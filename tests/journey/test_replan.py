"""What a node gives up is planned again elsewhere, and what nobody has waits for a person."""

import pytest

from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.model import Named
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.reject import reject
from entrepot.fulfillment.short import short
from entrepot.orders.model import Backorder
from entrepot.plumbing import mint
from entrepot.policies.model import Policy
from entrepot.policies.publish import publish
from entrepot.sourcing import store as sourcing
from journey.shop import NEWARK, US

ALLOW = {"backorder": Backorder.ALLOW}


@pytest.fixture
async def two(shop):
    """Two nodes with five of each; the nearer one is asked first."""
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    await shop.count("DC", TEE=5, CAP=5)
    await shop.count("NEWARK", TEE=5, CAP=5)
    return shop


async def decisions(shop, order_id) -> list[str]:
    async with shop.pool.acquire() as conn:
        return [each.kind for each in await sourcing.decisions_of(conn, US, order_id)]


async def test_a_rejected_order_goes_to_another_node_and_the_first_is_in_doubt(two):
    id_ = await two.buy(("TEE", 2))
    await two.turn()
    (work,) = await two.works(id_)
    await two.do(reject, work, reason="cannot find it")
    await two.turn()

    assert await two.pieces(id_) == [("DC", "rejected", 0), ("NEWARK", "released", 2)]
    assert await two.balance("TEE", "DC") == (5, 0, 5)
    assert await two.balance("TEE", "NEWARK") == (5, 2, 0)
    assert await two.balance("CAP", "DC") == (5, 0, 0)
    assert await decisions(two, id_) == ["capture", "replan"]
    assert (await two.phase(id_), await two.troubles(id_)) == ("released", [])


async def test_a_node_that_is_only_busy_keeps_its_stock_for_others(two):
    id_ = await two.buy(("TEE", 2))
    await two.turn()
    (work,) = await two.works(id_)
    await two.do(reject, work, reason="too_busy")
    await two.turn()
    assert await two.balance("TEE", "DC") == (5, 0, 0)
    assert await two.pieces(id_) == [("DC", "rejected", 0), ("NEWARK", "released", 2)]


async def test_of_a_short_pick_only_what_is_missing_moves(two):
    id_ = await two.buy(("TEE", 3), ("CAP", 1))
    await two.turn()
    (work,) = await two.works(id_)
    await two.do(accept, work)
    await two.do(short, work, units=(Named(1, 1),), reason="torn")
    await two.turn()
    assert await two.pieces(id_) == [("DC", "accepted", 3), ("NEWARK", "released", 1)]
    assert await two.balance("TEE", "DC") == (5, 2, 3)
    assert await two.balance("TEE", "NEWARK") == (5, 1, 0)
    await two.do(pick, work)
    await two.turn()
    assert (await two.phase(id_), await two.troubles(id_)) == ("in_fulfillment", [])


async def test_what_no_other_node_has_waits_for_a_person_and_is_never_lost(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    id_ = await shop.buy(("TEE", 2))
    await shop.turn()
    (work,) = await shop.works(id_)
    await shop.do(reject, work, reason="roof")
    await shop.turn()

    assert await shop.waiting(id_) == [(1, "TEE", 2, "short")]
    assert [(x.kind, x.line_no, x.reason) for x in await shop.troubles(id_)] == [
        ("sourcing.unroutable", 1, "no other node has the units: 2 of TEE")
    ]
    assert await shop.phase(id_) == "pending"
    assert await shop.balance("TEE", "DC") == (5, 0, 5)
    await shop.turn()
    assert len(await shop.troubles(id_)) == 1


async def test_stock_that_comes_elsewhere_mends_it(shop):
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)
    await shop.count("DC", TEE=5)
    id_ = await shop.buy(("TEE", 2))
    await shop.turn()
    (work,) = await shop.works(id_)
    await shop.do(reject, work, reason="roof")
    await shop.turn()
    await shop.receive("NEWARK", TEE=2)
    await shop.turn()
    assert await shop.pieces(id_) == [("DC", "rejected", 0), ("NEWARK", "released", 2)]
    assert (await shop.waiting(id_), await shop.troubles(id_)) == ([], [])


async def test_a_node_is_not_asked_twice_for_what_it_rejected(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    id_ = await shop.buy(("TEE", 2))
    await shop.turn()
    (work,) = await shop.works(id_)
    await shop.do(reject, work, reason="roof")
    await shop.turn()
    await shop.count("DC", TEE=9)
    await shop.turn()
    assert await shop.pieces(id_) == [("DC", "rejected", 0)]
    assert await shop.balance("TEE", "DC") == (9, 0, 0)
    await shop.buy(("TEE", 7), external_id="2")  # 2 of the 9 are owed
    assert await shop.balance("TEE", "DC") == (9, 7, 0)


async def test_an_order_is_planned_again_as_often_as_the_policy_says(shop):
    for name in ("A", "B", "C"):
        await shop.node(name)
        await shop.count(name, TEE=5)
    async with shop.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, Policy(max_replans=1), "ann", "patience", mint.now())
    await shop.world.refresh(US)
    id_ = await shop.buy(("TEE", 1))
    for _ in range(2):
        await shop.turn()
        (work,) = await shop.works(id_, "released")
        await shop.do(reject, work, reason="roof")
    await shop.turn()
    assert [state for _, state, _ in await shop.pieces(id_)] == ["rejected", "rejected"]
    (trouble,) = await shop.troubles(id_)
    assert trouble.reason == "as many nodes as the policy allows have refused it: 1 of TEE"


async def test_two_nodes_that_give_up_the_same_line_at_once_are_replaced_by_one(shop):
    await shop.node("A")
    await shop.node("B")
    await shop.node("NEWARK", NEWARK)
    await shop.count("A", TEE=2)
    await shop.count("B", TEE=3)
    id_ = await shop.buy(("TEE", 5))
    await shop.count("NEWARK", TEE=9)
    await shop.turn()
    for work in await shop.works(id_, "released"):
        await shop.do(reject, work, reason="roof")
    await shop.turn()
    assert await shop.pieces(id_) == [
        ("A", "rejected", 0), ("B", "rejected", 0), ("NEWARK", "released", 5),
    ]  # fmt: skip
    assert await shop.pool.fetchval("SELECT count(*) FROM plumbing.exception") == 0


async def test_supply_serves_those_who_wait_longest_first(shop):
    await shop.node("DC")
    waiting = [
        await shop.buy(("TEE", units), external_id=str(units), **ALLOW) for units in (3, 4, 2)
    ]
    await shop.receive("DC", TEE=5)
    await shop.turn()
    assert [await shop.pieces(id_) for id_ in waiting] == [
        [("DC", "released", 3)], [("DC", "released", 2)], [],
    ]  # fmt: skip
    assert await shop.waiting(waiting[1]) == [(1, "TEE", 2, "backorder")]
    await shop.receive("DC", TEE=9)
    await shop.turn()
    assert await shop.pieces(waiting[1]) == [("DC", "released", 2), ("DC", "released", 2)]
    assert [await shop.waiting(id_) for id_ in waiting] == [[], [], []]
    assert await shop.balance("TEE", "DC") == (14, 9, 0)
    assert await decisions(shop, waiting[1]) == ["supply", "supply"]


async def test_a_count_that_finds_more_is_supply_too(shop):
    await shop.node("DC")
    id_ = await shop.buy(("TEE", 2), **ALLOW)
    await shop.count("DC", TEE=2)
    await shop.turn()
    assert await shop.pieces(id_) == [("DC", "released", 2)]
    assert await shop.phase(id_) == "released"


async def test_what_would_come_late_goes_by_a_faster_service_where_lateness_costs_more(two):
    async with two.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, Policy(late_per_day=2000), "ann", "in time", mint.now())
    await two.world.refresh(US)
    id_ = await two.buy(("TEE", 1))
    await two.turn()
    (work,) = await two.works(id_)
    assert work.head.service == "standard"
    await two.do(reject, work, reason="too_busy")
    await two.turn()
    (again,) = await two.works(id_, "released")
    assert (again.head.node_id, again.head.service) == ("NEWARK", "next_day")
    assert again.head.lane_id.startswith("default-next_day-")
