"""Feeds over HTTP: numbered messages in, a line of answer for each; how fresh every feed is."""

import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime

import msgspec

from entrepot.access.model import Scope
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.feed_lines import Line, LineAnswer
from entrepot.api.feed_link import Link, open_link
from entrepot.api.feed_windows import AT_ONCE_MAX
from entrepot.api.inventory import Id
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, Problem
from entrepot.inventory import freshness
from entrepot.plumbing import mint
from entrepot.policies import browse as policies

NDJSON = "application/x-ndjson"

TYPES = frozenset({NDJSON, "application/ndjson", "application/jsonl", "application/json"})
"""What callers say of lines of JSON; who says nothing is believed to send them."""


class FeedsQuery(msgspec.Struct, frozen=True, kw_only=True):
    source: Id | None = None
    node: Id | None = None
    stale: bool | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class FeedAnswer(msgspec.Struct, frozen=True):
    """A source at a node: `age_s` since it was heard, `per_s` messages a second, lately.

    `gaps` are numbers its source has left out so far, at whatever node; `first_gap` is the first.
    """

    source: str
    node: str
    heard_at: datetime
    told_at: datetime
    age_s: float
    sequence: int | None
    messages: int
    per_s: float
    gaps: int
    first_gap: int | None
    stale: bool
    stale_since: datetime | None


class FeedsAnswer(msgspec.Struct, frozen=True):
    """`stale_after_s` is how long a feed may be silent, by the policy; null: nobody watches."""

    items: list[FeedAnswer]
    next: str | None
    stale_after_s: int | None


def check_type(said: str | None) -> None:
    """Take lines of JSON, by whatever name; raises Problem for anything else."""
    if said is not None and said.partition(";")[0].strip().lower() not in TYPES:
        raise Problem(
            Code.NOT_JSON, f"takes {NDJSON}, not {said[:100]!r}", headers=[("accept", NDJSON)]
        )


async def post_feed(request: Request) -> Answer:
    """Apply a feed while it comes: one answer per line, in order. Again, it changes nothing.

    Every chunk is a commit of its own, so that no order waits for a feed: a call that breaks off
    has applied all that was answered, and the same lines sent again are applied once.
    """
    check_type(request.headers.get("content-type"))
    app = request.app
    if app.feeding >= AT_ONCE_MAX:
        detail = f"{AT_ONCE_MAX} feeds are being read already"
        raise Problem(Code.OVERLOADED, detail, headers=[("retry-after", "5")])
    app.feeding += 1
    try:
        link = await open_link(request, app.feeder)
        await link.begins()
    except BaseException:
        app.feeding -= 1
        raise
    return Answer(200, content_type=NDJSON, parts=_answers(request, link))


async def _answers(request: Request, link: Link) -> AsyncGenerator[bytes, None]:
    try:
        async with contextlib.aclosing(link.answers()) as parts:
            async for part in parts:
                yield part
    finally:
        request.app.feeding -= 1


async def get_feeds(request: Request) -> Answer:
    """How fresh every feed is, by source and node."""
    query: FeedsQuery = request.query
    after = after_of(query.cursor).partition("\n") if query.cursor else ("", "", "")
    at = mint.now()
    async with request.app.pool.acquire() as conn:
        _, policy = await policies.current(conn, request.principal.market)
        rows, gaps = await freshness.feeds(
            conn, request.principal.market, source=query.source, node_id=query.node,
            stale=query.stale, after=(after[0], after[2]), most=query.limit + 1, at=at,
        )  # fmt: skip
    shown = []
    for row in rows[: query.limit]:
        missing, first = gaps.get(row.source, (0, None))
        age = max(0.0, (at - row.heard_at).total_seconds())
        shown.append(
            FeedAnswer(
                row.source, row.node_id, row.heard_at, row.told_at, round(age, 3), row.sequence,
                row.messages, round(row.per_s, 3), missing, first, row.stale_since is not None,
                row.stale_since,
            )
        )  # fmt: skip
    if len(rows) <= query.limit:
        return json_answer(200, FeedsAnswer(shown, None, policy.feed_stale_after_s))
    cursor = cursor_of(f"{shown[-1].source}\n{shown[-1].node}")
    link = next_link(
        "/v1/inventory/feeds", cursor, limit=query.limit, source=query.source, node=query.node,
        stale=None if query.stale is None else str(query.stale).lower(),
    )  # fmt: skip
    return json_answer(200, FeedsAnswer(shown, cursor, policy.feed_stale_after_s), link)


ROUTES = [
    Route(
        "POST", "/v1/inventory/feed", post_feed, Scope.INVENTORY_WRITE, "Apply a feed, row by row",
        lines=Line, answer=LineAnswer, answer_type=NDJSON, problems=(Code.NOT_JSON,),
    ),
    Route(
        "GET", "/v1/inventory/feeds", get_feeds, Scope.INVENTORY_READ, "How fresh feeds are",
        query=FeedsQuery, answer=FeedsAnswer,
    ),
]  # fmt: skip
