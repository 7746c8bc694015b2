"""Orders in the database: captured, held, canceled, closed."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

import databases
from entrepot.orders import browse
from entrepot.orders.cancel import cancel
from entrepot.orders.capture import NOT_TO_BE_HAD, capture
from entrepot.orders.close import close
from entrepot.orders.hold import expired, hold, lift_expired, unhold
from entrepot.orders.model import Cancellation, HoldKind, Known, Part, WhyNotHeld
from entrepot.terms.ids import LineNo, Sku
from entrepot.terms.outcome import Done, Refused
from orders.orders import BR, NOON, US, captured, line, minutes, order, order_id, standing

ONE, TWO = order_id(1), order_id(2)
FRAUD = HoldKind.FRAUD


async def held(conn, kind=FRAUD, order=ONE, until=None, at=NOON, market=US):
    return await hold(
        conn, market, order, kind=kind, reason="looks odd", actor="ann", until=until, at=at
    )


async def lifted(conn, kind=FRAUD, order=ONE, at=NOON):
    return await unhold(conn, US, order, kind=kind, reason="is fine", actor="bob", at=at)


def dropped(order, line_no: int, quantity: int) -> Cancellation:
    return Cancellation(order, LineNo(line_no), quantity, "changed my mind", "kim")


async def canceled(conn, order=ONE) -> list[tuple[int, int]]:
    return [(row.line_no, row.canceled) for row in await browse.lines_of(conn, US, [order])]


async def test_a_captured_order_is_read_as_it_was_agreed(house):
    placed = order(line(tax=330), line("SET", 1, external_id="kit", discount=5))
    await capture(house, US, [captured(1, placed, parts=((LineNo(2), Sku("CAP"), 2),))], at=NOON)

    (head,) = await browse.heads(house, US, [ONE])
    lines = await browse.lines_of(house, US, [ONE])
    assert (head.channel, head.external_id, head.email) == ("web", "100045", "kim@example.com")
    assert (head.total, head.captured_at) == (2 * 1999 + 330 + 1999 - 5 + 599, NOON)
    assert [(x.line_no, x.external_id, x.sku, x.quantity, x.canceled) for x in lines] == [
        (1, "1", "TEE", 2, 0), (2, "kit", "SET", 1, 0),
    ]  # fmt: skip
    assert await browse.parts_of(house, US, [ONE]) == [Part(ONE, LineNo(2), Sku("CAP"), 2)]
    assert await browse.heads(house, BR, [ONE]) == []


async def test_units_dropped_at_capture_are_canceled_for_a_reason(house):
    await capture(house, US, [captured(1, canceled={LineNo(1): 1, LineNo(2): 0})], at=NOON)
    assert await canceled(house) == [(1, 1)]
    rows = await house.fetch("SELECT line_no, quantity, reason, actor FROM orders.cancellation")
    assert [tuple(row) for row in rows] == [(1, 1, NOT_TO_BE_HAD, "entrepot")]


async def test_an_order_is_known_by_its_channel_s_name_for_it(house):
    await standing(house, 1)
    known = await browse.known(house, US, [("web", "1"), ("app", "1"), ("web", "2")])
    assert known == [Known("web", "1", ONE, b"f", captured(1).document)]


async def test_one_external_id_of_a_channel_is_one_order(conn):
    await standing(conn, 1)
    again = captured(2, order(external_id="1"))
    await capture(conn, BR, [again], at=NOON)  # another market's
    with pytest.raises(asyncpg.UniqueViolationError, match="one_order_per_external_id"):
        await capture(conn, US, [again], at=NOON)


async def test_locking_answers_which_orders_there_are(house):
    await standing(house, 2, 1)
    assert await browse.lock(house, US, [TWO, order_id(3), ONE]) == [ONE, TWO]


async def test_a_hold_stands_until_somebody_lifts_it(house):
    await standing(house, 1)
    placed = await held(house, until=minutes(60))
    assert isinstance(placed, Done)
    assert (placed.value.kind, placed.value.actor, placed.value.until) == (
        "fraud",
        "ann",
        minutes(60),
    )

    done = await lifted(house, at=minutes(5))

    assert done == Done(
        replace(placed.value, lifted_at=minutes(5), lifted_by="bob", lift_reason="is fine")
    )
    assert await browse.holds_of(house, US, [ONE]) == [done.value]
    assert await lifted(house) == Refused(WhyNotHeld.NOT_HELD)


async def test_one_hold_of_a_kind_stands_at_a_time_and_it_may_stand_again(house):
    await standing(house, 1)
    assert isinstance(await held(house), Done)
    assert await held(house) == Refused(WhyNotHeld.ALREADY_HELD)
    assert isinstance(await held(house, HoldKind.ADDRESS), Done)
    await lifted(house)
    assert isinstance(await held(house), Done)
    kinds = [h.kind for h in await browse.holds_of(house, US, [ONE]) if h.lifted_at is None]
    assert sorted(kinds) == ["address", "fraud"]


async def test_what_is_unknown_or_done_cannot_be_held(house):
    await standing(house, 1, 2)
    await close(house, US, [ONE], at=NOON)
    assert await held(house) == Refused(WhyNotHeld.DONE)
    assert await held(house, order=TWO, market=BR) == Refused(WhyNotHeld.UNKNOWN_ORDER)
    assert await lifted(house, order=order_id(9)) == Refused(WhyNotHeld.UNKNOWN_ORDER)
    assert await browse.holds_of(house, US, [ONE, TWO]) == []


async def test_holds_whose_time_has_come_lift_themselves_and_the_others_stand(house):
    await standing(house, 1, 2)
    await held(house, until=minutes(10))
    await held(house, HoldKind.ADDRESS, until=minutes(20))
    await held(house, order=TWO)
    due = await expired(house, at=minutes(15), most=9)
    assert [(each.market, each.order_id, each.kind) for each in due] == [("US", ONE, "fraud")]

    done = await lift_expired(house, US, due, at=minutes(15))

    assert [(h.kind, h.lifted_by, h.lift_reason) for h in done] == [
        ("fraud", "entrepot", "its time had come")
    ]
    assert await expired(house, at=minutes(15), most=9) == []
    assert await lift_expired(house, US, due, at=minutes(16)) == []


async def test_a_hold_put_on_anew_outlives_the_time_of_the_one_before_it(house):
    await standing(house, 1)
    await held(house, until=minutes(10))
    due = await expired(house, at=minutes(15), most=9)
    await lifted(house)
    await held(house, until=minutes(60))
    assert await lift_expired(house, US, due, at=minutes(15)) == []
    assert [h.until for h in await browse.holds_of(house, US, [ONE]) if not h.lifted_at] == [
        minutes(60)
    ]


async def test_units_are_canceled_line_by_line_and_add_up(house):
    await capture(house, US, [captured(1, order(line("TEE", 3), line("CAP", 1)))], at=NOON)
    await cancel(house, US, [dropped(ONE, 1, 1), dropped(ONE, 2, 1)], at=NOON)
    await cancel(house, US, [dropped(ONE, 1, 2)], at=minutes(1))
    await cancel(house, US, [], at=minutes(2))
    assert await canceled(house) == [(1, 3), (2, 1)]


async def test_more_than_was_ordered_is_never_canceled(conn):
    await standing(conn, 1)
    with pytest.raises(asyncpg.CheckViolationError, match="no_more_canceled_than_ordered"):
        await cancel(conn, US, [dropped(ONE, 1, 3)], at=NOON)


async def test_done_is_done_once(house):
    await standing(house, 1, 2)
    assert await close(house, US, [], at=NOON) == []
    assert await close(house, US, [ONE], at=NOON) == [ONE]
    assert await close(house, US, [ONE, TWO], at=minutes(1)) == [TWO]
    assert await browse.closed_among(house, US, [ONE, TWO, order_id(3)]) == {ONE, TWO}


async def test_a_batch_of_orders_is_captured_in_as_many_statements_as_one(house):
    counts = []
    for batch in (range(1), range(1, 2), range(2, 42)):
        with databases.statements(house) as told:
            await capture(house, US, [captured(n, canceled={LineNo(1): 1}) for n in batch], at=NOON)
            await asyncio.sleep(0)  # the driver tells its listeners at the loop's next turn
        counts.append(len(told))
    assert counts[1:] == [2, 2]  # the first call also learned the types
