"""Outcomes are counted once, can be counted again, and teach promises what lanes take."""

from datetime import date, timedelta

import pytest

from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.reject import reject
from entrepot.journey.audit import miscounted_nodes
from entrepot.journey.here import Here
from entrepot.journey.observe import observe, recount
from entrepot.plumbing import mint
from entrepot.policies.afterwards import LearnedTransit
from entrepot.policies.model import Policy
from entrepot.policies.publish import publish
from entrepot.promise import performance
from entrepot.promise import performance_browse as figures
from entrepot.work.lookout import learn, look
from journey.shop import US
from journey.test_revise import scan

EVER = figures.Span(date(2020, 1, 1), date(2100, 1, 1))


@pytest.fixture
async def three(shop):
    """Three orders from one node: one delivered, one on its way, one given back."""
    await shop.node("DC")
    await shop.count("DC", TEE=50)
    ids = [await shop.buy(("TEE", 1), external_id=str(n)) for n in range(3)]
    await shop.turn()
    for id_ in ids[:2]:
        await shop.ship((await shop.works(id_))[0])
    await shop.turn()
    await scan(shop, ids[0], "delivered")
    (work,) = await shop.works(ids[2])
    await shop.do(accept, work)
    await shop.do(reject, work, reason="too_busy")
    await shop.turn()
    return shop


async def carriers(shop, *by: str, **filters):
    some = {"carrier": None, "service": None, "node": None, "area": None} | filters
    async with shop.pool.acquire() as conn:
        return await figures.carriers(
            conn, US, EVER, by=by, after=figures.BEFORE_CARRIERS, most=10, **some
        )


async def nodes(shop, *by: str):
    async with shop.pool.acquire() as conn:
        return await figures.nodes(
            conn, US, EVER, by=by, node=None, service=None, after=figures.BEFORE_NODES, most=10
        )


async def test_what_was_delivered_is_counted_by_lane_and_weekday(three):
    (figure,) = await carriers(three, "carrier", "service", "node", "area", "weekday")
    assert (figure.carrier, figure.service, figure.node_id) == ("acme", "standard", "DC")
    assert figure.area == "US-TX"
    assert 1 <= figure.weekday <= 7
    assert (figure.parcels, figure.promised, figure.on_time) == (1, 1, 1)
    assert (figure.median, figure.p90) == (0, 0)
    (all_,) = await carriers(three)
    assert (all_.carrier, all_.weekday, all_.parcels) == ("", 0, 1)
    assert await carriers(three, "carrier", carrier="nobody") == []


async def test_how_nodes_work_ended_is_counted(three):
    (figure,) = await nodes(three)
    assert (figure.node_id, figure.works, figure.rejected) == ("DC", 3, 1)
    assert (figure.due, figure.on_time) == (2, 2)
    assert (figure.median, figure.p90) == (5, 5)  # minutes, the end of the first span


async def test_it_can_be_counted_again_and_is_the_same(three):
    before = await three.everything()
    market = await three.world.market(US)
    async with three.pool.acquire() as conn:
        async with conn.transaction(isolation="repeatable_read"):
            assert await recount(conn, US, market.compiled) == 3
        assert await miscounted_nodes(conn, US) == []
    assert await three.everything() == before


async def test_it_is_not_counted_again_while_facts_wait(three):
    await three.buy(("TEE", 1), external_id="9")
    market = await three.world.market(US)
    async with three.pool.acquire() as conn, conn.transaction(isolation="repeatable_read"):
        assert await recount(conn, US, market.compiled) is None


async def test_what_is_miscounted_is_found(three):
    async with three.pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("DELETE FROM promise.transit")
        assert [(x["node_id"], x["what"]) for x in await miscounted_nodes(conn, US)] == [
            ("DC", "deliveries")
        ]
        await transaction.rollback()


async def test_a_fact_told_twice_counts_once(three):
    facts = await three.events("fulfillment.delivered", "fulfillment.shipped")
    async with three.pool.acquire() as conn, conn.transaction():
        await observe(Here(conn, US, three.world, mint.now(), 0), facts)
    assert [each.parcels for each in await carriers(three)] == [1]


async def slow_lane(shop, days: int) -> None:
    """Let the lane of the order on its way have taken so many days a hundred times."""
    work = next(w for w in await shop.pool.fetch("SELECT * FROM fulfillment.fulfillment_order"))
    await shop.pool.execute(
        "INSERT INTO promise.transit SELECT $1, $2, $3, $4, 'acme', 'standard', 'US-TX', 1, $5,"
        " 100, 0, 0", US, mint.now().date(), work["node_id"], work["lane_id"], days,
    )  # fmt: skip


async def test_a_promise_follows_what_its_lane_has_shown(three):
    before = (await three.standing(await three.buy(("TEE", 1), external_id="a"))).head
    async with three.pool.acquire() as conn, conn.transaction():
        policy = Policy(learned_transit=LearnedTransit())
        await publish(conn, US, policy, "ann", "by experience", mint.now())
    await three.world.refresh(US)
    await slow_lane(three, 9)
    market = await three.world.market(US)
    assert await look(three.pool, market, learn) == 1
    assert await look(three.pool, market, learn) == 0  # nothing moved since
    await three.world.refresh(US)
    after = (await three.standing(await three.buy(("TEE", 1), external_id="b"))).head
    assert after.promised_latest - before.promised_latest >= timedelta(days=7)
    async with three.pool.acquire() as conn:
        table = await performance.table(conn, US)
    assert (table.version, [row.days for row in table.rows]) == (1, [8])  # (100 x 9 + 20 x 2) / 120
    await three.pool.execute("DELETE FROM promise.transit WHERE parcels = 100")
    await three.turn()
    assert await look(three.pool, market, learn) == 1
    await three.world.refresh(US)
    again = (await three.standing(await three.buy(("TEE", 1), external_id="c"))).head
    assert again.promised_latest == before.promised_latest


async def test_without_the_policy_the_card_says_it(three):
    await slow_lane(three, 9)
    market = await three.world.market(US)
    assert await look(three.pool, market, learn) == 0
    await three.pool.execute("DELETE FROM promise.transit WHERE parcels = 100")
