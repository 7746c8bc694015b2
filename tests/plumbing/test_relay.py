"""Facts get dense numbers after their commit; nobody who reads them loses one."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import UUID

from entrepot.plumbing import db, outbox
from entrepot.plumbing.model import EVENTS_PER_TURN_MAX, Feed
from entrepot.plumbing.outbox import Fact
from entrepot.plumbing.relay import events_after, events_of_order, feeds, lag, relay
from entrepot.terms.ids import MarketId, OrderId

US, BR = MarketId("US"), MarketId("BR")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORDER = OrderId(UUID(int=7))


def fact(number: int, order: OrderId = ORDER) -> Fact:
    return Fact("order.told", f"orders/{order}", json.dumps({"n": number}), order)


async def tell(pool, *numbers: int, market: MarketId = US) -> None:
    async with pool.acquire() as conn, conn.transaction():
        await outbox.tell(conn, market, [fact(number) for number in numbers], at=NOON)


async def told(pool, market: MarketId = US) -> list[tuple[int, int]]:
    async with pool.acquire() as conn:
        events = await events_after(conn, market, 0, 100_000)
    return [(event.sequence, json.loads(event.data)["n"]) for event in events]


async def test_facts_are_numbered_from_one_in_the_order_they_were_told_in(pool):
    assert await relay(pool) == 0
    await tell(pool, 10, 11, 12)
    await tell(pool, 13)

    assert await relay(pool) == 4
    assert await relay(pool) == 0
    assert await told(pool) == [(1, 10), (2, 11), (3, 12), (4, 13)]
    assert await pool.fetchval("SELECT count(*) FROM plumbing.outbox") == 0


async def test_an_event_says_what_its_fact_said(pool):
    await tell(pool, 10)
    await relay(pool)
    async with pool.acquire() as conn:
        (event,) = await events_after(conn, US, 0, 9)
    assert (event.type, event.subject, event.at) == ("order.told", f"orders/{ORDER}", NOON)
    assert (event.order_id, event.event_id.version) == (ORDER, 7)


async def test_every_market_has_a_feed_of_its_own(pool):
    await tell(pool, 10)
    await tell(pool, 20, 21, market=BR)
    assert await relay(pool) == 3
    assert await told(pool) == [(1, 10)]
    assert await told(pool, BR) == [(1, 20), (2, 21)]
    async with pool.acquire() as conn:
        assert await feeds(conn) == [Feed("BR", 2), Feed("US", 1)]


async def test_who_commits_late_is_numbered_late_and_not_lost(pool):
    async with pool.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await outbox.tell(slow, US, [fact(1)], at=NOON)  # takes the smaller id
        await tell(pool, 2)
        assert await relay(pool) == 1
        assert await told(pool) == [(1, 2)]
        await transaction.commit()
    assert await relay(pool) == 1
    assert await told(pool) == [(1, 2), (2, 1)]


async def test_what_was_rolled_back_was_never_told(pool):
    async with pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await outbox.tell(conn, US, [fact(1)], at=NOON)
        await transaction.rollback()
    await tell(pool, 2)
    await relay(pool)
    assert await told(pool) == [(1, 2)]


async def test_while_one_relay_leads_a_feed_another_leaves_it_alone(pool):
    await tell(pool, 1)
    await relay(pool)
    await tell(pool, 2)
    async with pool.acquire() as leader, leader.transaction():
        await leader.execute("SELECT 1 FROM plumbing.feed WHERE market = 'US' FOR NO KEY UPDATE")
        assert await relay(pool) == 0
    assert await relay(pool) == 1


async def test_two_relays_and_many_writers_at_once_leave_one_dense_feed_in_each_writer_s_order(
    fresh, pool
):
    second = await db.open_pool(fresh, size=2)

    async def write(writer: int) -> None:
        for number in range(20):
            await tell(pool, writer * 100 + number)

    async def number(with_: db.Pool) -> None:
        while not done.is_set():
            await relay(with_)

    done = asyncio.Event()
    relays = [asyncio.create_task(number(each)) for each in (pool, second, second)]
    await asyncio.gather(*(write(writer) for writer in range(4)))
    done.set()
    await asyncio.gather(*relays)
    await relay(pool)
    await second.close()

    seen = await told(pool)
    assert [sequence for sequence, _ in seen] == list(range(1, 81))
    for writer in range(4):
        own = [n for _, n in seen if n // 100 == writer]
        assert own == [writer * 100 + n for n in range(20)]


async def test_one_commit_numbers_a_bounded_set_and_the_next_goes_on(pool):
    await tell(pool, *range(EVENTS_PER_TURN_MAX + 3))
    assert await relay(pool) == EVENTS_PER_TURN_MAX
    assert await relay(pool) == 3
    assert await told(pool) == [(n + 1, n) for n in range(EVENTS_PER_TURN_MAX + 3)]


async def test_a_timeline_shows_what_is_numbered_and_what_is_about_to_be(pool):
    await tell(pool, 1)
    await relay(pool)
    await tell(pool, 2)
    async with pool.acquire() as conn:
        events, news = await events_of_order(conn, US, ORDER)
        waiting = await lag(conn)
        assert await events_of_order(conn, BR, ORDER) == ([], [])
    assert [json.loads(each.data)["n"] for each in (*events, *news)] == [1, 2]
    assert (waiting.waiting, waiting.oldest) == (1, NOON)
