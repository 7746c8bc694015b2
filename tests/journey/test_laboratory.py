"""The laboratory in the background: replays piece by piece, and every night the day's regret."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from entrepot.journey import replay as replaying
from entrepot.journey.gate import why_not
from entrepot.journey.regret import keep_regret, regret
from entrepot.plumbing import mint
from entrepot.plumbing.mint import MINT
from entrepot.policies.model import Policy
from entrepot.policies.publish import publish
from entrepot.policies.trial import RequireReplay
from entrepot.sourcing import regrets, replays
from entrepot.sourcing.replays import Span
from entrepot.work.lab import Laboratory
from journey.shop import NEWARK, US


@pytest.fixture
async def sold(shop):
    """Two orders of one tee each; the second has to come from far."""
    await shop.node("DC")
    await shop.node("NEWARK", NEWARK, handling_cost=100)
    await shop.count("DC", TEE=1)
    await shop.count("NEWARK", TEE=9)
    await shop.buy(("TEE", 1), external_id="1")
    await shop.buy(("TEE", 1), external_id="2")
    return shop


async def asked(shop, policy=None):
    at, name = mint.now(), MINT.one()
    async with shop.pool.acquire() as conn, conn.transaction():
        span = Span(at - timedelta(days=8), at)
        await replaying.start(conn, US, name, span, policy, seed=1, actor="kim", at=at)
    return name


async def row(shop, name):
    async with shop.pool.acquire() as conn:
        return await replays.read(conn, US, name)


async def test_replays_are_done_one_after_the_other(sold):
    first, second = await asked(sold), await asked(sold, Policy())
    laboratory = Laboratory(sold.pool)
    turns = 0
    while await laboratory.turn():
        turns += 1
        done = await row(sold, first)
        assert done.ended_at is not None or (await row(sold, second)).records_done == 0
        assert turns < 50
    for name in (first, second):
        done = await row(sold, name)
        assert done.result is not None
        assert (done.orders, done.differing) == (2, 0)


async def test_it_works_until_it_is_stopped(sold):
    name, stop = await asked(sold), asyncio.Event()
    working = asyncio.create_task(Laboratory(sold.pool).keep_working(stop))
    for _ in range(200):
        if (await row(sold, name)).ended_at is not None:
            break
        await asyncio.sleep(0.05)
    stop.set()
    await working
    assert (await row(sold, name)).result is not None


async def test_every_night_the_day_before_is_worked_out_once(sold):
    laboratory = Laboratory(sold.pool)
    today = mint.now().date()
    night = datetime.combine(today + timedelta(days=1), datetime.min.time(), UTC)
    assert await laboratory.nightly(night + timedelta(hours=1)) == 0, "too early"
    assert await laboratory.nightly(night + timedelta(hours=3)) == 1
    assert await laboratory.nightly(night + timedelta(hours=3, minutes=5)) == 0, "too soon"
    assert await laboratory.nightly(night + timedelta(hours=4)) == 0, "it is known"
    async with sold.pool.acquire() as conn:
        (kept,) = await regrets.between(conn, US, today, today)
    assert kept.day == today
    assert '"orders":2' in kept.document


async def test_the_regret_of_a_day_and_who_owns_it(sold):
    found = await regret(sold.pool, US, mint.now().date())
    assert (found.orders, found.again) == (2, 0)
    assert found.bound == found.cost, "somebody had to go to Newark"
    assert found.bound_alone < found.bound
    assert (found.regret, found.together, found.arrival) == (0, 0, 0)


async def test_a_day_without_orders_has_none(sold):
    long_ago = mint.now().date() - timedelta(days=30)
    found = await keep_regret(sold.pool, US, long_ago, at=mint.now())
    assert (found.orders, found.cost, found.regret, found.percent) == (0, 0, 0, 0.0)


async def test_a_night_whose_networks_are_gone_is_left_out(sold):
    await sold.pool.execute("DELETE FROM sourcing.network_snapshot")
    tomorrow = datetime.combine(mint.now().date() + timedelta(days=1), datetime.min.time(), UTC)
    assert await Laboratory(sold.pool).nightly(tomorrow + timedelta(hours=3)) == 0


async def test_the_gate_asks_what_the_policy_in_force_asks(sold):
    strict = RequireReplay(days=7)
    draft = Policy(extra_shipment=9, require_replay=strict)

    async def lacking(policy):
        async with sold.pool.acquire() as conn:
            return await why_not(conn, US, policy, at=mint.now())

    assert await lacking(draft) is None, "nobody asks yet"
    for policy in (Policy(extra_shipment=5), Policy(require_replay=strict)):
        async with sold.pool.acquire() as conn, conn.transaction():
            await publish(conn, US, policy, "kim", "a test", mint.now())
    assert "no passing replay of this document" in await lacking(draft)
    assert await lacking(Policy(extra_shipment=5)) is None, "it was in force before"

    name = await asked(sold, draft)
    assert "no passing replay" in await lacking(draft), "it is not done yet"
    while await Laboratory(sold.pool).turn():
        pass
    assert await lacking(draft) is None
    assert "no passing" in await lacking(Policy(extra_shipment=8, require_replay=strict))
    await sold.pool.execute(
        "UPDATE sourcing.replay SET ended_at = ended_at - interval '73 hours'"
        " WHERE replay_id = $1", name,
    )  # fmt: skip
    assert "no passing replay" in await lacking(draft), "it is too old"
