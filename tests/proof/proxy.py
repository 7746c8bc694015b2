"""A TCP proxy before PostgreSQL that loses what networks lose, at the worst moments.

`swallow` is the probability that the reply to a COMMIT is kept back and the connection cut: the
database has committed, and its client will never hear of it. `withhold` is the probability that a
COMMIT itself is kept back and the connection cut: to the client it looks the same, but nothing has
happened. `cut` is the probability, at every piece of traffic in either direction, that the
connection is cut before that piece goes on.

It knows of PostgreSQL's protocol 3 that a message from the server is a type byte, a length and a
body, that a commit ends in a CommandComplete ("C") whose body is "COMMIT", and that our driver asks
for it in a Query ("Q") of its own.
Source: PostgreSQL 18 documentation, "Message Formats".
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

PIECE_BYTES = 1 << 16
SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
HEADER_BYTES = 5
COMMITTED = b"C\0\0\0\x0bCOMMIT\0"
COMMIT = b"Q\0\0\0\x0cCOMMIT;\0"

Forward = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Messages:
    """Tells the messages of a server apart, however the network has cut them."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def whole(self, piece: bytes) -> Iterator[bytes]:
        """Take in a piece; give every message that is whole now, as it came."""
        self._rest += piece
        start = 0
        while len(self._rest) - start >= HEADER_BYTES:
            end = start + 1 + int.from_bytes(self._rest[start + 1 : start + HEADER_BYTES])
            if end > len(self._rest):
                break
            yield bytes(self._rest[start:end])
            start = end
        del self._rest[:start]


class Cut(ConnectionError):  # noqa: N818 - it is what happened
    """A connection has been cut on purpose."""


class Proxy:
    """Listens on a free port of 127.0.0.1 for `async with`; forwards to a PostgreSQL's socket."""

    def __init__(self, socket: Path, *, seed: int) -> None:
        self.swallow = self.withhold = self.cut = 0.0
        self.commits = self.swallowed = self.withheld = self.cuts = 0
        self._socket = socket
        self._chance = Random(seed)  # noqa: S311 - repeatable chance, not cryptography
        self._open: set[asyncio.Task[None]] = set()

    def url(self, database: str) -> str:
        """Give the URL of a database behind the proxy."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}?sslmode=disable"

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def calm(self) -> None:
        """Lose nothing any more."""
        self.swallow = self.withhold = self.cut = 0.0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for each in self._open:
            each.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end, whichever side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        writers = [writer]
        try:
            server, to_server = await asyncio.open_unix_connection(str(self._socket))
            writers.append(to_server)
            await _greet(reader, writer, to_server)
            await _first(self._ask(reader, to_server), self._answer(server, writer))
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # the connection ends here, for both
        finally:
            self._open.discard(task)
            for each in writers:
                each.transport.abort()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(PIECE_BYTES):
            self._maybe_cut()
            if piece == COMMIT:
                self._maybe_withhold()
            writer.write(piece)
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        messages = Messages()
        while piece := await reader.read(PIECE_BYTES):
            self._maybe_cut()
            for message in messages.whole(piece):
                if message == COMMITTED:
                    self._maybe_swallow()
                writer.write(message)
            await writer.drain()

    def _maybe_swallow(self) -> None:
        self.commits += 1
        if self._chance.random() < self.swallow:
            self.swallowed += 1
            raise Cut

    def _maybe_withhold(self) -> None:
        if self._chance.random() < self.withhold:
            self.withheld += 1
            raise Cut

    def _maybe_cut(self) -> None:
        if self._chance.random() < self.cut:
            self.cuts += 1
            raise Cut


async def _greet(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: asyncio.StreamWriter
) -> None:
    """Refuse encryption, which would hide the commits, and pass on the head of what comes then."""
    while True:
        head = await reader.readexactly(8)
        if int.from_bytes(head[4:]) not in {SSL_REQUEST, GSS_REQUEST}:
            server.write(head)
            return
        writer.write(b"N")


async def _first(*ways: Awaitable[None]) -> None:
    """Run both directions until one ends; raises what ended it."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def socket_of(sockets: Path) -> Path:
    """Give the socket of the server that keeps its sockets in this directory."""
    return sockets / ".s.PGSQL.5432"
