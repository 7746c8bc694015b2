"""Lots in the database: they follow their positions, in the same commit, whatever moves these."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

import databases
from entrepot.bootstrap import transitions
from entrepot.inventory import ledger, lots, lots_browse, rebuild
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.count import count
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import RowStatus
from entrepot.inventory.move import move
from entrepot.inventory.reserve import reserve
from entrepot.inventory.resolve import consume, doubt
from entrepot.inventory.set_aside import set_aside
from entrepot.plumbing import db, migrate, mint
from inventory.stock import CAP, LYON, NICE, NOON, TEE, US, claim, counted, delta, minutes, order_id

SOON, LATE = date(2027, 1, 1), date(2027, 6, 1)
LOTS = 20
"""The number of the migration that brought them."""


def lot(name: str, units: int, expires_on: date | None = None) -> LotUnits:
    """Name units of a lot."""
    return LotUnits(name, units, expires_on)


def serials(*names: str) -> tuple[LotUnits, ...]:
    """Name units by their serial numbers."""
    return tuple(LotUnits(name, 1, serial=True) for name in names)


def receipt(*named: LotUnits, units: int | None = None, **where):
    """Let units of lots come to Lyon."""
    quantity = sum(each.quantity for each in named) if units is None else units
    return replace(delta("receipt", quantity, **where), lots=named)


async def known(conn, *, sku=TEE, node=LYON) -> dict[tuple[str, str], int]:
    """Read what is known of a position's lots, by lot and state."""
    return {
        (each.lot, each.reason): each.quantity
        for each in await lots.lots_at(conn, US, [(sku, node)])
    }


async def stocked(conn) -> None:
    """Receive two lots in Lyon."""
    await move(conn, US, [receipt(lot("L2", 4, LATE), lot("L1", 3, SOON))], at=NOON)


async def test_what_leaves_unnamed_leaves_first_expired_first_out(house):
    await stocked(house)
    await move(house, US, [delta("damage", -4)], at=NOON)
    assert await known(house) == {("L2", ""): 3}


async def test_what_is_shipped_leaves_its_order_with_its_lots(house):
    await stocked(house)
    asks = [claim(1, 2), claim(2, 2)]
    await reserve(house, US, [asks[:1], asks[1:]], at=NOON)
    left = [(each, minutes(1)) for each in asks]
    await consume(house, US, left, at=minutes(2), lots={0: (lot("L2", 2),)})
    assert await known(house) == {("L1", ""): 1, ("L2", ""): 2}
    got = await lots_browse.of_orders(house, US, [order_id(1), order_id(2)])
    assert [(g.order_id, g.lot, g.quantity, g.at) for g in got] == [
        (order_id(1), "L2", 2, minutes(1)), (order_id(2), "L1", 2, minutes(1)),
    ]  # fmt: skip


async def test_a_lot_that_left_though_the_books_did_not_have_it_is_told_to_its_order(house):
    await stocked(house)
    await reserve(house, US, [[claim(1, 2)]], at=NOON)
    other = {0: (lot("NEW", 2, LATE),)}
    await consume(house, US, [(claim(1, 2), minutes(1))], at=minutes(2), lots=other)
    [got] = await lots_browse.of_orders(house, US, [order_id(1)])
    assert (got.lot, got.quantity) == ("NEW", 2)
    assert sum((await known(house)).values()) == 5


async def test_what_a_count_had_seen_leave_is_told_to_its_order_and_taken_off_once(house):
    await stocked(house)
    await reserve(house, US, [[claim(1, 2)]], at=NOON)
    after = replace(counted(5, at=minutes(2)), lots=(lot("L1", 1), lot("L2", 4)))
    await count(house, US, [after], at=minutes(2))
    left = [(claim(1, 2), minutes(1))]
    await consume(house, US, left, at=minutes(3), lots={0: (lot("L1", 2),)})
    assert await known(house) == {("L1", ""): 1, ("L2", ""): 4}
    [got] = await lots_browse.of_orders(house, US, [order_id(1)])
    assert (got.lot, got.quantity) == ("L1", 2)


