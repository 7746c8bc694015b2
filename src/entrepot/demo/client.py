"""How the people talk to Entrepot: JSON calls that wait when told to, and take effect once."""

import asyncio
from collections.abc import Container
from typing import TypeVar

import msgspec

from entrepot.demo.http import Answer, Http, LostError
from entrepot.demo.tally import Tally

TRIES_MAX = 40
WAIT_MAX_S = 5.0
"""Forty tries, up to five seconds apart: the people outlast a restart, but not a dead server."""

BUSY = frozenset({429, 502, 503, 504})

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode


class ApiError(RuntimeError):
    """An answer that the caller cannot go on with."""


class Api:
    """One server. Every call but GET carries an idempotency key, so that it may be tried again."""

    def __init__(self, http: Http, tally: Tally) -> None:
        self._http = http
        self._tally = tally

    async def post(self, path: str, body: object, *, key: str) -> Answer:
        """Send, and try again while the server is busy, away or silent. Raises ApiError at last."""
        return await self._call("POST", path, _encode(body), key)

    async def patch(self, path: str, body: object, *, key: str) -> Answer:
        """Change something in part, in the same way."""
        return await self._call("PATCH", path, _encode(body), key)

    async def get(self, path: str) -> Answer:
        """Read, with the same patience."""
        return await self._call("GET", path, b"", "")

    async def _call(self, method: str, path: str, body: bytes, key: str) -> Answer:
        for tries in range(TRIES_MAX):
            try:
                answer = await self._http.send(method, path, body, key=key)
            except LostError:
                self._tally.seen["lost"] += 1
                wait_s = 0.1 * (tries + 1)
            except OSError:
                self._tally.seen["unreachable"] += 1
                wait_s = 0.5
            else:
                if answer.status not in BUSY:
                    return answer
                self._tally.seen["busy"] += 1
                wait_s = _seconds(answer.header(b"retry-after"))
            await asyncio.sleep(min(wait_s, WAIT_MAX_S))
        raise ApiError(f"{method} {path}: no answer after {TRIES_MAX} tries")

    def expect(self, answer: Answer, what: str, statuses: Container[int]) -> bool:
        """Say whether the answer is one of those foreseen; note it as a fault where it is not."""
        if answer.status in statuses:
            return True
        self._tally.faults[f"{what}: {answer.status} {problem(answer).code}".rstrip()] += 1
        return False


class Pointed(msgspec.Struct, frozen=True):
    pointer: str = ""


class Problem(msgspec.Struct, frozen=True):
    """What we read of an RFC 9457 problem."""

    type: str = ""
    detail: str = ""
    errors: tuple[Pointed, ...] = ()

    @property
    def code(self) -> str:
        """The last segment of its type."""
        return self.type.rpartition("/")[2]


def problem(answer: Answer) -> Problem:
    """Read a problem; an empty one where the answer is none."""
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except msgspec.DecodeError:
        return Problem(detail=answer.body[:200].decode(errors="replace"))


def read(answer: Answer, shape: type[T], *, status: int = 200) -> T:
    """Decode an answer. Raises ApiError when it has another status or shape."""
    if answer.status != status:
        raise ApiError(f"{answer.status} instead of {status}: {answer.body[:500]!r}")
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.DecodeError as fault:
        raise ApiError(f"{fault}: {answer.body[:500]!r}") from fault


def _seconds(value: bytes | None) -> float:
    try:
        return max(0.05, float(value or b"1"))
    except ValueError:
        return 1.0
