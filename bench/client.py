"""A small keep-alive HTTP/1.1 client that sends prepared bytes: exact where `wrk` only has time.

It sends every request it is given and waits for every answer, so what it counted is what happened.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import uvloop

from bench.request import Target

Seen = Callable[[int, bytes], None]


@dataclass(slots=True)
class Tally:
    """What came back; `lost` requests met a closed connection and were not sent again."""

    statuses: Counter[int] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)
    lost: int = 0
    seconds: float = 0.0


def send(
    to: Target, requests: Iterable[bytes], *, connections: int, seen: Seen | None = None
) -> Tally:
    """Send the requests over so many connections, one at a time on each, until all are answered.

    `seen` is called with each answer's status and body.
    """
    return uvloop.run(drive(to, requests, connections=connections, seen=seen))


async def drive(
    to: Target, requests: Iterable[bytes], *, connections: int, seen: Seen | None = None
) -> Tally:
    """Do as `send`, in a loop that already runs."""
    tally = Tally()
    source = iter(requests)
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_lane(to, source, tally, seen))
    tally.seconds = time.monotonic() - began
    return tally


async def _lane(to: Target, source: Iterator[bytes], tally: Tally, seen: Seen | None) -> None:
    """Send what the source gives, one at a time; a closed connection is opened again."""
    reader, writer = await asyncio.open_connection(to.host, to.port)
    for request in source:
        sent_at = time.monotonic()
        try:
            writer.write(request)
            status, body = await answer(reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            tally.lost += 1
            writer.close()
            reader, writer = await asyncio.open_connection(to.host, to.port)
            continue
        tally.statuses[status] += 1
        tally.waits_s.append(time.monotonic() - sent_at)
        if seen is not None:
            seen(status, body)
    writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one answer: its status and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head[9:12]), await reader.readexactly(_content_length(head))


def _content_length(head: bytes) -> int:
    """Read the length of the body; ValueError without one, for this client reads no chunks."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    if head[9:12] in {b"204", b"304"}:
        return 0
    raise ValueError(f"an answer without Content-Length: {head!r}")
