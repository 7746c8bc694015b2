"""Carts that are wished for at the same moment share a commit, and nothing else."""

import asyncio
import json

import pytest

import databases
from entrepot.api.app import app_of
from entrepot.journey.keep_carts import Asked, Reserved, keep_carts
from entrepot.plumbing.batch import QueueFull
from entrepot.plumbing.idempotency import Key
from entrepot.plumbing.settings import Settings
from journey.cart_shop import wish
from journey.shop import US, not_taken


def asked(*lines: tuple[str, int], key: str | None = None, **changes) -> Asked:
    """Ask for a cart of the till's; the same lines under the same key are the same request."""
    digest = json.dumps(lines).encode()[:16]
    return Asked(wish(*lines, **changes), Key("till", key, digest) if key else None)


@pytest.fixture
def ask(shop):
    """Ask for carts, all in one batch."""

    async def ask(*requests: Asked):
        return await keep_carts(shop.pool, shop.world, US, requests)

    return ask


async def test_the_number_of_statements_does_not_depend_on_the_number_of_holds(shop, pool):
    await shop.node("DC")
    await shop.count("DC", TEE=500, CAP=500)
    counts = []
    async with pool.acquire() as conn:
        one = databases.OneConnection(conn)
        for size in (1, 1, 8, 32):
            batch = [asked(("TEE", 1), ("CAP", 1), key=f"{len(counts)}-{n}") for n in range(size)]
            with databases.statements(conn) as told:
                answers = await keep_carts(one, shop.world, US, batch)
                await asyncio.sleep(0)
            assert all(isinstance(answer, Reserved) for answer in answers)
            counts.append(len(told))
    assert counts[1] == counts[2] == counts[3]
    assert await shop.balance("TEE", "DC") == (500, 42, 0)


async def test_a_key_twice_in_a_batch_is_one_cart_and_another_request_under_it_is_refused(
    shop, ask
):
    await shop.node("DC")
    await shop.count("DC", TEE=9)
    first, again, other = await ask(
        asked(("TEE", 2), key="one"), asked(("TEE", 2), key="one"), asked(("TEE", 3), key="one")
    )
    assert (again.document, again.cart_id, again.replayed) == (first.document, first.cart_id, True)
    assert not_taken(other) == ("key_reused", [])
    assert await shop.balance("TEE", "DC") == (9, 2, 0)


async def test_one_key_in_two_batches_at_once_is_one_cart(shop, ask):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    found = await asyncio.gather(*(ask(asked(("TEE", 2), key="one")) for _ in range(4)))
    answers = [answer for (answer,) in found]
    assert {answer.document for answer in answers} == {answers[0].document}
    assert sorted(answer.replayed for answer in answers) == [False, True, True, True]
    assert await shop.balance("TEE", "DC") == (2, 2, 0)


async def test_a_replay_takes_no_units_from_who_asks_beside_it(shop, ask):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    (first,) = await ask(asked(("TEE", 1), key="one"))
    again, fresh = await ask(asked(("TEE", 1), key="one"), asked(("TEE", 1), key="two"))
    assert (again.document, again.replayed) == (first.document, True)
    assert isinstance(fresh, Reserved)
    assert await shop.balance("TEE", "DC") == (2, 2, 0)


async def test_who_is_refused_in_a_batch_writes_nothing_and_may_use_the_key_again(shop, ask):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    before = await shop.pool.fetchval("SELECT count(*) FROM plumbing.idempotency")
    short, kept = await ask(asked(("TEE", 3), key="much"), asked(("TEE", 2), key="some"))
    assert not_taken(short) == ("short", ["/lines/0/quantity"])
    assert isinstance(kept, Reserved)
    after = await shop.pool.fetchval("SELECT count(*) FROM plumbing.idempotency")
    assert after - before == 1
    await shop.count("DC", TEE=5)
    (late,) = await ask(asked(("TEE", 3), key="much"))
    assert isinstance(late, Reserved)


async def test_a_poisoned_cart_fails_alone(shop, pool):
    """A text with a NUL is no text to PostgreSQL: its batch faults, and its neighbors are held."""
    await shop.node("DC")
    await shop.count("DC", TEE=9)
    app = app_of(Settings(), pool, pool, shop.world)
    customers = ["kim", "a\x00b", "lee", "max"]
    answers = await asyncio.gather(
        *(
            app.carts.submit((US, asked(("TEE", 1), key=f"k{n}", customer=name)))
            for n, name in enumerate(customers)
        ),
        return_exceptions=True,
    )
    assert [isinstance(answer, Reserved) for answer in answers] == [True, False, True, True]
    assert await shop.balance("TEE", "DC") == (9, 3, 0)
    _, free = (await shop.world.market(US)).stock.of(["TEE"])["TEE"]
    assert free.tolist() == [6]


async def test_beyond_the_queue_carts_are_refused_at_the_door(shop, pool):
    await shop.node("DC")
    await shop.count("DC", TEE=9)
    app = app_of(Settings(queue_max=2), pool, pool, shop.world)
    waiting = [app.carts.submit((US, asked(("TEE", 1)))) for _ in range(2)]
    with pytest.raises(QueueFull) as full:
        app.carts.submit((US, asked(("TEE", 1))))
    assert full.value.retry_after_s >= 1
    assert all(isinstance(each, Reserved) for each in await asyncio.gather(*waiting))
    assert await shop.balance("TEE", "DC") == (9, 2, 0)


async def test_the_answer_is_the_cart_as_it_stands(shop, ask, carts):
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    (made,) = await ask(asked(("TEE", 2), customer="kim-7"))
    held = await carts.look(made.cart_id)
    said = json.loads(made.document)
    assert (said["id"], said["customer"], said["state"]) == (str(made.cart_id), "kim-7", "held")
    assert said["lines"] == [{"line": 1, "sku": "TEE", "node": "DC", "quantity": 2}]
    assert said["held_at"] == held.cart.held_at.isoformat().replace("+00:00", "Z")
    assert said["expires_at"] == held.cart.expires_at.isoformat().replace("+00:00", "Z")
