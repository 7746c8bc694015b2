"""Work that is not done in time is told once, and goes elsewhere while that helps."""

import json
from datetime import timedelta

import pytest

import databases
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.pick import pick
from entrepot.journey.milestones import watch
from entrepot.orders.hold import hold
from entrepot.orders.model import HoldKind
from entrepot.plumbing import mint
from entrepot.policies.afterwards import Milestones
from entrepot.policies.model import Policy
from entrepot.policies.publish import publish
from entrepot.promise import browse as promises
from entrepot.work.lookout import full, look, paused
from journey.shop import NEWARK, US

CARRIER_DAYS = json.dumps(
    {"weekly": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
"""Open when carriers deliver: a day later leaves is a day later there."""

KINDS = ("milestone.at_risk", "milestone.missed")


@pytest.fixture
async def two(shop):
    """Two nodes of the same town with five of each; DC comes first by its name."""
    await shop.node("DC")
    await shop.node("OTHER")
    await shop.count("DC", TEE=5)
    await shop.count("OTHER", TEE=5)
    return shop


async def alarms(shop) -> list[tuple[str, str, str]]:
    return [
        (event.type.partition(".")[2], data["milestone"], data["cause"])
        for event in await shop.events(*KINDS)
        if (data := json.loads(event.data))
    ]


async def milestones(shop, order_id):
    async with shop.pool.acquire() as conn:
        works = [work.id for work in await shop.works(order_id)]
        return await promises.milestones_of(conn, US, works)


async def policy(shop, **changes) -> None:
    async with shop.pool.acquire() as conn, conn.transaction():
        await publish(conn, US, Policy(**changes), "ann", "a test", mint.now())
    await shop.world.refresh(US)


async def test_work_is_opened_with_milestones_in_their_order(two):
    id_ = await two.buy(("TEE", 1))
    await two.turn()
    (row,) = (await milestones(two, id_)).values()
    times = [row.release_by, row.accept_by, row.pick_by, row.ship_by, row.deliver_by]
    assert times == sorted(times)
    head = (await two.standing(id_)).head
    assert row.deliver_by == head.promised_latest
    assert row.ship_by >= (await two.works(id_))[0].head.ship_by
    assert (row.alarm, row.missed, row.cause) == (None, False, None)


async def test_a_silent_node_loses_the_work_to_one_that_makes_the_date(two):
    id_ = await two.buy(("TEE", 2))
    await two.turn()
    await two.late(id_)
    await two.turn()
    assert await two.pieces(id_) == [("DC", "canceled", 0), ("OTHER", "released", 2)]
    assert await alarms(two) == [("missed", "accept", "time")]
    assert await two.balance("TEE", "DC") == (5, 0, 0)
    assert await two.balance("TEE", "OTHER") == (5, 2, 0)
    assert await two.events("promise.revised") == []
    assert await two.troubles(id_) == []
    (canceled,) = await two.events("fulfillment.canceled")
    assert json.loads(canceled.data)["reason"] == "its node does not do it in time"


async def test_where_no_other_node_makes_the_date_it_stays_and_waits_for_a_person(shop):
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK)  # far: its parcels come days later
    await shop.count("DC", TEE=5)
    await shop.count("NEWARK", TEE=5)
    id_ = await shop.buy(("TEE", 2))
    await shop.turn()
    await shop.late(id_)
    await shop.turn()
    assert await shop.pieces(id_) == [("DC", "released", 2)]
    assert [(x.kind, x.subject.partition("/")[0]) for x in await shop.troubles(id_)] == [
        ("promise.at_risk", "fulfillment-orders")
    ]
    await shop.late(id_)
    await shop.turn()
    assert await alarms(shop) == [("missed", "accept", "time")]
    assert len(await shop.troubles(id_)) == 1


async def test_the_cheapest_node_may_be_too_late_and_a_dearer_one_not(shop):
    await shop.node("DC")
    await shop.node("FAR", NEWARK)
    await shop.node("NEAR", handling_cost=90_000)
    for node in ("DC", "FAR", "NEAR"):
        await shop.count(node, TEE=5)
    id_ = await shop.buy(("TEE", 2))
    await shop.turn()
    await shop.late(id_)
    await shop.turn()
    assert await shop.pieces(id_) == [("DC", "canceled", 0), ("NEAR", "released", 2)]


async def test_what_is_accepted_stays_and_its_alarm_ends_when_it_moves_on(two):
    id_ = await two.buy(("TEE", 2))
    await two.turn()
    (work,) = await two.works(id_)
    await two.do(accept, work)
    await two.turn()
    await two.late(id_, "release", "accept", "pick")
    await two.turn()
    assert await two.pieces(id_) == [("DC", "accepted", 2)]
    assert await alarms(two) == [("missed", "pick", "time")]
    assert len(await two.troubles(id_)) == 1
    await two.do(pick, work)
    await two.late(id_, "release")
    await two.turn()
    assert await two.troubles(id_) == []
    assert len(await two.events("exception.closed")) == 1


async def test_a_held_order_is_told_of_and_not_moved(two):
    id_ = await two.buy(("TEE", 2))
    async with two.pool.acquire() as conn, conn.transaction():
        await hold(
            conn, US, id_, kind=HoldKind.FRAUD, reason="odd", actor="ann", until=None, at=mint.now()
        )
    await two.turn()
    await two.late(id_)
    await two.turn()
    assert await two.pieces(id_) == [("DC", "planned", 2)]
    assert await alarms(two) == [("missed", "release", "time")]
    (trouble,) = await two.troubles(id_)
    assert "a hold stands against its order" in trouble.reason


async def test_a_policy_may_leave_late_work_where_it_is(two):
    await policy(two, milestones=Milestones(replan=False))
    id_ = await two.buy(("TEE", 2))
    await two.turn()
    await two.late(id_)
    await two.turn()
    assert await two.pieces(id_) == [("DC", "released", 2)]
    assert len(await two.troubles(id_)) == 1


async def test_a_policy_may_do_without_milestones(two):
    await policy(two, milestones=None)
    id_ = await two.buy(("TEE", 2))
    await two.turn()
    assert await milestones(two, id_) == {}


async def test_an_order_is_moved_as_often_as_the_policy_says(two):
    await two.node("THIRD")
    await two.count("THIRD", TEE=5)
    await policy(two, max_replans=1)
    id_ = await two.buy(("TEE", 2))
    await two.turn()
    for _ in range(2):
        await two.late(id_)
        await two.turn()
    assert await two.pieces(id_) == [("DC", "canceled", 0), ("OTHER", "released", 2)]


async def test_a_paused_nodes_work_goes_elsewhere_before_it_is_late(two):
    id_ = await two.buy(("TEE", 2))
    await two.turn()
    await two.node("DC", enabled=False)
    market = await two.world.market(US)
    assert await look(two.pool, market, paused) == 1
    assert await look(two.pool, market, paused) == 0
    await two.turn()
    assert await alarms(two) == [("at_risk", "accept", "paused")]
    assert await two.pieces(id_) == [("DC", "canceled", 0), ("OTHER", "released", 2)]


async def test_work_beyond_a_nodes_day_goes_to_one_with_room(two):
    first = await two.buy(("TEE", 1))
    second = await two.buy(("TEE", 1), external_id="2")
    await two.turn()
    await two.node("DC", capacity_per_day=1)  # it held both when they were planned
    market = await two.world.market(US)
    assert await look(two.pool, market, full) == 1
    assert await look(two.pool, market, full) == 0
    await two.turn()
    assert await alarms(two) == [("at_risk", "accept", "full")]
    assert await two.pieces(first) == [("DC", "released", 1)]
    assert await two.pieces(second) == [("DC", "canceled", 0), ("OTHER", "released", 1)]


async def test_where_no_other_node_has_room_the_date_moves_by_a_day(shop):
    await shop.node("DC", calendar=CARRIER_DAYS)
    await shop.count("DC", TEE=5)
    first = await shop.buy(("TEE", 1))
    second = await shop.buy(("TEE", 1), external_id="2")
    await shop.turn()
    await shop.node("DC", calendar=CARRIER_DAYS, capacity_per_day=1)
    assert await look(shop.pool, await shop.world.market(US), full) == 1
    await shop.turn()
    (event,) = await shop.events("promise.revised")
    told = json.loads(event.data)
    assert (event.order_id, told["cause"]) == (second, "backlog")
    assert await shop.pieces(second) == [("DC", "released", 1)]
    assert len(await shop.troubles(second)) == 1
    assert await shop.troubles(first) == []


async def test_the_sweep_costs_as_many_statements_for_many_as_for_one(two):
    for number in range(5):
        await two.buy(("TEE", 1), external_id=str(number))
    await two.turn()
    counts = []
    for most in (1, 4):
        async with two.pool.acquire() as conn, conn.transaction():
            await conn.execute(
                "UPDATE promise.milestone SET watch_at = $1, release_by = $1, accept_by = $1"
                " WHERE fulfillment_order_id IN (SELECT fulfillment_order_id FROM promise.milestone"
                " WHERE alarm IS NULL LIMIT $2)", mint.now() - timedelta(hours=2), most,
            )  # fmt: skip
            with databases.statements(conn) as told:
                assert (
                    await watch(conn, US, Milestones(), at=mint.now() + timedelta(hours=1)) == most
                )
            counts.append(len(told))
    assert counts[0] == counts[1]
    await two.turn()
    assert len(await alarms(two)) == 5


async def test_soon_after_it_is_placed_nothing_is_at_risk(two):
    id_ = await two.buy(("TEE", 1))
    await two.turn()
    (row,) = (await milestones(two, id_)).values()
    made_at = (await two.works(id_))[0].head.made_at
    assert row.watch_at > made_at
    assert row.watch_at >= row.release_by - timedelta(minutes=60)
