"""Databases of a test's own: copied from a migrated one, dropped when the test is done."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext

from entrepot.bootstrap import invariants
from entrepot.plumbing import db, postgres


@asynccontextmanager
async def administrator(server: postgres.Embedded) -> AsyncIterator[db.Connection]:
    """A connection that may make databases and drop them."""
    conn = await db.connect(server.url("postgres"))
    try:
        yield conn
    finally:
        await conn.close()


@asynccontextmanager
async def own(server: postgres.Embedded, template: str = "template1") -> AsyncIterator[str]:
    """Copy a database that nobody is connected to; give the copy's name."""
    name = f"own_{secrets.token_hex(6)}"
    async with administrator(server) as conn:
        await conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield name
    finally:
        async with administrator(server) as conn:
            await conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def nothing_is_broken(conn: db.Connection, *, but: str = "") -> None:
    """See that every invariant holds, but for those of one room."""
    for name, query in invariants().items():
        if name.partition(".")[0] != but:
            broken = await conn.fetch(query.text)
            assert broken == [], f"{name}: {broken[:3]}"


@contextmanager
def statements(conn: db.Connection) -> Iterator[list[str]]:
    """Collect the statements that are run meanwhile."""
    told: list[str] = []

    def hear(record) -> None:
        told.append(record.query)

    conn.add_query_logger(hear)
    try:
        yield told
    finally:
        conn.remove_query_logger(hear)


class OneConnection:
    """A pool of the one connection that a test listens to."""

    def __init__(self, conn: db.Connection) -> None:
        self._conn = conn

    def acquire(self) -> nullcontext[db.Connection]:
        """Lend it."""
        return nullcontext(self._conn)


async def somebody_waits(pool: db.Pool) -> None:
    """Wait until a statement of this database waits for another one's lock."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(10):
        while not await pool.fetchval(query):  # noqa: ASYNC110 - the server has no event for us
            await asyncio.sleep(0.005)
