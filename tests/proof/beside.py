"""Judge two commands beside each other.

After any order of their statements stands what one after the other would have left, their answers
are those, and no invariant is broken.
"""

import ast
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg

import proof.commands  # noqa: F401 - the commands enter themselves
from entrepot.plumbing import db
from proof.callers import COMMANDS, GIVEN, PASSES, READS, Caller, passes_by
from proof.interleave import (
    Run,
    Search,
    ending,
    first,
    follow,
    locking,
    stops,
    written,
)
from proof.kept import UNTOLD_OF, Kept, State, differences, every_invariant
from proof.scarce import Process, Scarce, seed
from proof.stepping import CLOCK, Pair, Side, connect

EVERY_PAIR = os.environ.get("ENTREPOT_PROOF") in {"pairs", "all"}
"""Whether every pair is run, or a ninth of them."""

EVERY_ORDER = os.environ.get("ENTREPOT_PROOF") == "all"
"""Whether every order of a pair is run that can make a difference, or the telling ones only."""

NAMES = "AB"
NOBODY = "nobody"
NAMED = tuple(COMMANDS)
"""The commands, in the order of the page that has them."""


@dataclass(frozen=True, slots=True)
class End:
    """What a run came to: both answers, and all that stands."""

    answers: tuple[str, str]
    state: State


@dataclass(slots=True)
class Verdict:
    """What was found of a pair. `cut` runs turned out to be others again."""

    commands: tuple[str, str]
    runs: int = 0
    cut: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Bench:
    """A world, two processes in it, and somebody who watches."""

    kept: Kept
    scarce: Scarce
    processes: Sequence[Process]
    observer: asyncpg.Connection
    dirty: set[str] = field(default_factory=set)
    sides: Sequence[Side] = ()

    async def start(self, commands: Sequence[str]) -> Pair:
        """Put the world back and begin these commands."""
        for side in self.sides:
            self.dirty |= side.written
        given = [GIVEN[name] for name in dict.fromkeys(commands) if name in GIVEN]
        await self.kept.put_back(self.dirty, given)
        self.dirty = {"inventory.position"} if given else set()
        for process in self.processes:
            process.conn.side = None
            await process.forgets()
        self.sides = [
            Side(name, process.conn, self.scarce.at + timedelta(seconds=60 + number))
            for number, (name, process) in enumerate(zip(NAMES, self.processes, strict=True))
        ]
        pair = Pair(self.sides, self.observer)
        for side, process, name in zip(self.sides, self.processes, commands, strict=True):
            caller = Caller(side.name, process, self.scarce)
            run = passes_by if name == NOBODY else COMMANDS[name]
            side.start(lambda run=run, caller=caller: run(caller))
        await pair.settled()
        return pair

    async def end(self, pair: Pair) -> End:
        """Read what a run came to."""
        tables = {table for side in pair.sides for table in side.written}
        names = self.kept.state | await self.kept.read(tables)
        return End((_answer(pair.sides[0]), _answer(pair.sides[1])), names)

    async def broken(self) -> list[str]:
        """Name the invariants that are broken."""
        found = [row["name"] for row in await self.kept.conn.fetch(every_invariant())]
        untold = [row["name"] for row in await self.kept.conn.fetch(UNTOLD_OF)]
        return found + [f"{sku} is free, is waited for, and nobody will look" for sku in untold]


def _answer(side: Side) -> str:
    assert side.task is not None
    fault = side.task.exception()
    return repr(side.task.result()) if fault is None else f"fault: {fault!r}"


@asynccontextmanager
async def bench(dsn: str) -> AsyncIterator[Bench]:
    """Lay the scarce market into an empty database and keep it."""
    pool = await db.open_pool(dsn, size=4)
    scarce = await seed(pool)
    await pool.close()
    keeper, observer = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    conns = [await connect(dsn) for _ in NAMES]
    try:
        kept = await Kept.of(keeper)
        CLOCK.set(scarce.at)
        yield Bench(kept, scarce, [await Process.starts(conn) for conn in conns], observer)
    finally:
        for conn in [*conns, keeper, observer]:
            await conn.close()


