"""Two commands beside each other, each on a connection of its own, one statement at a time.

A statement waits until it is let go; so does BEGIN and COMMIT. One that waits for the other side's
lock is known by what PostgreSQL says of it, never by the clock.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import asyncpg

from entrepot.bootstrap import CAPABILITIES

CLOCK: ContextVar[datetime] = ContextVar("the time by a side's clock")

LOOK_AGAIN_S = 0.002
"""A statement that takes longer may be waiting for a lock: PostgreSQL is asked."""

PATIENCE_S = 20.0
"""Nothing here takes so long: whoever waits so long is stuck, and so is the proof."""

DEADLOCK_MS = 300
"""PostgreSQL ends one of two that wait for each other so soon: they have long been seen here."""

SETTINGS = {
    "application_name": "proof",
    "timezone": "UTC",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "deadlock_timeout": str(DEADLOCK_MS),
    "lock_timeout": "15000",
    "statement_timeout": "15000",
}

_COMMENT = re.compile(r"--[^\n]*")
_TABLE = re.compile(r'\b([a-z]+)\.("?)([a-z_]+)\2(?![.\w(])')
_WRITTEN = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z]+)\.("?)([a-z_]+)\2')
_LOCKS = re.compile(r"\bFOR (?:NO KEY )?UPDATE\b|\bFOR (?:KEY )?SHARE\b")
_ROOMS = frozenset({*CAPABILITIES, "proof"})
NOTHING: frozenset[str] = frozenset()


class Uses(NamedTuple):
    """The tables a statement reads, and those in which it writes or locks rows."""

    sees: frozenset[str]
    locks: frozenset[str]
    writes: frozenset[str]


@lru_cache(None)
def uses(statement: str) -> Uses:
    """Read off a statement's text which tables it uses: too many rather than too few."""
    text = _COMMENT.sub("", statement)
    sees = frozenset(f"{room}.{name}" for room, _, name in _TABLE.findall(text) if room in _ROOMS)
    writes = frozenset(f"{room}.{name}" for room, _, name in _WRITTEN.findall(text))
    return Uses(sees, sees if _LOCKS.search(text) else writes, writes)


class Move(NamedTuple):
    """What one step of a side does: what it reads and locks, and what it ends by committing."""

    sees: frozenset[str] = NOTHING
    locks: frozenset[str] = NOTHING
    shows: frozenset[str] = NOTHING

    def commutes(self, other: "Move") -> bool:
        """Whether it makes no difference which of two sides' moves comes first.

        What is not committed is seen by nobody else: beside locks, only the end of a transaction
        is felt by the other side, by statements that use the same tables.
        """
        return not (self.locks & other.locks or self.shows & other.sees or other.shows & self.sees)


class Stepped(asyncpg.Connection):
    """A connection whose statements wait for their side's turn."""

    side: "Side | None" = None

    async def execute(self, query, *args, **more):
        return await self._turn(query, super().execute, args, more)

    async def executemany(self, command, args, **more):
        return await self._turn(command, super().executemany, (args,), more)

    async def fetch(self, query, *args, **more):
        return await self._turn(query, super().fetch, args, more)

    async def fetchrow(self, query, *args, **more):
        return await self._turn(query, super().fetchrow, args, more)

    async def fetchval(self, query, *args, **more):
        return await self._turn(query, super().fetchval, args, more)

    async def _turn(self, query, run, args, more):
        if self.side is None:
            return await run(query, *args, **more)
        return await self.side.turn(query, lambda: run(query, *args, **more))


async def connect(dsn: str) -> Stepped:
    """Open a connection that can be stepped."""
    return await asyncpg.connect(
        dsn, connection_class=Stepped, server_settings=SETTINGS, statement_cache_size=1024,
        max_cached_statement_lifetime=0,
    )  # fmt: skip


