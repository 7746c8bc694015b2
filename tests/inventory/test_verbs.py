"""Stock in the database: reserved, freed, consumed, doubted, counted and moved."""

import asyncio

import asyncpg
import pytest
from msgspec.structs import replace

import databases
from entrepot.inventory import browse, ledger, store
from entrepot.inventory.count import count
from entrepot.inventory.model import (
    Demand,
    Position,
    RowStatus,
    WhyNotReserved,
)
from entrepot.inventory.move import move
from entrepot.inventory.reserve import GuardFailed, reserve
from entrepot.inventory.resolve import consume, doubt, free
from entrepot.inventory.wait import settle, wait
from entrepot.plumbing import db
from entrepot.terms.outcome import Done, Refused
from inventory.stock import (
    BR,
    CAP,
    LYON,
    NICE,
    NOON,
    TEE,
    US,
    claim,
    counted,
    delta,
    minutes,
    order_id,
)


async def stocked(conn, **units: int) -> None:
    """Count units of skus in Lyon before anything else happens."""
    rows = [counted(on_hand, sku=sku, at=minutes(-60)) for sku, on_hand in units.items()]
    await count(conn, US, rows, at=minutes(-60))


async def position(conn, sku=TEE, node=LYON) -> Position:
    rows = await browse.positions(conn, US, skus=[sku], node_id=node, after=("", ""), most=9)
    return rows[0]


async def balances(conn, sku=TEE, node=LYON) -> tuple[int, int, int, int]:
    seen = await position(conn, sku, node)
    return seen.on_hand, seen.reserved, seen.unavailable, seen.shortage


async def entries_of(conn, sku=TEE, node=LYON):
    return await ledger.movements(conn, US, sku, node_id=node, since=None, until=None, most=9)


async def claimed(conn, order: int) -> list[tuple[str, str, int, int, int]]:
    rows, _ = await browse.claims(conn, US, [order_id(order)])
    return [(r.sku, r.node_id, r.quantity, r.freed, r.consumed) for r in rows]


async def test_a_batch_is_answered_in_order_and_refused_baskets_write_nothing(house):
    await stocked(house, TEE=5, CAP=1)
    first, second = [claim(1, 3), claim(1, 1, CAP, line=2)], [claim(2, 2), claim(2, 1, CAP)]
    third = [claim(3, 2)]

    reserving = await reserve(house, US, [first, second, third], at=NOON)

    assert reserving.answers == [Done(first), Refused(WhyNotReserved.SHORT), Done(third)]
    assert [(p.sku, p.on_hand, p.reserved) for p in reserving.seen] == [
        ("CAP", 1, 0),
        ("TEE", 5, 0),
    ]
    assert await balances(house) == (5, 5, 0, 0)
    assert await claimed(house, 1) == [("TEE", LYON, 3, 0, 0), ("CAP", LYON, 1, 0, 0)]
    assert await claimed(house, 2) == []


async def test_what_is_asked_for_where_nothing_ever_lay_is_unknown(house):
    answers = (await reserve(house, US, [[claim(1, 1)]], at=NOON)).answers
    assert answers == [Refused(WhyNotReserved.UNKNOWN_POSITION)]


async def test_another_market_s_stock_is_not_ours_to_sell(house):
    await stocked(house, TEE=5)
    answers = (await reserve(house, BR, [[claim(1, 1)]], at=NOON)).answers
    assert answers == [Refused(WhyNotReserved.UNKNOWN_POSITION)]


async def test_a_line_may_claim_more_at_a_node_later(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 2)]], at=NOON)
    await reserve(house, US, [[claim(1, 1)]], at=NOON)
    assert await claimed(house, 1) == [("TEE", LYON, 3, 0, 0)]


async def test_a_line_may_claim_at_one_node_in_two_parts_at_once(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 2), claim(1, 1)]], at=NOON)
    assert await claimed(house, 1) == [("TEE", LYON, 3, 0, 0)]
    assert await balances(house) == (5, 3, 0, 0)


async def test_rows_changed_behind_the_decision_are_never_oversold(conn):
    """The guard of the write stands, whatever was decided before it."""
    await stocked(conn, TEE=5)
    decided = [claim(1, 5)]
    await store.positions_for_update(conn, US, [(TEE, LYON)])
    await conn.execute("UPDATE inventory.position SET unavailable = 1")

    passed = await store.record_reservations(conn, US, {(TEE, LYON): 5}, decided, {}, NOON)

    assert passed == 0  # fewer than asked: the caller does not commit
    assert (await balances(conn))[1] == 0


async def test_reserving_fails_rather_than_commits_where_guard_and_decision_disagree(
    conn, monkeypatch
):
    await stocked(conn, TEE=5)
    seen = store.positions_for_update

    async def then_changed(*args):
        rows = await seen(*args)
        await conn.execute("UPDATE inventory.position SET safety = 3")
        return rows

    monkeypatch.setattr(store, "positions_for_update", then_changed)
    with pytest.raises(GuardFailed):
        await reserve(conn, US, [[claim(1, 5)]], at=NOON)


