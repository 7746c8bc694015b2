"""A caller that sends a body piece by piece and reads its answer meanwhile, or does not."""

import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

NDJSON = "application/x-ndjson"
WAIT_S_MAX = 60.0


class Upload:
    """One call of `POST /v1/inventory/feed` under way, its body in HTTP chunks."""

    def __init__(self, wire: socket.socket, head: bytes) -> None:
        self._wire = wire
        self._wire.sendall(head)
        self._read = wire.makefile("rb")
        self._left = 0
        self.status = 0
        self.headers: dict[str, str] = {}

    def send(self, data: bytes) -> None:
        """Send a piece, whole."""
        self._wire.sendall(b"%x\r\n%s\r\n" % (len(data), data))

    def rows(self, *rows: Mapping[str, Any]) -> None:
        """Send rows, one on each line."""
        self.send(b"".join(json.dumps(row).encode() + b"\n" for row in rows))

    def send_all(self, data: bytes, *, within_s: float) -> bool:
        """Send pieces while they are taken; answers whether all were, as bytes on the wire."""
        self._wire.settimeout(within_s)
        try:
            self.send(data)
        except TimeoutError:
            return False
        finally:
            self._wire.settimeout(WAIT_S_MAX)
        return True

    def end(self) -> None:
        """Say that the body is whole."""
        self._wire.sendall(b"0\r\n\r\n")

    def leave(self) -> None:
        """Go away, in the middle of whatever it is; the server may have gone first."""
        with suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Read no more."""
        self._read.close()

    def begins(self) -> int:
        """Wait for the head of the answer; gives its status."""
        self.status = int(self._line().split()[1])
        while line := self._line():
            name, _, value = line.partition(b":")
            self.headers[name.decode().lower()] = value.strip().decode()
        return self.status

    def answer(self) -> dict[str, Any] | None:
        """Wait for the next line of the answer; None at its end."""
        if not self.status:
            assert self.begins() == 200, self.headers
        line = bytearray()
        while not line.endswith(b"\n"):
            if not self._left:
                self._left = int(self._line(), 16)
                if not self._left:
                    self._line()
                    assert not line, line
                    return None
            part = self._read.readline(self._left)
            assert part, "the answer was cut off"
            self._left -= len(part)
            line += part
            if not self._left:
                self._line()
        told: dict[str, Any] = json.loads(line)
        return told

    def answers(self) -> Iterator[dict[str, Any]]:
        """Read the answer to its end."""
        while (told := self.answer()) is not None:
            yield told

    def _line(self) -> bytes:
        return self._read.readline().rstrip(b"\r\n")


@contextmanager
def uploading(url: str, key: str, headers: Mapping[str, str] | None = None) -> Iterator[Upload]:
    """Begin a call; what is left of it is closed at the end."""
    where = urlsplit(url)
    assert where.hostname is not None
    told = {
        "host": where.netloc,
        "authorization": f"Bearer {key}",
        "content-type": NDJSON,
        "transfer-encoding": "chunked",
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    with socket.create_connection((where.hostname, where.port or 80), WAIT_S_MAX) as wire:
        call = Upload(wire, f"POST /v1/inventory/feed HTTP/1.1\r\n{head}\r\n".encode())
        try:
            yield call
        finally:
            call.close()


def printed(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Print rows as a body."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
