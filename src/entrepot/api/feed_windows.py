"""A feed in windows: read ahead in bounds, put in key order, applied commit by commit, answered."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entrepot.api.app import App
from entrepot.api.arriving import CutOffError, Lines, parts
from entrepot.api.face import Request
from entrepot.api.feed_lines import LINE_BYTES_MAX, LineAnswer, Numbered, Read, encode, read, told
from entrepot.api.problems import Problem
from entrepot.inventory.heard import Ear
from entrepot.inventory.model import ROWS_PER_COMMIT_MAX
from entrepot.journey.stocktake import Booked, heard_of, take_feed
from entrepot.plumbing import db, mint

log = logging.getLogger(__name__)

WINDOW_ROWS = 16_000
"""Rows put in key order together. The more there are, the more of a commit's rows lie on the same
pages: from 4,000 to 16,000 a row of a million costs the database a quarter less."""

COMMITS_AT_ONCE = 2
"""Commits of one feed under way: one is decided on while the other becomes durable."""

BEHIND_S = 0.06
"""Orders that wait no longer than this are not held up: about as long as a batch of them takes."""

GIVES_WAY = 40.0
"""The next commit of all feeds waits while orders are held up, so many times as long at most as the
one before it took. Reading and answering rows takes about three times as long as their commit:
where orders always are held up, they have nine tenths of the time."""

LOOKS_S = 0.002

SILENT_S_MAX = 300.0
"""A sender that says nothing for so long has left."""


@dataclass(frozen=True, slots=True)
class Window:
    """Rows to be applied together, and what was refused among them; `first` is the first line."""

    rows: list[Numbered]
    refused: list[LineAnswer]
    first: int


class Inbox:
    """Lines that were read and are not applied yet, in bounds: whoever reads on waits for room.

    `why` says why there will be no more, where there should be; `problem` why there were none.
    """

    def __init__(self) -> None:
        self.why: str | None = None
        self.problem: Problem | None = None
        self.next_line = 1
        self._first = 1
        self._rows: list[Numbered] = []
        self._refused: list[LineAnswer] = []
        self._ended = False
        self._news, self._room = asyncio.Event(), asyncio.Event()

    async def put(self, lines: Sequence[bytes], at: datetime) -> None:
        """Read lines, and wait until there is room for more."""
        found: Read = read(lines, self.next_line, at)
        self.next_line += len(lines)
        self._rows += found.rows
        self._refused += found.refused
        if self._rows or self._refused:
            self._news.set()
        while len(self._rows) + len(self._refused) >= WINDOW_ROWS:
            self._room.clear()
            await self._room.wait()

    def end(self) -> None:
        """Say that no more will come."""
        self._ended = True
        self._news.set()

    async def begins(self) -> bool:
        """Wait for the first rows; answers whether there are any."""
        await self._news.wait()
        return bool(self._rows or self._refused)

    async def take(self) -> Window | None:
        """Take all there is, as soon as there is any; None: it has ended."""
        await self._news.wait()
        if not (self._rows or self._refused):
            return None
        window = Window(self._rows, self._refused, self._first)
        self._rows, self._refused, self._first = [], [], self.next_line
        if not self._ended:
            self._news.clear()
        self._room.set()
        return window


async def read_in(request: Request, inbox: Inbox) -> None:
    """Read a request's body into the inbox, line by line, until it ends or nothing more comes."""
    try:
        await _read_lines(request, inbox)
    except CutOffError as cut_off:
        inbox.why = str(cut_off)
    except Problem as problem:
        inbox.problem = problem
    except TimeoutError:
        inbox.why = f"nothing has come for {SILENT_S_MAX:.0f} s"
    except asyncio.CancelledError:
        inbox.why = "the server is stopping"
        raise
    except Exception:
        log.exception("a feed could not be read")
        inbox.why = "a fault of ours"
    finally:
        inbox.end()


async def _read_lines(request: Request, inbox: Inbox) -> None:
    assert request.arriving is not None, "the route streams"
    lines = Lines(LINE_BYTES_MAX)
    packed = request.headers.get("content-encoding")
    async for part in _timely(parts(request.arriving, packed)):
        cut = lines.cut(part)
        if cut:
            await inbox.put(cut, mint.now())
        await asyncio.sleep(0)
    rest = lines.rest()
    if rest:
        await inbox.put([rest], mint.now())


