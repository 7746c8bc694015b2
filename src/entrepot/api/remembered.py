"""Answers that many look at and few seconds change: made once for all who ask at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic

KEPT_S = 1.0
KEPT_S_MAX = 30.0
WORK_SHARE = 10.0
"""It is made anew after a second, or after ten times as long as it took, whichever is later: of a
process's time a tenth at most is spent on it, however many look and however large the market is."""

KEPT_MAX = 1_000


class Remembered:
    """Keeps encoded answers by key, each until it is too old; who asks meanwhile waits for one."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, bytes]] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """Give what is kept and young enough, else make it."""
        found = self._young(key)
        if found is not None:
            return found
        async with self._locks.setdefault(key, asyncio.Lock()):
            found = self._young(key)
            if found is not None:
                return found
            began = self._clock()
            made = await make()
            ended = self._clock()
            kept_s = min(max(KEPT_S, WORK_SHARE * (ended - began)), KEPT_S_MAX)
            if len(self._kept) >= KEPT_MAX:
                self.forget()
            self._kept[key] = (ended + kept_s, made)
            return made

    def forget(self) -> None:
        """Forget all: something was changed here that who looks next has to see."""
        self._kept.clear()
        self._locks = {key: lock for key, lock in self._locks.items() if lock.locked()}

    def _young(self, key: Hashable) -> bytes | None:
        until, made = self._kept.get(key, (0.0, b""))
        return made if self._clock() < until else None
