"""One way for every request: found, authorized, read, answered; whatever happens, an answer."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg
import msgspec
import pytest

from entrepot.access.create import create
from entrepot.access.model import Scope
from entrepot.api.app import App, app_of
from entrepot.api.face import (
    Answer,
    Request,
    Route,
    Table,
    check_match,
    json_answer,
    parameter,
    respond,
)
from entrepot.api.problems import Code, Problem
from entrepot.api.routes import ROUTES
from entrepot.plumbing.batch import QueueFull
from entrepot.plumbing.settings import Settings
from entrepot.terms.ids import MarketId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Body(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class Query(msgspec.Struct):
    limit: int = 5


@dataclass
class Asked:
    """A request as the server hands it over."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    query_string: str = ""
    client: str = "127.0.0.1:40000"


FAULTS = {
    "full": (QueueFull(3), 503, "overloaded"),
    "gone": (ConnectionResetError(), 503, "temporarily-unavailable"),
    "dead": (asyncpg.DeadlockDetectedError(), 503, "temporarily-unavailable"),
    "ours": (ZeroDivisionError("a secret"), 500, "internal-error"),
    "late": (Problem(Code.TOO_LATE, "it has left"), 409, "too-late"),
}


async def show(request: Request) -> Answer:
    key = request.key.key if request.key else None
    said = {"path": dict(request.path), "actor": request.actor, "key": key}
    return json_answer(200, said | {"name": request.body and request.body.name})


async def fail(request: Request) -> Answer:
    raise FAULTS[parameter(request, "how")][0]


async def list_(request: Request) -> Answer:
    return json_answer(200, {"limit": request.query.limit})


TABLE = Table(
    [
        Route("GET", "/healthz", show, None, "Health"),
        Route("GET", "/v1/things", list_, Scope.CATALOG_READ, "All", query=Query),
        Route("POST", "/v1/things", show, Scope.CATALOG_WRITE, "New", body=Body, keyed=True),
        Route("GET", "/v1/things/latest", show, Scope.CATALOG_READ, "The latest"),
        Route("GET", "/v1/things/{thing}", show, Scope.CATALOG_READ, "One"),
        Route("DELETE", "/v1/things/{thing}", show, Scope.CATALOG_WRITE, "No more"),
        Route("POST", "/v1/faults/{how}", fail, None, "Fault"),
    ]
)


@dataclass
class Face:
    """An app that knows two keys: one reads, one does everything."""

    app: App
    reader: str
    admin: str

    async def ask(self, method, path, body=b"", *, key=None, query="", **headers) -> Answer:
        if key is not None:
            headers["authorization"] = f"Bearer {key}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def read() -> bytes:
            return body

        return await respond(self.app, TABLE, Asked(method, path, named, query), read)


@pytest.fixture
async def face(house) -> Face:
    """A face whose handlers need no database."""
    app = app_of(Settings(body_bytes_max=100), None, None, None)
    _, reader = await create(house, MarketId("US"), "reader", {Scope.CATALOG_READ}, NOON)
    _, admin = await create(house, MarketId("US"), "admin", {Scope.ADMIN}, NOON)
    await app.principals.reload(house)
    return Face(app, reader, admin)


def problem(answer: Answer) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"
    document = json.loads(answer.body)
    assert document["status"] == answer.status
    return answer.status, document["type"].rpartition("/")[2]


@pytest.mark.parametrize(
    ("method", "path", "route", "parameters"),
    [
        ("GET", "/v1/things", "/v1/things", {}),
        ("GET", "/v1/things/latest", "/v1/things/latest", {}),
        ("GET", "/v1/things/7", "/v1/things/{thing}", {"thing": "7"}),
        ("GET", "/v1/things/a%2Fb", "/v1/things/{thing}", {"thing": "a%2Fb"}),
    ],
)
def test_a_route_is_found_by_its_path(method, path, route, parameters):
    found, named = TABLE.find(method, path)
    assert (found.path, named) == (route, parameters)


@pytest.mark.parametrize(
    "path",
    ["/", "", "/v1", "/v1/things/", "/v1/things/7/8", "/v2/things", "//v1/things", "/healthz/"],
)
def test_a_path_that_leads_nowhere_is_not_found(path):
    with pytest.raises(Problem) as refused:
        TABLE.find("GET", path)
    assert refused.value.code is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/things", "GET, POST"),
        ("POST", "/v1/things/7", "DELETE, GET"),
        ("get", "/healthz", "GET"),
    ],
)
def test_a_method_that_is_not_taken_hears_which_are(method, path, allowed):
    with pytest.raises(Problem) as refused:
        TABLE.find(method, path)
    assert (refused.value.code, refused.value.headers) == (Code.METHOD, [("allow", allowed)])


def test_every_route_of_the_house_is_found_by_an_example_of_itself():
    table = Table(ROUTES)
    for route in ROUTES:
        names = {p[1:-1] for p in route.path.split("/") if p.startswith("{")}
        path = "/".join("x1" if p.startswith("{") else p for p in route.path.split("/"))
        assert table.find(route.method, path) == (route, dict.fromkeys(names, "x1"))


