"""Safety stock stands in the positions: after new rules, groups, items, and a day's sales."""

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.catalog.model import Item
from entrepot.catalog.upsert import upsert
from entrepot.inventory import browse, secure, velocity
from entrepot.inventory.model import ROWS_PER_COMMIT_MAX
from entrepot.journey.safeguard import safeguard, unsafe_positions
from entrepot.journey.world import World
from entrepot.network.model import GroupId, GroupRow
from entrepot.network.upsert import upsert_node_groups
from entrepot.orders.model import Backorder
from entrepot.plumbing import mint
from entrepot.terms.ids import Sku, uuid7
from entrepot.work.upkeep import watch_feeds
from journey.rules import bills, followed, lines, offered, rules, safeties, tries
from journey.shop import US

STORES = {"match": {"node_kinds": ["store"]}, "units": 2}


@pytest.fixture
async def two(shop):
    """Nine tees and caps in a DC and in a store."""
    await shop.node("DC")
    await shop.node("STORE", kind="store")
    for node in ("DC", "STORE"):
        await shop.count(node, TEE=9, CAP=9)
    await followed(shop)
    return shop


async def stands(shop) -> dict[tuple[str, str], int]:
    async with shop.pool.acquire() as conn:
        return safeties(
            await browse.positions(conn, US, skus=None, node_id=None, after=("", ""), most=100_000)
        )


async def group(shop, *nodes: str) -> None:
    async with shop.pool.acquire() as conn, conn.transaction():
        await upsert_node_groups(conn, US, [GroupRow(GroupId("outlets"), "", list(nodes))])
    await shop.world.refresh(US)


async def test_rules_stand_in_the_positions_and_the_views_hear_of_it(two):
    await rules(two, keep=[STORES])
    assert await offered(two, "TEE") == [18]  # the rules are not followed yet
    await followed(two)
    assert await stands(two) == {
        ("CAP", "DC"): 0, ("CAP", "STORE"): 2, ("TEE", "DC"): 0, ("TEE", "STORE"): 2,
    }  # fmt: skip
    assert await offered(two, "TEE") == [16]
    assert (await two.world.market(US)).stock.of([Sku("TEE")])["TEE"][1].tolist() == [9, 7]
    assert not await tries(two, "TEE", 17)
    assert await tries(two, "TEE", 16)


async def test_rules_that_are_taken_back_leave_nothing(two):
    await rules(two, keep=[STORES])
    await followed(two)
    await rules(two)
    await followed(two)
    assert set((await stands(two)).values()) == {0}
    await rules(two, max_replans=5)
    assert await followed(two) == 1  # no position is looked at where there is no rule


async def test_a_group_and_a_category_that_change_are_followed(two):
    await group(two, "DC")
    await rules(two, keep=[{"match": {"node_groups": ["outlets"]}, "units": 1}])
    await followed(two)
    assert (await stands(two))["TEE", "DC"] == 1
    await group(two, "STORE")
    await followed(two)
    assert await stands(two) == {
        ("CAP", "DC"): 0, ("CAP", "STORE"): 1, ("TEE", "DC"): 0, ("TEE", "STORE"): 1,
    }  # fmt: skip

    hat = Item(Sku("CAP"), "Cap", weight_g=500, category="hats")
    async with two.pool.acquire() as conn, conn.transaction():
        await upsert(conn, US, [hat], at=mint.now())
    await rules(two, keep=[{"match": {"categories": ["hats"]}, "units": 4}])
    await followed(two)
    assert [(await stands(two))[sku, "DC"] for sku in ("CAP", "TEE")] == [4, 0]


async def test_a_new_position_is_asked_about_at_once(two):
    await rules(two, keep=[STORES])
    await followed(two)
    assert await followed(two) == 0
    await two.opens("MUG")
    await two.count("STORE", MUG=5)
    assert await followed(two) == 1
    assert (await stands(two))["MUG", "STORE"] == 2
    assert await offered(two, "MUG") == [3]


async def test_units_that_come_free_go_to_who_waits(two):
    await rules(two, keep=[{"units": 5}])
    await followed(two)
    assert await tries(two, "TEE", 9, backorder=Backorder.ALLOW)
    assert len(await two.events("inventory.supplied")) == 0
    await rules(two, keep=[{"units": 4}])
    await followed(two)
    await two.turn()
    assert len(await two.events("inventory.supplied")) == 1
    assert await two.balance("TEE", "DC") == (9, 5, 0)
    assert await two.balance("TEE", "STORE") == (9, 4, 0)


async def test_a_sweep_goes_on_chunk_by_chunk_and_takes_no_lock_where_nothing_changes(two):
    count = ROWS_PER_COMMIT_MAX + 500
    async with two.pool.acquire() as conn:
        await conn.execute(
            "INSERT INTO inventory.position (market, sku, node_id, on_hand)"
            " SELECT 'US', 'S' || n, 'STORE', 0 FROM generate_series(1, $1::int) AS n",
            count,
        )
    await followed(two)
    await rules(two, keep=[STORES])
    assert await followed(two) == 3  # two chunks and the end
    assert sum(units == 2 for units in (await stands(two)).values()) == count + 2

    async with two.pool.acquire() as conn:
        seller = conn.transaction()
        await seller.start()
        await conn.execute("SELECT 1 FROM inventory.position WHERE sku = 'S7' FOR UPDATE")
        await rules(two, keep=[STORES, {"units": 0}])
        assert await followed(two) == 3  # nothing changes: it waits for nobody
        await seller.rollback()


