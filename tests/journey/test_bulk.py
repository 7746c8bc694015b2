"""One thing is done to many orders: previewed, each once whatever is killed, and taken back."""

import pytest

from entrepot.journey import bulk, bulk_rows
from entrepot.journey.bulk import preview, start, step
from entrepot.journey.bulk_model import Action, Task
from entrepot.journey.filters import Filters
from entrepot.orders.hold import hold, unhold
from entrepot.orders.model import HoldKind
from entrepot.plumbing import mint
from entrepot.work.bulk import do_jobs
from journey.shop import US, order, placing, taken


@pytest.fixture
async def six(shop):
    """Six orders, released; the first is held already, the second has been shipped."""
    await shop.node("DC")
    await shop.count("DC", TEE=50)
    asked = [placing(order(("TEE", 1), external_id=str(number))) for number in range(6)]
    ids = [taken(each) for each in await shop.place(*asked)]
    await shop.turn()
    async with shop.pool.acquire() as conn, conn.transaction():
        await hold(
            conn, US, ids[0], kind=HoldKind.MANUAL, reason="mine", actor="ann", until=None,
            at=mint.now(),
        )  # fmt: skip
    (work,) = await shop.works(ids[1])
    await shop.ship(work)
    await shop.turn()
    return shop, ids


def task(action, ids=(), filters=None, **changes):
    return Task(action, "recall", mint.now(), order_ids=tuple(ids), filters=filters, **changes)


async def begin(shop, asked, undoes=None):
    async with shop.pool.acquire() as conn, conn.transaction():
        seen = await preview(conn, US, asked)
        return seen, await start(conn, US, asked, seen, actor="mia", undoes=undoes)


async def end(shop, job):
    await do_jobs(shop.pool, shop.world)
    async with shop.pool.acquire() as conn:
        return await bulk_rows.read(conn, US, job), await bulk_rows.whys(conn, US, job)


async def holds(shop):
    rows = await shop.pool.fetch(
        "SELECT order_id, reason FROM orders.hold WHERE lifted_at IS NULL ORDER BY order_id"
    )
    return {row["order_id"]: row["reason"] for row in rows}


async def test_a_job_does_what_its_preview_says(six):
    shop, ids = six
    asked = task(Action.HOLD, filters=Filters(channel=("web",)))
    seen, job = await begin(shop, asked)
    assert (seen.changes, seen.skipped) == (4, {"already_held": 1, "already_shipped": 1})
    assert not seen.more
    done, whys = await end(shop, job)
    assert (done.ended_by, done.changed, done.skipped, done.failed) == ("done", 4, 2, 0)
    assert whys == seen.skipped
    assert await holds(shop) == {ids[0]: "mine"} | dict.fromkeys(ids[2:], "recall")
    await shop.turn()
    told = [event for event in await shop.events() if event.type == "order.held"]
    assert sorted(str(event.order_id) for event in told) == sorted(map(str, ids[2:]))


async def test_what_is_taken_back_is_just_what_the_job_did(six):
    shop, ids = six
    _, job = await begin(shop, task(Action.HOLD, ids))
    await end(shop, job)
    async with shop.pool.acquire() as conn, conn.transaction():
        await unhold(
            conn, US, ids[2], kind=HoldKind.MANUAL, reason="fine", actor="ann", at=mint.now()
        )
        await hold(
            conn, US, ids[2], kind=HoldKind.MANUAL, reason="hers", actor="ann", until=None,
            at=mint.now(),
        )  # fmt: skip
    _, back = await begin(shop, task(Action.UNHOLD), undoes=job)
    done, whys = await end(shop, back)
    assert (done.changed, whys) == (3, {"hold_is_gone": 1})
    assert await holds(shop) == {ids[0]: "mine", ids[2]: "hers"}


async def test_holds_that_a_job_lifted_are_put_again_with_their_reasons(six):
    shop, ids = six
    _, job = await begin(shop, task(Action.UNHOLD, filters=Filters(held=True)))
    done, _ = await end(shop, job)
    assert done.changed == 1
    assert await holds(shop) == {}
    _, back = await begin(shop, task(Action.HOLD), undoes=job)
    await end(shop, back)
    assert await holds(shop) == {ids[0]: "mine"}


async def test_a_canceled_order_is_canceled_once_and_what_has_left_stays(six):
    shop, ids = six
    _, job = await begin(shop, task(Action.CANCEL, filters=Filters(channel=("web",))))
    done, whys = await end(shop, job)
    assert (done.changed, whys) == (5, {"already_shipped": 1})
    assert [await shop.phase(each) for each in ids] == ["canceled", "shipped"] + ["canceled"] * 4


async def test_a_job_goes_on_where_a_crash_cut_it(six, monkeypatch):
    shop, ids = six
    monkeypatch.setattr(bulk, "HELD_PER_COMMIT", 2)
    _, job = await begin(shop, task(Action.HOLD, ids[2:]))
    assert await step(shop.pool, shop.world, US, job)

    async def dies(*_, **__):
        raise OSError("the process was killed before its commit")

    monkeypatch.setattr(bulk_rows, "note", dies)
    with pytest.raises(OSError, match="killed"):
        await step(shop.pool, shop.world, US, job)
    monkeypatch.undo()
    done, _ = await end(shop, job)
    assert (done.changed, done.skipped, done.failed) == (4, 0, 0)
    assert len(await holds(shop)) == 5


async def test_an_order_that_faults_is_written_down_and_the_others_are_done(six, monkeypatch):
    shop, ids = six
    known = bulk.cancel

    async def poisoned(conn, market, order_id, *args, **named):
        if order_id == ids[3]:
            raise RuntimeError("bad row")
        return await known(conn, market, order_id, *args, **named)

    monkeypatch.setattr(bulk, "cancel", poisoned)
    _, job = await begin(shop, task(Action.CANCEL, ids[2:]))
    done, whys = await end(shop, job)
    assert (done.ended_by, done.changed, done.failed) == ("done", 3, 1)
    assert whys == {"fault": 1}


async def test_a_job_that_is_stopped_does_no_more(six, monkeypatch):
    shop, ids = six
    monkeypatch.setattr(bulk, "HELD_PER_COMMIT", 1)
    _, job = await begin(shop, task(Action.HOLD, ids[2:]))
    await step(shop.pool, shop.world, US, job)
    async with shop.pool.acquire() as conn:
        assert await bulk_rows.stop(conn, US, job)
    done, _ = await end(shop, job)
    assert (done.ended_by, done.changed) == ("canceled", 1)
