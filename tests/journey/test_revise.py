"""A date that moves by a day is told once, with its reason; one that moves by an hour is not."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from entrepot.delivery import tell as delivery
from entrepot.delivery.model import Status, TrackingEvent
from entrepot.delivery.track import track
from entrepot.journey.here import Here
from entrepot.journey.read import read_order
from entrepot.journey.revise import revise
from entrepot.orders.model import Address
from entrepot.plumbing import mint, outbox
from entrepot.policies.afterwards import Revisions
from entrepot.policies.model import Policy
from entrepot.policies.publish import publish
from entrepot.promise import browse as promises
from entrepot.work.lookout import look, times
from journey.shop import US

WEEK = timedelta(days=7)


@pytest.fixture
async def one(shop):
    """One node with five."""
    await shop.node("DC")
    await shop.count("DC", TEE=5)
    return shop


async def revised(shop, order_id) -> list[dict]:
    events = await shop.events("promise.revised")
    return [json.loads(each.data) for each in events if each.order_id == order_id]


async def told(shop, order_id):
    async with shop.pool.acquire() as conn:
        return (await promises.told_of(conn, US, [order_id]))[order_id].latest


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def scan(shop, order_id, status: str, when: datetime | None = None) -> None:
    async with shop.pool.acquire() as conn, conn.transaction():
        (row,) = await conn.fetch(
            "SELECT tracking_number, carrier FROM fulfillment.package WHERE order_id = $1", order_id
        )
        said = TrackingEvent(*row, Status(status), when or mint.now())
        tracked = await track(conn, US, [said], at=mint.now())
        await outbox.tell(conn, US, delivery.facts(tracked.news, actor="carrier"), at=mint.now())


async def test_a_hand_over_a_week_late_moves_the_date_by_a_week_and_says_why(one):
    id_ = await one.buy(("TEE", 1))
    first = await told(one, id_)
    await one.turn()
    await one.ago(id_, WEEK)
    (work,) = await one.works(id_)
    await one.ship(work)
    await one.turn()

    (event,) = await revised(one, id_)
    assert (at(event["from"]), at(event["to"])) == (first - WEEK, first)
    assert (event["why"], event["cause"], event["maker"]) == ("later", "hand_over", "rules")
    assert event["reason"].startswith("DC handed it over on ")
    assert await told(one, id_) == first
    await scan(one, id_, "in_transit")
    await one.turn()
    assert len(await revised(one, id_)) == 1


async def test_the_history_of_a_promise_is_shown_with_the_order(one):
    id_ = await one.buy(("TEE", 1))
    await one.turn()
    await one.ago(id_, WEEK)
    await one.ship((await one.works(id_))[0])
    await one.turn()
    async with one.pool.acquire() as conn:
        order = await read_order(conn, await one.world.market(US), id_, at=mint.now())
    first, second = order["promises"]
    assert (first["maker"], first["cause"], first["was"]) == ("rules", "captured", None)
    assert (second["cause"], second["latest"]) == ("hand_over", order["promise"]["latest"])
    assert order["promise"]["order_by"]
    (work,) = order["fulfillment_orders"]
    assert (work["expected"]["latest"], work["expected"]["cause"]) == (
        second["latest"],
        "hand_over",
    )
    assert order["fulfillment_orders"][0]["milestones"]["deliver_by"] == second["latest"]


async def test_a_hand_over_on_the_planned_day_moves_nothing(one):
    id_ = await one.buy(("TEE", 1))
    await one.turn()
    await one.ship((await one.works(id_))[0])
    await one.turn()
    await scan(one, id_, "picked_up")
    await scan(one, id_, "in_transit")
    await one.turn()
    assert await revised(one, id_) == []


async def test_work_planned_too_late_for_the_promise_moves_the_date_at_once(one):
    id_ = await one.buy(("TEE", 1))
    await one.ago(id_, WEEK)
    await one.turn()
    (event,) = await revised(one, id_)
    assert (event["why"], event["cause"]) == ("later", "plan")


async def test_an_hour_is_no_news(one):
    id_ = await one.buy(("TEE", 1))
    async with one.pool.acquire() as conn:
        await conn.execute(
            "UPDATE orders.\"order\" SET promised_latest = promised_latest - interval '1 hour'"
        )
    await one.turn()
    await one.ship((await one.works(id_))[0])
    await scan(one, id_, "delivery_delayed")  # it is looked at
    await one.turn()
    assert await revised(one, id_) == []


async def test_a_parcel_out_for_delivery_early_is_told_to_come_today(one):
    newark = Address(postal_code="07102", country="US", region="NJ")
    id_ = await one.buy(("TEE", 1), ship_to=newark)  # days away: sooner on whatever day this runs
    await one.turn()
    await one.ago(id_, -WEEK)  # promised for a week later than it could be
    await one.ship((await one.works(id_))[0])
    await one.turn()
    (event,) = await revised(one, id_)
    assert (event["why"], event["cause"]) == ("earlier", "hand_over")
    await scan(one, id_, "out_for_delivery")
    await one.turn()
    last = (await revised(one, id_))[-1]
    assert last["cause"] == "scan"
    assert last["reason"] == "its carrier has it out for delivery"


async def test_a_policy_may_keep_earlier_dates_to_itself(one):
    async with one.pool.acquire() as conn, conn.transaction():
        calm = Policy(revisions=Revisions(tell_earlier=False))
        await publish(conn, US, calm, "ann", "a test", mint.now())
    await one.world.refresh(US)
    id_ = await one.buy(("TEE", 1))
    await one.turn()
    await one.ago(id_, -WEEK)
    await one.ship((await one.works(id_))[0])
    await one.turn()
    assert await revised(one, id_) == []


async def test_a_date_that_moved_does_not_move_back_the_same_day(one):
    id_ = await one.buy(("TEE", 1))
    await one.turn()
    await one.ago(id_, WEEK)
    await one.ship((await one.works(id_))[0])
    await one.turn()
    assert len(await revised(one, id_)) == 1
    await scan(one, id_, "out_for_delivery")  # today: earlier than what was just told
    await one.turn()
    assert len(await revised(one, id_)) == 1


async def test_a_parcel_that_does_not_come_is_expected_the_next_day_and_no_one_is_called(one):
    id_ = await one.buy(("TEE", 1))
    await one.turn()
    await one.ship((await one.works(id_))[0])
    await one.turn()
    await one.ago(id_, 2 * WEEK)
    async with one.pool.acquire() as conn, conn.transaction():
        await conn.execute(
            "UPDATE fulfillment.package SET shipped_at = shipped_at - $1::interval", 2 * WEEK
        )
        await conn.execute("UPDATE promise.milestone SET watch_at = deliver_by")
    assert await look(one.pool, await one.world.market(US), times) == 1
    await one.turn()
    (event,) = await revised(one, id_)
    assert (event["why"], event["cause"]) == ("later", "overdue")
    assert mint.now() < at(event["to"]) < mint.now() + timedelta(days=5)
    assert [json.loads(e.data)["milestone"] for e in await one.events("milestone.missed")] == [
        "deliver"
    ]
    assert await one.troubles(id_) == []
    row = await one.pool.fetchrow("SELECT deliver_by, watch_at, alarm FROM promise.milestone")
    assert row["deliver_by"] == at(event["to"]).astimezone(UTC)
    assert row["alarm"] == "deliver"
    assert await look(one.pool, await one.world.market(US), times) == 1
    assert await one.pool.fetchval("SELECT alarm FROM promise.milestone") is None


async def test_a_promise_that_was_learned_moves_by_as_much_as_calendars_say(one):
    id_ = await one.buy(("TEE", 1))
    stated = await told(one, id_)
    await one.pool.execute(
        "UPDATE orders.order SET promised_latest = promised_latest + interval '3 days',"
        " document = replace(document, '\"stated_latest\":null', $2) WHERE order_id = $1",
        id_, f'"stated_latest":"{stated.isoformat()}"',
    )  # fmt: skip
    await one.turn()
    assert await revised(one, id_) == []
    async with one.pool.acquire() as conn:
        order = await read_order(conn, await one.world.market(US), id_, at=mint.now())
    (work,) = order["fulfillment_orders"]
    assert at(work["milestones"]["deliver_by"]) == stated + timedelta(days=3)
    assert at(work["expected"]["latest"]) == stated + timedelta(days=3)

    await one.ago(id_, WEEK)
    await one.pool.execute(
        "UPDATE orders.order SET document = replace(document, $2, $3) WHERE order_id = $1",
        id_, stated.isoformat(), (stated - WEEK).isoformat(),
    )  # fmt: skip
    (work,) = await one.works(id_)
    await one.ship(work)
    await one.turn()
    (event,) = await revised(one, id_)
    assert at(event["to"]) - at(event["from"]) == WEEK
    assert at(event["to"]) == stated + timedelta(days=3)


async def test_a_parcel_that_has_come_early_is_told_by_its_delivery_alone(one):
    id_ = await one.buy(("TEE", 1))
    await one.turn()
    await one.ago(id_, -WEEK)
    await one.ship((await one.works(id_))[0])
    await one.turn()
    (event,) = await revised(one, id_)
    assert event["cause"] == "hand_over"
    await scan(one, id_, "delivered")
    async with one.pool.acquire() as conn, conn.transaction():
        here = Here(conn, US, one.world, mint.now(), 0)
        await revise(here, await one.events("fulfillment.shipped"))  # before its work has ended
    await one.turn()
    assert await revised(one, id_) == [event]
