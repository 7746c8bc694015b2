"""A caller of the face: what it is told of a request, without a server between."""

import json
from dataclasses import dataclass, field

from entrepot.access.model import Principal
from entrepot.api.app import App
from entrepot.api.face import Answer, Table, respond
from entrepot.api.principals import Principals
from entrepot.api.routes import ROUTES
from entrepot.terms.ids import KeyId, MarketId

TABLE = Table(ROUTES)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the server tells of a request."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str] = field(default_factory=dict)
    proto: str = "http"
    client: str = "127.0.0.1:40000"


@dataclass(slots=True)
class Body:
    """A body as the server gives it: whole, or as it comes."""

    raw: bytes

    async def __call__(self) -> bytes:
        return self.raw

    async def __aiter__(self):
        yield self.raw


@dataclass(slots=True)
class Caller:
    app: App
    market: MarketId

    async def __call__(self, method: str, url: str, body: object = None, **headers) -> Answer:
        path, _, query = url.partition("?")
        sent = {"authorization": f"Bearer {self.market}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()

        return await respond(self.app, TABLE, Scope(method, path, query, sent), Body(raw))

    async def ok(self, method: str, url: str, body: object = None, **headers) -> dict:
        answer = await self(method, url, body, **headers)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    async def refused(self, method: str, url: str, body: object = None, **headers):
        answer = await self(method, url, body, **headers)
        problem = json.loads(answer.body)
        pointers = [error["pointer"] for error in problem["errors"] if "pointer" in error]
        return answer.status, problem["type"].rpartition("/")[2], pointers


class Everybody(Principals):
    """Any key is an administrator's of the market of its name."""

    def authorize(self, header: str | None, scope: str | None) -> Principal:
        assert header is not None
        assert scope is not None
        market = MarketId(header.removeprefix("Bearer "))
        return Principal(market, KeyId("key"), "kim", frozenset({"admin"}))
