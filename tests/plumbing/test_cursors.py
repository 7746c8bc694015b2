"""How far each reader of the feed has come."""

import json
from datetime import UTC, datetime
from uuid import UUID

from entrepot.plumbing import cursors, outbox
from entrepot.plumbing.model import CursorAt
from entrepot.plumbing.outbox import Fact
from entrepot.plumbing.relay import relay
from entrepot.terms.ids import MarketId

US = MarketId("US")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def feed(pool, *types: str) -> None:
    facts = [
        Fact(type_, "x", json.dumps({}), UUID(int=7) if type_ != "sku.came" else None)
        for type_ in types
    ]
    async with pool.acquire() as conn, conn.transaction():
        await outbox.tell(conn, US, facts, at=NOON)
    await relay(pool)


async def test_a_new_reader_begins_at_the_beginning_and_goes_on_where_it_stopped(pool):
    await feed(pool, "a", "b")
    async with pool.acquire() as conn:
        async with conn.transaction():
            assert await cursors.take(conn, US, "sum") == 0
            await cursors.move(conn, US, "sum", 2)
        async with conn.transaction():
            assert await cursors.take(conn, US, "sum") == 2
        assert await cursors.all_of(conn) == [CursorAt("US", "sum", 2)]


async def test_a_cursor_moves_back_with_a_transaction_that_fails(pool):
    await feed(pool, "a")
    async with pool.acquire() as conn:
        async with conn.transaction():
            await cursors.take(conn, US, "sum")
        transaction = conn.transaction()
        await transaction.start()
        await cursors.move(conn, US, "sum", 1)
        await transaction.rollback()
        async with conn.transaction():
            assert await cursors.take(conn, US, "sum") == 0


async def test_one_worker_at_a_time_has_a_cursor_and_other_steps_are_free(pool):
    async with pool.acquire() as first, pool.acquire() as second:
        async with first.transaction():
            assert await cursors.take(first, US, "sum") == 0
        async with first.transaction():
            assert await cursors.take(first, US, "sum") == 0
            async with second.transaction():
                assert await cursors.take(second, US, "sum") is None
                assert await cursors.take(second, US, "close") == 0
        async with second.transaction():
            assert await cursors.take(second, US, "sum") == 0


async def test_a_reader_sees_its_own_types_in_order_and_no_more_than_it_asked_for(pool):
    await feed(pool, "a", "b", "sku.came", "a", "c", "a")
    async with pool.acquire() as conn:
        some = await cursors.read(conn, US, ["a", "c"], 1, 2)
        orders = await cursors.read(conn, US, [], 0, 9)
    assert [(e.sequence, e.type) for e in some] == [(4, "a"), (5, "c")]
    assert [e.sequence for e in orders] == [6]  # all but 3 are about one order: its last


async def test_nobody_is_behind_once_all_is_numbered_and_read(pool):
    async with pool.acquire() as conn:
        assert not await cursors.are_behind(conn)
        async with conn.transaction():
            await outbox.tell(conn, US, [Fact("a", "x", "{}")], at=NOON)
        assert await cursors.are_behind(conn)  # not numbered yet
        await relay(pool)
        assert not await cursors.are_behind(conn)  # nobody reads it
        async with conn.transaction():
            await cursors.take(conn, US, "sum")
        assert await cursors.are_behind(conn)
        assert await cursors.are_behind(conn, US)
        assert not await cursors.are_behind(conn, MarketId("elsewhere"))
        await cursors.move(conn, US, "sum", 1)
        assert not await cursors.are_behind(conn)
