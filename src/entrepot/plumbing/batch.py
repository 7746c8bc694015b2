"""Many callers, one commit: requests gather while the previous batch runs."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")
Run = Callable[[Sequence[Q]], Awaitable[Sequence[A]]]


class QueueFull(Exception):  # noqa: N818 - it is what happened, not a fault
    """The caller is refused at the door: try again after `retry_after_s`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many requests are waiting; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Batcher(Generic[Q, A]):
    """Gathers requests into sets of at most `batch_max` and runs up to `at_once` sets at a time.

    No timer: an idle system runs a batch of one at once, a busy one lets the queue fill while a
    commit is on its way. Beyond `queue_max` waiting requests `submit` raises QueueFull. A batch
    that faults is run again in halves down to singles, so that one poisoned request cannot fail
    its neighbors; the fault is raised only to the caller whose request alone still faults.
    Faults in `give_up` say nothing of any single request and go to every caller at once.
    """

    def __init__(
        self,
        run: Run[Q, A],
        *,
        batch_max: int,
        queue_max: int,
        at_once: int = 1,
        give_up: tuple[type[BaseException], ...] = (),
    ) -> None:
        self._run = run
        self._batch_max = batch_max
        self._queue_max = queue_max
        self._free = at_once
        self._at_once = at_once
        self._give_up = give_up
        self._waiting: deque[tuple[Q, asyncio.Future[A], float]] = deque()
        self._running: dict[asyncio.Task[None], float] = {}
        self._scheduled = False
        self._pace_s = 0.01

    def __len__(self) -> int:
        return len(self._waiting)

    def behind_s(self) -> float:
        """Say for how many seconds the oldest request that has no answer yet has been here."""
        if self._running:
            return time.perf_counter() - next(iter(self._running.values()))
        return time.perf_counter() - self._waiting[0][2] if self._waiting else 0.0

    def submit(self, request: Q) -> asyncio.Future[A]:
        """Queue a request; the future brings its answer, or the fault of its own batch of one."""
        if len(self._waiting) >= self._queue_max:
            raise QueueFull(1 + int(self._pace_s * len(self._waiting) / self._batch_max))
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[A] = loop.create_future()
        self._waiting.append((request, answer, time.perf_counter()))
        if not self._scheduled and self._free:
            self._scheduled = True
            loop.call_soon(self._start)
        return answer

    async def drain(self) -> None:
        """Wait until nothing is queued and nothing runs."""
        while self._waiting or self._running:  # noqa: ASYNC110 - at the end only, off the hot path
            await asyncio.sleep(0.005)

    def _start(self) -> None:
        self._scheduled = False
        while self._waiting and self._free:
            size = min(len(self._waiting), self._batch_max)
            since = self._waiting[0][2]
            batch = [self._waiting.popleft()[:2] for _ in range(size)]
            self._free -= 1
            task = asyncio.get_running_loop().create_task(self._serve(batch))
            self._running[task] = since
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._free += 1
        self._start()

    async def _serve(self, batch: list[tuple[Q, asyncio.Future[A]]]) -> None:
        began = time.perf_counter()
        await self._answer(batch)
        self._pace_s = 0.8 * self._pace_s + 0.2 * (time.perf_counter() - began)

    async def _answer(self, batch: list[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            answers = await self._run([request for request, _ in batch])
            answered = list(zip(batch, answers, strict=True))
        except BaseException as fault:  # noqa: BLE001 - every caller must hear of it
            await self._halve(batch, fault)
            return
        for (_, future), answer in answered:
            if not future.done():
                future.set_result(answer)

    async def _halve(self, batch: list[tuple[Q, asyncio.Future[A]]], fault: BaseException) -> None:
        hopeless = not isinstance(fault, Exception) or isinstance(fault, self._give_up)
        if hopeless or len(batch) == 1:
            for _, future in batch:
                if not future.done():
                    future.set_exception(fault)
            return
        middle = len(batch) // 2
        await self._answer(batch[:middle])
        await self._answer(batch[middle:])
