"""Signing in over HTTP: a session begins, is shown, changes its password, ends.

None of these calls runs under an idempotency key. What is kept of a keyed call's body is a digest
that is quick to make, so that a password sent under a key could be guessed from it; and a session's
token is told once. Signing in again is harmless, and so is signing out.
"""

import hmac
import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access import rules, tokens
from entrepot.access.hashing import HashingFullError
from entrepot.access.model import (
    LOGIN_LENGTH_MAX,
    PASSWORD_LENGTH_MAX,
    PERSON,
    SESSION_LENGTH,
    Role,
)
from entrepot.access.sign_in import SignedIn, change_password, sign_in
from entrepot.access.sign_out import sign_out
from entrepot.api.bounds import Anywhere
from entrepot.api.face import NO_STORE, Answer, Request, Route, json_answer
from entrepot.api.problems import Code, Problem, invalid
from entrepot.api.signed_in import CHALLENGE, COOKIE, Known, check_origin, token_of
from entrepot.plumbing.settings import DEFAULT_MARKET
from entrepot.terms.ids import MarketId

log = logging.getLogger(__name__)

PATH = "/v1/session"
OWN = Anywhere("it is one's own session")

Password = Annotated[str, Meta(min_length=1, max_length=PASSWORD_LENGTH_MAX)]


class SignInBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`market`: whose people; the one market of a system that has but one may be left out."""

    login: Annotated[str, Meta(min_length=1, max_length=LOGIN_LENGTH_MAX)]
    password: Password
    market: Annotated[str, Meta(min_length=1, max_length=128)] = DEFAULT_MARKET


class PasswordBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The password there is, and the one there is to be: 12 characters at least."""

    current: Password
    new: Password


class PersonAnswer(msgspec.Struct, frozen=True):
    """Who has signed in. `nodes` null: everywhere."""

    id: str
    login: str
    name: str
    role: Role
    nodes: list[str] | None


class SessionAnswer(msgspec.Struct, frozen=True):
    """A session. Unsafe calls that are made with its cookie send `csrf` as X-CSRF-Token.

    It ends at `expires_at`, or when nothing was asked for four hours.
    """

    user: PersonAnswer
    market: str
    scopes: list[str]
    csrf: str
    expires_at: datetime


async def post_session(request: Request) -> Answer:
    """Sign in: who shows the password gets a session, in a cookie."""
    check_origin(request.headers)
    body: SignInBody = request.body
    app, market = request.app, MarketId(body.market)
    login = rules.login_of(body.login)
    tried = _try(request, market, login)
    try:
        signed = await sign_in(
            app.pool, app.hashing, market, login, body.password,
            instead_of=token_of(request.headers.get("cookie")),
        )  # fmt: skip
    except HashingFullError:
        tried.give_back()
        raise _busy() from None
    if signed is None:
        log.info("sign-in refused", extra={"market": market, "address": tried.address})
        raise Problem(Code.CREDENTIALS, headers=[*CHALLENGE, NO_STORE])
    tried.give_back()
    before = token_of(request.headers.get("cookie"))
    if before is not None:
        app.principals.sessions.ended(before)
    return _begun(request, signed, status=201)


async def get_session(request: Request) -> Answer:
    """Show the session."""
    known = await _known(request)
    return json_answer(200, shown(known), NO_STORE)


async def delete_session(request: Request) -> Answer:
    """Sign out: the session ends, and its cookie goes."""
    known = await _known(request)
    async with request.app.pool.acquire() as conn:
        await sign_out(conn, known.token)
    request.app.principals.sessions.ended(known.token)
    return Answer(204, b"", (NO_STORE, cookie("", 0)))


async def put_password(request: Request) -> Answer:
    """Change one's own password: every session ends, and a new one begins here."""
    body: PasswordBody = request.body
    known = await _known(request)
    app, session = request.app, known.session
    wrong = rules.flaw_of_password(body.new, session.login)
    if wrong is not None:
        raise invalid("/new", wrong)
    if hmac.compare_digest(body.new.encode(), body.current.encode()):
        raise invalid("/new", "is the one there is")
    tried = _try(request, session.market, session.login)
    try:
        signed = await change_password(
            app.pool, app.hashing, session.market, session.login,
            current=body.current, new=body.new,
        )  # fmt: skip
    except HashingFullError:
        tried.give_back()
        raise _busy() from None
    if signed is None:
        raise invalid("/current", "is not the password")
    tried.give_back()
    app.principals.sessions.ended_of(session.market, session.user_id)
    return _begun(request, signed, status=200)


