"""Pages of the faces that are watched: what they complain of, and where they go."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from browser.people import SIGN_IN, People

Watched = Any
"""A Playwright page; the library is imported only where there is a browser."""

STILL_S_MAX = 15_000
REFUSED_POLICY = """
window.__refused = [];
document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`CSP refused ${event.blockedURI} by ${event.violatedDirective}`);
});
"""


class Faces:
    """The contexts and pages of one test."""

    def __init__(self, browser: Any, url: str, people: People) -> None:
        self._browser = browser
        self._url = url
        self._people = people
        self._contexts: list[Any] = []
        self._faults: list[str] = []
        self._allowed: list[str] = []

    def visit(
        self,
        path: str = "/",
        *,
        role: str | None = "operations",
        scheme: str = "light",
        size: tuple[int, int] = (1440, 900),
        **options: Any,
    ) -> Watched:
        """Open a page in a browser of its own, as somebody of this role; None: as nobody."""
        page = self.tab(self.context(role=role, scheme=scheme, size=size, **options))
        page.goto(path, wait_until="domcontentloaded")
        return page

    def context(
        self,
        *,
        role: str | None = "operations",
        scheme: str = "light",
        size: tuple[int, int] = (1440, 900),
        **options: Any,
    ) -> Any:
        """Start a browser of its own: whoever signed in before is signed in."""
        context = self._browser.new_context(
            base_url=self._url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-US",
            timezone_id="America/Chicago",
            storage_state=self._people.signed_in.get(role) if role else None,
            **options,
        )
        context.set_default_timeout(STILL_S_MAX)
        context.tracing.start(snapshots=True)
        context.add_init_script(REFUSED_POLICY)
        self._contexts.append(context)
        if role and role not in self._people.signed_in:
            self._sign_in(context, role)
        return context

    def tab(self, context: Any) -> Watched:
        """Open a tab, and watch it."""
        page = context.new_page()
        page.on("console", lambda said: self._heard(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda fault: self._heard(f"uncaught: {fault}"))
        page.on("request", self._asked)
        return page

    def allow(self, pattern: str) -> None:
        """Let the pages complain of what matches."""
        self._allowed.append(pattern)

    def faults(self) -> list[str]:
        """Give the complaints that were not allowed."""
        return [f for f in self._faults if not any(re.search(a, f) for a in self._allowed)]

    def keep(self, folder: Path, name: str) -> None:
        """Keep the pictures and traces of what was open."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, context in enumerate(self._contexts):
            for place, page in enumerate(context.pages):
                page.screenshot(path=folder / f"{name}-{number}-{place}.png")
            context.tracing.stop(path=folder / f"{name}-{number}.zip")

    def close(self) -> None:
        """Close everything."""
        for context in self._contexts:
            context.close()

    def _sign_in(self, context: Any, role: str) -> None:
        person = self._people.by_role[role]
        page = context.new_page()
        page.goto("/portal")
        page.evaluate(SIGN_IN, {"login": person.login, "password": person.password})
        page.close()
        self._people.signed_in[role] = context.storage_state()

    def _heard(self, text: str) -> None:
        self._faults.append(text)

    def _asked(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != self._url:
            self._faults.append(f"a request left the server: {request.url}")
