"""One connection that feeds: sends a body as fast as it is taken, and reads its answers."""

import re
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPResponse

from bench.request import Target
from bench.stage import RefusedError

PIECE_ROWS = 2_000
READ_BYTES = 1 << 18
_OTHERWISE = re.compile(rb'"status":"(?!applied)(\w+)"')


@dataclass(frozen=True, slots=True)
class Fed:
    """What a feed came to: its rows, and the seconds from the first to the last answer."""

    rows: int
    seconds: float

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds


def feed(to: Target, pieces: Sequence[bytes]) -> Fed:
    """Send pieces of whole lines in one call; raises RefusedError where a row is not applied."""
    rows = sum(piece.count(b"\n") for piece in pieces)
    with socket.create_connection((to.host, to.port)) as wire:
        began = time.monotonic()
        sending = threading.Thread(target=_send, args=(wire, to, pieces))
        sending.start()
        answered = _read(wire)
        seconds = time.monotonic() - began
        sending.join()
    if answered != rows:
        raise RefusedError(f"{answered} of {rows} rows were answered")
    return Fed(rows, seconds)


def lines(rows: Iterable[str]) -> list[bytes]:
    """Print rows as pieces of a body."""
    pieces, piece = [], []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE_ROWS:
            pieces.append("\n".join([*piece, ""]).encode())
            piece = []
    return [*pieces, "\n".join([*piece, ""]).encode()] if piece else pieces


def moment(seconds_ago: float = 0.0) -> str:
    """Give a moment as feeds write it."""
    now = datetime.now(UTC)  # noqa: TID251 - a benchmark is a shell
    return (now - timedelta(seconds=seconds_ago)).isoformat()


def _send(wire: socket.socket, to: Target, pieces: Sequence[bytes]) -> None:
    wire.sendall(
        f"POST /v1/inventory/feed HTTP/1.1\r\nHost: {to.host}\r\nAuthorization: Bearer {to.key}\r\n"
        "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    for piece in pieces:
        wire.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
    wire.sendall(b"0\r\n\r\n")


def _read(wire: socket.socket) -> int:
    """Count the rows answered, to the end; raises RefusedError for one that is not applied."""
    answer = HTTPResponse(wire)
    answer.begin()
    if answer.status != HTTPStatus.OK:
        raise RefusedError(answer.read(2000).decode(errors="replace"))
    answered, rest = 0, b""
    while data := answer.read1(READ_BYTES):
        *lines, rest = (rest + data).split(b"\n")
        answered += len(lines)
        if lines and (other := _OTHERWISE.search(b"\n".join(lines))) is not None:
            raise RefusedError(f"a row was answered {other[1].decode()}")
    return answered
