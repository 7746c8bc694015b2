"""One effect per key."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from entrepot.plumbing import idempotency
from entrepot.plumbing.idempotency import Key
from entrepot.plumbing.model import Kept
from entrepot.terms.ids import MarketId

US, BR = MarketId("US"), MarketId("BR")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORDER = UUID(int=7)
KEY = Key("till", "k1", b"sell a tee")


async def test_a_new_key_is_claimed_and_its_answer_is_kept(house):
    assert await idempotency.claim(house, US, [KEY], [None], at=NOON) == {}
    await idempotency.keep(house, US, KEY, status=200, answer=b"sold")

    kept = await idempotency.claim(house, US, [KEY], [None], at=NOON)
    assert kept == {("till", "k1"): Kept("till", "k1", b"sell a tee", 200, b"sold", None)}


async def test_only_the_keys_that_were_claimed_before_are_answered(house):
    await idempotency.claim(house, US, [KEY], [ORDER], at=NOON)
    fresh = Key("till", "k0", b"sell a cap")
    other = Key("till", "k1", b"sell two tees")

    kept = await idempotency.claim(house, US, [other, fresh], [ORDER, ORDER], at=NOON)

    assert kept == {("till", "k1"): Kept("till", "k1", b"sell a tee", 201, None, ORDER)}


async def test_a_key_is_its_principal_s_and_its_market_s_own(house):
    await idempotency.claim(house, US, [KEY], [ORDER], at=NOON)
    assert await idempotency.claim(house, BR, [KEY], [ORDER], at=NOON) == {}
    kiosk = Key("kiosk", KEY.key, KEY.fingerprint)
    assert await idempotency.claim(house, US, [kiosk], [ORDER], at=NOON) == {}


async def test_a_key_given_back_may_be_claimed_again(house):
    other = Key("till", "k2", b"")
    await idempotency.claim(house, US, [KEY, other], [ORDER, ORDER], at=NOON)
    await idempotency.give_back(house, US, [KEY])
    await idempotency.give_back(house, US, [])
    kept = await idempotency.claim(house, US, [KEY, other], [ORDER, ORDER], at=NOON)
    assert list(kept) == [("till", "k2")]


async def test_the_second_caller_waits_for_the_first_one_s_commit_and_hears_its_answer(pool):
    async def second():
        async with pool.acquire() as conn, conn.transaction():
            return await idempotency.claim(conn, US, [KEY], [None], at=NOON)

    async with pool.acquire() as first:
        async with first.transaction():
            await idempotency.claim(first, US, [KEY], [None], at=NOON)
            waiting = asyncio.create_task(second())
            await asyncio.sleep(0.05)
            assert not waiting.done()
            await idempotency.keep(first, US, KEY, status=200, answer=b"sold")
        kept = await waiting
    assert kept["till", "k1"].answer == b"sold"


async def test_when_the_first_caller_fails_the_second_has_the_key(pool):
    async def second():
        async with pool.acquire() as conn, conn.transaction():
            return await idempotency.claim(conn, US, [KEY], [ORDER], at=NOON)

    async with pool.acquire() as first:
        transaction = first.transaction()
        await transaction.start()
        await idempotency.claim(first, US, [KEY], [None], at=NOON)
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.05)
        await transaction.rollback()
        assert await waiting == {}
