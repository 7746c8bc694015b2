"""Every order of two commands' statements that can make a difference, one run after another.

Depth first over the choice of who goes next. Of two moves that commute only one order is followed:
a side that was tried first sleeps until the other one has done what it could notice (sleep sets,
Godefroid, LNCS 1032, 1996). What is left are all orders but for the swapping of neighbors that
cannot notice each other.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from proof.stepping import Move, Pair, Side

Start = Callable[[], Awaitable[Pair]]
"""Puts the world back and begins both commands."""


@dataclass(slots=True)
class Point:
    """A moment at which it was chosen who goes next."""

    ready: tuple[int, ...]
    asleep: frozenset[int]
    tried: list[int]

    def next_(self) -> int | None:
        """Give a side that was not tried here and does not sleep."""
        awake = (s for s in self.ready if s not in self.asleep and s not in self.tried)
        return next(awake, None)


@dataclass(slots=True)
class Run:
    """One order that was run: who went when, by the sides' places; `whole`: to the end."""

    schedule: list[int] = field(default_factory=list)
    whole: bool = False


class Search:
    """Runs one order after another until none is left; `reduced` False: really every order."""

    def __init__(self, start: Start, *, reduced: bool = True) -> None:
        self.start = start
        self.reduced = reduced
        self.path: list[Point] = []
        self.exhausted = False

    async def run(self, judge: Callable[[Pair, Run], Awaitable[None]]) -> Run:
        """Run the next order and have it judged, unless it turns out to be one that was run."""
        pair = await self.start()
        run = Run()
        ready = await pair.settled()
        asleep: frozenset[int] = frozenset()
        while ready:
            places = tuple(pair.sides.index(side) for side in ready)
            chosen = self._choose(len(run.schedule), places, asleep)
            if chosen is None:
                await pair.stop()
                break
            point = self.path[len(run.schedule)]
            run.schedule.append(chosen)
            slept = asleep | frozenset(point.tried[:-1])
            move, ready = await pair.step(pair.sides[chosen])
            asleep = frozenset(s for s in slept if s != chosen and self._sleeps_on(pair, s, move))
        else:
            run.whole = True
            await judge(pair, run)
        self._turn_back()
        return run

    def _choose(self, depth: int, ready: tuple[int, ...], asleep: frozenset[int]) -> int | None:
        if depth < len(self.path):
            point = self.path[depth]
            assert point.ready == ready, "the same order has led elsewhere: something is left over"
            return point.tried[-1]
        point = Point(ready, asleep if self.reduced else frozenset(), [])
        chosen = point.next_()
        if chosen is not None:
            point.tried.append(chosen)
            self.path.append(point)
        return chosen

    def _sleeps_on(self, pair: Pair, place: int, done: Move) -> bool:
        side = pair.sides[place]
        return side.ready and side.move().commutes(done)

    def _turn_back(self) -> None:
        while self.path:
            other = self.path[-1].next_()
            if other is not None:
                self.path[-1].tried.append(other)
                return
            self.path.pop()
        self.exhausted = True


Chooser = Callable[[Sequence[Side]], Side]
"""Says who goes next, of two that both may."""


async def follow(pair: Pair, choose: Chooser) -> Run:
    """Run one order: it is chosen while both may go; then whoever may goes, to the end."""
    run = Run(whole=True)
    ready = await pair.settled()
    while ready:
        side = choose(ready) if len(ready) > 1 else ready[0]
        run.schedule.append(pair.sides.index(side))
        _, ready = await pair.step(side)
    return run


def first(place: int) -> Chooser:
    """The one side to its end, then the other."""
    return lambda ready: ready[place]


def stops(place: int, before: Callable[[Move], bool]) -> Chooser:
    """The one side until it is about to do something; then the other to its end, then the rest."""
    there = False

    def choose(ready: Sequence[Side]) -> Side:
        nonlocal there
        there = there or before(ready[place].move())
        return ready[1 - place if there else place]

    return choose


def locking(move: Move) -> bool:
    """Whether it locks stock: all that was read before may be old by then."""
    return any(table.startswith("inventory.") for table in move.locks)


def ending(move: Move) -> bool:
    """Whether it ends a transaction that has locked: all that it does is done and not seen."""
    return bool(move.shows)


def written(schedule: list[int], names: str = "AB") -> str:
    """Write an order as people can read and compare it: A5 B3 A2."""
    parts: list[str] = []
    last, count = -1, 0
    for place in [*schedule, -1]:
        if place != last and count:
            parts.append(f"{names[last]}{count}")
            count = 0
        last, count = place, count + 1
    return " ".join(parts)
