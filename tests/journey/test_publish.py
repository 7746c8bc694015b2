"""Channels hear what they may sell: of each other's sales, once a window, with growing versions."""

import asyncio
import itertools
import json
from datetime import timedelta

import pytest

import databases
from entrepot.catalog.model import Item
from entrepot.catalog.upsert import upsert
from entrepot.inventory.model import Count
from entrepot.journey.publish import ASLEEP, note, publish, republish
from entrepot.journey.stocktake import take_counts
from entrepot.network.model import ChannelRow
from entrepot.network.upsert import upsert_channels
from entrepot.orders.model import Backorder
from entrepot.plumbing import db, mint
from entrepot.plumbing.relay import relay
from entrepot.policies.model import Policy, Publication
from entrepot.policies.publish import publish as publish_policy
from entrepot.terms.ids import ChannelId, NodeId, OrderId, Sku
from entrepot.work.publication import Publisher
from journey.shop import US

QUICK = {"coalesce_ms": 0}


async def publishes(shop, *rules: Publication) -> None:
    """Let the policy publish by these rules; channels that are new may sell from every node."""
    async with shop.pool.acquire() as conn, conn.transaction():
        rows = [
            ChannelRow(ChannelId(each.channel), "", None, None, None, None, 0) for each in rules
        ]
        await upsert_channels(conn, US, rows)
        document = Policy(publication=rules)
        await publish_policy(conn, US, document, "kim", "a test", mint.now())
    await shop.world.refresh(US)


_orders = itertools.count(1)


async def buy(shop, *lines: tuple[str, int], **changes) -> OrderId:
    """Place one order that is taken."""
    return await shop.buy(*lines, external_id=f"order {next(_orders)}", **changes)


async def told(shop) -> list[tuple]:
    """Let all be noted and published; list what was told.

    Each as (channel, sku, was, now, version, why).
    """
    before = len(await shop.events("availability.changed"))
    publisher = Publisher(shop.pool, shop.world)
    for _ in range(3):
        await shop.turn()
        await publisher.turn()
    await relay(shop.pool)
    events = (await shop.events("availability.changed"))[before:]
    data = [json.loads(each.data) for each in events]
    names = ("channel", "sku", "was", "available", "version", "reason")
    return [tuple(each[name] for name in names) for each in data]


@pytest.fixture
async def two(shop):
    """Two channels that publish at once, and 10 tees and 10 caps."""
    await shop.node("DC")
    await shop.count("DC", TEE=10, CAP=10)
    await publishes(
        shop, Publication(channel="web", **QUICK), Publication(channel="amazon", **QUICK)
    )
    first = await told(shop)
    assert sorted(first) == [
        (channel, sku, None, units, 1, "first")
        for channel in ("amazon", "web")
        for sku, units in (("CAP", 10), ("SET", 5), ("TEE", 10))
    ]
    return shop


async def test_every_channel_hears_of_a_sale_made_in_another(two):
    await buy(two, ("TEE", 2), channel="amazon")
    assert sorted(await told(two)) == [
        ("amazon", "TEE", 10, 8, 2, "step"),
        ("web", "TEE", 10, 8, 2, "step"),
    ]


async def test_a_sale_of_a_part_is_one_of_the_kit_and_a_kit_sold_is_its_parts(two):
    await buy(two, ("CAP", 4))
    assert {row[1:] for row in await told(two)} == {
        ("CAP", 10, 6, 2, "step"),
        ("SET", 5, 3, 2, "step"),
    }
    await buy(two, ("SET", 3))
    assert {row[1:] for row in await told(two)} == {
        ("CAP", 6, 0, 3, "threshold"),
        ("SET", 3, 0, 3, "threshold"),
        ("TEE", 10, 7, 2, "step"),
    }


async def test_nothing_is_told_twice_and_nothing_that_did_not_change(two):
    assert await told(two) == []
    await two.count("DC", TEE=10)
    assert await told(two) == []


