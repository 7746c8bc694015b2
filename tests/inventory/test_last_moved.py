"""When anything last moved stands on the position: counts that change nothing ask it alone."""

import asyncio

import pytest

import databases
from entrepot.bootstrap import invariants, transitions
from entrepot.inventory import count, heard
from entrepot.inventory.hear import hear, take_in
from entrepot.inventory.model import Delta, MovementKind, RowStatus
from entrepot.inventory.reserve import reserve
from entrepot.plumbing import db, migrate
from inventory.stock import CAP, LYON, NOON, TEE, US, claim, counted, minutes

LAST_MOVED = 30
"""The number of the migration that brought it."""

SAYS = "SELECT moved_at, owing FROM inventory.position WHERE sku = 'TEE'"
HOLDS = "inventory.a_position_knows_what_moved_and_what_it_owes"


def moved(units: int, sequence: int, at: float) -> Delta:
    """Let units come or go in Lyon."""
    return Delta(MovementKind.ADJUSTMENT, TEE, LYON, units, None, "wms", sequence, minutes(at))


async def is_quiet(conn, *counts) -> bool:
    """Say whether all of these counts are taken without a decision."""
    heard_of = await take_in(conn, US, counts, at=NOON)
    assert {each.status for each in heard_of.results} == {RowStatus.APPLIED}
    return len(heard_of.quiet) == len(counts)


async def test_the_latest_moment_is_kept_whatever_comes_first(house):
    await hear(house, US, [counted(9, "wms", 1, minutes(-60))], at=minutes(-60))
    await hear(house, US, [moved(1, 2, -20)], at=minutes(-10))
    await hear(house, US, [moved(1, 3, -40)], at=minutes(-9))
    assert tuple(await house.fetchrow(SAYS)) == (minutes(-20), False)
    assert not await is_quiet(house, counted(11, "wms", 4, minutes(-20)))
    assert await is_quiet(house, counted(11, "wms", 5, minutes(-19)))


async def test_what_is_reserved_moves_nothing(house):
    await hear(house, US, [counted(9, "wms", 1, minutes(-60))], at=minutes(-60))
    await reserve(house, US, [[claim(1, 2)]], at=minutes(-5))
    assert await is_quiet(house, counted(9, "wms", 2, minutes(-50)))


async def test_what_is_owed_stands_on_the_position_until_it_is_paid(house):
    await hear(house, US, [counted(2, "wms", 1, minutes(-60))], at=minutes(-60))
    await hear(house, US, [moved(-5, 2, -50)], at=minutes(-50))
    assert (await house.fetchrow(SAYS))["owing"]
    assert not await is_quiet(house, counted(0, "wms", 3, minutes(-30)))
    assert not (await house.fetchrow(SAYS))["owing"]
    assert await heard.deficits(house, US, [(TEE, LYON)]) == {}
    assert await is_quiet(house, counted(0, "wms", 4, minutes(-20)))


async def test_where_nobody_knows_the_ledger_is_asked_once(house):
    await hear(house, US, [counted(9, "wms", 1, minutes(-60))], at=minutes(-60))
    await hear(house, US, [moved(1, 2, -20)], at=minutes(-10))
    await house.execute("UPDATE inventory.position SET moved_at = NULL")
    await hear(house, US, [moved(1, 3, -30)], at=minutes(-9))
    assert (await house.fetchrow(SAYS))["moved_at"] is None
    assert not await is_quiet(house, counted(11, "wms", 4, minutes(-5)))
    assert (await house.fetchrow(SAYS))["moved_at"] == minutes(-20)
    with databases.statements(house) as told:
        assert await is_quiet(house, counted(11, "wms", 5, minutes(-4)))
        await asyncio.sleep(0)
    assert len(told) == 1


async def test_rows_of_a_call_that_cannot_be_taken_at_once_are_locked_with_the_others(house):
    """A position is new, one is counted twice, and one agrees."""
    await hear(house, US, [counted(9, "wms", 1, minutes(-60))], at=minutes(-60))
    rows = [
        counted(4, "wms", 1, minutes(-9), sku=CAP),
        counted(9, "wms", 2, minutes(-8)),
        counted(5, "wms", 3, minutes(-7), sku=CAP),
    ]
    told = await count.count(house, US, rows, at=NOON)
    assert [(each.status, each.on_hand) for each in told.results] == [
        (RowStatus.APPLIED, 4), (RowStatus.APPLIED, 9), (RowStatus.APPLIED, 5),
    ]  # fmt: skip
    assert told.quiet == {1}


