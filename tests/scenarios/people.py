"""People as the stories know them: enrolled by an administrator, each with a browser's cookie."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from scenarios.client import CALL_S_MAX, Answer, Client

COOKIE = "__Host-entrepot"


@dataclass(slots=True)
class Browser:
    """Somebody's browser: it keeps the cookie, and shows the CSRF token as the faces do.

    `csrf` may be set to anything else, `sent` to headers of another page.
    """

    url: str
    token: str = ""
    csrf: str = ""

    def sign_in(self, login: str, password: str, **body: str) -> Answer:
        """Sign in; whatever the answer."""
        answer = self.send("POST", "/v1/session", {"login": login, "password": password, **body})
        self._take(answer)
        return answer

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Read."""
        return self._call("GET", path, None, headers or {})

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Change something, under a fresh idempotency key."""
        sent = {"content-type": "application/json", "idempotency-key": secrets.token_hex(12)}
        if self.csrf:
            sent["x-csrf-token"] = self.csrf
        content = None if body is None else json.dumps(body).encode()
        answer = self._call(method, path, content, sent | dict(headers or {}))
        if path.startswith("/v1/session"):
            self._take(answer)
        return answer

    def _take(self, answer: Answer) -> None:
        if answer.status in {200, 201}:
            self.token = cookie(answer).partition(";")[0].partition("=")[2]
            self.csrf = answer.json["csrf"]

    def _call(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        sent = dict(headers)
        if self.token:
            sent["cookie"] = f"theme=dark; {COOKIE}={self.token}"
        got = httpx.request(
            method, f"{self.url}{path}", content=content, headers=sent, timeout=CALL_S_MAX,
            trust_env=False,
        )  # fmt: skip
        return Answer(got.status_code, got.content, got.headers, f"{method} {path}")


def cookie(answer: Answer) -> str:
    """Give what the answer sets."""
    return str(answer.headers.get("set-cookie", ""))


def enroll(client: Client, role: str, nodes: list[str] | None = None, **body: Any) -> Any:
    """Enroll somebody of a name of their own; the answer has their password."""
    login = f"{role}-{secrets.token_hex(4)}"
    told = {"login": login, "name": f"The {login}", "role": role, "nodes": nodes} | body
    return client.post("/v1/users", told).expect(201).json


def browser_of(client: Client, url: str, role: str, nodes: list[str] | None = None) -> Browser:
    """Enroll somebody and sign them in."""
    made = enroll(client, role, nodes)
    browser = Browser(url)
    browser.sign_in(made["login"], made["password"]).expect(201)
    return browser