async def test_a_count_by_lot_that_comes_late_knows_what_moved_since(house):
    await stocked(house)
    await move(house, US, [replace(receipt(lot("L3", 2)), occurred_at=minutes(5))], at=minutes(5))
    taken = replace(delta("adjustment", -1), lots=(lot("L2", 1),), occurred_at=minutes(6))
    await move(house, US, [taken], at=minutes(6))
    found = replace(counted(6, at=minutes(4)), lots=(lot("L1", 2), lot("L2", 4)))
    await count(house, US, [found], at=minutes(9))
    assert await known(house) == {("L1", ""): 2, ("L2", ""): 3, ("L3", ""): 2}


async def test_a_count_that_finds_the_sum_and_other_lots_is_written(house):
    await stocked(house)
    await count(house, US, [replace(counted(7), lots=(lot("L9", 7),))], at=NOON)
    assert await known(house) == {("L9", ""): 7}


async def test_doubt_takes_the_lots_along_and_a_count_brings_them_back(house):
    await stocked(house)
    await doubt(house, US, [(TEE, LYON)], at=NOON)
    assert await known(house) == {("L1", "doubt"): 3, ("L2", "doubt"): 4}
    await count(house, US, [counted(5, at=minutes(1))], at=minutes(1))
    assert await known(house) == {("L1", ""): 1, ("L2", ""): 4}


async def test_a_lot_is_set_aside_and_scrapped_by_its_name(house):
    await stocked(house)
    aside = SetAside(TEE, LYON, AsideReason.DAMAGED, 2, lots=(lot("L2", 2),))
    few = SetAside(TEE, LYON, AsideReason.DAMAGED, 4, lots=(lot("L1", 4),))
    told = await set_aside(house, US, [aside, few], at=NOON)
    assert [row.status for row in told] == [RowStatus.APPLIED, RowStatus.LOT_INSUFFICIENT]
    gone = replace(delta("damage", -1, set_aside=AsideReason.DAMAGED), lots=(lot("L2", 1),))
    await move(house, US, [gone], at=NOON)
    assert await known(house) == {("L1", ""): 3, ("L2", ""): 2, ("L2", "damaged"): 1}


async def test_rows_of_one_call_are_judged_one_after_the_other(house):
    rows = [
        receipt(lot("L1", 2, SOON)), receipt(lot("L1", 1, LATE)),
        replace(delta("adjustment", -2), lots=(lot("L1", 2),)),
        replace(delta("adjustment", -1), lots=(lot("L1", 1),)),
        receipt(*serials("L1")), receipt(*serials("S1"), sku=CAP),
        receipt(*serials("S1"), sku=CAP, node=NICE),
    ]  # fmt: skip
    told = await move(house, US, rows, at=NOON)
    assert [row.status.value for row in told] == [
        "applied", "lot_expires_otherwise", "applied", "unknown_lot", "not_tracked_so", "applied",
        "serial_in_stock",
    ]  # fmt: skip


async def test_a_numbered_message_is_a_fact_and_a_refused_one_is_heard_when_it_is_put_right(house):
    await stocked(house)
    fact = replace(
        delta("damage", -5), lots=(lot("GONE", 5),), source="wms", sequence=1
    )  # fmt: skip
    wrong = replace(receipt(lot("L1", 1, LATE)), source="wms", sequence=2)
    told = await move(house, US, [fact, wrong], at=NOON)
    assert [row.status.value for row in told] == ["applied", "lot_expires_otherwise"]
    right = replace(wrong, lots=(lot("L1", 1, SOON),))
    assert (await move(house, US, [right], at=NOON))[0].status is RowStatus.APPLIED
    assert sum((await known(house)).values()) == 3


async def test_a_day_that_nobody_knew_is_learned_wherever_the_lot_is(house):
    rows = [receipt(lot("L1", 2)), receipt(lot("L1", 1), node=NICE), receipt(lot("L1", 1, SOON))]
    told = await move(house, US, rows, at=NOON)
    assert {row.status for row in told} == {RowStatus.APPLIED}
    everywhere = await lots.stock_of_lots(house, US, [(TEE, "L1")])
    assert {(each.node_id, each.expires_on) for each in everywhere} == {(LYON, SOON), (NICE, SOON)}


