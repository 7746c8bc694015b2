"""The faces' files: negotiated, cached as they may be, safe, and never in the API's way."""

import gzip

import brotli
import pytest

from entrepot.api.faces import Faces, built
from entrepot.api.packed import accepts, read
from entrepot.api.routes import ROUTES

SCRIPT = b"console.log('a script that is long enough to be packed');" * 40
PAGE = b"<!doctype html><title>console</title>"


@pytest.fixture
def folder(tmp_path):
    assets = tmp_path / "assets"
    assets.mkdir()
    for name, page in (("index", PAGE), ("store", b"<title>store"), ("portal", b"<title>portal")):
        (tmp_path / f"{name}.html").write_bytes(page)
    (tmp_path / "icon.svg").write_bytes(b"<svg/>")
    (tmp_path / ".digest").write_bytes(b"not for anybody")
    (assets / "app-1a2b.js").write_bytes(SCRIPT)
    (assets / "app-1a2b.js.br").write_bytes(brotli.compress(SCRIPT))
    (assets / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    return tmp_path


@pytest.fixture
def faces(folder) -> Faces:
    return built(ROUTES, folder)


def get(faces, path, **headers):
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return faces.answer("GET", path, named)


def header(answer, name):
    return dict(answer.headers).get(name)


@pytest.mark.parametrize(
    ("path", "title"),
    [("/", b"console"), ("/store", b"store"), ("/portal", b"portal")],
)
def test_each_face_begins_at_its_own_address(faces, path, title):
    answer = get(faces, path)
    assert answer.status == 200
    assert title in answer.body
    assert answer.content_type == "text/html; charset=utf-8"
    assert header(answer, "cache-control") == "no-cache"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/orders/1042", b"console"),
        ("/inventory/AB.12", b"console"),
        ("/store/pick/7", b"store"),
        ("/portal/order", b"portal"),
        ("/stored", b"console"),
    ],
)
def test_a_person_finds_the_face_at_every_address_under_it(faces, path, title):
    answer = get(faces, path, accept="text/html,application/xhtml+xml;q=0.9")
    assert title in answer.body
    assert get(faces, path, accept="application/json") is None


def test_every_page_says_what_it_may_load_and_who_may_frame_it(faces):
    answer = get(faces, "/")
    policy = dict(
        part.strip().split(" ", 1) for part in header(answer, "content-security-policy").split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert header(answer, "x-content-type-options") == "nosniff"
    assert header(answer, "referrer-policy") == "same-origin"
    assert "camera=(self)" in header(answer, "permissions-policy")
    assert len(dict(answer.headers)) == len(answer.headers), "no header stands twice"


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip;q=0.8, br;q=0", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
def test_the_smallest_form_that_is_accepted_is_sent(faces, accepted, encoding, unpack):
    answer = get(faces, "/assets/app-1a2b.js", accept_encoding=accepted)
    assert header(answer, "content-encoding") == encoding
    assert header(answer, "vary") == "accept-encoding"
    assert unpack(answer.body) == SCRIPT
    assert answer.content_type == "text/javascript; charset=utf-8"


def test_assets_are_kept_for_ever_and_what_keeps_its_name_is_asked_for_again(faces):
    assert header(get(faces, "/assets/app-1a2b.js"), "cache-control").endswith("immutable")
    icon = get(faces, "/icon.svg")
    assert header(icon, "cache-control") == "no-cache"
    again = get(faces, "/icon.svg", if_none_match=f'"other", W/{header(icon, "etag")}')
    assert (again.status, again.body) == (304, b"")


def test_what_is_not_there_is_no_page(faces):
    html = "text/html"
    assert get(faces, "/assets/gone-99.js", accept=html) is None
    assert get(faces, "/.digest") is None
    assert get(faces, "/index.html") is None
    assert get(faces, "/../etc/passwd") is None


@pytest.mark.parametrize(
    "path", ["/v1/orders", "/v1", "/healthz", "/openapi.json", "/docs", "/metrics"]
)
def test_the_api_answers_for_itself_whoever_asks(faces, path):
    assert get(faces, path, accept="text/html") is None


def test_only_reading_is_answered(faces):
    assert faces.answer("POST", "/", {"accept": "text/html"}) is None
    head = faces.answer("HEAD", "/", {})
    assert (head.status, head.body) == (200, b"")


def test_without_a_build_the_page_says_how_to_make_one(tmp_path):
    (tmp_path / "BUILD_FAILED.txt").write_text("npm ci failed: <no network>")
    faces = built(ROUTES, tmp_path)
    answer = get(faces, "/orders", accept="text/html")
    assert answer.status == 503
    assert b"entrepot console build" in answer.body
    assert b"npm ci failed: &lt;no network&gt;" in answer.body
    assert get(faces, "/v1/orders", accept="text/html") is None


def test_encodings_are_read_as_they_are_meant():
    assert accepts("gzip;q=1.0, br;q=0.000, *;q=0.1") == {"gzip", "*"}
    assert accepts("") == frozenset()


def test_a_form_that_is_larger_is_not_kept(folder):
    small = folder / "icon.svg"
    (folder / "icon.svg.gz").write_bytes(gzip.compress(small.read_bytes()))
    assert read(folder)["icon.svg"].packed == ()
