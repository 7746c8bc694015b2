"""Send a body as it is made, no faster than the client takes it.

The server's own stream takes whatever it is given and keeps it in memory until the client reads.
A file it reads only as fast as the client does, so it is given a named pipe for a file: what it has
not read yet is held here, up to a bound, and beyond that nobody makes more.
"""

import asyncio
import logging
import os
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

HELD_BYTES_MAX = 8 * 1024 * 1024
"""Answers that wait for the client: enough for one that sends some 100,000 rows before it reads."""

STALLED_S_MAX = 120.0
"""A client that takes nothing for so long has left."""

OPENED_S_MAX = 10.0
PAUSE_S = 0.002


async def pour(
    protocol: Any,  # noqa: ANN401 - the server's own type
    status: int,
    headers: list[tuple[str, str]],
    parts: AsyncGenerator[bytes, None],
) -> None:
    """Answer with the parts, in order, until there are no more or the client has left."""
    first = await anext(parts, b"")
    try:
        pipe = await _piped(protocol, status, headers)
        try:
            await _send(pipe, first, parts)
        finally:
            os.close(pipe)
    except (OSError, TimeoutError) as gone:
        log.info("a client left before all was sent: %r", gone)
    finally:
        await parts.aclose()


async def _send(pipe: int, first: bytes, parts: AsyncIterator[bytes]) -> None:
    held = _Held(pipe)
    sending = asyncio.create_task(held.send())
    try:
        wanted = await held.put(first)
        while wanted and (part := await anext(parts, None)) is not None:
            wanted = await held.put(part)
        held.end()
        await sending
    finally:
        sending.cancel()


async def _piped(
    protocol: Any,  # noqa: ANN401 - the server's own type
    status: int,
    headers: list[tuple[str, str]],
) -> int:
    """Give the end of a pipe that the server reads; raises TimeoutError where it does not."""
    with tempfile.TemporaryDirectory(prefix="entrepot-") as folder:
        path = Path(folder) / "answer"
        os.mkfifo(path, 0o600)
        protocol.response_file(status, headers, str(path))
        async with asyncio.timeout(OPENED_S_MAX):
            while True:
                try:
                    return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
                except OSError:  # nobody reads it yet
                    await asyncio.sleep(PAUSE_S)


class _Held:
    """What was made and the client has not taken, in bounds."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._parts: deque[bytes] = deque()
        self._bytes = 0
        self._ended = self._gone = False
        self._more, self._room = asyncio.Event(), asyncio.Event()

    async def put(self, part: bytes) -> bool:
        """Take a part and wait until there is room again; answers whether anybody reads on."""
        self._parts.append(part)
        self._bytes += len(part)
        self._more.set()
        while self._bytes >= HELD_BYTES_MAX and not self._gone:
            self._room.clear()
            await self._room.wait()
        return not self._gone

    def end(self) -> None:
        """Say that there are no more."""
        self._ended = True
        self._more.set()

    async def send(self) -> None:
        """Write what there is, until the end; raises OSError or TimeoutError: nobody reads on."""
        try:
            while self._parts or not self._ended:
                if not self._parts:
                    self._more.clear()
                    await self._more.wait()
                    continue
                part = self._parts.popleft()
                await self._write(memoryview(part))
                self._bytes -= len(part)
                self._room.set()
        finally:
            self._gone = True
            self._room.set()

    async def _write(self, part: memoryview) -> None:
        while part:
            try:
                part = part[os.write(self._pipe, part) :]
            except BlockingIOError:
                async with asyncio.timeout(STALLED_S_MAX):
                    await self._writable()

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_writer(self._pipe, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_writer(self._pipe)
