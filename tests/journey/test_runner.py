"""The journey is run row by row, each fact with each effect once, whatever else goes wrong."""

import asyncio
import json

import pytest

from entrepot.journey import told
from entrepot.journey.here import Here
from entrepot.journey.table import JOURNEY, STEPS, rows
from entrepot.plumbing import cursors, db, exceptions, mint, outbox
from entrepot.plumbing.model import CursorAt
from entrepot.plumbing.relay import relay
from entrepot.work.journey import FIRST, Faulted, Runner
from fulfillment.world import order_id
from journey.shop import US

STEP = "orders.close"  # it follows order.canceled, which anybody may tell
ROW = [row for row in FIRST if row.do == STEP]


class Noted(Exception):  # noqa: N818 - what it is
    """A step that cannot handle an event."""


class Notes:
    """A step that notes the events it handled, in the very commit that handles them."""

    def __init__(self, *poison: int) -> None:
        self.poison = set(poison)
        self.sets: list[list[int]] = []

    async def __call__(self, here: Here, events) -> None:
        numbers = [json.loads(event.data)["n"] for event in events]
        self.sets.append(numbers)
        await here.conn.executemany("INSERT INTO noted VALUES ($1)", [(n,) for n in numbers])
        if self.poison & set(numbers):
            raise Noted(str(numbers))


@pytest.fixture
async def notes(pool, monkeypatch):
    """A table of what was handled, and the step that writes it."""
    await pool.execute("CREATE TABLE noted (n int)")

    def put(*poison: int) -> Notes:
        step = Notes(*poison)
        for name in STEPS:
            monkeypatch.setitem(STEPS, name, _nothing)
        monkeypatch.setitem(STEPS, STEP, step)
        return step

    return put


async def _nothing(*_) -> None:
    """A step that has nothing to do."""


async def happens(pool, *numbers: int) -> None:
    """Let orders be canceled, one for each number, and their facts be numbered."""
    facts = [told.fact("order.canceled", order_id(n), {"n": n}) for n in numbers]
    async with pool.acquire() as conn, conn.transaction():
        await outbox.tell(conn, US, facts, at=mint.now())
    await relay(pool)


async def handled(pool) -> list[int]:
    return [row["n"] for row in await pool.fetch("SELECT n FROM noted ORDER BY n")]


async def cursor(pool) -> int:
    async with pool.acquire() as conn:
        found = {each.step: each for each in await cursors.all_of(conn)}
    return found.get(STEP, CursorAt(US, STEP, 0)).sequence


def runner(pool, shop) -> Runner:
    return Runner(pool, shop.world, 0)


async def test_every_event_is_handled_once_and_the_cursor_stands_behind_the_last(shop, pool, notes):
    step = notes()
    await happens(pool, 1, 2, 3)
    run = runner(pool, shop)
    assert await run.run() >= 3
    assert await run.run() == 0
    await happens(pool, 4)
    await run.run()
    await runner(pool, shop).run()  # another worker, who knows nothing yet
    assert step.sets == [[1, 2, 3], [4]]
    assert await cursor(pool) == 4


async def test_a_row_that_is_far_behind_comes_to_the_end_in_one_run(shop, pool, notes, monkeypatch):
    monkeypatch.setattr("entrepot.work.journey.EVENTS_PER_STEP_MAX", 2)
    step = notes()
    await happens(pool, *range(1, 6))
    assert await runner(pool, shop).run(ROW) == 5
    assert step.sets == [[1, 2], [3, 4], [5]]


async def test_a_step_that_has_more_to_do_is_run_again_before_the_cursor_moves(
    shop, pool, notes, monkeypatch
):
    step, stood = notes(), []

    async def thrice(here: Here, events) -> bool:
        await step(here, events)
        stood.append(await cursor(pool))
        return len(step.sets) < 3

    monkeypatch.setitem(STEPS, STEP, thrice)
    await happens(pool, 1, 2)
    run = runner(pool, shop)
    assert await run.run(ROW) == 6
    assert (step.sets, stood) == ([[1, 2]] * 3, [0, 0, 0])
    assert (await cursor(pool), await run.run(ROW)) == (2, 0)


async def test_a_step_that_always_has_more_to_do_gives_way_to_the_others(
    shop, pool, notes, monkeypatch
):
    monkeypatch.setattr("entrepot.work.journey.AGAIN_PER_TURN_MAX", 2)
    step = notes()

    async def ever(here: Here, events) -> bool:
        await step(here, events)
        return True

    monkeypatch.setitem(STEPS, STEP, ever)
    await happens(pool, 1)
    assert await runner(pool, shop).run(ROW) == 2
    assert step.sets == [[1], [1]]


async def test_no_row_keeps_the_others_waiting_for_ever(shop, pool, notes, monkeypatch):
    monkeypatch.setattr("entrepot.work.journey.EVENTS_PER_STEP_MAX", 1)
    monkeypatch.setattr("entrepot.work.journey.STEPS_PER_TURN_MAX", 2)
    step = notes()
    await happens(pool, 1, 2, 3)
    run = runner(pool, shop)
    assert (await run.run(ROW), await run.run(ROW), await run.run(ROW)) == (2, 1, 0)
    assert step.sets == [[1], [2], [3]]