async def test_a_cancel_frees_units_for_all(two):
    order_id = await buy(two, ("TEE", 10))
    assert {row[1:] for row in await told(two)} >= {("TEE", 10, 0, 2, "threshold")}
    await two.cancel(order_id)
    assert {row[1:] for row in await told(two)} >= {("TEE", 0, 10, 3, "threshold")}


async def test_what_somebody_waits_for_is_not_offered_and_is_when_they_do_not(two):
    order_id = await buy(two, ("CAP", 13), backorder=Backorder.ALLOW)
    assert {row[1:] for row in await told(two) if row[1] == "CAP"} == {
        ("CAP", 10, 0, 2, "threshold")
    }
    await two.receive("DC", CAP=2)
    assert [row for row in await told(two) if row[1] == "CAP"] == []
    await two.cancel(order_id)
    assert {row[1:] for row in await told(two) if row[1] == "CAP"} == {
        ("CAP", 0, 12, 3, "threshold")
    }


async def test_changes_within_a_window_are_one_fact(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=10)
    await publishes(shop, Publication(channel="web", coalesce_ms=600_000))
    await told(shop)
    for _ in range(3):
        await buy(shop, ("TEE", 1))
        assert await told(shop) == []
    await shop.pool.execute("UPDATE journey.unpublished SET due_at = due_at - interval '1 hour'")
    assert [row for row in await told(shop) if row[1] == "TEE"] == [
        ("web", "TEE", 10, 7, 2, "step")
    ]


async def test_a_small_change_waits_until_it_adds_up(shop):
    await shop.node("DC")
    await shop.count("DC", TEE=100)
    await publishes(shop, Publication(channel="web", step_units=5, low_at=3, **QUICK))
    await told(shop)
    seen = []
    for _ in range(6):
        await buy(shop, ("TEE", 2))
        seen.append(await told(shop))
    assert seen == [
        [], [], [("web", "TEE", 100, 94, 2, "step")],
        [], [], [("web", "TEE", 94, 88, 3, "step")],
    ]  # fmt: skip


async def test_new_rules_and_a_new_network_are_looked_through(two):
    async with two.pool.acquire() as conn, conn.transaction():
        row = ChannelRow(ChannelId("amazon"), "", None, None, None, None, 4)
        await upsert_channels(conn, US, [row])
    assert sorted(await told(two)) == [
        ("amazon", "CAP", 10, 6, 2, "step"),
        ("amazon", "SET", 5, 3, 2, "step"),
        ("amazon", "TEE", 10, 6, 2, "step"),
    ]
    await publishes(two, Publication(channel="web", enabled=False))
    await buy(two, ("TEE", 1))
    assert await told(two) == []


async def test_a_republish_tells_all_again_and_versions_only_grow(two):
    market = await two.world.market(US)

    async def again(**which) -> list[tuple]:
        async with two.pool.acquire() as conn, conn.transaction():
            await republish(conn, market, ChannelId("web"), at=mint.now(), **which)
        return await told(two)

    assert await again() == [
        ("web", "CAP", 10, 10, 2, "republish"),
        ("web", "SET", 5, 5, 2, "republish"),
        ("web", "TEE", 10, 10, 2, "republish"),
    ]
    assert await again(skus=[Sku("TEE")]) == [("web", "TEE", 10, 10, 3, "republish")]
    assert await again(category="none such") == []
    assert len(await again(category="")) == 3


async def test_who_slept_long_looks_everything_through(two):
    await two.pool.execute(
        "UPDATE journey.look SET looked_at = looked_at - $1::interval", 2 * ASLEEP
    )
    await buy(two, ("TEE", 1))
    await two.pool.execute("UPDATE inventory.movement SET at = at - interval '1 day'")
    assert {row[1:] for row in await told(two)} == {("TEE", 10, 9, 2, "step")}