async def test_what_was_owed_is_paid_back_before_any_lot_comes_to_the_shelf(house):
    late = replace(delta("damage", -2), source="wms", sequence=1)
    await move(house, US, [late], at=NOON)
    await move(house, US, [receipt(lot("L1", 3))], at=NOON)
    assert await known(house) == {("L1", ""): 1}


async def test_a_position_without_lots_asks_nothing_about_them(house):
    with databases.statements(house) as told:
        await move(house, US, [delta("receipt", 5)], at=NOON)
        await count(house, US, [counted(4, at=minutes(1))], at=minutes(1))
    assert [text for text in told if "lot_stock" in text or "movement_lot" in text] == []


async def test_figures_of_a_past_moment_do_not_know_of_lots(house):
    await stocked(house)
    await count(house, US, [replace(counted(7, at=minutes(1)), lots=(lot("L9", 7),))], at=NOON)
    then = await ledger.positions_as_of(
        house, US, mint.now() + timedelta(seconds=1), skus=[TEE], node_id=None, after=("", ""),
        most=9,
    )  # fmt: skip
    assert [(row.sku, row.on_hand) for row in then] == [(TEE, 7)]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE inventory.lot_stock SET quantity = 1 WHERE lot = 'L2'",
        "DELETE FROM inventory.lot_stock WHERE lot = 'L1'",
        "DELETE FROM inventory.movement_lot WHERE lot = 'L1'",
        "UPDATE inventory.position SET lotted = FALSE",
    ],
)
async def test_lots_that_have_drifted_are_found_and_mended(house, harm):
    await stocked(house)
    assert await rebuild.drifted_lots(house, US) == []
    await house.execute(harm)
    assert await rebuild.drifted_lots(house, US)
    assert await rebuild.drifted(house, US) == []
    assert await rebuild.rebuild_lots(house, US, actor="kim", at=NOON)
    assert await rebuild.drifted_lots(house, US) == []


async def test_a_position_that_is_mended_has_its_lots_mended_with_it(house):
    await stocked(house)
    await house.execute("UPDATE inventory.movement SET on_hand_delta = 4")
    await house.execute("UPDATE inventory.position SET unsecured = FALSE")
    await rebuild.rebuild(house, US, actor="kim", at=NOON)
    assert await rebuild.drifted_lots(house, US) == []
    assert await known(house) == {("L2", ""): 4}


async def test_the_database_keeps_a_serial_number_in_one_place(conn):
    await move(conn, US, [receipt(*serials("S1"))], at=NOON)
    with pytest.raises(db.TRY_AGAIN):
        await conn.execute(
            "INSERT INTO inventory.lot_stock"
            " SELECT market, sku, 'NICE', lot, reason, serial, expires_on, quantity"
            " FROM inventory.lot_stock"
        )


async def test_stock_from_before_lots_stays_what_it_was(server, monkeypatch):
    shipped = migrate.known()
    async with databases.own(server) as name:
        dsn = server.url(name)
        before = [each for each in shipped if each.number < LOTS]
        monkeypatch.setattr(migrate, "known", lambda: before)
        await migrate.migrate(dsn, transitions())
        conn = await db.connect(dsn)
        await conn.execute(
            "INSERT INTO inventory.position (market, sku, node_id, on_hand, unavailable)"
            " VALUES ('US', 'TEE', 'LYON', 5, 2)"
        )
        await conn.execute(
            "INSERT INTO inventory.set_aside VALUES ('US', 'TEE', 'LYON', 'damaged', 2)"
        )
        await conn.execute(
            "INSERT INTO inventory.movement (market, movement_id, sku, node_id, kind,"
            " on_hand_delta, reserved_delta, unavailable_delta, reason, at, writer)"
            " VALUES ('US', $1, 'TEE', 'LYON', 'receipt', 5, 0, 2, 'damaged', $2, 1)",
            mint.MINT.one(), NOON,
        )  # fmt: skip
        monkeypatch.setattr(migrate, "known", lambda: shipped)
        await migrate.migrate(dsn, transitions())

        await move(conn, US, [receipt(lot("L1", 1, SOON))], at=NOON)
        await move(conn, US, [delta("damage", -2)], at=NOON)
        assert await known(conn) == {}
        await databases.nothing_is_broken(conn)
        await conn.close()
