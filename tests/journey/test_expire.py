"""What has expired is set aside by each node's own day, a bounded commit at a time."""

from datetime import UTC, date, datetime

import pytest

from entrepot.catalog.model import Item, Tracking
from entrepot.catalog.upsert import upsert
from entrepot.inventory import browse, lots
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import Delta, MovementKind
from entrepot.inventory.move import move
from entrepot.inventory.set_aside import set_aside
from entrepot.journey import expire as expiry
from entrepot.journey.expire import expire
from entrepot.plumbing import clock, mint
from entrepot.terms.ids import NodeId, Sku
from entrepot.work.upkeep import expire_lots
from journey.shop import NEWARK, US

TEE = Sku("TEE")
TEXAS, JERSEY = NodeId("DC"), NodeId("NEWARK")
LAST = date(2027, 3, 10)
"""The day ends at 5:00 UTC in Newark and at 6:00 in Texas."""


@pytest.fixture
async def two(shop):
    """Tees of a lot in Texas and in Newark, an hour apart."""
    await shop.node("DC", time_zone="America/Chicago")
    await shop.node("NEWARK", NEWARK, time_zone="America/New_York")
    await must_last(shop, 0)
    async with shop.pool.acquire() as conn, conn.transaction():
        await move(conn, US, [came(node) for node in (TEXAS, JERSEY)], at=mint.now())
    return shop


def came(node: NodeId, name: str = "L1", last: date = LAST) -> Delta:
    """Let three tees of a lot come in."""
    named = (LotUnits(name, 3, last),)
    return Delta(MovementKind.RECEIPT, TEE, node, 3, lots=named)


async def must_last(shop, days: int) -> None:
    item = Item(TEE, "TEE", weight_g=500, tracking=Tracking.LOT, min_remaining_days=days)
    async with shop.pool.acquire() as conn, conn.transaction():
        await upsert(conn, US, [item], at=mint.now())


async def turned(shop, at: datetime) -> int:
    async with shop.pool.acquire() as conn, conn.transaction():
        return await expire(conn, US, at=at)


async def aside(shop) -> dict[str, int]:
    """Read what is set aside as expired, by node."""
    async with shop.pool.acquire() as conn:
        rows = await browse.held_at(conn, US, [(TEE, TEXAS), (TEE, JERSEY)])
    return {row.node_id: row.quantity for row in rows if row.reason == "expired"}


async def test_a_unit_may_be_sold_to_the_end_of_its_last_day_where_it_is(two):
    assert await turned(two, datetime(2027, 3, 11, 4, 30, tzinfo=UTC)) == 0
    assert await turned(two, datetime(2027, 3, 11, 5, 30, tzinfo=UTC)) == 1
    assert await aside(two) == {"NEWARK": 3}
    assert await turned(two, datetime(2027, 3, 11, 6, 30, tzinfo=UTC)) == 1
    assert await aside(two) == {"DC": 3, "NEWARK": 3}
    assert await turned(two, datetime(2027, 3, 12, tzinfo=UTC)) == 0


async def test_a_unit_must_last_as_long_as_its_item_asks(two):
    await must_last(two, 10)
    assert await turned(two, datetime(2027, 2, 28, 18, tzinfo=UTC)) == 0  # ten days are left
    assert await turned(two, datetime(2027, 3, 1, 18, tzinfo=UTC)) == 2
    await must_last(two, 9)
    assert await turned(two, datetime(2027, 3, 1, 18, tzinfo=UTC)) == 2
    assert await aside(two) == {}


async def test_more_than_one_commit_holds_is_left_for_the_next(two, monkeypatch):
    monkeypatch.setattr(expiry, "LOTS_PER_COMMIT_MAX", 1)
    after = datetime(2027, 4, 1, tzinfo=UTC)
    assert [await turned(two, after) for _ in range(3)] == [1, 1, 0]


async def test_what_was_set_aside_as_expired_without_a_lot_is_left_alone(two):
    ask = SetAside(TEE, TEXAS, AsideReason.EXPIRED, 1)
    async with two.pool.acquire() as conn, conn.transaction():
        await move(conn, US, [Delta(MovementKind.RECEIPT, TEE, TEXAS, 1)], at=mint.now())
        late = Delta(MovementKind.DAMAGE, TEE, TEXAS, -3, lots=(LotUnits("L1", 3),))
        await move(conn, US, [late], at=mint.now())
        await set_aside(conn, US, [ask], at=mint.now())
    assert await turned(two, datetime(2027, 1, 1, tzinfo=UTC)) == 0
    assert await aside(two) == {"DC": 1}


async def test_the_upkeep_goes_by_the_database_s_clock(two):
    async with two.pool.acquire() as conn, conn.transaction():
        assert abs(await clock.read(conn) - mint.now()).total_seconds() < 60
        await move(conn, US, [came(TEXAS, "OLD", date(2020, 1, 1))], at=mint.now())
    assert await expire_lots(two.pool, US) == 1
    async with two.pool.acquire() as conn:
        there = {(each.lot, each.reason) for each in await lots.lots_at(conn, US, [(TEE, TEXAS)])}
    assert there == {("L1", ""), ("OLD", "expired")}


async def test_claims_on_what_has_expired_are_met_elsewhere(two):
    late = date(2030, 1, 1)
    async with two.pool.acquire() as conn, conn.transaction():
        await move(conn, US, [came(JERSEY, "L2", late)], at=mint.now())
    await two.world.refresh(US)
    order_id = await two.buy(("TEE", 3))
    assert await turned(two, datetime(2027, 4, 1, tzinfo=UTC)) == 2
    await two.turn()
    claims = await two.pool.fetch(
        "SELECT node_id, quantity - freed AS open FROM inventory.reservation"
        " WHERE order_id = $1 AND quantity > freed",
        order_id,
    )
    assert [(row["node_id"], row["open"]) for row in claims] == [("NEWARK", 3)]
    short = await two.pool.fetchval("SELECT sum(shortage) FROM inventory.position")
    assert short == 0
