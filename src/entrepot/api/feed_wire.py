"""What a serving process and its feeder say to each other: a length, then one message.

A feed is a connection of its own. The server begins it and passes the body on as it comes; the
feeder is ready, says that it begins or refuses, tells what moved and what was answered, and ends.
"""

import asyncio

import msgspec

from entrepot.api.problems import Code, FieldError, Problem
from entrepot.inventory.model import Free
from entrepot.terms.ids import MarketId

LENGTH_BYTES = 4

BUFFER_BYTES = 1024 * 1024
"""What either end reads ahead, about."""


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """Whose feed it is, and how its body is packed."""

    market: MarketId
    actor: str
    packed: str | None


class Part(msgspec.Struct, frozen=True, tag="part"):
    """Some bytes of the body."""

    data: bytes


class End(msgspec.Struct, frozen=True, tag="end"):
    """The body has ended; `why` where it was cut off."""

    why: str | None = None


Asked = Begin | Part | End


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """Somebody is there."""


class Begun(msgspec.Struct, frozen=True, tag="begun"):
    """Rows have come, and will be answered."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """Nothing was read, for that reason."""

    code: Code
    detail: str
    errors: list[FieldError]
    headers: list[tuple[str, str]]


class Moved(msgspec.Struct, frozen=True, tag="moved"):
    """A commit is durable since `at` (seconds of the machine's monotonic clock): this is free."""

    at: float
    free: list[Free]


class Told(msgspec.Struct, frozen=True, tag="told"):
    """The answers of all lines before `next_line` that were not answered yet."""

    next_line: int
    data: bytes


class Over(msgspec.Struct, frozen=True, tag="over"):
    """No more is answered; `why` where lines from `next_line` on should have been."""

    next_line: int
    why: str | None = None


Said = Ready | Begun | Refused | Moved | Told | Over

_encoder = msgspec.msgpack.Encoder()
_asked: msgspec.msgpack.Decoder[Asked] = msgspec.msgpack.Decoder(Asked)
_said: msgspec.msgpack.Decoder[Said] = msgspec.msgpack.Decoder(Said)


def send(writer: asyncio.StreamWriter, message: Asked | Said) -> None:
    """Write a message; who writes many waits for `drain`. Raises OSError: nobody reads it."""
    if writer.is_closing():
        raise ConnectionResetError("the other end has left")
    packed = _encoder.encode(message)
    writer.write(len(packed).to_bytes(LENGTH_BYTES, "big"))
    writer.write(packed)


async def asked(reader: asyncio.StreamReader) -> Asked:
    """Read what the server asks; raises EOFError or OSError when it has left."""
    return _asked.decode(await _packed(reader))


async def said(reader: asyncio.StreamReader) -> Said:
    """Read what the feeder says; raises EOFError or OSError when it has left."""
    return _said.decode(await _packed(reader))


async def _packed(reader: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
    return await reader.readexactly(length)


def refused(problem: Problem) -> Refused:
    """Say a problem."""
    return Refused(problem.code, problem.detail, problem.errors, problem.headers)


def problem(told: Refused) -> Problem:
    """Give the problem that was said."""
    return Problem(told.code, told.detail, errors=told.errors, headers=told.headers)