@dataclass(slots=True, eq=False)
class Side:
    """One of the two: where it stands, what it has used, what became of it."""

    name: str
    conn: Stepped
    at: datetime
    pid: int = 0
    task: "asyncio.Task[object] | None" = None
    query: str | None = None
    rests: asyncio.Event = field(default_factory=asyncio.Event)
    waits: bool = False
    ending: bool = False
    failed: bool = False
    in_transaction: bool = False
    touched: frozenset[str] = NOTHING
    written: frozenset[str] = NOTHING
    faults: list[BaseException] = field(default_factory=list)
    past: list[str] = field(default_factory=list)
    _go: "asyncio.Future[None] | None" = None

    def start(self, work: Callable[[], Awaitable[object]]) -> None:
        """Begin: it comes as far as its first statement."""
        self.conn.side = self
        self.pid = self.conn.get_server_pid()
        context = copy_context()
        context.run(CLOCK.set, self.at)
        self.task = asyncio.get_running_loop().create_task(_of(work), context=context)
        self.task.add_done_callback(lambda _: self._done())

    def _done(self) -> None:
        self.query = None
        self.rests.set()

    @property
    def done(self) -> bool:
        return self.task is not None and self.task.done()

    @property
    def ready(self) -> bool:
        """Whether it stands before a statement and may be let go."""
        return self.query is not None and self.rests.is_set()

    async def turn(self, query: str, run: Callable[[], Awaitable[object]]) -> object:
        """Wait to be let go, then run a statement. Called by the connection."""
        if not self.ending:
            self.query = query
            self._go = asyncio.get_running_loop().create_future()
            self.rests.set()
            await self._go
        try:
            return await run()
        except asyncpg.PostgresError as fault:
            self.faults.append(fault)
            self.failed = True
            raise

    def move(self) -> Move:
        """Say what its next statement will do."""
        assert self.query is not None
        word = self.query.lstrip().partition(" ")[0].upper().rstrip(";")
        if word in {"BEGIN", "START", "SAVEPOINT", "RELEASE"}:
            return Move()
        if word in {"COMMIT", "ROLLBACK"}:
            return Move(shows=self.touched)
        used = uses(self.query)
        return Move(used.sees, used.locks, NOTHING if self.in_transaction else used.locks)

    def go(self) -> Move:
        """Let it run its next statement; answers what that does."""
        assert self.query is not None
        assert self._go is not None
        move, query = self.move(), self.query
        word = query.lstrip().partition(" ")[0].upper().rstrip(";")
        if word in {"BEGIN", "START"}:
            self.in_transaction = True
        elif word in {"COMMIT", "ROLLBACK"}:
            self.in_transaction, self.touched = False, NOTHING
        elif self.in_transaction:
            self.touched |= move.locks
        if word not in {"BEGIN", "START", "COMMIT", "ROLLBACK"}:
            self.written |= uses(query).writes
        self.past.append(query)
        self.failed = False
        self.query = None
        self.rests.clear()
        self._go.set_result(None)
        return move


async def _of(work: Callable[[], Awaitable[object]]) -> object:
    return await work()


class Pair:
    """Two sides, let go in turn by whoever watches."""

    def __init__(self, sides: Sequence[Side], observer: asyncpg.Connection) -> None:
        self.sides = sides
        self.observer = observer
        self.deadlocked: list[str] = []

    def other(self, side: Side) -> Side:
        return self.sides[1 - self.sides.index(side)]

    async def start(self, *works: Callable[[], Awaitable[object]]) -> list[Side]:
        """Begin both; answers who may be let go."""
        for side, work in zip(self.sides, works, strict=True):
            side.start(work)
        return await self.settled()

    async def step(self, side: Side) -> tuple[Move, list[Side]]:
        """Let a side take its next step; answers what it was, and who may be let go then."""
        move = side.go()
        await self._rest(side)
        other = self.other(side)
        if other.waits and (move.shows or side.failed):
            other.waits = False
        return move, await self.settled()

    async def settled(self) -> list[Side]:
        """Wait until each side stands before a statement, waits for the other's lock or is done.

        Where each waits for the other both are ended.
        """
        while True:
            for side in self.sides:
                if not side.waits:
                    await self._rest(side)
            ready = [side for side in self.sides if side.ready]
            if ready or all(side.done for side in self.sides):
                return ready
            self.deadlocked += [f"{s.name}: {s.past[-1]}" for s in self.sides if s.waits]
            await self.stop()  # who of them PostgreSQL would end, and what then, is chance
            return []

    async def _rest(self, side: Side) -> None:
        """Wait for a side to rest, or to be seen waiting for the other one."""
        async with asyncio.timeout(PATIENCE_S):
            while not side.rests.is_set():
                try:
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await side.rests.wait()
                except TimeoutError:
                    side.waits = await self._waits(side)
                    if side.waits:
                        return
        side.waits = False

    async def _waits(self, side: Side) -> bool:
        found = await self.observer.fetchval("SELECT pg_blocking_pids($1)", side.pid)
        return self.other(side).pid in found and not side.rests.is_set()

    async def stop(self) -> None:
        """End both where they stand: nothing of what is open is committed."""
        while open_ := [side for side in self.sides if not side.done]:
            standing = [side for side in open_ if side.rests.is_set()]
            for side in standing:
                assert side.task is not None
                side.ending = True
                side.task.cancel()
                await asyncio.wait([side.task], timeout=PATIENCE_S)
                await side.conn.reset()  # it may have been about to begin, or to commit
            if not standing:
                await asyncio.sleep(LOOK_AGAIN_S)
