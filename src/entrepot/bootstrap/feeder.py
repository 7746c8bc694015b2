"""The feeder as its server sees it: started with the first feed, and again when it has ended."""

import asyncio
import logging
import mmap
import os
import socket
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path

from entrepot.api.feed_windows import Rush
from entrepot.api.feed_wire import BUFFER_BYTES
from entrepot.plumbing.mint import WRITER

log = logging.getLogger(__name__)

AGAIN_AFTER_S = 0.5
AGAIN_AFTER_S_MAX = 30.0
"""Before it is started again: each time twice as long, where it has not lived as long."""

STOP_S_MAX = 10.0
LOOKS_S = 0.005
IDLE_LOOKS_S = 0.25
BACKLOG = 64


class _Place:
    """Where it listens, before it is there, and a byte that says how it is with orders."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="entrepot-feeder-")
        self.path = str(Path(self._folder.name) / "socket")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen(BACKLOG)
        self.file = (Path(self._folder.name) / "rush").open("w+b")
        self.file.write(b"\0")
        self.file.flush()
        self.rush = mmap.mmap(self.file.fileno(), 1)

    def close(self) -> None:
        self.socket.close()
        self.rush.close()
        self.file.close()
        self._folder.cleanup()


class FeederProcess:
    """A child process of ours."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._place: _Place | None = None
        self._child: Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Reach it; whoever comes before it is there waits in the socket's queue."""
        if self._place is None:
            self._place = _Place()
            self._keeping = asyncio.create_task(self._keep(self._place))
        self._wanted.set()
        return await asyncio.open_unix_connection(self._place.path, limit=BUFFER_BYTES)

    async def tell_of_orders(
        self, feeding: Callable[[], bool], rush: Callable[[], Rush], stop: asyncio.Event
    ) -> None:
        """Tell it again and again while it is `feeding` how orders are, until `stop` is set."""
        while not stop.is_set():
            while self._place and feeding() and not stop.is_set():
                self._place.rush[0] = rush()
                await asyncio.sleep(LOOKS_S)
            if self._place:
                self._place.rush[0] = Rush.NONE
            await asyncio.sleep(IDLE_LOOKS_S)

    async def stop(self) -> None:
        """End it; feeds it has not answered are cut off."""
        if self._place is None or self._keeping is None:
            return
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        child = self._child
        if child is not None and child.returncode is None:
            child.terminate()
            try:
                await asyncio.wait_for(child.wait(), STOP_S_MAX)
            except TimeoutError:
                child.kill()
                await child.wait()
        self._place.close()

    async def _keep(self, place: _Place) -> None:
        pause_s = AGAIN_AFTER_S
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            began = time.monotonic()
            try:
                status = await self._run(place)
                log.error("the feeder ended unasked with %s; the next feed starts it again", status)
            except OSError:
                log.exception("the feeder could not be started; the next feed tries again")
            lived = time.monotonic() - began > AGAIN_AFTER_S_MAX
            pause_s = AGAIN_AFTER_S if lived else min(2 * pause_s, AGAIN_AFTER_S_MAX)
            await asyncio.sleep(pause_s)

    async def _run(self, place: _Place) -> int:
        fds = (place.socket.fileno(), place.file.fileno())
        environment = os.environ | {
            "ENTREPOT_DATABASE_URL": self._dsn, "ENTREPOT_PARENT": str(os.getpid()),
            "ENTREPOT_WRITER": str(WRITER),
        }  # fmt: skip
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "entrepot", "feed",
            "--listening", str(fds[0]), "--rush", str(fds[1]),
            env=environment, pass_fds=fds, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        return await self._child.wait()
