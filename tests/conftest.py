"""One embedded PostgreSQL for all tests; a transaction for each, rolled back; every invariant after."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from entrepot.bootstrap import invariants, transitions
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


@pytest.fixture
async def conn(dsn) -> AsyncIterator[db.Connection]:
    """A connection in a transaction that is rolled back."""
    conn = await db.connect(dsn)
    transaction = conn.transaction()
    await transaction.start()
    yield conn
    await transaction.rollback()
    await conn.close()


@pytest.fixture
async def house(conn) -> AsyncIterator[db.Connection]:
    """The same, and when the test is done no invariant is broken."""
    yield conn
    for name, query in invariants().items():
        broken = await conn.fetch(query.text)
        assert broken == [], f"{name}: {broken[:3]}"