async def test_the_database_itself_refuses_an_oversold_position(conn):
    await stocked(conn, TEE=5)
    with pytest.raises(asyncpg.CheckViolationError, match="never_oversold"):
        await conn.execute("UPDATE inventory.position SET reserved = 6")


async def test_freed_units_are_for_sale_again_and_the_rest_stays_claimed(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 5)]], at=NOON)
    await free(house, US, [claim(1, 2)], at=NOON)
    assert await balances(house) == (5, 3, 0, 0)
    assert await claimed(house, 1) == [("TEE", LYON, 5, 2, 0)]


async def test_consumed_units_leave_when_they_left(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 3)], [claim(2, 1)]], at=NOON)
    left = [(claim(1, 3), minutes(5)), (claim(2, 1), minutes(6))]
    await consume(house, US, left, at=minutes(9))
    assert await balances(house) == (1, 0, 0, 0)
    newest = (await entries_of(house))[:2]
    assert [(e.kind, e.on_hand_delta, e.at) for e in newest] == [
        ("ship", -1, minutes(6)), ("ship", -3, minutes(5)),
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["free", "consume"])
async def test_one_claim_may_be_resolved_in_two_parts_at_once(house, verb):
    """Two pieces of a node's work may stand behind one claim."""
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 5)]], at=NOON)
    parts = [claim(1, 3), claim(1, 1)]
    if verb == "free":
        await free(house, US, parts, at=NOON)
        assert await balances(house) == (5, 1, 0, 0)
        assert await claimed(house, 1) == [("TEE", LYON, 5, 4, 0)]
    else:
        await consume(house, US, [(part, NOON) for part in parts], at=NOON)
        assert await balances(house) == (1, 1, 0, 0)
        assert await claimed(house, 1) == [("TEE", LYON, 5, 0, 4)]


@pytest.mark.parametrize("parts", [[4], [2, 2]])
async def test_more_than_is_open_is_never_resolved(conn, parts):
    await stocked(conn, TEE=5)
    await reserve(conn, US, [[claim(1, 3)], [claim(2, 2)]], at=NOON)
    with pytest.raises(GuardFailed):
        await free(conn, US, [claim(1, units) for units in parts], at=NOON)


async def test_a_doubted_position_sells_nothing_until_it_is_counted(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 2)]], at=NOON)
    await doubt(house, US, [(TEE, LYON), (TEE, LYON)], at=NOON)
    assert await balances(house) == (5, 2, 3, 0)
    assert (await reserve(house, US, [[claim(2, 1)]], at=NOON)).answers == [
        Refused(WhyNotReserved.SHORT)
    ]
    await count(house, US, [counted(4, at=minutes(5))], at=minutes(5))
    assert await balances(house) == (4, 2, 0, 0)


async def test_a_count_does_not_bring_back_what_left_since_it_was_taken(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 3)]], at=minutes(1))
    await consume(house, US, [(claim(1, 3), minutes(5))], at=minutes(6))
    await move(house, US, [delta("receipt", 4)], at=minutes(7))

    told = await count(house, US, [counted(5, at=minutes(2))], at=minutes(8))

    assert [(r.status, r.on_hand, r.short) for r in told.results] == [(RowStatus.APPLIED, 6, 0)]
    assert await balances(house) == (6, 0, 0, 0)


async def test_what_left_before_the_count_was_taken_is_already_in_it(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 3)]], at=minutes(1))
    await consume(house, US, [(claim(1, 3), minutes(2))], at=minutes(9))  # told late
    await count(house, US, [counted(2, at=minutes(3))], at=minutes(10))
    assert await balances(house) == (2, 0, 0, 0)


async def test_a_count_below_what_is_claimed_says_how_much_is_missing(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 4)]], at=NOON)
    (result,) = (await count(house, US, [counted(1, at=minutes(1))], at=minutes(1))).results
    assert (result.on_hand, result.short) == (1, 3)
    assert await balances(house) == (1, 4, 0, 3)
    await free(house, US, [claim(1, 4)], at=minutes(2))
    assert await balances(house) == (1, 0, 0, 0)


async def test_stale_counts_change_nothing_and_the_newest_look_holds(house):
    rows = [
        counted(5, sequence=2),
        counted(9, sequence=1),
        counted(9, sequence=2),
        counted(7, "till", at=minutes(1)),
        counted(8, sequence=3),  # in its turn, but the till has looked later
        counted(6, sequence=4, at=minutes(2)),
    ]
    told = await count(house, US, rows, at=minutes(2))
    assert [(r.status.value, r.on_hand) for r in told.results] == [
        ("applied", 5), ("stale", 5), ("stale", 5), ("applied", 7), ("applied", 7), ("applied", 6),
    ]  # fmt: skip
    again = await count(house, US, rows[:1], at=minutes(3))
    assert [r.status for r in again.results] == [RowStatus.STALE]
    assert await balances(house) == (6, 0, 0, 0)


