"""Requests gather while the batch before them runs."""

import asyncio
from contextlib import suppress

import pytest

from entrepot.plumbing.batch import Batcher, QueueFull


class Poison(Exception):  # noqa: N818 - what it is
    """A request that cannot be run."""


class Unreachable(Exception):  # noqa: N818 - what happened
    """Nobody could be asked."""


class Counter:
    """Doubles numbers behind a gate; remembers the batches it was given."""

    def __init__(self, *poison: int, fault: type[Exception] = Poison) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.poison, self.fault = set(poison), fault
        self.at_work = self.at_work_max = 0

    async def run(self, numbers):
        self.batches.append(list(numbers))
        self.at_work += 1
        self.at_work_max = max(self.at_work, self.at_work_max)
        await self.gate.wait()
        self.at_work -= 1
        if self.poison & set(numbers):
            raise self.fault(str(sorted(self.poison & set(numbers))))
        return [2 * number for number in numbers]


def batcher(counter, **changes) -> Batcher[int, int]:
    return Batcher(counter.run, **{"batch_max": 4, "queue_max": 100} | changes)


async def answers(futures):
    return await asyncio.gather(*futures, return_exceptions=True)


async def test_one_request_is_a_batch_of_one_and_those_behind_it_share_the_next():
    counter = Counter()
    queue = batcher(counter)
    first = queue.submit(1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rest = [queue.submit(number) for number in (2, 3, 4)]
    counter.gate.set()

    assert await answers([first, *rest]) == [2, 4, 6, 8]
    assert counter.batches == [[1], [2, 3, 4]]


async def test_a_batch_is_never_longer_than_its_bound():
    counter = Counter()
    counter.gate.set()
    queue = batcher(counter)
    assert await answers([queue.submit(n) for n in range(10)]) == [2 * n for n in range(10)]
    assert [len(batch) for batch in counter.batches] == [4, 4, 2]


async def test_only_so_many_batches_run_at_a_time():
    counter = Counter()
    queue = batcher(counter, at_once=2)
    futures = [queue.submit(number) for number in range(20)]
    await asyncio.sleep(0.01)
    assert counter.batches == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert len(queue) == 12
    counter.gate.set()
    await answers(futures)
    assert counter.at_work_max == 2


async def test_what_is_behind_counts_from_the_oldest_request_without_an_answer():
    counter = Counter()
    queue = batcher(counter)
    assert queue.behind_s() == 0
    first = queue.submit(1)
    await asyncio.sleep(0.02)
    second = queue.submit(2)
    assert queue.behind_s() >= 0.02, "the first is under way, and not answered"
    counter.gate.set()
    await answers([first, second])
    await queue.drain()
    assert queue.behind_s() == 0


async def test_beyond_its_bound_the_queue_refuses_at_the_door_and_then_takes_again():
    counter = Counter()
    queue = batcher(counter, queue_max=3)
    waiting = [queue.submit(0)]
    await asyncio.sleep(0.01)
    waiting += [queue.submit(number) for number in (1, 2, 3)]
    with pytest.raises(QueueFull) as full:
        queue.submit(4)
    assert full.value.retry_after_s >= 1
    counter.gate.set()
    assert await answers(waiting) == [0, 2, 4, 6]
    assert await queue.submit(4) == 8
    assert [4] in counter.batches


@pytest.mark.parametrize("poison", range(8))
async def test_a_poisoned_request_fails_alone(poison):
    counter = Counter(poison)
    counter.gate.set()
    queue = batcher(counter, batch_max=8)

    found = await answers([queue.submit(number) for number in range(8)])

    assert isinstance(found[poison], Poison)
    assert [f for f in found if not isinstance(f, Poison)] == [
        2 * n for n in range(8) if n != poison
    ]
    assert [len(batch) for batch in counter.batches].count(1) == 2  # 8, 4, 2, then singles
    assert len(counter.batches) == 7


async def test_a_fault_that_is_nobody_s_own_goes_to_all_at_once_and_is_not_tried_again():
    counter = Counter(3, fault=Unreachable)
    counter.gate.set()
    queue = batcher(counter, give_up=(Unreachable,))
    found = await answers([queue.submit(number) for number in range(4)])
    assert [type(each) for each in found] == [Unreachable] * 4
    assert counter.batches == [[0, 1, 2, 3]]


async def test_a_caller_who_has_left_does_not_disturb_the_others():
    counter = Counter()
    queue = batcher(counter)
    gone, stays = queue.submit(1), queue.submit(2)
    gone.cancel()
    counter.gate.set()
    assert await stays == 4
    with suppress(asyncio.CancelledError):
        await gone
    assert await queue.submit(3) == 6


async def test_too_few_answers_are_a_fault_that_every_caller_hears_of():
    async def forgetful(numbers):
        return list(numbers)[1:]

    queue: Batcher[int, int] = Batcher(forgetful, batch_max=4, queue_max=9)
    async with asyncio.timeout(5):
        found = await answers([queue.submit(number) for number in range(3)])
    assert [type(each) for each in found] == [ValueError] * 3


async def test_drained_is_when_nothing_waits_and_nothing_runs():
    counter = Counter()
    queue = batcher(counter)
    futures = [queue.submit(number) for number in range(6)]
    draining = asyncio.create_task(queue.drain())
    await asyncio.sleep(0.02)
    assert not draining.done()
    counter.gate.set()
    await draining
    assert [future.done() for future in futures] == [True] * 6
