"""One embedded PostgreSQL for all tests; for each a transaction, rolled back, every invariant."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import databases
from entrepot.bootstrap import transitions
from entrepot.plumbing import db, migrate, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Embedded]:
    """An embedded PostgreSQL in a directory of its own, stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="entrepot-test-", ignore_cleanup_errors=True) as folder:
        embedded = postgres.start(Path(folder))
        yield embedded
        embedded.stop()


@pytest.fixture(scope="session")
async def dsn(server) -> str:
    """The migrated database."""
    await migrate.migrate(server.url(), transitions())
    return server.url()


@pytest.fixture(scope="session")
async def lines() -> AsyncIterator[list[db.Connection]]:
    """Connections that nobody uses: they know the plans of what was asked before."""
    made: list[db.Connection] = []
    yield made
    for conn in made:
        await conn.close()


@pytest.fixture
async def conn(dsn, lines) -> AsyncIterator[db.Connection]:
    """A connection in a transaction that is rolled back."""
    conn = lines.pop() if lines else await db.connect(dsn)
    transaction = conn.transaction()
    await transaction.start()
    yield conn
    if conn.is_closed():
        return
    await transaction.rollback()
    if await databases.put_back(conn):
        lines.append(conn)
    else:
        await conn.close()


@pytest.fixture
async def house(conn) -> AsyncIterator[db.Connection]:
    """The same, and when the test is done no invariant of any room is broken.

    What the rooms keep together is the journey's, and is looked at where they meet: in its own
    tests, in the stories, and wherever a test has a database of its own.
    """
    yield conn
    await databases.nothing_is_broken(conn, but="journey")


@pytest.fixture(scope="session")
async def template(server) -> AsyncIterator[str]:
    """A migrated database that nobody is connected to, for others to be copied from.

    Nothing of it outlives the session, so that no copy need wait for the disk.
    """
    async with databases.administrator(server) as conn:
        await conn.execute("ALTER SYSTEM SET fsync = off")
        await conn.execute("SELECT pg_reload_conf()")
    async with databases.own(server) as name:
        await migrate.migrate(server.url(name), transitions())
        yield name


@pytest.fixture(scope="session")
async def recycled(server, template) -> AsyncIterator[databases.Recycled]:
    """Copies of the migrated database, used again and again."""
    made = databases.Recycled(server, template)
    yield made
    await made.end()


@pytest.fixture
async def fresh(server, recycled) -> AsyncIterator[str]:
    """A database of the test's own, for what commits; when it is done no invariant is broken."""
    copy = await recycled.take()
    yield server.url(copy.name)
    try:
        await databases.nothing_is_broken(copy.conn)
    finally:
        await recycled.give_back(copy)


@pytest.fixture
async def pool(fresh) -> AsyncIterator[db.Pool]:
    """Connections to a database of the test's own."""
    pool = await db.open_pool(fresh, size=6)
    yield pool
    await pool.close()
