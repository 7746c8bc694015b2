"""HTTP requests as bytes, made before the clock starts: only a counter is put in meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

COUNTER_DIGITS = 12
HOLE = b"@" * COUNTER_DIGITS
"""Stands in a request where the run's counter goes; the digits never change its length."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go, and the key that lets them in."""

    host: str
    port: int
    key: str

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Template:
    """One request cut at its holes.

    A single part is sent as it is; three take the counter twice: in the idempotency key and in the
    order's external id.
    """

    parts: tuple[bytes, ...]

    def filled(self, counter: int) -> bytes:
        return f"{counter:0{COUNTER_DIGITS}x}".encode().join(self.parts)


def target(url: str, key: str) -> Target:
    split = urlsplit(url)
    return Target(split.hostname or "127.0.0.1", split.port or 80, key)


def get(to: Target, path: str) -> Template:
    return Template((_head(to, "GET", path, {}) + b"\r\n",))


def post(to: Target, path: str, body: object, idempotency_key: str = "") -> Template:
    """Make a POST of `body` as JSON; holes in the body or the key are the counter's places."""
    return _with_body(to, "POST", path, body, idempotency_key)


def put(to: Target, path: str, body: object, idempotency_key: str) -> Template:
    """Make a PUT of `body` as JSON."""
    return _with_body(to, "PUT", path, body, idempotency_key)


def orders(to: Target, bodies: Sequence[Mapping[str, object]], run_ms: int) -> list[Template]:
    """Make `POST /v1/orders`, each request of this run unique.

    The key is a UUIDv7 of the run's start, in milliseconds since 1970, with the counter as its last
    group: keys ascend as orders come, as they do where clients make them by the clock.
    """
    stamp = f"{run_ms:012x}"
    key = f"{stamp[:8]}-{stamp[8:]}-7000-8000-{HOLE.decode()}"
    external_id = f"bench-{stamp}-{HOLE.decode()}"
    return [post(to, "/v1/orders", {**body, "external_id": external_id}, key) for body in bodies]


def _with_body(to: Target, method: str, path: str, body: object, idempotency_key: str) -> Template:
    content = msgspec.json.encode(body)
    headers = {"Content-Type": "application/json", "Content-Length": str(len(content))}
    if idempotency_key:
        headers["Idempotency-Key"] = idempotency_key
    whole = _head(to, method, path, headers) + b"\r\n" + content
    return Template(tuple(whole.split(HOLE)))


def _head(to: Target, method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {to.host}:{to.port}",
        f"Authorization: Bearer {to.key}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()