async def test_a_count_that_finds_what_is_known_writes_no_entry_and_is_remembered(house):
    first = await count(house, US, [counted(5, sequence=1)], at=NOON)
    told = await count(house, US, [counted(5, sequence=3)], at=minutes(1))
    late = await count(house, US, [counted(9, sequence=2)], at=minutes(2))
    assert [r.status.value for r in told.results + late.results] == ["applied", "stale"]
    assert [(p.sku, p.free) for p in first.free] == [("TEE", 5)]
    assert told.free == []
    assert len(await entries_of(house)) == 1


async def test_units_a_node_gave_up_are_freed_and_remembered_as_given_up(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 5)]], at=NOON)
    await free(house, US, [claim(1, 2)], at=NOON)
    await free(house, US, [claim(1, 1)], at=NOON, given_up=True)
    (row,), _ = await browse.claims(house, US, [order_id(1)])
    assert (row.freed, row.given_up, row.open) == (3, 1, 2)
    assert await balances(house) == (5, 2, 0, 0)


async def test_movements_are_answered_one_by_one(house):
    rows = [
        delta("receipt", 5, reference="po-1"),
        delta("damage", -2),
        delta("damage", 2),
        delta("transfer_out", -4),
        delta("transfer_in", 1, CAP, NICE),
    ]
    results = await move(house, US, rows, at=NOON)
    assert [(r.status.value, r.on_hand) for r in results] == [
        ("applied", 5), ("applied", 3), ("wrong_sign", 3), ("insufficient_stock", 3),
        ("applied", 1),
    ]  # fmt: skip
    assert await balances(house) == (3, 0, 0, 0)
    assert await balances(house, CAP, NICE) == (1, 0, 0, 0)
    entries = await entries_of(house)
    assert [(e.kind, e.on_hand_delta, e.reference) for e in entries] == [
        ("damage", -2, None), ("receipt", 5, "po-1"),
    ]  # fmt: skip


async def test_what_waits_is_taken_off_what_is_offered(house):
    await stocked(house, TEE=5)
    await move(house, US, [delta("receipt", 3, node=NICE)], at=NOON)
    tees = Demand(order_id(1), 1, TEE, 2, "backorder")
    await wait(house, US, [tees, replace(tees, sku=CAP)], at=NOON)
    await wait(house, US, [tees], at=NOON)

    async def offered(**how) -> dict[str, int]:
        return await browse.available(
            house, US, [TEE, CAP], **{"node_ids": None, "keeps": [0, 0]} | how
        )

    assert await offered() == {"TEE": 4, "CAP": 0}  # 8 free, 4 owed
    assert await offered(keeps=[3, 0]) == {"TEE": 2, "CAP": 0}  # 2 and 0 of 5 and 3
    assert await offered(node_ids=[LYON]) == {"TEE": 4, "CAP": 0}  # the rest is left for who waits
    await settle(house, US, [(order_id(1), 1, TEE, 3)])
    assert await browse.owed(house, US, [TEE]) == {"TEE": 1}
    await settle(house, US, [(order_id(1), 1, TEE, 9), (order_id(1), 1, CAP, 2)])
    assert await browse.owed(house, US) == {}


async def test_many_writers_at_once_sell_exactly_what_is_there(pool):
    async with pool.acquire() as conn:
        await stocked(conn, TEE=20, CAP=50)

    async def buy(order: int) -> bool:
        skus = (TEE, CAP) if order % 2 else (CAP, TEE)  # asked for in either order
        basket = [claim(order, 1, sku, line=n) for n, sku in enumerate(skus, start=1)]

        async def work(conn: db.Connection) -> bool:
            answers = (await reserve(conn, US, [basket], at=NOON)).answers
            return isinstance(answers[0], Done)

        return await db.in_transaction(pool, work)

    won = await asyncio.gather(*(buy(order) for order in range(40)))

    assert sum(won) == 20
    async with pool.acquire() as conn:
        assert await balances(conn) == (20, 20, 0, 0)
        assert await balances(conn, CAP) == (50, 20, 0, 0)


@pytest.mark.parametrize("orders", [1, 64])
async def test_the_number_of_statements_does_not_depend_on_the_number_of_baskets(house, orders):
    await stocked(house, TEE=100)
    await reserve(house, US, [[claim(999, 1)]], at=NOON)
    await free(house, US, [claim(999, 1)], at=NOON)  # the driver asks for types it sees first
    await asyncio.sleep(0)
    with databases.statements(house) as told:
        baskets = [[claim(number, 1)] for number in range(orders)]
        await reserve(house, US, baskets, at=NOON)
        await free(house, US, [each for basket in baskets for each in basket], at=NOON)
        await asyncio.sleep(0)  # the driver tells its listeners at the loop's next turn
        assert len(told) == 5
