"""Who has signed in: the sessions this process has seen, by their cookies' tokens.

A session that is asked with is looked up once and kept; each second those kept are read again, as
keys are, so that what ended, or may do less by now, is so everywhere within one. A token nobody
knows costs one look-up a second at most, and all of them together LOOK_UPS_PER_S.
"""

import hmac
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from entrepot.access import tokens
from entrepot.access.model import Principal, Session
from entrepot.access.recognize import principal_of, recognize, still_good
from entrepot.access.sign_in import SignedIn
from entrepot.api.problems import Code, Problem
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, UserId

log = logging.getLogger(__name__)

COOKIE = "__Host-entrepot"
"""A browser takes a cookie of that prefix only with Secure and Path=/, from this host alone."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

LOOK_UPS_PER_S = 200
LOOK_UPS_AT_ONCE = 2
"""Of the pool, no more connections go to tokens that may be made up."""

UNKNOWN_MAX = 5_000
KNOWN_MAX = 20_000
FORGET_AFTER = 600
"""Reads after which a session that nobody used is forgotten here; asked with, it is looked up."""


@dataclass(slots=True)
class Known:
    """A session this process has seen. `live` is false once it has ended."""

    session: Session
    principal: Principal
    token: str = field(repr=False)
    live: bool = True
    used: bool = True
    unused: int = 0
    watched: int = 0


def token_of(header: str | None) -> str | None:
    """Read the session's token out of a Cookie header."""
    if header is None or COOKIE not in header:
        return None
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and 0 < len(value) <= tokens.CHARS_MAX:
            return value
    return None


def check_origin(headers: Any) -> None:  # noqa: ANN401 - the server's own type
    """Refuse what another site's page sends: browsers say where a call comes from.

    Raises Problem CSRF. What names no origin is no browser's, and has no cookie but its own.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise Problem(Code.CSRF, f"it comes from another site ({site})"[:200])
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host", ""):
        raise Problem(Code.CSRF, f"it comes from {origin}, not from here"[:200])


class Sessions:
    """The sessions this process knows."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}
        self._unknown: set[str] = set()
        self._looked, self._looking = 0, 0

    async def authorize(
        self,
        pool: db.Pool,
        headers: Any,  # noqa: ANN401 - the server's own type
        scope: str,
        method: str,
    ) -> Principal:
        """Give whoever has signed in; raises Problem UNAUTHORIZED, CSRF or FORBIDDEN."""
        known = await self.known(pool, token_of(headers.get("cookie")))
        if known is None:
            raise Problem(Code.UNAUTHORIZED, "nobody is signed in", headers=CHALLENGE)
        if method not in SAFE:
            _check_csrf(known, headers)
        if not known.principal.may(scope):
            raise Problem(Code.FORBIDDEN, f"{known.principal.name!r} lacks {scope}")
        known.used = True
        return known.principal

    async def known(self, pool: db.Pool, token: str | None) -> Known | None:
        """Give a session by its token, known or looked up; raises Problem OVERLOADED."""
        if token is None or token in self._unknown:
            return None
        known = self._known.get(token)
        if known is not None:
            return known if known.live else None
        if tokens.market_of(token) is None:
            return None
        if self._looked >= LOOK_UPS_PER_S or self._looking >= LOOK_UPS_AT_ONCE:
            raise Problem(
                Code.OVERLOADED, "too many sessions are looked up", headers=[("retry-after", "1")]
            )
        self._looked, self._looking = self._looked + 1, self._looking + 1
        try:
            async with pool.acquire() as conn:
                session = await recognize(conn, token)
        finally:
            self._looking -= 1
        if session is None:
            if len(self._unknown) < UNKNOWN_MAX:
                self._unknown.add(token)
            return None
        return self._keep(session, token)

    def begun(self, signed: SignedIn) -> Known:
        """Take in a session that has just begun."""
        return self._keep(signed.session, signed.token)

    def ended(self, token: str) -> None:
        """One session has ended: it is refused from now on, not in a second."""
        self._drop(self._known.get(token))

    def ended_of(self, market: MarketId, user: UserId) -> None:
        """All sessions of a person have ended."""
        for known in list(self._known.values()):
            if known.principal.market == market and known.principal.user == user:
                self._drop(known)

    @contextmanager
    def watching(self, known: Known) -> Iterator[None]:
        """Keep a session in sight as long as something is sent to it; that alone is no use."""
        known.watched += 1
        try:
            yield
        finally:
            known.watched -= 1

    async def reload(self, conn: db.Connection) -> None:
        """Read again what is known, and note what was used; what has ended is forgotten."""
        self._unknown.clear()
        self._looked = 0
        asked = list(self._known.values())
        used = [each for each in asked if each.used]
        for each in asked:
            each.unused = 0 if each.used else each.unused + 1
            each.used = False
        keys = {(each.session.market, each.session.digest) for each in asked}
        good = await still_good(conn, keys, [each.session for each in used])
        for each in asked:
            session = good.get(each.session.digest)
            if session is None or (each.unused > FORGET_AFTER and not each.watched):
                self._drop(each, live=session is not None)
            elif session != each.session:
                each.session, each.principal = session, principal_of(session)

    def _keep(self, session: Session, token: str) -> Known:
        while len(self._known) >= KNOWN_MAX:
            self._known.pop(next(iter(self._known)))
        known = self._known[token] = Known(session, principal_of(session), token)
        return known

    def _drop(self, known: Known | None, *, live: bool = False) -> None:
        if known is not None:
            known.live = live
            self._known.pop(known.token, None)


CHALLENGE = [("www-authenticate", 'Bearer realm="entrepot"')]


def _check_csrf(known: Known, headers: Any) -> None:  # noqa: ANN401 - the server's own type
    check_origin(headers)
    shown = headers.get("x-csrf-token") or ""
    if not hmac.compare_digest(shown.encode(), tokens.csrf(known.token).encode()):
        raise Problem(Code.CSRF, "send X-CSRF-Token as the session told it")
