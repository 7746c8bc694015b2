"""Databases of a test's own: copied from a migrated one, dropped when the test is done."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass

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
    name = await _copied(server, template)
    try:
        yield name
    finally:
        await _dropped(server, name)


async def _copied(server: postgres.Embedded, template: str) -> str:
    name = f"own_{secrets.token_hex(6)}"
    async with administrator(server) as conn:
        await conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


async def _dropped(server: postgres.Embedded, name: str) -> None:
    async with administrator(server) as conn:
        await conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


SHAPE = """
SELECT md5(concat(
    (SELECT string_agg(concat(c.oid, c.relname, c.relkind, c.relnatts), ',' ORDER BY c.oid)
     FROM pg_class AS c WHERE c.relnamespace <> 'pg_toast'::regnamespace),
    (SELECT string_agg(concat(t.oid, t.tgenabled), ',' ORDER BY t.oid) FROM pg_trigger AS t),
    (SELECT string_agg(concat(p.oid, md5(p.prosrc)), ',' ORDER BY p.oid) FROM pg_proc AS p),
    (SELECT string_agg(concat(k.oid, pg_get_constraintdef(k.oid)), ',' ORDER BY k.oid)
     FROM pg_constraint AS k),
    (SELECT string_agg(s::text, ',') FROM pg_db_role_setting AS s)
))
"""
"""What a test may have made beside rows: tables, indexes, constraints, triggers, functions,
settings."""

TABLES = """
SELECT c.oid::regclass::text AS name
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
ORDER BY name
"""

ROWS = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} AS t"

RESTART = """
SELECT setval(c.oid, 1, FALSE) FROM pg_class AS c WHERE c.relkind = 'S'
"""

CUT_BYTES = 256 * 1024

ALONE = """
SELECT count(pg_terminate_backend(pid, 5000))
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def put_back(conn: db.Connection) -> bool:
    """Forget a session's settings and locks; answers whether it is as good as new."""
    await conn.reset()
    return not await conn.fetchval(
        "SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE from_sql)"
    )


@dataclass(slots=True)
class Copy:
    """A copy of a template, and a connection to it that knows the invariants' plans."""

    name: str
    conn: db.Connection


class Recycled:
    """Copies of a template for one test after another, each put back to what the template is."""

    def __init__(self, server: postgres.Embedded, template: str) -> None:
        self._server = server
        self._template = template
        self._spare: list[Copy] = []
        self._tables: list[str] = []
        self._kept: dict[str, str] = {}
        self._shape = ""

    async def take(self) -> Copy:
        """Give a database that is as the template was."""
        if not self._tables:
            await self._learn()
        if self._spare:
            return self._spare.pop()
        name = await _copied(self._server, self._template)
        return Copy(name, await db.connect(self._server.url(name)))

    async def give_back(self, copy: Copy) -> None:
        """Put it back; one that has another shape by now is dropped."""
        if copy.conn.is_closed():
            await self._drop(copy)
            return
        await copy.conn.execute(ALONE)
        await self._empty(copy.conn)
        if await self._shape_of(copy.conn) == (self._shape, self._kept):
            self._spare.append(copy)
        else:
            await self._drop(copy)

    async def end(self) -> None:
        """Drop them all."""
        while self._spare:
            await self._drop(self._spare.pop())

    async def _learn(self) -> None:
        conn = await db.connect(self._server.url(self._template))
        try:
            self._tables = [row["name"] for row in await conn.fetch(TABLES)]
            self._kept = dict.fromkeys([name for name, _ in await self._written(conn)], "")
            self._shape, self._kept = await self._shape_of(conn)
        finally:
            await conn.close()

    async def _empty(self, conn: db.Connection) -> None:
        """Delete all rows; a table of many is cut, which takes longer for each of few."""
        written = await self._written(conn)
        many = [name for name, size in written if size > CUT_BYTES]
        if many:
            await conn.execute(f"TRUNCATE {', '.join(many)} CASCADE")
        deletes = [f"DELETE FROM {name}" for name, size in written if size <= CUT_BYTES]  # noqa: S608
        await conn.execute("; ".join(["SET session_replication_role = replica", *deletes, RESTART]))
        await conn.execute("RESET session_replication_role")

    async def _written(self, conn: db.Connection) -> list[tuple[str, int]]:
        """Name the tables that have rows, with their size, but for those that the template has."""
        parts = [
            f"SELECT '{each}' AS name, pg_relation_size('{each}') AS size"  # noqa: S608
            f" WHERE EXISTS (SELECT 1 FROM {each})"
            for each in self._tables
            if each not in self._kept
        ]
        rows = await conn.fetch(" UNION ALL ".join(parts))
        return [(row["name"], row["size"]) for row in rows]

    async def _shape_of(self, conn: db.Connection) -> tuple[str, dict[str, str]]:
        """Give what is there beside rows, and what the template's own rows say, by table."""
        rows = {each: await conn.fetchval(ROWS.format(each)) for each in self._kept}
        return await conn.fetchval(SHAPE), rows

    async def _drop(self, copy: Copy) -> None:
        await copy.conn.close()
        await _dropped(self._server, copy.name)


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
