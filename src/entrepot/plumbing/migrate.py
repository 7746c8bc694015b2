"""Forward migrations: numbered files, each once, each in a transaction that never queues for long.

A migration waits at most `LOCK_MS` for a lock and then gives way, so that no order ever stalls
behind it; it is tried again until `TRIES` are spent. Lifecycles are seeded after every run.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import asyncpg

from entrepot.plumbing import db

LOCK_MS = 200
TRIES = 150
_LOCK_KEY = 0x656E7472  # "entr": one migrator at a time

_BOOK = """
CREATE SCHEMA IF NOT EXISTS plumbing_book;
CREATE TABLE IF NOT EXISTS plumbing_book.migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


class ChangedMigration(Exception):  # noqa: N818 - what happened
    """An applied migration's file is no longer what was applied: history is not rewritten."""


def known() -> list[Migration]:
    """Give the migrations that ship with this code, in order."""
    files = sorted(
        (file for file in _folder().iterdir() if file.name.endswith(".sql")), key=lambda f: f.name
    )
    return [Migration(int(f.name[:4]), f.name[5:-4], f.read_text("utf-8")) for f in files]


async def migrate(dsn: str, transitions: Iterable[tuple[str, str, str, str]]) -> list[Migration]:
    """Bring the database at `dsn` up to date; answers what was applied now.

    `transitions` are the rows of every lifecycle. Raises ChangedMigration, or the database's own
    fault when a lock could not be had in all tries.
    """
    conn = await db.connect(dsn, db.Limits(lock_ms=LOCK_MS, statement_ms=0))
    try:
        await conn.execute("SET lock_timeout = '60s'")
        await conn.execute("SELECT pg_advisory_lock($1)", _LOCK_KEY)
        await conn.execute(f"SET lock_timeout = '{LOCK_MS}ms'")
        await conn.execute(_BOOK)
        applied = dict(await conn.fetch("SELECT number, digest FROM plumbing_book.migration"))
        fresh = [each for each in known() if not _is_applied(each, applied)]
        for migration in fresh:
            await _apply(conn, migration)
        await _seed(conn, list(transitions))
        return fresh
    finally:
        await conn.close()


def _is_applied(migration: Migration, applied: dict[int, str]) -> bool:
    digest = applied.get(migration.number)
    if digest is not None and digest != migration.digest:
        raise ChangedMigration(
            f"{migration.number:04}_{migration.name} differs from what was applied"
        )
    return digest is not None


async def _apply(conn: db.Connection, migration: Migration) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            async with conn.transaction():
                await conn.execute(migration.text)
                await conn.execute(
                    "INSERT INTO plumbing_book.migration (number, name, digest)"
                    " VALUES ($1, $2, $3)",
                    migration.number, migration.name, migration.digest,
                )  # fmt: skip
        except asyncpg.LockNotAvailableError:
            if attempt == TRIES:
                raise
            await asyncio.sleep(0.3)
        else:
            return


async def _seed(conn: db.Connection, rows: list[tuple[str, str, str, str]]) -> None:
    async with conn.transaction():
        await conn.executemany(
            "INSERT INTO plumbing.transition (machine, from_state, verb, to_state)"
            " VALUES ($1, $2, $3, $4) ON CONFLICT (machine, from_state, verb)"
            " DO UPDATE SET to_state = excluded.to_state"
            " WHERE transition.to_state <> excluded.to_state",
            rows,
        )


def _folder() -> Traversable:
    packaged = resources.files("entrepot") / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "migrations"
