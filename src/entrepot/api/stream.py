"""The feed as server-sent events: the same facts in the same order, pushed once numbered."""

import asyncio
import logging
from typing import Any

import msgspec

from entrepot.access.model import Scope
from entrepot.api import strict
from entrepot.api.app import App
from entrepot.api.event_log import FeedQuery
from entrepot.api.face import refuse
from entrepot.api.feed import wanted
from entrepot.api.problems import Problem
from entrepot.plumbing.cloud_event import cloud_event
from entrepot.plumbing.relay import events_after

log = logging.getLogger(__name__)

PAGE = 500
PAUSE_S = 0.05
KEEP_ALIVE_S = 15.0


async def stream(app: App, scope: Any, protocol: Any) -> None:  # noqa: ANN401 - the server's types
    """Answer GET /v1/events/stream until the client leaves. `Last-Event-ID` resumes."""
    try:
        principal = app.principals.authorize(scope.headers.get("authorization"), Scope.EVENTS_READ)
        query = strict.query(FeedQuery, scope.query_string)
        after = _start(scope.headers.get("last-event-id"), query)
    except Problem as problem:
        answer = refuse(app, problem)
        headers = [("content-type", answer.content_type), *answer.headers]
        protocol.response_bytes(answer.status, headers, answer.body)
        return
    types = wanted(query)
    root = app.settings.public_url
    transport = protocol.response_stream(
        200, [("content-type", "text/event-stream"), ("cache-control", "no-store")]
    )
    quiet = 0.0
    while not app.stopping.is_set():
        async with app.pool.acquire() as conn:
            events = await events_after(conn, principal.market, after, PAGE)
        text = "".join(
            f"id: {e.sequence}\nevent: {e.type}\ndata: {_line(cloud_event(root, principal.market, e))}\n\n"  # noqa: E501 - one event
            for e in events
            if types is None or e.type in types
        )
        if events:
            after = events[-1].sequence
        quiet = 0.0 if text else quiet + PAUSE_S
        if quiet >= KEEP_ALIVE_S:
            text, quiet = ": still here\n\n", 0.0
        if text:
            try:
                await transport.send_str(text)
            except Exception:  # noqa: BLE001 - however it says so, the client has left
                return
        if not events:
            await asyncio.sleep(PAUSE_S)


def _start(last: str | None, query: FeedQuery) -> int:
    if last is not None and last.isdigit():
        return int(last)
    return query.after


def _line(value: object) -> str:
    return msgspec.json.encode(value).decode()