async def _timely(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(SILENT_S_MAX):
            part = await anext(body, None)
        if part is None:
            return
        yield part


@dataclass(frozen=True, slots=True)
class Applied:
    """A window whose rows are committed: answers by line, and whose sources were heard of.

    `why` says why it broke off, where it did: then some of it may be applied, and none answered.
    """

    first: int
    answers: dict[int, LineAnswer]
    ear: Ear
    why: str | None = None


async def apply_next(request: Request, inbox: Inbox) -> Applied | None:
    """Apply what has come in key order, in commits of bounded size; None: no more will come."""
    window = await inbox.take()
    if window is None:
        return None
    applied = Applied(window.first, {each.line: each for each in window.refused}, Ear())
    turns = asyncio.Semaphore(COMMITS_AT_ONCE)

    async def in_turn(chunk: Sequence[Numbered]) -> None:
        async with turns:
            await _chunk(request, chunk, applied.answers, applied.ear)

    try:
        async with asyncio.TaskGroup() as group:
            for chunk in _chunks(window.rows):
                group.create_task(in_turn(chunk))
    except BaseExceptionGroup as faults:
        return replace(applied, why=why_broken(faults.exceptions[0]))
    return applied


def why_broken(fault: BaseException) -> str:
    """Say why a feed breaks off, to its sender; raises what is no fault."""
    if isinstance(fault, (*db.UNREACHABLE, *db.TRY_AGAIN)):
        log.warning("a feed was broken off: %r", fault)
        return "the database did not answer"
    if not isinstance(fault, Exception):
        raise fault
    log.error("a feed was broken off", exc_info=fault)
    return "a fault of ours"


async def answered(request: Request, applied: Applied) -> bytes:
    """Note that a window's sources were heard, and print its answers in the order of its lines."""
    await _heard(request, applied.ear)
    printed = bytearray()
    ascending = [applied.answers[line] for line in sorted(applied.answers)]
    for at in range(0, len(ascending), ROWS_PER_COMMIT_MAX):
        printed += encode(ascending[at : at + ROWS_PER_COMMIT_MAX])
        await asyncio.sleep(0)
    return bytes(printed)


def _chunks(rows: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """Cut rows in key order, so many together as a commit may hold; no position is cut in two."""
    keys = [f"{m.sku}\0{m.node_id}" for _, m in rows]
    order = sorted(range(len(rows)), key=keys.__getitem__)
    first = 0
    while first < len(order):
        end = min(first + ROWS_PER_COMMIT_MAX, len(order))
        while end < len(order) and keys[order[end]] == keys[order[end - 1]]:
            end += 1
        yield [rows[place] for place in order[first:end]]
        first = end


async def _chunk(
    request: Request, chunk: Sequence[Numbered], answers: dict[int, LineAnswer], ear: Ear
) -> None:
    await _give_way(request.app)
    market = await request.app.world.market(request.principal.market)
    rows = [row for _, row in chunk]
    at = mint.now()

    async def work(conn: db.Connection) -> Booked:
        return await take_feed(conn, market, rows, at=at, actor=request.actor)

    began = time.perf_counter()
    booked = await db.in_transaction(request.app.pool, work)
    request.app.feed_commit_s = time.perf_counter() - began
    market.stock.put(booked.free)
    await asyncio.sleep(0)
    ear.hear(heard_of(rows, booked.results), at)
    for (number, _), result in zip(chunk, booked.results, strict=True):
        answers[number] = told(number, result)


async def _give_way(app: App) -> None:
    """Let orders that are held up go first, for a while; commits of feeds wait one by one."""
    async with app.giving_way:
        for _ in range(int(GIVES_WAY * app.feed_commit_s / LOOKS_S)):
            if app.placing.behind_s() <= BEHIND_S:
                return
            await asyncio.sleep(LOOKS_S)


async def _heard(request: Request, ear: Ear) -> None:
    at = mint.now()

    async def work(conn: db.Connection) -> None:
        await ear.write(conn, request.principal.market, at=at)

    await db.in_transaction(request.app.pool, work)
