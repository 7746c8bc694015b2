"""Every fact reaches every webhook that asked for it: signed, in order, at least once."""

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from hashlib import sha256
from uuid import UUID

import pytest

import databases
from entrepot.notices import browse, deliver, register
from entrepot.notices.model import ATTEMPTS_MAX, LEASE, Posted, Wanted
from entrepot.notices.post import Caller
from entrepot.plumbing import exceptions, mint
from entrepot.work.notices import Courier
from notices.world import SECRET, US, endpoint, happens, webhook

ROOT = "https://entrepot.example"


@pytest.fixture
async def courier(pool):
    """Deliver, also to this machine."""
    caller = Caller(anywhere=True, within_s=2)
    yield Courier(pool, caller, ROOT)
    await caller.close()


@pytest.fixture
async def hook():
    """An endpoint on this machine."""
    async with endpoint() as made:
        yield made


async def delivered(courier) -> None:
    """Let everything that is due be delivered."""
    await courier.turn()
    await courier.rest()


async def log(pool, name="erp"):
    """Read the delivery log, oldest first, as (sequence, state, attempts, status)."""
    async with pool.acquire() as conn:
        rows = await browse.deliveries(conn, US, name, state=None, before=2**62, most=1000)
    return [(r.sequence, r.state, r.attempts, r.status) for r in reversed(rows)]


async def look(pool, name="erp"):
    async with pool.acquire() as conn:
        return await browse.webhook(conn, US, name)


async def overdue(pool) -> None:
    """Let every pause and lease be over."""
    await pool.execute("UPDATE notices.webhook SET due_at = due_at - interval '1 day'")
    await pool.execute("UPDATE notices.delivery SET due_at = due_at - interval '1 day'")


def told(heard) -> list[int]:
    return [json.loads(each.body)["data"]["n"] for each in heard]


async def test_a_fact_is_delivered_as_the_feed_has_it_under_its_signature(pool, courier, hook):
    await webhook(pool, hook.url)
    await happens(pool, 1)
    await delivered(courier)

    (heard,) = hook.heard
    event = json.loads(heard.body)
    assert (event["type"], event["specversion"], event["sequence"]) == ("order.closed", "1.0", 1)
    assert event["source"] == f"{ROOT}/markets/US"
    assert heard.headers["content-type"] == "application/cloudevents+json"
    assert heard.headers["webhook-id"] == event["id"]
    stamp = heard.headers["webhook-timestamp"]
    assert abs(int(stamp) - mint.now().timestamp()) < 30
    content = f"{event['id']}.{stamp}.".encode() + heard.body
    digest = hmac.new(b64decode(SECRET.removeprefix("whsec_")), content, sha256).digest()
    assert heard.headers["webhook-signature"] == f"v1,{b64encode(digest).decode()}"
    assert await log(pool) == [(1, "delivered", 1, 204)]


async def test_a_new_webhook_hears_of_what_comes_after_it_and_a_replay_of_what_was_before(
    pool, courier, hook
):
    await happens(pool, 1, 2)
    await webhook(pool, hook.url)
    await happens(pool, 3)
    await delivered(courier)
    assert told(hook.heard) == [3]

    async with pool.acquire() as conn, conn.transaction():
        assert await register.replay(conn, US, "erp", first=2) == (2, 3)
    await delivered(courier)
    assert sorted(told(hook.heard)) == [2, 3, 3]
    again = [each.headers["webhook-id"] for each in hook.heard if told([each]) == [3]]
    assert len(set(again)) == 1, "the same message has the same id"

    async with pool.acquire() as conn, conn.transaction():
        assert await register.replay(conn, US, "erp", first=99) == (4, 3), "nothing is skipped"
        assert await register.replay(conn, US, "none", first=1) is None
    await happens(pool, 4)
    await delivered(courier)
    assert told(hook.heard)[-1] == 4


async def test_only_what_was_asked_for_is_delivered(pool, courier, hook):
    await webhook(pool, hook.url, "closed", types=["order.closed"])
    await webhook(pool, hook.url, "amazon", channels=["amazon"])
    await webhook(pool, hook.url, "off", enabled=False)
    await happens(pool, 1, kind="order.closed")
    await happens(pool, 2, kind="order.held", channel="amazon")
    await happens(pool, 3, kind="order.held", channel="web")
    await delivered(courier)
    assert sorted(told(hook.heard)) == [1, 2]
    assert [await log(pool, each) for each in ("closed", "amazon", "off")] == [
        [(1, "delivered", 1, 204)], [(2, "delivered", 1, 204)], [],
    ]  # fmt: skip