def shown(known: Known) -> SessionAnswer:
    """Show a session to whoever has it."""
    session, principal = known.session, known.principal
    return SessionAnswer(
        PersonAnswer(
            str(session.user_id), session.login, session.name, Role(session.role),
            None if session.node_ids is None else list(session.node_ids),
        ),
        session.market,
        sorted(principal.scopes - {PERSON}),
        tokens.csrf(known.token),
        session.ends_at,
    )  # fmt: skip


def cookie(token: str, seconds: int) -> tuple[str, str]:
    """Write the header of the cookie; no script reads it, no other site sends it along."""
    text = f"{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}"
    return ("set-cookie", text)


def person(request: Request) -> Problem | None:
    """Say why a call is not a person's own: a key is nobody's."""
    if request.principal.user is None:
        return Problem(Code.FORBIDDEN, "it is a person's own: sign in, a key will not do")
    return None


async def _known(request: Request) -> Known:
    refused = person(request)
    if refused is not None:
        raise refused
    token = token_of(request.headers.get("cookie"))
    known = await request.app.principals.sessions.known(request.app.pool, token)
    if known is None:  # it ended while this was read
        raise Problem(Code.UNAUTHORIZED, "nobody is signed in")
    return known


def _begun(request: Request, signed: SignedIn, *, status: int) -> Answer:
    known = request.app.principals.sessions.begun(signed)
    seconds = int(SESSION_LENGTH.total_seconds())
    return json_answer(status, shown(known), NO_STORE, cookie(signed.token, seconds))


class _Try:
    """A try that was taken, of a login and of an address."""

    def __init__(self, request: Request, login: str, address: str) -> None:
        self._app, self._login, self.address = request.app, login, address

    def give_back(self) -> None:
        now = monotonic()
        self._app.per_login.give_back(self._login, now)
        self._app.per_address.give_back(self.address, now)


def _try(request: Request, market: MarketId, login: str) -> _Try:
    """Take a try of the login and of the address; raises Problem TOO_OFTEN."""
    app, now = request.app, monotonic()
    name = f"{market}\n{login}"
    address = address_of(request.peer, request.headers.get("x-forwarded-for"), app.settings.proxies)
    wait = app.per_address.take(address, now)
    if not wait:
        wait = app.per_login.take(name, now)
        if wait:
            app.per_address.give_back(address, now)
    if wait:
        raise Problem(
            Code.TOO_OFTEN, "come again later",
            headers=[("retry-after", str(int(wait) + 1)), NO_STORE],
        )  # fmt: skip
    return _Try(request, name, address)


def address_of(peer: str, forwarded: str | None, proxies: int) -> str:
    """Say who asks: the address at the other end, or what our own proxies say of it.

    `proxies` stand in front; each adds whom it heard to the right of X-Forwarded-For. What stands
    further left is the caller's own word.
    """
    if proxies > 0 and forwarded is not None:
        said: Sequence[str] = [each.strip() for each in forwarded.split(",")]
        return said[-proxies] if len(said) >= proxies else said[0]
    host, colon, port = peer.rpartition(":")
    return host if colon and port.isdigit() else peer


def _busy() -> Problem:
    return Problem(
        Code.OVERLOADED, "too many sign in at once", headers=[("retry-after", "3"), NO_STORE]
    )


ROUTES = [
    Route(
        "POST", PATH, post_session, None, "Sign in", body=SignInBody, answer=SessionAnswer,
        status=201, problems=(Code.CREDENTIALS, Code.CSRF, Code.TOO_OFTEN),
    ),
    Route(
        "GET", PATH, get_session, PERSON, "The session one has", answer=SessionAnswer, at=OWN,
    ),
    Route("DELETE", PATH, delete_session, PERSON, "Sign out", status=204, at=OWN),
    Route(
        "PUT", f"{PATH}/password", put_password, PERSON, "Change one's own password",
        body=PasswordBody, answer=SessionAnswer, problems=(Code.TOO_OFTEN,), at=OWN,
    ),
]  # fmt: skip