async def test_nothing_under_v1_answers_without_a_key_that_may(face):
    for route in ROUTES:
        signed = route.path.startswith("/v1/hooks/") or route.summary == "Sign in"
        assert (route.scope is None) == (not route.path.startswith("/v1/") or signed), route.path
    assert problem(await face.ask("GET", "/v1/things")) == (401, "unauthorized")
    assert problem(await face.ask("GET", "/v1/things", key="no-such")) == (401, "unauthorized")
    basic = await face.ask("GET", "/v1/things", authorization=f"Basic {face.admin}")
    assert problem(basic) == (401, "unauthorized")
    assert dict(basic.headers)["www-authenticate"].startswith("Bearer")
    forbidden = await face.ask("POST", "/v1/things", b"{}", key=face.reader)
    assert problem(forbidden) == (403, "insufficient-scope")
    assert (await face.ask("GET", "/v1/things", key=face.reader)).status == 200
    assert (await face.ask("DELETE", "/v1/things/7", key=face.admin)).status == 200
    assert (await face.ask("GET", "/healthz")).status == 200


async def test_a_key_is_asked_for_before_the_body_is_looked_at(face):
    assert problem(await face.ask("POST", "/v1/things", b"nonsense")) == (401, "unauthorized")


async def test_a_handler_sees_who_asks_what_under_which_key(face):
    answer = await face.ask(
        "POST", "/v1/things", b'{"name":"x"}', key=face.admin, idempotency_key="k 1"
    )
    assert json.loads(answer.body) == {"path": {}, "actor": "admin", "key": "k 1", "name": "x"}


@pytest.mark.parametrize("key", ["", "é", "a\n", "x" * 256])
async def test_an_idempotency_key_is_a_line_of_ascii(face, key):
    asked = await face.ask(
        "POST", "/v1/things", b'{"name":"x"}', key=face.admin, idempotency_key=key
    )
    assert problem(asked) == (400, "idempotency-key-invalid")


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"", {}, (422, "invalid-request")),
        (b"{", {}, (400, "malformed-request")),
        (b'{"name":1}', {}, (422, "invalid-request")),
        (b'{"name":"' + b"x" * 100 + b'"}', {}, (413, "too-large")),
        (b'{"name":"x"}', {"content_length": "101"}, (413, "too-large")),
    ],
)
async def test_a_body_that_cannot_be_taken_is_refused(face, body, headers, expected):
    assert (
        problem(await face.ask("POST", "/v1/things", body, key=face.admin, **headers)) == expected
    )


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/v1/things", "limit=7", 200),
        ("/v1/things", "limits=7", 422),
        ("/v1/things/latest", "limit=7", 422),
        ("/healthz", "probe=1", 200),
    ],
)
async def test_only_the_parameters_a_route_takes_are_taken(face, path, query, status):
    assert (await face.ask("GET", path, query=query, key=face.reader)).status == status


@pytest.mark.parametrize("how", FAULTS)
async def test_whatever_happens_is_answered_and_tells_no_secrets(face, how):
    _, status, code = FAULTS[how]
    answer = await face.ask("POST", f"/v1/faults/{how}")
    assert problem(answer) == (status, code)
    assert b"secret" not in answer.body
    assert json.loads(answer.body)["retryable"] is (status >= 500)
    assert ("retry-after" in dict(answer.headers)) is (status == 503)


@pytest.mark.parametrize(
    ("header", "version", "matches"),
    [
        (None, 3, True), (None, None, True), ('"3"', 3, True), ('W/"3"', 3, True),
        ('"1", "3"', 3, True), ('"2"', 3, False), ("*", 3, True), ("*", None, False),
        ('"3"', None, False), ("nonsense", 3, False),
    ],
)  # fmt: skip
def test_if_match_names_the_version_that_is_meant(header, version, matches):
    headers = {} if header is None else {"if-match": header}
    request = Request(None, None, {}, headers)
    if matches:
        check_match(request, version)
    else:
        with pytest.raises(Problem) as refused:
            check_match(request, version)
        assert refused.value.status == 412


@pytest.mark.parametrize(
    ("text", "read"),
    [("a%2Fb", "a/b"), ("%C3%A9", "é"), ("x" * 128, "x" * 128), ("x" * 129, None), ("%00", None),
     ("a%0Ab", None), ("", None)],
)  # fmt: skip
def test_a_path_parameter_is_printable_and_bounded(text, read):
    request = Request(None, None, {"thing": text}, {})
    if read is None:
        with pytest.raises(Problem) as refused:
            parameter(request, "thing")
        assert refused.value.status == 422
    else:
        assert parameter(request, "thing") == read


JSON_TYPES = [
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "Application/JSON",
    "application/vnd.shop+json; v=2",
]


@pytest.mark.parametrize("said", [None, *JSON_TYPES])
async def test_a_body_may_be_said_to_be_json_or_nothing(face, said):
    headers = {} if said is None else {"content_type": said}
    answer = await face.ask("POST", "/v1/things", b'{"name": "x"}', key=face.admin, **headers)
    assert answer.status == 200


NO_JSON_TYPES = ["", "text/xml", "application/x-www-form-urlencoded", "text/json", "json", "+json"]


@pytest.mark.parametrize("said", NO_JSON_TYPES)
async def test_a_body_that_is_said_to_be_anything_else_is_not_read(face, said):
    body = b'{"name": "x"}'
    answer = await face.ask("POST", "/v1/things", body, key=face.admin, content_type=said)
    assert problem(answer) == (415, "unsupported-media-type")
    assert ("accept", "application/json") in answer.headers


async def test_who_has_no_body_to_send_may_say_what_it_is(face):
    answer = await face.ask("GET", "/v1/things/7", key=face.reader, content_type="text/xml")
    assert answer.status == 200
