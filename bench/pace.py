"""Load at a pace: requests are sent when they are due, whether or not others were answered."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

import uvloop

from bench import client
from bench.load import Load
from bench.request import Target, Template

LANES = 64
"""Connections: enough that one is free whenever a request is due."""


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
    tally = client.Tally()
    began = time.monotonic()

    def due() -> Iterator[tuple[float, bytes]]:
        number = 0
        while not enough(time.monotonic() - began):
            request = templates[number % len(templates)].filled(number + 1)
            yield began + number / per_second, request
            number += 1

    source = due()
    async with asyncio.TaskGroup() as group:
        for _ in range(LANES):
            group.create_task(_lane(to, source, tally))
    waits = sorted(tally.waits_s)
    seconds = time.monotonic() - began
    return Load(
        dict(tally.statuses), seconds, _quantile_ms(waits, 0.5), _quantile_ms(waits, 0.99),
        tally.lost,
    )  # fmt: skip


async def _lane(to: Target, source: Iterator[tuple[float, bytes]], tally: client.Tally) -> None:
    reader, writer = await asyncio.open_connection(to.host, to.port)
    for due, request in source:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        writer.write(request)
        status, _ = await client.answer(reader)
        tally.statuses[status] += 1
        tally.waits_s.append(time.monotonic() - due)
    writer.close()


def _quantile_ms(ascending: Sequence[float], share: float) -> float:
    return 1e3 * ascending[int(share * (len(ascending) - 1))] if ascending else 0.0