async def test_a_movement_that_committed_late_is_found_by_the_look_back(two):
    """Its id is older than all that was looked at; a look that goes back finds it."""
    await buy(two, ("TEE", 1))
    await told(two)
    conn = await two.pool.acquire()
    transaction = conn.transaction()
    await transaction.start()
    market = await two.world.market(US)
    rows = [Count(Sku("CAP"), NodeId("DC"), 3, "wms", None, mint.now())]
    await take_counts(conn, market, rows, at=mint.now())
    await asyncio.sleep(1.3)
    assert await told(two) == []
    await transaction.commit()
    await two.pool.release(conn)
    assert await told(two) == [], "beyond the overlap"
    await two.pool.execute(
        "UPDATE journey.look SET looked_back_at = looked_back_at - interval '1 hour'"
    )
    assert {row[1:] for row in await told(two)} >= {("CAP", 10, 3, 2, "step")}


async def test_two_publishers_tell_everything_once_and_in_order(two):
    both = [Publisher(two.pool, two.world) for _ in range(2)]
    before = len(await two.events("availability.changed"))
    for _ in range(5):
        await buy(two, ("TEE", 1))
        await asyncio.gather(*(each.turn() for each in both))
    await both[0].turn()
    await relay(two.pool)
    events = (await two.events("availability.changed"))[before:]
    for channel in ("web", "amazon"):
        data = [json.loads(each.data) for each in events]
        own = [each for each in data if each["channel"] == channel]
        assert [each["version"] for each in own] == list(range(2, 2 + len(own)))
        assert own[-1]["available"] == 5
        assert [a["available"] for a in own[:-1]] == [b["was"] for b in own[1:]]


async def test_thousands_of_skus_for_three_channels_take_few_statements(shop):
    skus = [f"S{n:05}" for n in range(4_000)]
    async with shop.pool.acquire() as conn, conn.transaction():
        await upsert(conn, US, [Item(Sku(s), s, weight_g=1) for s in skus], at=mint.now())
    await shop.node("DC")
    channels = ("web", "amazon", "store")
    await publishes(shop, *(Publication(channel=each, **QUICK) for each in channels))
    for at in range(0, len(skus), 2_000):
        await shop.count("DC", **dict.fromkeys(skus[at : at + 2_000], 7))

    publisher = Publisher(shop.pool, shop.world)
    unpublished = "SELECT count(*) FROM journey.unpublished"
    for _ in range(60):
        await publisher.turn()
        told = await shop.pool.fetchval("SELECT count(*) FROM journey.published")
        if told == 12_000 and not await shop.pool.fetchval(unpublished):
            break

    async with shop.pool.acquire() as conn:
        done = await conn.fetchval("SELECT count(*) FROM journey.published WHERE available = 7")
        assert done == 12_000
        assert await conn.fetchval(unpublished) == 0

    async def statements(units: int, most: int) -> int:
        for at in range(0, units, 2_000):
            await shop.count("DC", **dict.fromkeys(skus[at : min(units, at + 2_000)], most))
        async with shop.pool.acquire() as conn:
            market = await shop.world.fresh(conn, US)
            async with conn.transaction():
                await note(conn, market, at=mint.now())
                await publish(conn, market, at=mint.now() + timedelta(seconds=1), most=1)
            with databases.statements(conn) as run:
                async with conn.transaction():
                    await publish(conn, market, at=mint.now() + timedelta(seconds=1), most=50_000)
        return len(run)

    assert await statements(10, 1) == await statements(3_000, 2)


async def test_a_fact_that_cannot_be_told_leaves_nothing_published(two):
    await buy(two, ("TEE", 1))
    await two.turn()
    market = await two.world.market(US)
    before = await two.pool.fetch("SELECT * FROM journey.published ORDER BY 1, 2, 3")

    async def dies(conn: db.Connection) -> None:
        await note(conn, market, at=mint.now())
        assert await publish(conn, market, at=mint.now() + timedelta(seconds=1))
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await db.in_transaction(two.pool, dies)
    assert await two.pool.fetch("SELECT * FROM journey.published ORDER BY 1, 2, 3") == before
    assert {row[1:] for row in await told(two)} == {("TEE", 10, 9, 2, "step")}
