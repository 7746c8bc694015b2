"""The feeder as its server sees it: started with the first feed, and again when it has ended."""

import asyncio
import logging
import mmap
import os
import socket
import subprocess
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path

from entrepot.api.feed_wire import BUFFER_BYTES

log = logging.getLogger(__name__)

AGAIN_AFTER_S = 0.5
STOP_S_MAX = 10.0
LOOKS_S = 0.005
IDLE_LOOKS_S = 0.25
BACKLOG = 64


class FeederProcess:
    """A child process of ours, and the socket it listens on, which is there before it is."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._folder = tempfile.TemporaryDirectory(prefix="entrepot-feeder-")
        self._path = str(Path(self._folder.name) / "socket")
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(self._path)
        self._socket.listen(BACKLOG)
        self._flag_file = (Path(self._folder.name) / "held-up").open("w+b")
        self._flag_file.write(b"\0")
        self._flag_file.flush()
        self._flag = mmap.mmap(self._flag_file.fileno(), 1)
        self._child: Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Reach it; whoever comes before it is there waits in the socket's queue."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())
        return await asyncio.open_unix_connection(self._path, limit=BUFFER_BYTES)

    async def tell_held_up(
        self, feeding: Callable[[], bool], held_up: Callable[[], bool], stop: asyncio.Event
    ) -> None:
        """Tell it again and again while it is `feeding` whether orders are, until `stop` is set."""
        while not stop.is_set():
            while feeding() and not stop.is_set():
                self._flag[0] = held_up()
                await asyncio.sleep(LOOKS_S)
            await asyncio.sleep(IDLE_LOOKS_S)

    async def stop(self) -> None:
        """End it; feeds it has not answered are cut off."""
        if self._keeping is not None:
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
        self._socket.close()
        self._flag.close()
        self._flag_file.close()
        self._folder.cleanup()

    async def _keep(self) -> None:
        fds = (self._socket.fileno(), self._flag_file.fileno())
        environment = os.environ | {
            "ENTREPOT_DATABASE_URL": self._dsn, "ENTREPOT_PARENT": str(os.getpid()),
        }  # fmt: skip
        while True:
            try:
                self._child = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "entrepot", "feed",
                    "--listening", str(fds[0]), "--held-up", str(fds[1]),
                    env=environment, pass_fds=fds, stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
                status = await self._child.wait()
                log.error("the feeder ended unasked with %s; it is started again", status)
            except OSError:
                log.exception("the feeder could not be started; it is tried again")
            await asyncio.sleep(AGAIN_AFTER_S)