async def test_two_sweepers_do_not_wait_for_each_other(two):
    await rules(two, keep=[STORES])
    async with two.pool.acquire() as conn, conn.transaction():
        assert await secure.take_sweep(conn, US) is not None
        assert await safeguard(two.pool, two.world, US, at=mint.now()) == 0
    assert await followed(two) > 0


async def test_the_audit_finds_a_safety_that_no_rule_says(two):
    await rules(two, keep=[STORES])
    await followed(two)
    async with two.pool.acquire() as conn:
        await conn.execute("UPDATE inventory.position SET safety = 1 WHERE sku = 'TEE'")
        assert await unsafe_positions(conn, US) == [
            {"sku": "TEE", "node_id": "DC", "safety": 1, "ought": 0},
            {"sku": "TEE", "node_id": "STORE", "safety": 1, "ought": 2},
        ]
    ((tee,),) = [await bills(two, "TEE")]
    assert tee.available == 16  # what stands in the row counts, and no rule is named for it
    assert {i.rule for n in tee.bills[0].nodes for i in n.less} == {None}


async def test_velocity_is_counted_from_the_ledger_a_day_at_a_time(two):
    """Seven days: three tees of the DC the day before yesterday, one of them canceled yesterday."""
    await rules(two, keep=[{"days": 14}], velocity_days=7)
    async with two.pool.acquire() as conn:
        for days, kind, units in ((2, "reserve", 3), (1, "free", -1), (0, "reserve", 6)):
            at = datetime.now(UTC) - timedelta(days=days)  # noqa: TID251 - the ledger's own clock
            await conn.execute(
                "INSERT INTO inventory.movement (market, movement_id, sku, node_id, kind,"
                " on_hand_delta, reserved_delta, unavailable_delta, at, writer)"
                " VALUES ('US', $1, 'TEE', 'DC', $2, 0, $3, 0, $4, 1)",
                uuid7(int(at.timestamp() * 1000), 7), kind, units, at,
            )  # fmt: skip
        await conn.execute(
            "UPDATE inventory.position SET reserved = 8 WHERE sku = 'TEE' AND node_id = 'DC'"
        )
    await followed(two)
    async with two.pool.acquire() as conn:
        rows = await conn.fetch("SELECT day, units FROM inventory.sold ORDER BY day")
        today = (mint.now() - velocity.SETTLED_AFTER).date()
        assert [(today - row["day"], row["units"]) for row in rows] == [
            (timedelta(days=2), 3), (timedelta(days=1), -1),
        ]  # fmt: skip
        assert await velocity.counted_to(conn, US) == today - timedelta(days=1)
    assert (await stands(two))["TEE", "DC"] == 4  # two in seven days, for fourteen
    assert (await stands(two))["TEE", "STORE"] == 0
    async with two.pool.acquire() as conn:  # leave the books as they were
        await conn.execute("DELETE FROM inventory.movement WHERE writer = 1 AND sku = 'TEE'")
        await conn.execute("UPDATE inventory.position SET reserved = 0")


async def test_channels_rules_follow_the_velocity_too(two):
    slow = {"match": {"channels": ["web"], "velocity_below": 0.5}, "units": 8}
    await rules(two, keep=[slow], velocity_days=2)
    await followed(two)
    assert await offered(two, "TEE") == [2]
    async with two.pool.acquire() as conn:
        day = await velocity.counted_to(conn, US)
        await conn.execute(
            "INSERT INTO inventory.sold (market, day, sku, node_id, units)"
            " VALUES ('US', $1, 'TEE', 'DC', 1)",
            day,
        )
    fresh = World(two.pool, mint.now)
    two.world = fresh
    assert await offered(two, "TEE") == [9 + 1]
    assert not await tries(two, "TEE", 11)
    assert await tries(two, "TEE", 10)


async def test_without_a_rule_that_asks_no_day_is_counted(two):
    await rules(two, keep=[STORES])
    await followed(two)
    async with two.pool.acquire() as conn:
        assert await velocity.counted_to(conn, US) is None
        assert await velocity.paces(conn, US, (await two.world.market(US)).keeping, upto=None) == {}


async def test_a_node_whose_feed_fell_silent_keeps_more_until_it_speaks_again(two):
    silent = {"feed_stale_after_s": 60, "stale_stock": {"node_kinds": ["store"], "units": 4}}
    await rules(two, keep=[STORES], **silent)
    for node in ("STORE", "DC"):
        await two.count(node, TEE=9)
    await followed(two)
    assert await offered(two, "TEE") == [16]

    later = mint.now() + timedelta(seconds=61)
    assert await watch_feeds(two.pool, US, at=later) > 0
    assert await followed(two) > 0
    assert (await stands(two))["TEE", "STORE"] == 6
    assert await offered(two, "TEE", "CAP") == [12, 12]
    ((tee,),) = [await bills(two, "TEE")]
    assert lines(tee.bills[0]) == {"DC": [], "STORE": [("safety", 2), ("stale_feed", 4)]}

    await two.count("STORE", TEE=9)
    await watch_feeds(two.pool, US, at=mint.now())
    await followed(two)
    assert await offered(two, "TEE", "CAP") == [16, 16]


async def test_a_silent_feed_is_nothing_where_the_policy_does_not_say_so(two):
    await rules(two, keep=[STORES], feed_stale_after_s=60)
    await two.count("STORE", TEE=9)
    await followed(two)
    await watch_feeds(two.pool, US, at=mint.now() + timedelta(seconds=61))
    assert await followed(two) == 2  # a turn for each node, and no position is looked at
    assert await offered(two, "TEE") == [16]