class Beside:
    """The proof of one pair."""

    def __init__(self, bench: Bench, one: str, other: str) -> None:
        self.bench = bench
        self.commands = (one, other)
        self.verdict = Verdict(self.commands)
        self.serial: dict[str, End] = {}

    async def prove(self, *, every: bool = EVERY_ORDER) -> Verdict:
        """Run the two serial orders, then every other; or only those that tell most.

        These are: one side stops before it locks anything, or before it commits, and the other
        goes to its end, or as far as it can.
        """
        for place in range(2):
            await self._serially(place)
            if self.commands[place] in PASSES:
                await self._passed_by(place)
        if every:
            search = Search(self._start)
            while not search.exhausted:
                run = await search.run(self._judge)
                self.verdict.runs += run.whole
                self.verdict.cut += not run.whole
            return self.verdict
        choosers = [stops(place, before) for place in range(2) for before in (locking, ending)]
        for choose in choosers:
            pair = await self._start()
            await self._judge(pair, await follow(pair, choose))
            self.verdict.runs += 1
        return self.verdict

    async def _serially(self, place: int) -> None:
        pair = await self._start()
        run = await follow(pair, first(place))
        end = await self.bench.end(pair)
        self.serial[written(run.schedule)] = end
        await self._sound(pair, run)
        if any(answer.startswith("fault") for answer in end.answers):
            self._say(run, "faults also when one follows the other", end.answers)

    async def _passed_by(self, place: int) -> None:
        """Run one alone: the other may leave the work to it."""
        commands = list(self.commands)
        commands[place] = NOBODY
        pair = await self.bench.start(commands)
        await follow(pair, first(place))
        self.serial[f"{NAMES[place]} passing by"] = await self.bench.end(pair)

    async def _start(self) -> Pair:
        return await self.bench.start(self.commands)

    async def _judge(self, pair: Pair, run: Run) -> None:
        await self._sound(pair, run)
        if pair.deadlocked:
            return
        end = await self.bench.end(pair)
        if not any(self._same(end, other) for other in self.serial.values()):
            self._say(run, "is like neither order", self._how(end))

    async def _sound(self, pair: Pair, run: Run) -> None:
        broken = await self.bench.broken()
        if broken:
            self._say(run, "leaves broken", broken)
        if pair.deadlocked or any(
            isinstance(fault, asyncpg.DeadlockDetectedError)
            for side in pair.sides
            for fault in side.faults
        ):
            self._say(run, "is a deadlock", pair.deadlocked)

    def _same(self, end: End, other: End) -> bool:
        if end.state != other.state:
            return False
        return all(
            mine == its or command in READS
            for command, mine, its in zip(self.commands, end.answers, other.answers, strict=True)
        ) and self._reads_well(end)

    def _reads_well(self, end: End) -> bool:
        """What was looked up is never more than could be had before, between or after."""
        return all(
            _no_more(end.answers[at], [each.answers[at] for each in self.serial.values()])
            for at, command in enumerate(self.commands)
            if command in READS
        )

    def _how(self, end: End) -> list[str]:
        found = []
        for order, other in self.serial.items():
            found += [f" against {order}: {other.answers}, here {end.answers}"]
            found += differences(end.state, other.state)
        return found

    def _say(self, run: Run, what: str, how: Sequence[str]) -> None:
        said = f"{self.commands[0]} | {self.commands[1]}: {written(run.schedule)} {what}"
        self.verdict.faults.append("\n".join([said, *how]))


def _no_more(read: str, serially: Sequence[str]) -> bool:
    units: Mapping[str, int] = ast.literal_eval(read)
    most = [ast.literal_eval(each) for each in serially]
    return all(units[sku] <= max(each[sku] for each in most) for sku in units)
