"""A feed in windows: read ahead in bounds, put in key order, applied commit by commit, answered."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

from entrepot.api.arriving import CutOffError, Lines, parts
from entrepot.api.feed_lines import LINE_BYTES_MAX, LineAnswer, Numbered, Read, encode, read, told
from entrepot.api.problems import Problem
from entrepot.inventory.heard import Ear
from entrepot.inventory.model import ROWS_PER_COMMIT_MAX, Free
from entrepot.journey.stocktake import Booked, heard_of, take_feed
from entrepot.journey.world import Market, World
from entrepot.plumbing import db, mint
from entrepot.terms.ids import MarketId

log = logging.getLogger(__name__)

WINDOW_ROWS = 16_000
"""Rows put in key order together. The more there are, the more of a commit's rows lie on the same
pages: from 4,000 to 16,000 a row of a million costs the database a quarter less."""

AT_ONCE_MAX = 8
"""Feeds applied at the same time: each holds some ten megabytes."""

ROWS_BESIDE_ORDERS = 250
"""Rows of a commit while orders come: those that want the same positions wait for its end. Alone
feeds commit ROWS_PER_COMMIT_MAX, which cost less each."""

COMMITS_AT_ONCE = 2
"""Commits of one feed under way: one is decided on while the other becomes durable."""

GIVES_WAY = 10.0
"""The next commit of all feeds waits while orders are held up, so many times as long at most as the
one before it took."""

LOOKS_S = 0.002


class Rush(IntEnum):
    """How it is with orders, as a server tells its feeder."""

    NONE = 0
    SOME = 1
    HELD_UP = 2


@dataclass(slots=True)
class Feeder:
    """The process that applies feeds.

    `rush` says how it is with orders at this moment: commits of feeds are small while some come,
    and go one by one while some are held up. What it knows of a market is `poll_s` old at most.
    """

    pool: db.Pool
    world: World
    poll_s: float
    rush: Callable[[], int]
    commit_s: float = 0.0
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE_MAX))
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _read_at: dict[MarketId, float] = field(default_factory=dict)

    async def market(self, market: MarketId, *, anew: bool = False) -> Market:
        """Give a market as it is, or was a moment ago; `anew`: as it is."""
        at = time.monotonic()
        if anew or at - self._read_at.get(market, 0.0) > self.poll_s:
            await self.world.refresh(market)
            self._read_at[market] = at
        return await self.world.market(market)

    def rows_at_once(self) -> int:
        """Say how many rows the next commit may hold."""
        return ROWS_PER_COMMIT_MAX if self.rush() == Rush.NONE else ROWS_BESIDE_ORDERS

    async def give_way(self) -> None:
        """Let orders that are held up go first, for a while; commits of feeds wait one by one."""
        async with self._turn:
            for _ in range(int(GIVES_WAY * self.commit_s / LOOKS_S)):
                if self.rush() < Rush.HELD_UP:
                    return
                await asyncio.sleep(LOOKS_S)


@dataclass(slots=True)
class Feed:
    """One feed: whose it is, and who hears of what is free after each commit."""

    feeder: Feeder
    market: MarketId
    actor: str
    moved: Callable[[Sequence[Free]], None]
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Rows to be applied together, and what was refused among them: lines `first` to `end`."""

    rows: list[Numbered]
    refused: list[LineAnswer]
    first: int
    end: int


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
        window = Window(self._rows, self._refused, self._first, self.next_line)
        self._rows, self._refused, self._first = [], [], self.next_line
        if not self._ended:
            self._news.clear()
        self._room.set()
        return window


