"""The feed over HTTP: every fact once, in order, with a dense sequence; CloudEvents 1.0."""

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bounds import Narrowed
from entrepot.api.event_log import EventsQuery, FeedQuery, only_forward, searched
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.notices.model import TYPES
from entrepot.plumbing.cloud_event import CloudEvent, cloud_event
from entrepot.plumbing.model import Event
from entrepot.plumbing.relay import events_after
from entrepot.terms.ids import NodeId

PAUSE_S = 0.02


class StreamQuery(FeedQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """As the feed's; browsers cannot wait for a name they do not know, nor for all of them."""

    latest: Annotated[bool, Meta(description="begin after the last event there is")] = False
    named: Annotated[
        bool,
        Meta(description="false: each event is a `message`; the server adds `start` and `tick`"),
    ] = True


class FeedPage(msgspec.Struct, frozen=True):
    """`cursor` is what to send as `after` next, also when there was no news.

    Where the feed is read backwards it is what to send as `before`, also when nothing was found as
    far as was looked; null: there is nothing before.
    """

    events: list[CloudEvent]
    cursor: int | None


async def events(request: Request) -> Answer:
    """Read the feed from a cursor on; with `wait`, wait so long for news."""
    query: EventsQuery = request.query
    names = wanted(query)
    market = request.principal.market
    if query.before is not None:
        return await _backwards(request, query, names)
    only_forward(query)
    ends = asyncio.get_running_loop().time() + query.wait
    after = query.after
    while True:
        async with request.app.pool.acquire() as conn:
            found = await events_after(conn, market, after, query.limit)
        after = found[-1].sequence if found else after
        own = request.principal.nodes
        chosen = [
            event
            for event in found
            if (names is None or event.type in names) and (own is None or is_of(event, own))
        ]
        over = asyncio.get_running_loop().time() >= ends or request.app.stopping.is_set()
        if chosen or (not found and over):
            root = request.app.settings.public_url
            page = FeedPage([cloud_event(root, market, e) for e in chosen], after)
            return json_answer(200, page)
        if not found:
            await asyncio.sleep(PAUSE_S)


async def _backwards(request: Request, query: EventsQuery, types: set[str] | None) -> Answer:
    market, root = request.principal.market, request.app.settings.public_url
    async with request.app.pool.acquire() as conn:
        looked = await searched(conn, market, query, types, query.limit)
    own = request.principal.nodes
    events_ = [
        cloud_event(root, market, event)
        for event in looked.events
        if own is None or is_of(event, own)
    ]
    return json_answer(200, FeedPage(events_, looked.before))


def wanted(query: FeedQuery) -> set[str] | None:
    """The types asked for; None: all."""
    names = {name for text in query.types for name in text.split(",") if name}
    return names or None


class TypesAnswer(msgspec.Struct, frozen=True):
    """The types of facts there are, by name; docs/events says what each holds."""

    items: list[str]


async def list_types(_: Request) -> Answer:
    """The types of facts that the feed may hold."""
    return json_answer(200, TypesAnswer(sorted(TYPES)))


class _OfNode(msgspec.Struct, frozen=True):
    """What of an event's data says whose it is; most name no node."""

    node: str | None = None


def is_of(event: Event, own: frozenset[NodeId]) -> bool:
    """Say whether a fact is of one of these nodes; one that names no node is of none."""
    try:
        return msgspec.json.decode(event.data, type=_OfNode).node in own
    except msgspec.ValidationError:
        return False


async def streamed(_: Request) -> Answer:  # pragma: no cover - the server streams it itself
    """The same feed as server-sent events; see `api.stream`."""
    raise AssertionError("the server answers this route")


OF_OWN_NODES = Narrowed("only facts that name a node of one's own")

ROUTES = [
    Route(
        "GET", "/v1/events", events, Scope.EVENTS_READ, "The feed, in order or searched",
        query=EventsQuery, answer=FeedPage, at=OF_OWN_NODES,
    ),
    Route(
        "GET", "/v1/events/types", list_types, Scope.EVENTS_READ, "The types of events",
        answer=TypesAnswer,
    ),
    Route(
        "GET", "/v1/events/stream", streamed, Scope.EVENTS_READ, "The feed as server-sent events",
        query=StreamQuery, answer_type="text/event-stream", at=OF_OWN_NODES,
    ),
]  # fmt: skip
