"""The one door to PostgreSQL: run a named statement, get typed rows; run a unit of work, retried.

Every transaction here is a retryable function: it may be run again from its start after a
serialization failure, a deadlock, a lock that took too long, or a connection lost at COMMIT. That
is only right under an idempotency key or an idempotent effect, which every caller has.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import asyncpg
import msgspec
from asyncpg.protocol import protocol as _driver

from entrepot.plumbing.sql import Query

R = TypeVar("R")

for _name in ("IterableABC", "SizedABC"):
    # The driver asks of every element of every array whether it is an array itself, by two abstract
    # base classes: a tenth of what a capture costs. Here an array is a list or a tuple, always.
    if hasattr(_driver, _name):
        setattr(_driver, _name, (list, tuple))

Connection = asyncpg.Connection
Pool = asyncpg.Pool

Fault = asyncpg.exceptions.PostgresError
"""A statement that failed for a reason of the database's."""


class Outrun(Exception):  # noqa: N818 - what happened
    """Something was decided on what another transaction has changed meanwhile: decide again."""


TRY_AGAIN = (
    Outrun,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.UniqueViolationError,
    asyncpg.exceptions.QueryCanceledError,
)
"""Another transaction was in the way; the same work may well succeed now."""

UNREACHABLE = (
    OSError,
    asyncpg.exceptions.InterfaceError,
    asyncpg.exceptions.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.CannotConnectNowError,
    TimeoutError,
)
"""The database could not be asked, or its answer was lost: the outcome is unknown until asked
again under the same key."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Milliseconds; why: a commit waits for nobody's report, and nobody waits for ever."""

    lock_ms: int = 2_000
    statement_ms: int = 30_000
    idle_in_transaction_ms: int = 30_000


async def connect(dsn: str, limits: Limits = Limits()) -> Connection:
    """Open one connection with the house's limits set on it."""
    conn: Connection = await asyncpg.connect(
        dsn, timeout=10, server_settings=_settings(limits), **_CACHE
    )
    return conn


async def open_pool(dsn: str, *, size: int, limits: Limits = Limits()) -> Pool:
    """Open a pool of at most `size` connections.

    A connection that is cut while it is being made is tried again for some seconds: a process that
    starts while its database is restarted, or its network is bad, need not die of it.
    """
    for pause_s in (*_PAUSES_S, None):
        try:
            pool: Pool = await asyncpg.create_pool(
                dsn,
                min_size=min(2, size),
                max_size=size,
                timeout=10,
                command_timeout=60,
                reset=_nothing_to_reset,
                server_settings=_settings(limits),
                **_CACHE,
            )
        except (asyncpg.PostgresConnectionError, asyncpg.exceptions.CannotConnectNowError):
            if pause_s is None:
                raise
            await asyncio.sleep(pause_s)
        else:
            return pool
    raise AssertionError("unreachable")


_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


async def _nothing_to_reset(_: Connection) -> None:
    """Nothing here changes a session's state: undoing nothing would cost a round trip a commit."""


_CACHE = {"statement_cache_size": 512, "max_cached_statement_lifetime": 0}


def _settings(limits: Limits) -> dict[str, str]:
    return {
        "application_name": "entrepot",
        "timezone": "UTC",
        "jit": "off",
        "plan_cache_mode": "force_generic_plan",
        "lock_timeout": str(limits.lock_ms),
        "statement_timeout": str(limits.statement_ms),
        "idle_in_transaction_session_timeout": str(limits.idle_in_transaction_ms),
    }


async def fetch(conn: Connection, query: Query, row: type[R], /, **values: object) -> list[R]:
    """Run a statement and give each record as `row`, built by position."""
    records = await conn.fetch(query.text, *query.places(values))
    return [row(*record) for record in records]


async def execute(conn: Connection, query: Query, /, **values: object) -> int:
    """Run a statement that answers nothing and say how many rows it wrote."""
    status: str = await conn.execute(query.text, *query.places(values))
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


async def in_transaction(
    pool: Pool, work: Callable[[Connection], Awaitable[R]], *, tries: int = 5
) -> R:
    """Run `work` in one transaction, again from its start where another one was in the way."""
    for attempt in range(1, tries + 1):
        try:
            async with pool.acquire() as conn, conn.transaction():
                return await work(conn)
        except TRY_AGAIN as fault:
            if attempt == tries:
                raise
            log.info("transaction tried again: %s (attempt %d)", fault, attempt)
            await asyncio.sleep(0.005 * attempt * attempt)
    raise AssertionError("unreachable")


def json_text(value: object) -> str:
    """Print a value as the JSON text PostgreSQL's `json` type takes."""
    return msgspec.json.encode(value).decode()
