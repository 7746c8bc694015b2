"""A client of the public API that hides nothing: one call, one answer, whatever the status."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

CALL_S_MAX = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the body as it came, and the headers (looked up in any case)."""

    status: int
    body: bytes
    headers: httpx.Headers
    asked: str

    @property
    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Give a problem's code, the last segment of its type; "" where it is none."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(self.json["type"].rpartition("/")[2])

    @property
    def pointers(self) -> list[str]:
        """Name the places a problem's errors point at: JSON Pointers, or parameters."""
        errors = self.json["errors"]
        return [each.get("pointer") or each.get("parameter") or "" for each in errors]

    def expect(self, *statuses: int) -> "Answer":
        """Give the answer itself; AssertionError with all of it where the status is another."""
        assert self.status in statuses, f"{self.asked}: {self.status} {self.body[:2000]!r}"
        return self


class Client:
    """Calls one server with one key. Safe to use from several threads at once.

    `heard` is how far anybody has read the feed: who comes later may begin there.
    """

    def __init__(self, url: str, key: str) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(
            base_url=url, headers=headers, limits=limits, timeout=CALL_S_MAX, trust_env=False
        )
        self.heard = 0

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Read."""
        return self._call("GET", path, None, headers or {})

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Change something. `body` is sent as it is where it is bytes, else as JSON.

        `key` is the idempotency key: None takes a fresh one, "" sends none.
        """
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content-type": "application/json", **(headers or {})}
        name = secrets.token_hex(12) if key is None else key
        if name:
            sent.setdefault("idempotency-key", name)
        return self._call(method, path, content, sent)

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Answer:
        """Send a POST under an idempotency key."""
        return self.send("POST", path, body, key=key)

    def put(self, path: str, body: object) -> Answer:
        """Send a PUT under a fresh idempotency key."""
        return self.send("PUT", path, body)

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def _call(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        got = self._http.request(method, path, content=content, headers=dict(headers))
        return Answer(got.status_code, got.content, got.headers, f"{method} {path}")