async def read_in(body: AsyncIterator[bytes], packed: str | None, inbox: Inbox) -> None:
    """Read a body into the inbox, line by line, until it ends or nothing more comes."""
    try:
        lines = Lines(LINE_BYTES_MAX)
        async for part in parts(body, packed):
            cut = lines.cut(part)
            if cut:
                await inbox.put(cut, mint.now())
            await asyncio.sleep(0)
        rest = lines.rest()
        if rest:
            await inbox.put([rest], mint.now())
    except CutOffError as cut_off:
        inbox.why = str(cut_off)
    except Problem as problem:
        inbox.problem = problem
    except Exception:
        log.exception("a feed could not be read")
        inbox.why = "a fault of ours"
    finally:
        inbox.end()


@dataclass(frozen=True, slots=True)
class Applied:
    """A window whose rows are committed: answers by line, and whose sources were heard of.

    `why` says why it broke off, where it did: then some of it may be applied, and none answered.
    """

    first: int
    end: int
    answers: dict[int, LineAnswer]
    ear: Ear
    why: str | None = None


async def apply_next(feed: Feed, inbox: Inbox) -> Applied | None:
    """Apply what has come in key order, in commits of bounded size; None: no more will come."""
    window = await inbox.take()
    if window is None:
        return None
    refused = {each.line: each for each in window.refused}
    applied = Applied(window.first, window.end, refused, Ear())
    chunks = _chunks(window.rows, feed.feeder.rows_at_once)

    async def one_by_one(market: Market) -> None:
        for chunk in chunks:
            await _chunk(feed, market, chunk, applied)

    try:
        market = await feed.feeder.market(feed.market, anew=not feed.begun)
        feed.begun = True
        async with asyncio.TaskGroup() as group:
            for _ in range(COMMITS_AT_ONCE):
                group.create_task(one_by_one(market))
    except BaseExceptionGroup as faults:
        return replace(applied, why=why_broken(faults.exceptions[0]))
    except Exception as fault:  # noqa: BLE001 - the sender hears of it
        return replace(applied, why=why_broken(fault))
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


async def answered(feed: Feed, applied: Applied) -> bytes:
    """Note that a window's sources were heard, and print its answers in the order of its lines."""
    await _heard(feed, applied.ear)
    printed = bytearray()
    ascending = [applied.answers[line] for line in sorted(applied.answers)]
    for at in range(0, len(ascending), ROWS_PER_COMMIT_MAX):
        printed += encode(ascending[at : at + ROWS_PER_COMMIT_MAX])
        await asyncio.sleep(0)
    return bytes(printed)


def _chunks(rows: Sequence[Numbered], most: Callable[[], int]) -> Iterator[list[Numbered]]:
    """Cut rows in key order, so many together as a commit may hold; no position is cut in two.

    How many that are is asked for each chunk.
    """
    keys = [f"{m.sku}\0{m.node_id}" for _, m in rows]
    order = sorted(range(len(rows)), key=keys.__getitem__)
    first = 0
    while first < len(order):
        end = min(first + most(), len(order))
        while end < len(order) and keys[order[end]] == keys[order[end - 1]]:
            end += 1
        yield [rows[place] for place in order[first:end]]
        first = end


async def _chunk(feed: Feed, market: Market, chunk: Sequence[Numbered], applied: Applied) -> None:
    feeder = feed.feeder
    await feeder.give_way()
    rows = [row for _, row in chunk]
    at = mint.now()

    async def work(conn: db.Connection) -> Booked:
        return await take_feed(conn, market, rows, at=at, actor=feed.actor)

    began = time.perf_counter()
    booked = await db.in_transaction(feeder.pool, work)
    feeder.commit_s = time.perf_counter() - began
    feed.moved(booked.free)
    await asyncio.sleep(0)
    applied.ear.hear(heard_of(rows, booked.results), at)
    for (number, _), result in zip(chunk, booked.results, strict=True):
        applied.answers[number] = told(number, result)


async def _heard(feed: Feed, ear: Ear) -> None:
    at = mint.now()

    async def work(conn: db.Connection) -> None:
        await ear.write(conn, feed.market, at=at)

    await db.in_transaction(feed.feeder.pool, work)
