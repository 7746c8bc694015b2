"""The client's own book of what it asked for and what it was told, kept outside the system.

An intent is on the disk before its request is first sent, an answer before anybody counts it as
given. What stands here is what the system may be held to.
"""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec


class Intent(msgspec.Struct, frozen=True, tag="intent"):
    """One buyer means to have one order; `body` is the request as it is sent, every time."""

    buyer: str
    key: str
    body: str


class Ack(msgspec.Struct, frozen=True, tag="ack"):
    """A definite answer under this key: 201 with its order, or a refusal.

    `digest` is that of the answered document, whatever the order of its keys.
    """

    buyer: str
    key: str
    status: int
    order: str = ""
    digest: str = ""


Entry = Intent | Ack

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Entry)


class Ledger:
    """A file that is only appended to. Those who write at the same time share one sync."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._syncing: asyncio.Task[None] | None = None

    async def write(self, entry: Entry) -> None:
        """Answer when the entry is on the disk."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((_encode(entry) + b"\n", written))
        if self._syncing is None:
            self._syncing = asyncio.create_task(self._sync())
        await written

    async def _sync(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._append, [line for line, _ in batch])
            except OSError as fault:
                for _, written in batch:
                    written.set_exception(fault)
            else:
                for _, written in batch:
                    if not written.done():
                        written.set_result(None)
        self._syncing = None

    def _append(self, lines: Iterable[bytes]) -> None:
        self._file.write(b"".join(lines))
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def read(path: Path) -> list[Entry]:
    """Read the book from its beginning."""
    return [_decoder.decode(line) for line in path.read_bytes().splitlines()]