async def test_what_was_found_is_what_is_there_where_nothing_has_moved_since(house, monkeypatch):
    """Fewer than are claimed, then enough again, then a newcomer who agrees: nobody decides."""

    async def nobody(*_, **__):
        raise AssertionError("asked to decide")

    monkeypatch.setattr(count, "_judged", nobody)
    await hear(house, US, [counted(9, "wms", 1, minutes(-60))], at=minutes(-60))
    await reserve(house, US, [[claim(1, 5)]], at=minutes(-50))
    story = ((-40, 3, 2, False), (-30, 7, 0, True), (-20, 6, 0, False))
    for number, (when, units, short, mended) in enumerate(story, start=2):
        row = counted(units, "wms", number, minutes(when))
        told = await count.count(house, US, [row], at=minutes(when))
        (result,) = told.results
        assert (result.on_hand, result.short, result.mended) == (units, short, mended)
        assert [(each.free, told.quiet) for each in told.free] == [(max(0, units - 5), frozenset())]
    told = await count.count(house, US, [counted(6, "till", 1, minutes(-1))], at=NOON)
    assert [each.status for each in told.results] == [RowStatus.APPLIED]
    entries = await house.fetch(
        "SELECT kind, on_hand_delta, reference, actor, source, sequence FROM inventory.movement"
        " WHERE on_hand_delta <> 0 ORDER BY movement_id"
    )
    assert [tuple(each)[:2] for each in entries] == [
        ("count", 9), ("count", -6), ("count", 4), ("count", -1),
    ]  # fmt: skip
    assert tuple(entries[1])[2:] == ("wms", None, "wms", 2)
    marks = await house.fetch(
        "SELECT source, sequence, on_hand FROM inventory.count_mark ORDER BY source"
    )
    assert [tuple(each) for each in marks] == [("till", 1, 6), ("wms", 4, 6)]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE inventory.position SET moved_at = '-infinity'",
        "UPDATE inventory.position SET owing = NOT owing",
        "DELETE FROM inventory.deficit",
    ],
)
async def test_a_position_that_says_otherwise_than_the_books_is_found(conn, harm):
    await hear(conn, US, [counted(2, "wms", 1, minutes(-60))], at=minutes(-60))
    await house_is_well(conn)
    await hear(conn, US, [moved(-5, 2, -50)], at=minutes(-50))
    await house_is_well(conn)
    await conn.execute(harm)
    assert await conn.fetch(invariants()[HOLDS].text)


async def house_is_well(conn) -> None:
    """A first count asks when anything moved."""
    await databases.nothing_is_broken(conn, but="journey")
    assert (await conn.fetchrow(SAYS))["moved_at"] is not None


async def test_who_owed_before_owes_after(server, monkeypatch):
    shipped = migrate.known()
    async with databases.own(server) as name:
        dsn = server.url(name)
        before = [each for each in shipped if each.number < LAST_MOVED]
        monkeypatch.setattr(migrate, "known", lambda: before)
        await migrate.migrate(dsn, transitions())
        conn = await db.connect(dsn)
        await conn.execute(
            "INSERT INTO inventory.position (market, sku, node_id, on_hand)"
            " VALUES ('US', 'TEE', 'LYON', 0), ('US', 'CAP', 'LYON', 0)"
        )
        await conn.execute(
            "INSERT INTO inventory.deficit (market, sku, node_id, units)"
            " VALUES ('US', 'TEE', 'LYON', 3)"
        )
        monkeypatch.setattr(migrate, "known", lambda: shipped)
        await migrate.migrate(dsn, transitions())
        rows = await conn.fetch("SELECT sku, moved_at, owing FROM inventory.position ORDER BY sku")
        assert [tuple(row) for row in rows] == [("CAP", None, False), ("TEE", None, True)]
        await databases.nothing_is_broken(conn)
        await conn.close()
