"""Forward migrations: each once, in order, never in the way of the orders for long."""

import asyncio

import pytest

import databases
from entrepot.bootstrap import transitions
from entrepot.plumbing import db, migrate
from entrepot.plumbing.migrate import ChangedMigration, Migration

LATE = Migration(9001, "late", "ALTER TABLE plumbing.feed ADD COLUMN note text")
HALF = Migration(9001, "half", "CREATE TABLE plumbing.half (a int); SELECT 1 / 0")


@pytest.fixture
async def empty(server):
    """A database with nothing in it."""
    async with databases.own(server) as name:
        yield server.url(name)


async def value(dsn, query, *values):
    conn = await db.connect(dsn)
    try:
        return await conn.fetchval(query, *values)
    finally:
        await conn.close()


def with_more(monkeypatch, *more: Migration) -> None:
    """Let these come after the migrations that ship with the code."""
    shipped = migrate.known()
    monkeypatch.setattr(migrate, "known", lambda: [*shipped, *more])


def test_the_files_are_numbered_without_a_gap():
    assert [each.number for each in migrate.known()] == list(range(1, len(migrate.known()) + 1))


async def test_an_empty_database_is_brought_up_to_date_once(empty):
    first = await migrate.migrate(empty, transitions())
    again = await migrate.migrate(empty, transitions())

    assert first == migrate.known()
    assert again == []
    assert await value(empty, "SELECT count(*) FROM plumbing.transition") == len(
        list(transitions())
    )


async def test_two_at_once_apply_everything_once(empty):
    both = await asyncio.gather(*(migrate.migrate(empty, transitions()) for _ in range(2)))
    assert sorted(map(len, both)) == [0, len(migrate.known())]


async def test_a_life_that_changed_is_seeded_anew(empty):
    await migrate.migrate(empty, [("door", "shut", "open", "ajar")])
    await migrate.migrate(
        empty, [("door", "shut", "open", "open"), ("door", "open", "shut", "shut")]
    )
    table = await value(
        empty,
        "SELECT string_agg(verb || ' ' || to_state, ', ' ORDER BY verb) FROM plumbing.transition",
    )
    assert table == "open open, shut shut"


async def test_a_file_that_is_no_longer_what_was_applied_is_refused_and_nothing_is_done(
    fresh, monkeypatch
):
    with_more(monkeypatch, LATE)
    conn = await db.connect(fresh)
    await conn.execute("UPDATE plumbing_book.migration SET digest = 'other' WHERE number = 3")
    await conn.close()

    with pytest.raises(ChangedMigration, match="0003_orders differs"):
        await migrate.migrate(fresh, transitions())

    assert await value(fresh, "SELECT max(number) FROM plumbing_book.migration") < LATE.number


async def test_a_migration_that_fails_leaves_nothing_of_itself(fresh, monkeypatch):
    with_more(monkeypatch, HALF)
    with pytest.raises(db.Fault, match="division by zero"):
        await migrate.migrate(fresh, transitions())
    assert await value(fresh, "SELECT to_regclass('plumbing.half')") is None
    assert await value(fresh, "SELECT max(number) FROM plumbing_book.migration") < HALF.number


async def test_behind_a_long_reader_a_migration_gives_way_and_comes_again(fresh, monkeypatch):
    with_more(monkeypatch, LATE)
    reader = await db.connect(fresh)
    reading = reader.transaction()
    await reading.start()
    await reader.fetch("SELECT * FROM plumbing.feed")

    migrating = asyncio.create_task(migrate.migrate(fresh, transitions()))
    for wanted in (1, 0, 1):  # it queues for the lock, lets go of it, and queues again
        while await _queued(reader) != wanted:
            await asyncio.sleep(0.01)
            assert not migrating.done()
    await reading.rollback()
    await reader.close()

    assert await migrating == [LATE]
    assert await value(fresh, "SELECT count(note) FROM plumbing.feed") == 0


async def _queued(conn) -> int:
    return await conn.fetchval(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'plumbing.feed'::regclass"
    )
