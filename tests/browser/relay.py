"""A stretch of network between a browser and the server, that can be cut and mended."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

CHUNK = 65_536


class Relay:
    """Passes bytes on in both directions until it is cut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._there = (parts.hostname, parts.port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._whole = threading.Event()
        self._whole.set()
        self._lines: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._open, daemon=True).start()

    def cut(self) -> None:
        """Break every line, and let nobody through."""
        self._whole.clear()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self._lines.clear()

    def mend(self) -> None:
        """Let everybody through again."""
        self._whole.set()

    def close(self) -> None:
        """Take it down."""
        self.cut()
        self._door.close()

    def _open(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if not self._whole.is_set():
                near.close()
                continue
            far = socket.create_connection(self._there)
            self._lines += [near, far]
            for whence, whither in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(whence, whither), daemon=True).start()

    def _pass(self, whence: socket.socket, whither: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := whence.recv(CHUNK):
                whither.sendall(chunk)
        for line in (whence, whither):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


@contextmanager
def relaying(url: str) -> Iterator[Relay]:
    """Stand between while inside."""
    relay = Relay(url)
    try:
        yield relay
    finally:
        relay.close()
