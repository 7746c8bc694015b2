"""The face: a table of routes, and the one way every request goes.

    authorize -> read strictly -> (claim the idempotency key) -> handler -> answer or problem

A handler gets a `Request` and gives an `Answer`, or raises a `Problem`. What a route is called, who
may call it, what it takes and gives stands in its row: the OpenAPI document is printed from these.
"""

import hashlib
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from entrepot.access.model import Principal
from entrepot.api import strict
from entrepot.api.bounds import At, bind, shut
from entrepot.api.problems import Code, Problem, invalid
from entrepot.plumbing import db, telemetry
from entrepot.plumbing.batch import QueueFull
from entrepot.plumbing.idempotency import Key
from entrepot.terms.ids import NodeId

if TYPE_CHECKING:
    from entrepot.api.app import App

log = logging.getLogger(__name__)

JSON = ("content-type", "application/json")
PROBLEM = ("content-type", "application/problem+json")
NO_STORE = ("cache-control", "no-store")
KEY_CHARS_MAX = 255

_PLAINLY_JSON = frozenset({None, "application/json", "application/json; charset=utf-8"})
"""What nearly every caller says of its body; others are looked at closely."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body already encoded, and headers beside the content type.

    `parts` instead of a body: it is sent as it is made, no faster than the client takes it. `kept`
    stands for a body with something in it that is shown once: it is what a repeated call gets.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"
    parts: AsyncGenerator[bytes, None] | None = None
    kept: bytes | None = None


@dataclass(slots=True)
class Request:
    """What a handler sees. `body` and `query` are read as the route says.

    `arriving` is a body of any length, as it comes, where the route streams. `nodes` are those a
    list is narrowed to, where whoever asks is bound to some; `peer` is who asks where no key is
    needed: the address at the other end.
    """

    app: "App"
    principal: Principal
    path: Mapping[str, str]
    headers: Any
    raw: bytes = b""
    arriving: AsyncIterator[bytes] | None = None
    body: Any = None
    query: Any = None
    key: Key | None = None
    nodes: list[NodeId] | None = None
    peer: str = ""

    @property
    def actor(self) -> str:
        """Who the timeline says did it."""
        return self.principal.name


Handler = Callable[[Request], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table. `scope` None: no key is asked for (health, documents, signed hooks).

    `keyed` routes run under the caller's idempotency key, which their handler claims; to `ticketed`
    ones the tickets of waiting lines may be shown. `lines` is what each line is of a body of any
    length, which the handler reads as it comes; an `upload` is a file, read in the same way. `at`
    says how it keeps people who are bound to nodes at theirs; without it, it is not for them.
    """

    method: str
    path: str
    handler: Handler
    scope: str | None
    summary: str
    body: type | None = None
    query: type | None = None
    answer: type | None = None
    status: int = 200
    keyed: bool = False
    ticketed: bool = False
    problems: tuple[Code, ...] = ()
    code: Code = Code.INVALID
    answer_type: str = "application/json"
    raw_body: bool = False
    lines: Any = None
    at: At | None = None
    upload: bool = False
    observe: Any = field(default=None, compare=False)


@dataclass(slots=True)
class _Branch:
    exact: dict[str, "_Branch"] = field(default_factory=dict)
    wild: "tuple[str, _Branch] | None" = None
    routes: dict[str, Route] = field(default_factory=dict)


class Table:
    """Finds the route of a method and a path."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = list(routes)
        self._exact: dict[tuple[str, str], Route] = {}
        self._root = _Branch()
        for route in routes:
            if "{" not in route.path:
                self._exact[route.method, route.path] = route
            self._grow(route)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Give the route and its path parameters; raises Problem NOT_FOUND or METHOD."""
        route = self._exact.get((method, path))
        if route is not None:
            return route, {}
        branch, parameters = self._root, {}
        for segment in path.split("/")[1:]:
            if segment in branch.exact:
                branch = branch.exact[segment]
            elif branch.wild is not None and segment:
                name, branch = branch.wild
                parameters[name] = segment
            else:
                raise Problem(Code.NOT_FOUND)
        if method in branch.routes:
            return branch.routes[method], parameters
        if not branch.routes:
            raise Problem(Code.NOT_FOUND)
        allowed = ", ".join(sorted(branch.routes))
        raise Problem(Code.METHOD, f"takes {allowed}", headers=[("allow", allowed)])

    def _grow(self, route: Route) -> None:
        branch = self._root
        for segment in route.path.split("/")[1:]:
            if segment.startswith("{"):
                if branch.wild is None:
                    branch.wild = (segment[1:-1], _Branch())
                branch = branch.wild[1]
            else:
                branch = branch.exact.setdefault(segment, _Branch())
        branch.routes[route.method] = route


async def respond(app: "App", table: Table, scope: Any, read: Callable[[], Awaitable[bytes]]) -> Answer:  # fmt: skip  # noqa: ANN401, E501 - the server's own type
    """Answer one request, whatever happens: a refusal is a problem document, a fault too."""
    began = time.perf_counter()
    name = "unrouted"
    try:
        route, path = table.find(scope.method, scope.path)
        name = route.path
        with telemetry.span(f"{route.method} {route.path}"):
            answer = await _serve(app, route, path, scope, read)
    except Problem as problem:
        answer = refuse(app, problem)
    except QueueFull as full:
        answer = refuse(app, _overloaded(full))
    except db.UNREACHABLE as fault:
        log.warning("the database did not answer: %r", fault)
        answer = refuse(app, Problem(Code.UNAVAILABLE, headers=[("retry-after", "1")]))
    except db.TRY_AGAIN:
        log.warning("gave up after retries", exc_info=True)
        answer = refuse(app, Problem(Code.UNAVAILABLE, headers=[("retry-after", "1")]))
    except Exception:
        log.exception("fault", extra={"route": name})
        answer = refuse(app, Problem(Code.INTERNAL))
    telemetry.request(scope.method, name, answer.status, time.perf_counter() - began)
    return answer


