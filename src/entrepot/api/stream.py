"""The feed as server-sent events: the same facts in the same order, pushed once numbered."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import msgspec

from entrepot.access.model import Principal, Scope
from entrepot.api import strict
from entrepot.api.app import App
from entrepot.api.face import refuse
from entrepot.api.feed import StreamQuery, is_of, wanted
from entrepot.api.problems import Code, Problem
from entrepot.api.signed_in import Known, Sessions, token_of
from entrepot.plumbing.cloud_event import cloud_event
from entrepot.plumbing.model import Event
from entrepot.plumbing.relay import newest
from entrepot.terms.ids import MarketId

log = logging.getLogger(__name__)

LOOK_S = 0.25
"""So often at least is it looked whether the listener still may, and whether the server stops."""

KEEP_ALIVE_S = 15.0
HEADERS = [
    ("content-type", "text/event-stream"),
    ("cache-control", "no-store"),
    ("x-accel-buffering", "no"),  # a proxy that gathers what is sent would hold events back
]

RETRY_MS = 2_000


async def stream(app: App, scope: Any, protocol: Any) -> None:  # noqa: ANN401 - the server's types
    """Answer GET /v1/events/stream until the client leaves, or may not listen any more.

    `Last-Event-ID` resumes.
    """
    try:
        listener = await _listener(app, scope.headers)
        query = strict.query(StreamQuery, scope.query_string)
    except Problem as problem:
        answer = refuse(app, problem)
        headers = [("content-type", answer.content_type), *answer.headers]
        protocol.response_bytes(answer.status, headers, answer.body)
        return
    with listener as may_listen:
        listening = may_listen()
        if listening is not None:
            after = await _start(app, listening.market, scope.headers.get("last-event-id"), query)
            await _send(app, protocol, may_listen, query, after)


MayListen = Callable[[], Principal | None]
"""Answers who listens, as they are by now; None once they may not."""


async def _listener(app: App, headers: Any) -> AbstractContextManager[MayListen]:  # noqa: ANN401
    """Authorize whoever listens, by key or by session; raises Problem.

    To listen is no use of a session: one that is only listened to ends when it has been idle.
    """
    authorization = headers.get("authorization")
    sessions = app.principals.sessions
    known = None
    if authorization is None:
        known = await sessions.known(app.pool, token_of(headers.get("cookie")))
    if known is None:
        principal = app.principals.authorize(authorization, Scope.EVENTS_READ)
        return nullcontext(lambda: principal if app.principals.knows(authorization) else None)
    if not known.principal.may(Scope.EVENTS_READ):
        raise Problem(Code.FORBIDDEN, f"{known.principal.name!r} lacks {Scope.EVENTS_READ}")
    return _watched(sessions, known)


@contextmanager
def _watched(sessions: Sessions, known: Known) -> Iterator[MayListen]:
    with sessions.watching(known):
        yield (
            lambda: (
                known.principal if known.live and known.principal.may(Scope.EVENTS_READ) else None
            )
        )


async def _send(
    app: App,
    protocol: Any,  # noqa: ANN401 - the server's own type
    may_listen: MayListen,
    query: StreamQuery,
    after: int,
) -> None:
    types = wanted(query)
    root = app.settings.public_url
    listening = may_listen()
    if listening is None:
        return
    transport = protocol.response_stream(200, HEADERS)
    text = f"retry: {RETRY_MS}\n\n" if query.named else _named("start", after)
    heard = asyncio.get_running_loop().time()
    async with app.following.of(listening.market) as tail:
        while not app.stopping.is_set() and (listening := may_listen()) is not None:
            market, own = listening.market, listening.nodes
            if text:
                try:
                    await transport.send_str(text)
                except Exception:  # noqa: BLE001 - however it says so, the client has left
                    return
                heard = asyncio.get_running_loop().time()
            events = await tail.after(after, LOOK_S)
            text = "".join(
                _event(e, _line(cloud_event(root, market, e)), named=query.named)
                for e in events
                if (types is None or e.type in types) and (own is None or is_of(e, own))
            )
            after = events[-1].sequence if events else after
            if not text and asyncio.get_running_loop().time() - heard >= KEEP_ALIVE_S:
                text = ": still here\n\n" if query.named else _named("tick", after)


async def _start(app: App, market: MarketId, last: str | None, query: StreamQuery) -> int:
    if last is not None and last.isdigit():
        return int(last)
    if not query.latest:
        return query.after
    async with app.pool.acquire() as conn:
        return await newest(conn, market)


def _named(name: str, sequence: int) -> str:
    """What the server says of itself: where the stream begins, and that it is still there."""
    return f"id: {sequence}\nevent: {name}\ndata: {sequence}\n\n"


def _event(event: Event, data: str, *, named: bool) -> str:
    name = f"event: {event.type}\n" if named else ""
    return f"id: {event.sequence}\n{name}data: {data}\n\n"


def _line(value: object) -> str:
    return msgspec.json.encode(value).decode()