async def test_within_a_subject_nothing_overtakes(pool, courier, hook):
    await webhook(pool, hook.url)
    await happens(pool, *range(1, 9))
    for kind in ("order.held", "order.unheld"):
        await happens(pool, *range(1, 9), kind=kind)
    hook.slow_s = 0.01
    await delivered(courier)
    kinds = {n: [] for n in range(1, 9)}
    for each in hook.heard:
        kinds[told([each])[0]].append(json.loads(each.body)["type"])
    assert set(map(tuple, kinds.values())) == {("order.closed", "order.held", "order.unheld")}


async def test_a_refused_message_holds_up_its_own_subject_only(pool, courier, hook):
    await webhook(pool, hook.url)
    hook.answer = lambda heard: 422 if told([heard]) == [1] else 200
    await happens(pool, 1, 2)
    await happens(pool, 1, 2, kind="order.held")
    await delivered(courier)
    assert await log(pool) == [
        (1, "waiting", 1, 422),
        (2, "delivered", 1, 200),
        (3, "waiting", 0, None),
        (4, "delivered", 1, 200),
    ]
    hook.answer = lambda _: 200
    await overdue(pool)
    await delivered(courier)
    assert [row[1] for row in await log(pool)] == ["delivered"] * 4


async def test_a_message_that_is_never_taken_is_given_up_and_a_person_told(pool, courier, hook):
    await webhook(pool, hook.url)
    hook.answer = lambda heard: 422 if told([heard]) == [1] else 200
    for n in range(1, ATTEMPTS_MAX + 1):
        await happens(pool, n)
        await delivered(courier)
        await overdue(pool)
        await delivered(courier)
        await overdue(pool)
    first, *others = await log(pool)
    assert first == (1, "failed", ATTEMPTS_MAX, 422)
    assert {row[1:] for row in others} == {("delivered", 1, 200)}
    (stuck,) = await open_ones(pool)
    assert (stuck.kind, stuck.subject) == ("notices.undelivered", "webhooks/erp")
    assert json.loads(stuck.detail) == {"sequence": 1}
    assert (await look(pool)).enabled


async def open_ones(pool):
    async with pool.acquire() as conn:
        return await exceptions.open_ones(conn, US, after=UUID(int=0), most=10)


async def test_a_dead_endpoint_is_disabled_and_goes_on_where_it_stopped(pool, courier, hook):
    await webhook(pool, hook.url)
    hook.answer = lambda _: 503
    hook.says = b"out of order" * 100
    await happens(pool, 1, 2)
    for _ in range(ATTEMPTS_MAX + 3):
        await delivered(courier)
        await overdue(pool)
    off = await look(pool)
    assert (off.enabled, off.failures) == (False, ATTEMPTS_MAX)
    assert [row[:2] for row in await log(pool)] == [(1, "waiting"), (2, "waiting")]
    assert len(hook.heard) <= ATTEMPTS_MAX + 1, "an endpoint that fails is asked with one message"
    (stuck,) = await open_ones(pool)
    assert (stuck.kind, stuck.exception_id) == ("notices.disabled", off.exception_id)
    await happens(pool, 3)

    hook.heard.clear()
    hook.answer = lambda _: 200
    async with pool.acquire() as conn, conn.transaction():
        wanted = Wanted("erp", hook.url, None, [], None, True)  # noqa: FBT003 - a row
        put = await register.put(conn, US, wanted, at=mint.now())
    assert register.exception_of(put) == [stuck.exception_id]
    await delivered(courier)
    assert sorted(told(hook.heard)) == [1, 2, 3]
    assert (await look(pool)).succeeded_at is not None


async def test_a_dead_or_slow_endpoint_keeps_nobody_waiting(pool, hook):
    courier = Courier(pool, Caller(anywhere=True, within_s=30), ROOT)
    async with endpoint() as slow:
        slow.slow_s = 6.0
        await webhook(pool, slow.url, "slow")
        await webhook(pool, "http://127.0.0.1:1/", "dead")
        await webhook(pool, hook.url, "quick")
        await happens(pool, *range(1, 41))
        await courier.turn()
        async with asyncio.timeout(20):
            while len(hook.heard) < 40:  # noqa: ASYNC110 - the endpoint has no event for us
                await asyncio.sleep(0.01)
        assert {row[1] for row in await log(pool, "slow")} == {"waiting"}, "none of it is answered"
        slow.slow_s = 0
        await courier.rest()
    assert {row[1] for row in await log(pool, "slow")} == {"delivered"}
    assert {row[3] for row in await log(pool, "dead")} == {None}


async def test_an_answer_that_does_not_come_is_a_failure(hook):
    caller = Caller(anywhere=True, within_s=0.1)
    hook.slow_s = 1
    posted = await caller.post(hook.url, {}, b"{}")
    assert posted == Posted(None, "no answer within 0.1 s")
    await caller.close()


