"""Load at a pace: requests are sent when they are due, whether or not others were answered."""

import asyncio
import time
from collections.abc import Callable, Sequence

import uvloop

from bench import client
from bench.load import Load
from bench.request import Target, Template

LANES_MAX = 2_000
"""Connections: one is opened whenever a request is due and none is free, up to these."""

LATE_S = 0.001
"""Who is due within this is sent now: a loop's own clock is no finer."""

SENT_TOGETHER = 8
"""Of those who are late, so many are sent before answers are looked at."""


def run(
    to: Target,
    templates: Sequence[Template],
    *,
    per_second: float,
    enough: Callable[[float], bool],
) -> Load:
    """Send the templates round and round at a pace until it is `enough`, by the seconds so far.

    A wait is counted from when its request was due, so that who is late is not counted as quick.
    """
    return uvloop.run(_run(to, templates, per_second, enough))


async def _run(
    to: Target, templates: Sequence[Template], per_second: float, enough: Callable[[float], bool]
) -> Load:
    lanes = _Lanes(to)
    began = time.monotonic()
    number = 0
    async with asyncio.TaskGroup() as group:
        while not enough(time.monotonic() - began):
            due = began + number / per_second
            if (wait := due - time.monotonic()) > LATE_S:
                await asyncio.sleep(wait)
            elif number % SENT_TOGETHER == 0:
                await asyncio.sleep(0)
            request = templates[number % len(templates)].filled(number + 1)
            number += 1
            lane = await lanes.take()
            group.create_task(lanes.send(lane, due, request))
    lanes.close()
    waits = sorted(lanes.tally.waits_s)
    seconds = time.monotonic() - began
    return Load(
        dict(lanes.tally.statuses), seconds, _quantile_ms(waits, 0.5), _quantile_ms(waits, 0.99),
        lanes.tally.lost,
    )  # fmt: skip


Lane = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Lanes:
    """Connections that are free, and what was answered on all of them."""

    def __init__(self, to: Target) -> None:
        self._to = to
        self._free: asyncio.LifoQueue[Lane] = asyncio.LifoQueue()
        self._many = 0
        self.tally = client.Tally()

    async def take(self) -> Lane:
        """Give a connection that nobody uses; beyond LANES_MAX the next that is free."""
        if self._free.empty() and self._many < LANES_MAX:
            self._many += 1
            return await asyncio.open_connection(self._to.host, self._to.port)
        return await self._free.get()

    async def send(self, lane: Lane, due: float, request: bytes) -> None:
        """Send one request and wait for its answer, from when it was due."""
        reader, writer = lane
        writer.write(request)
        status, _ = await client.answer(reader)
        self.tally.statuses[status] += 1
        self.tally.waits_s.append(time.monotonic() - due)
        self._free.put_nowait(lane)

    def close(self) -> None:
        """Close them all; nobody waits for an answer any more."""
        while not self._free.empty():
            self._free.get_nowait()[1].close()


def _quantile_ms(ascending: Sequence[float], share: float) -> float:
    return 1e3 * ascending[int(share * (len(ascending) - 1))] if ascending else 0.0
