"""How often somebody may try: a bucket of tries for each login and each address, in memory.

What it keeps is bounded: beyond `most` the one asked longest ago is forgotten, and may try anew.
Every serving process counts for itself: with n of them there are n times as many tries.
"""

from collections import OrderedDict
from dataclasses import dataclass

BUCKETS_MAX = 20_000
"""Four megabytes at most."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` tries at once, and one more every `every_s` seconds."""

    burst: int
    every_s: float


PER_LOGIN = Allowance(10, 30.0)
"""Whoever forgot which password it was gets there; a guesser gets 2,900 a day, whatever addresses
he has. Of 12 letters that is nothing."""

PER_ADDRESS = Allowance(60, 2.0)
"""A store's people share an address; so does a whole company behind one proxy."""


def level_after(level: float, passed_s: float, allowance: Allowance) -> float:
    """Say how many tries a bucket holds that held `level` so many seconds ago."""
    return min(float(allowance.burst), level + max(0.0, passed_s) / allowance.every_s)


def wait_s(level: float, allowance: Allowance) -> float:
    """Say in how many seconds there will be one try; 0 where there is one."""
    return max(0.0, (1.0 - level) * allowance.every_s)


class Throttle:
    """Buckets of one allowance. `now` is seconds of any clock that only goes forward."""

    def __init__(self, allowance: Allowance, *, most: int = BUCKETS_MAX) -> None:
        self._allowance = allowance
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: str, now: float) -> float:
        """Take a try; answers 0, or in how many seconds there will be one."""
        level = self._level(name, now)
        wait = wait_s(level, self._allowance)
        self._put(name, level if wait else level - 1.0, now)
        return wait

    def give_back(self, name: str, now: float) -> None:
        """Who was right has not tried."""
        self._put(name, min(float(self._allowance.burst), self._level(name, now) + 1.0), now)

    def _level(self, name: str, now: float) -> float:
        level, at = self._buckets.get(name, (float(self._allowance.burst), now))
        return level_after(level, now - at, self._allowance)

    def _put(self, name: str, level: float, now: float) -> None:
        self._buckets[name] = (level, now)
        self._buckets.move_to_end(name)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