async def test_of_an_answer_no_more_is_read_than_is_kept(hook):
    caller = Caller(anywhere=True)
    hook.answer, hook.says = lambda _: 500, b"x\x00y" + b"z" * 5_000_000
    posted = await caller.post(hook.url, {}, b"{}")
    assert (posted.status, len(posted.error), posted.error[:3]) == (500, 300, "x y")
    await caller.close()


async def test_a_private_address_is_not_called(hook):
    caller = Caller(anywhere=False)
    for url in (hook.url, hook.url.replace("127.0.0.1", "localhost")):
        posted = await caller.post(url, {}, b"{}")
        assert posted == Posted(None, "the name leads to an address that is not public")
    assert hook.heard == []
    await caller.close()


async def test_a_redirect_is_not_followed(hook):
    caller = Caller(anywhere=True)
    hook.answer = lambda _: 302
    assert (await caller.post(hook.url, {}, b"{}")).status == 302
    assert len(hook.heard) == 1
    await caller.close()


async def test_who_dies_between_the_commit_and_the_call_leaves_the_message_to_others(
    pool, courier, hook
):
    await webhook(pool, hook.url)
    await happens(pool, 1)
    async with pool.acquire() as conn, conn.transaction():
        await deliver.read_feed(conn, US, 1, at=mint.now())
        lost = await deliver.claim(conn, US, "erp", at=mint.now())
    assert [each.sequence for each in lost.claimed] == [1]
    # The call was made, and whoever made it died before it could be recorded.
    before = lost.claimed[0].event_id
    await delivered(courier)
    assert hook.heard == [], "the lease is not over"
    await pool.execute("UPDATE notices.delivery SET due_at = due_at - $1::interval", LEASE)
    await delivered(courier)
    assert [each.headers["webhook-id"] for each in hook.heard] == [str(before)]
    assert await log(pool) == [(1, "delivered", 2, 204)]


async def test_who_lost_its_lease_records_nothing(pool, hook):
    await webhook(pool, hook.url)
    await happens(pool, 1)
    async with pool.acquire() as conn, conn.transaction():
        await deliver.read_feed(conn, US, 1, at=mint.now())
        late = await deliver.claim(conn, US, "erp", at=mint.now() - 2 * LEASE)
        soon = await deliver.claim(conn, US, "erp", at=mint.now())
    assert late is None, "it is not due yet to somebody whose clock is behind"
    async with pool.acquire() as conn, conn.transaction():
        again = await deliver.claim(conn, US, "erp", at=mint.now() + 2 * LEASE)
        assert again.claimed[0].attempt == 2
        calls = [(soon.claimed[0], Posted(500, "late"))]
        await deliver.record(conn, US, soon.webhook, calls, at=mint.now())
    assert await log(pool) == [(1, "waiting", 2, None)]


async def test_two_couriers_deliver_a_subject_in_order(pool, hook):
    await webhook(pool, hook.url)
    both = [Courier(pool, Caller(anywhere=True), ROOT) for _ in range(2)]
    for kind in ("order.held", "order.unheld", "order.closed"):
        await happens(pool, 1, 2, 3, kind=kind)
    for _ in range(6):
        await asyncio.gather(*(each.turn() for each in both))
        await asyncio.gather(*(each.rest() for each in both))
    assert len(hook.heard) == 9
    for n in (1, 2, 3):
        own = [json.loads(each.body)["type"] for each in hook.heard if told([each]) == [n]]
        assert own == ["order.held", "order.unheld", "order.closed"]


async def test_a_webhook_that_is_taken_away_is_owed_nothing(pool, courier, hook):
    await webhook(pool, hook.url)
    await happens(pool, 1)
    async with pool.acquire() as conn, conn.transaction():
        await deliver.read_feed(conn, US, 1, at=mint.now())
        assert (await register.remove(conn, US, "erp")).webhook.webhook_id == "erp"
        assert await register.remove(conn, US, "erp") is None
    await delivered(courier)
    assert hook.heard == []
    assert await log(pool) == []


async def test_the_feed_is_read_for_all_webhooks_in_three_statements(pool):
    for n in range(5):
        await webhook(pool, "http://127.0.0.1:1/", f"w{n}")
    await happens(pool, *range(1, 201))
    async with pool.acquire() as conn, conn.transaction():
        await deliver.read_feed(conn, US, 1, at=mint.now())
        with databases.statements(conn) as run:
            assert await deliver.read_feed(conn, US, 200, at=mint.now()) == 5
    assert len(run) == 3
    assert [len(await log(pool, f"w{n}")) for n in range(5)] == [200] * 5