async def test_who_looks_at_orders_as_they_stand_is_given_each_orders_last_fact(
    shop, pool, notes, monkeypatch
):
    notes()
    step = Notes()
    monkeypatch.setitem(STEPS, "orders.summarize", step)
    facts = [told.fact("order.held", order_id(o), {"n": n}) for n, o in enumerate((7, 8, 7, 9, 8))]
    async with pool.acquire() as conn, conn.transaction():
        await outbox.tell(conn, US, facts, at=mint.now())
    await relay(pool)
    run = runner(pool, shop)
    await run.run()
    await happens(pool, 7)
    await run.run()
    await runner(pool, shop).run()
    assert step.sets == [[2, 3, 4], [7]]


async def test_a_poison_event_goes_to_the_exceptions_and_the_row_goes_on(shop, pool, notes):
    notes(4)
    await happens(pool, *range(1, 8))
    run = runner(pool, shop)
    while await run.run():
        pass
    assert await handled(pool) == [1, 2, 3, 5, 6, 7]
    async with pool.acquire() as conn:
        (stuck,) = await exceptions.of_orders(conn, US, [order_id(4)])
    assert (stuck.kind, stuck.reason) == (
        "journey.poison", "orders.close cannot handle order.canceled 4",
    )  # fmt: skip
    assert json.loads(stuck.detail) == {
        "step": "orders.close", "type": "order.canceled", "sequence": 4, "data": {"n": 4},
    }  # fmt: skip
    assert await cursor(pool) == 7


async def test_a_step_that_fails_has_written_nothing_and_its_cursor_has_not_moved(
    shop, pool, notes, monkeypatch
):
    notes()
    await happens(pool, 1, 2)

    async def lost(here, _):
        await here.conn.execute("INSERT INTO noted VALUES (99)")
        raise ConnectionResetError

    monkeypatch.setitem(STEPS, STEP, lost)
    with pytest.raises(ConnectionResetError):
        await runner(pool, shop).run()
    assert (await handled(pool), await cursor(pool)) == ([], 0)


async def test_two_workers_at_once_handle_every_event_once(shop, pool, notes):
    notes()
    both = [runner(pool, shop), runner(pool, shop)]
    for first in range(0, 60, 6):
        await happens(pool, *range(first, first + 6))
        await asyncio.gather(*(each.run() for each in both))
    for each in both:
        await each.run()
    assert await handled(pool) == list(range(60))


async def test_what_is_numbered_while_a_worker_looks_is_handled_once(
    shop, pool, notes, monkeypatch
):
    """Another worker's relay numbers events between our look at the feed and our reading of it."""
    notes()
    await happens(pool, 1)
    late = [2]

    async def meanwhile(*_):
        while late:
            await happens(pool, late.pop())

    monkeypatch.setitem(STEPS, "fulfillment.open", meanwhile)
    fact = told.fact("sourcing.planned", order_id(1), {"n": 0})
    async with pool.acquire() as conn, conn.transaction():
        await outbox.tell(conn, US, [fact], at=mint.now())
    await relay(pool)
    run = runner(pool, shop)
    while await run.run():
        pass
    assert await handled(pool) == [1, 2]


async def test_a_worker_that_looked_early_does_not_move_a_cursor_back(
    shop, pool, notes, monkeypatch
):
    """Another worker handles what came after we had looked at the feed."""
    notes()
    await happens(pool, 1)
    run = runner(pool, shop)
    await run.run()
    late = [2]

    async def meanwhile(*_):
        while late:
            await happens(pool, late.pop())
            await runner(pool, shop).run()

    monkeypatch.setitem(STEPS, "fulfillment.open", meanwhile)
    fact = told.fact("sourcing.planned", order_id(1), {"n": 0})
    async with pool.acquire() as conn, conn.transaction():
        await outbox.tell(conn, US, [fact], at=mint.now())
    await relay(pool)
    while await run.run():
        pass
    assert await handled(pool) == [1, 2]


async def test_who_comes_late_to_a_poison_event_parks_nothing_else(shop, pool, notes):
    """Two workers meet the same poison; the slower one finds it parked already."""
    notes(1)
    await happens(pool, 1, 2)
    slow, quick = runner(pool, shop), runner(pool, shop)
    row = next(each for each in rows() if each.do == STEP)
    with pytest.raises(Faulted) as faulted:
        await slow._step(US, row, 2, 1)  # noqa: SLF001 - the moment between failing and parking
    await quick.run()
    while await quick.run():
        pass
    assert await handled(pool) == [2]
    await happens(pool, 3)
    (poison,) = faulted.value.events
    assert await slow._park(US, row, poison) == 0  # noqa: SLF001 - as above
    await quick.run()
    assert await handled(pool) == [2, 3]


def test_the_page_is_read_row_by_row():
    found = {row.do: row for row in rows()}
    assert found["sourcing.replan"].types == ("fulfillment.rejected", "fulfillment.shorted")
    assert found["orders.summarize"].types == ()
    assert set(found) == set(STEPS)
    assert len(JOURNEY.strip().splitlines()) - 1 == sum(
        max(1, len(r.types)) for r in found.values()
    )


def test_a_page_that_names_no_step_is_refused():
    with pytest.raises(ValueError, match=r"orders\.explode, which is no step"):
        rows("when do lane\norder.captured orders.explode order")


async def test_an_event_about_no_order_is_handled_too(shop, pool, notes, monkeypatch):
    step = notes()
    monkeypatch.setitem(STEPS, "sourcing.supply", step)
    fact = outbox.Fact("inventory.supplied", "markets/US", db.json_text({"n": 5}))
    async with pool.acquire() as conn, conn.transaction():
        await outbox.tell(conn, US, [fact], at=mint.now())
    await relay(pool)
    await runner(pool, shop).run()
    assert await handled(pool) == [5]
