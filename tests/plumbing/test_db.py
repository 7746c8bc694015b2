"""A unit of work runs in one transaction, and again where another one was in the way."""

import asyncio
import contextlib

import asyncpg
import pytest

from entrepot.plumbing import db

POSITION = (
    "INSERT INTO inventory.position (market, sku, node_id, on_hand) VALUES ('US', $1, 'A', 0)"
)
LOCK = "SELECT 1 FROM inventory.position WHERE sku = $1 FOR NO KEY UPDATE"


async def test_work_that_meets_a_deadlock_is_run_again_from_its_start(pool):
    await pool.executemany(POSITION, [("TEE",), ("CAP",)])
    met = asyncio.Barrier(2)
    tries = []

    async def both(first, second):
        async def work(conn):
            tries.append(first)
            await conn.execute(LOCK, first)
            if len(tries) <= 2:
                await met.wait()
            await conn.execute(LOCK, second)
            return first

        return await db.in_transaction(pool, work)

    assert await asyncio.gather(both("TEE", "CAP"), both("CAP", "TEE")) == ["TEE", "CAP"]
    assert len(tries) == 3


async def test_work_that_keeps_failing_gives_up_with_the_fault_and_has_written_nothing(pool):
    tries = []

    async def twice(conn):
        tries.append(1)
        await conn.execute(POSITION, "TEE")
        await conn.execute(POSITION, "TEE")

    with pytest.raises(asyncpg.UniqueViolationError):
        await db.in_transaction(pool, twice, tries=3)
    assert len(tries) == 3
    assert await pool.fetchval("SELECT count(*) FROM inventory.position") == 0


async def test_a_fault_of_the_work_itself_is_not_tried_again(pool):
    tries = []

    async def wrong(conn):
        tries.append(await conn.execute(POSITION, "TEE"))
        raise KeyError("no such thing")

    with pytest.raises(KeyError):
        await db.in_transaction(pool, wrong)
    assert len(tries) == 1
    assert await pool.fetchval("SELECT count(*) FROM inventory.position") == 0


async def test_a_lock_is_not_waited_for_longer_than_the_limit(fresh, pool):
    await pool.execute(POSITION, "TEE")
    impatient = await db.connect(fresh, db.Limits(lock_ms=20))
    async with pool.acquire() as holder, holder.transaction():
        await holder.execute(LOCK, "TEE")
        with pytest.raises(db.TRY_AGAIN):
            await impatient.execute(LOCK, "TEE")
    with contextlib.suppress(OSError):
        await impatient.close()
