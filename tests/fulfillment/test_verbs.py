"""Nodes' work in the database: each verb writes what it decided, and nothing when it refuses."""

import asyncio
from uuid import UUID

import pytest
from msgspec.structs import replace

import databases
from entrepot.fulfillment import browse, rules
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.act import Desk, GuardFailed, done
from entrepot.fulfillment.collect import collect
from entrepot.fulfillment.model import Ask, Named, Packed, Units, WhyNot
from entrepot.fulfillment.open import open_planned
from entrepot.fulfillment.pack import pack
from entrepot.fulfillment.pick import pick
from entrepot.fulfillment.reject import reject
from entrepot.fulfillment.release import release
from entrepot.fulfillment.ship import ship
from entrepot.fulfillment.short import short
from entrepot.fulfillment.states import State
from entrepot.fulfillment.store import works_for_update
from entrepot.terms.ids import FulfillmentOrderId
from entrepot.terms.outcome import Done, Refused
from fulfillment.world import (
    KIM,
    LATER,
    NOON,
    PARCEL,
    TO_COLLECTED,
    TO_DELIVERED,
    US,
    bring,
    new,
    opened,
    order_id,
)


async def state(conn, id_) -> str:
    return await conn.fetchval(
        "SELECT state FROM fulfillment.fulfillment_order WHERE fulfillment_order_id = $1", id_
    )


async def test_opening_nothing_opens_nothing(house):
    assert await open_planned(house, US, [], at=NOON) == []


async def test_opened_work_is_planned_with_its_lines_added_up(house):
    twice = new((1, "GLOVE", 2), (2, "HAT", 1), (1, "GLOVE", 1))
    (id_,) = await opened(house, twice)

    whole = await browse.one(house, US, id_)

    assert whole is not None
    head = whole.work.head
    assert (head.state, head.version, head.made_at, head.moved_at) == ("planned", 1, NOON, NOON)
    assert (head.order_id, head.node_id, head.day) == (order_id(1), "LYON", twice.day)
    assert [(x.line_no, x.sku, x.quantity) for x in whole.work.lines] == [
        (1, "GLOVE", 3),
        (2, "HAT", 1),
    ]
    assert (whole.packages, whole.moves) == ((), ())


async def test_history_is_taken_over_with_its_own_times(house):
    (id_,) = await opened(house, replace(new(), made_at=LATER))
    answers = await release(house, US, [Ask(id_, KIM, at=LATER)], at=NOON)
    assert done(answers)[0].after.head.moved_at == LATER
    whole = await browse.one(house, US, id_)
    assert whole is not None
    assert (whole.work.head.made_at, whole.moves[0].at) == (LATER, LATER)


async def test_a_parcel_goes_all_the_way_and_every_step_is_written_down(house):
    (id_,) = await opened(house)
    await bring(house, id_, *TO_DELIVERED)

    whole = await browse.one(house, US, id_)

    assert whole is not None
    assert (whole.work.head.state, whole.work.head.version) == ("delivered", 7)
    assert [(m.move_no, m.from_state, m.verb, m.actor) for m in whole.moves] == [
        (1, "planned", "release", KIM),
        (2, "released", "accept", KIM),
        (3, "accepted", "finish_pick", KIM),
        (4, "picked", "pack", KIM),
        (5, "packed", "ship", KIM),
        (6, "shipped", "deliver", KIM),
    ]
    package = whole.packages[0]
    assert (package.package_no, package.carrier, package.service, package.tracking_number) == (
        1, "acme", "standard", "1Z999",
    )  # fmt: skip
    assert package.lines == '[{"line":1,"sku":"GLOVE","quantity":2}]'
    assert (package.order_id, package.shipped_at) == (order_id(1), NOON)


async def test_a_pickup_is_collected_and_never_shipped(house):
    (id_,) = await opened(house, new(method="pickup"))
    await bring(house, id_, *TO_COLLECTED[:4])
    refused = await ship(house, US, [Ask(id_, KIM, packages=(PARCEL,))], at=NOON)
    assert [r.why for r in refused if isinstance(r, Refused)] == [WhyNot.ILLEGAL_TRANSITION]

    acted = await bring(house, id_, collect)

    assert acted.after.state is State.COLLECTED
    assert await house.fetchval("SELECT count(*) FROM fulfillment.package") == 0


async def test_packages_leave_with_what_their_node_says_is_in_them(house):
    (id_,) = await opened(house, new((1, "GLOVE", 2), (2, "HAT", 1)))
    await bring(house, id_, release, accept, pick, pack)
    first = Packed("1", "acme", "express", (Named(1, 2),))
    second = Packed("2", "acme", None, (Named(2, 1),))

    await ship(house, US, [Ask(id_, KIM, packages=(first, second))], at=NOON)

    rows = await browse.packages_of(house, US, [id_])
    assert [(r.package_no, r.tracking_number, r.service, r.lines) for r in rows] == [
        (1, "1", "express", '[{"line":1,"sku":"GLOVE","quantity":2}]'),
        (2, "2", "standard", '[{"line":2,"sku":"HAT","quantity":1}]'),
    ]