async def _serve(
    app: "App",
    route: Route,
    path: dict[str, str],
    scope: Any,  # noqa: ANN401 - the server's own type
    read: Callable[[], Awaitable[bytes]],
) -> Answer:
    headers = scope.headers
    authorization = headers.get("authorization")
    if authorization is not None or route.scope is None:
        principal = app.principals.authorize(authorization, route.scope)
    else:
        principal = await _signed_in(app, route.scope, route, headers)
    peer = scope.client if route.scope is None else ""
    request = Request(app, principal, path, headers, peer=peer)
    if route.lines is not None or route.upload:
        request.arriving = _arriving(read)
    elif route.body is not None or route.raw_body:
        request.raw = await _bounded(headers, read, app.settings.body_bytes_max)
        _read(route, request)
    if route.query is not None:
        request.query = strict.query(route.query, scope.query_string)
    elif scope.query_string and route.scope is not None:
        raise Problem(Code.INVALID, "takes no parameters")
    if route.keyed:
        request.key = _key(request, scope)
    if principal.nodes is not None:
        await bind(route.at, request)
    return await route.handler(request)


async def _signed_in(
    app: "App",
    wanted: str,
    route: Route,
    headers: Any,  # noqa: ANN401 - the server's own type
) -> Principal:
    """Give whoever has signed in; what is shut to them is so before its body is looked at."""
    principal = await app.principals.by_cookie(app.pool, headers, wanted, route.method)
    if principal.nodes is not None and route.at is None:
        raise shut()
    return principal


def _read(route: Route, request: Request) -> None:
    if route.body is not None:
        if (said := request.headers.get("content-type")) not in _PLAINLY_JSON:
            strict.check_type(said)
        request.body = strict.decode(route.body, request.raw or b"{}", code=route.code)


async def _arriving(read: Any) -> AsyncIterator[bytes]:  # noqa: ANN401 - the server's own type
    async for chunk in read:
        yield chunk


async def _bounded(
    headers: Any,  # noqa: ANN401 - the server's own type
    read: Callable[[], Awaitable[bytes]],
    most: int,
) -> bytes:
    length = headers.get("content-length")
    if length is not None and length.isdigit() and int(length) > most:
        raise Problem(Code.TOO_LARGE)
    body = await read()
    if len(body) > most:
        raise Problem(Code.TOO_LARGE)
    return body


def _key(request: Request, scope: Any) -> Key | None:  # noqa: ANN401 - the server's own type
    text = request.headers.get("idempotency-key")
    if text is None:
        return None
    if not 0 < len(text) <= KEY_CHARS_MAX or not text.isascii() or not text.isprintable():
        raise Problem(Code.KEY_INVALID, f"1 to {KEY_CHARS_MAX} printable ASCII characters")
    digest = hashlib.blake2b(request.raw, digest_size=16)
    digest.update(f"{scope.method} {scope.path}".encode())
    return Key(request.principal.key_id, text, digest.digest())


def json_answer(status: int, value: object, *headers: tuple[str, str]) -> Answer:
    """Encode a value as the answer."""
    return Answer(status, msgspec.json.encode(value), headers)


def refuse(app: "App", problem: Problem) -> Answer:
    """Encode a problem as the answer."""
    document = msgspec.json.encode(problem.document(app.settings.public_url))
    return Answer(problem.status, document, tuple(problem.headers), "application/problem+json")


def etag(version: int) -> tuple[str, str]:
    """The header of a version."""
    return ("etag", f'"{version}"')


def check_match(request: Request, version: int | None) -> None:
    """Honor If-Match: 412 where the resource is not (or no longer) at that version."""
    wanted = request.headers.get("if-match")
    if wanted is None or (wanted.strip() == "*" and version is not None):
        return
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in wanted.split(",")}
    if version is None or str(version) not in tags:
        raise Problem(Code.PRECONDITION, f"the resource is at version {version}")


def parameter(request: Request, name: str, *, most: int = 128) -> str:
    """A path parameter as an identifier: percent-decoded, bounded, without control characters."""
    from urllib.parse import unquote  # noqa: PLC0415 - used where an id is not plain only

    text = request.path[name]
    text = unquote(text) if "%" in text else text
    if not 0 < len(text) <= most or not text.isprintable():
        raise invalid(f"/{name}", f"1 to {most} printable characters")
    return text


def id_parameter(request: Request, name: str, absent: str) -> UUID:
    """A path parameter as an id of ours; what is none names nothing: Problem NOT_FOUND.

    `absent` says so, with what was named in place of `{}`.
    """
    text = parameter(request, name)
    try:
        return UUID(text)
    except ValueError:
        raise Problem(Code.NOT_FOUND, absent.format(text)) from None


def _overloaded(full: QueueFull) -> Problem:
    return Problem(Code.OVERLOADED, str(full), headers=[("retry-after", str(full.retry_after_s))])