async def test_picking_goes_on_in_parts_with_a_unit_missing(house):
    (id_,) = await opened(house, new((1, "GLOVE", 3)))
    await bring(house, id_, release, accept)
    one = Ask(id_, KIM, units=(Named(1, 1),))

    answers = await pick(house, US, [one, one], at=NOON)
    last = await short(house, US, [replace(one, reason="torn")], at=LATER)

    assert [a.after.state for a in done(answers)] == [State.PICKING, State.PICKING]
    acted = done(last)[0]
    assert (acted.after.state, acted.after.head.version) == (State.PICKED, 7)
    assert acted.turn.units == (Units(1, "GLOVE", 1),)
    moves = await browse.moves_of(house, US, [id_])
    assert [(m.verb, m.reason) for m in moves[2:]] == [
        ("pick", None), ("pick", None), ("short", "torn"), ("finish_pick", "torn"),
    ]  # fmt: skip
    (work,) = await works_for_update(house, US, [id_])
    assert (work.lines[0].picked, work.lines[0].shorted) == (2, 1)


async def test_a_rejection_gives_everything_back(house):
    (id_,) = await opened(house, new((1, "GLOVE", 3)))
    await bring(house, id_, release, accept)
    await pick(house, US, [Ask(id_, KIM, units=(Named(1, 1),))], at=NOON)

    answers = await reject(house, US, [Ask(id_, KIM, "the roof leaks")], at=LATER)

    acted = done(answers)[0]
    assert (acted.before, acted.after.state) == (State.PICKING, State.REJECTED)
    assert acted.turn.units == (Units(1, "GLOVE", 3),)
    assert (acted.after.lines[0].picked, acted.after.lines[0].shorted) == (0, 3)
    assert acted.after.head.moved_at == LATER


async def test_a_refusal_writes_nothing(house):
    (id_,) = await opened(house)
    before = await browse.one(house, US, id_)

    asks = [
        Ask(id_, KIM),
        Ask(id_, KIM, if_versions=frozenset({3})),
        Ask(FulfillmentOrderId(UUID(int=9)), KIM),
    ]
    answers = await accept(house, US, asks, at=LATER)

    assert answers == [
        Refused(
            WhyNot.ILLEGAL_TRANSITION,
            "a fulfillment order for ship that is planned does not allow accept;"
            " its node may do: nothing",
        ),
        Refused(WhyNot.VERSION_CHANGED, "the fulfillment order is at version 1"),
        Refused(
            WhyNot.UNKNOWN_FULFILLMENT_ORDER,
            "there is no fulfillment order 00000000-0000-0000-0000-000000000009",
        ),
    ]
    assert await browse.one(house, US, id_) == before


async def test_another_market_s_work_is_not_there(house):
    (id_,) = await opened(house)
    answers = await release(house, "BR", [Ask(id_, KIM)], at=NOON)
    assert isinstance(answers[0], Refused)
    assert answers[0].why is WhyNot.UNKNOWN_FULFILLMENT_ORDER
    assert await browse.one(house, "BR", id_) is None


async def test_each_is_answered_in_order_and_the_later_ask_after_the_earlier(house):
    first, second = await opened(house, new(), new(order=2))
    await bring(house, first, release)
    await bring(house, second, release)

    answers = await accept(
        house,
        US,
        [Ask(second, KIM), Ask(first, KIM, if_versions=frozenset({1, 2})), Ask(second, "ann")],
        at=NOON,
    )

    assert isinstance(answers[0], Done)
    assert isinstance(answers[1], Done)
    assert answers[0].value.after.id == second
    assert answers[1].value.after.id == first
    assert isinstance(answers[2], Refused)
    assert answers[2].why is WhyNot.ILLEGAL_TRANSITION
    assert [await state(house, id_) for id_ in (first, second)] == ["accepted", "accepted"]


async def test_a_row_that_changed_under_its_lock_is_never_committed(conn):
    (id_,) = await opened(conn)
    await bring(conn, id_, release)
    desk = Desk(await works_for_update(conn, US, [id_]), at=NOON)
    await conn.execute("UPDATE fulfillment.fulfillment_order SET version = version + 1")

    assert isinstance(desk.decide(Ask(id_, KIM), rules.accept), Done)

    with pytest.raises(GuardFailed):
        await desk.write(conn, US)


@pytest.mark.parametrize("count", [1, 40])
async def test_the_number_of_statements_does_not_depend_on_the_number_of_asks(house, count):
    ids = await opened(house, *(new(order=n) for n in range(count)))
    with databases.statements(house) as told:
        answers = await release(house, US, [Ask(id_, KIM) for id_ in ids], at=NOON)

        assert len(done(answers)) == count
        await asyncio.sleep(0)  # the driver tells its listeners at the loop's next turn
        assert len(told) == 4
