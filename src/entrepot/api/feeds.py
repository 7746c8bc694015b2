"""Feeds over HTTP: numbered messages in, a line of answer for each; how fresh every feed is."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api import strict
from entrepot.api.bodies_lots import Lots, Serials, lots_of
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.inventory import Id, Moment, Number, Quantity, Source, Units, moment
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.inventory import freshness
from entrepot.inventory.model import ROWS_PER_COMMIT_MAX, Count, Delta, MovementKind, RowResult
from entrepot.journey.stocktake import Booked, Message, take_feed
from entrepot.plumbing import db, mint
from entrepot.terms.ids import NodeId, Sku

NDJSON = "application/x-ndjson"

ROWS_MAX = 1_000_000
"""Rows of one call: a large retailer's whole stock."""

WINDOW_ROWS = 50_000
"""Rows put in key order together: 25 commits' worth, and some 20 MB while they are held."""

LINE_BYTES_MAX = 32_768
"""Bytes of one row: many times what the longest ids, source and reference take, for its lots."""

ROWS_PER_BREATH = 200
"""Rows read before others of this process may go on: about a millisecond."""


class CountLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="count"):
    """`on_hand` units were there at `counted_at`: the source's `sequence`-th message."""

    sku: Id
    node: Id
    on_hand: Units
    source: Source
    sequence: Number
    counted_at: Moment
    lots: Lots = []
    serials: Serials = []


class MovementLine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="movement"
):
    """Signed units came or went at `occurred_at`: the source's `sequence`-th message."""

    kind: MovementKind
    sku: Id
    node: Id
    quantity: Quantity
    source: Source
    sequence: Number
    occurred_at: Moment
    reference: Annotated[str, Meta(max_length=200)] | None = None
    lots: Lots = []
    serials: Serials = []


Line = CountLine | MovementLine


class LineAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a line of the body, counted from 1; `errors` where it could not be read."""

    line: int
    status: str
    sku: str | None = None
    node: str | None = None
    on_hand: int | None = None
    short: int = 0
    errors: list[FieldError] = []


class FeedsQuery(msgspec.Struct, frozen=True, kw_only=True):
    source: Id | None = None
    node: Id | None = None
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


class FeedsAnswer(msgspec.Struct, frozen=True):
    items: list[FeedAnswer]
    next: str | None


async def post_feed(request: Request) -> Answer:
    """Apply a feed: one answer per line, in order. Sending it again changes nothing.

    Every chunk is a commit of its own, so that no order waits for a feed: a call that breaks off
    has applied some chunks whole, and the same body sent again applies the rest.
    """
    lines = request.raw.rstrip().split(b"\n")
    if not request.raw.strip():
        raise Problem(Code.INVALID, "the body has no rows: one JSON object on each line")
    if len(lines) > ROWS_MAX:
        raise Problem(Code.TOO_LARGE, f"more than {ROWS_MAX} rows")
    out = bytearray()
    async for answers in apply(request, lines):
        for answer in answers:
            out += _encode(answer) + b"\n"
        await asyncio.sleep(0)
    return Answer(200, bytes(out), content_type=NDJSON)


async def apply(request: Request, lines: Iterable[bytes]) -> AsyncIterator[list[LineAnswer]]:
    """Answer lines window by window, in order; a window is applied when its answers are given."""
    for first, window in _windows(lines):
        at = mint.now()
        answers: dict[int, LineAnswer] = {}
        rows: list[tuple[int, Message]] = []
        for number, line in enumerate(window, start=first):
            if number % ROWS_PER_BREATH == 0:
                await asyncio.sleep(0)
            try:
                rows.append((number, _message(line, at)))
            except Problem as wrong:
                answers[number] = _invalid(number, wrong)
        rows.sort(key=lambda row: (row[1].sku, row[1].node_id, row[0]))
        for place in range(0, len(rows), ROWS_PER_COMMIT_MAX):
            chunk = rows[place : place + ROWS_PER_COMMIT_MAX]
            for (number, _), result in zip(chunk, await _commit(request, chunk), strict=True):
                answers[number] = _told(number, result)
        yield [answers[number] for number in sorted(answers)]


async def get_feeds(request: Request) -> Answer:
    """How fresh every feed is, by source and node."""
    query: FeedsQuery = request.query
    after = after_of(query.cursor).partition("\n") if query.cursor else ("", "", "")
    at = mint.now()
    async with request.app.pool.acquire() as conn:
        rows, gaps = await freshness.feeds(
            conn, request.principal.market, source=query.source, node_id=query.node,
            after=(after[0], after[2]), most=query.limit + 1, at=at,
        )  # fmt: skip
    shown = []
    for row in rows[: query.limit]:
        missing, first = gaps.get(row.source, (0, None))
        age = max(0.0, (at - row.heard_at).total_seconds())
        shown.append(
            FeedAnswer(
                row.source, row.node_id, row.heard_at, row.told_at, round(age, 3), row.sequence,
                row.messages, round(row.per_s, 3), missing, first, row.stale_since is not None,
            )
        )  # fmt: skip
    if len(rows) <= query.limit:
        return json_answer(200, FeedsAnswer(shown, None))
    cursor = cursor_of(f"{shown[-1].source}\n{shown[-1].node}")
    link = next_link(
        "/v1/inventory/feeds", cursor, limit=query.limit, source=query.source, node=query.node
    )
    return json_answer(200, FeedsAnswer(shown, cursor), link)


def _windows(lines: Iterable[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    window: list[bytes] = []
    first = 1
    for line in lines:
        window.append(line)
        if len(window) == WINDOW_ROWS:
            yield first, window
            first, window = first + len(window), []
    if window:
        yield first, window


def _message(line: bytes, at: datetime) -> Message:
    """Read a line; raises Problem naming what is wrong."""
    if len(line) > LINE_BYTES_MAX:
        raise Problem(Code.INVALID, f"a row has at most {LINE_BYTES_MAX} bytes")
    row: Line = strict.decode(Line, line)  # type: ignore[arg-type] # a union of structs
    if isinstance(row, CountLine):
        when = moment(row.counted_at, at, "/counted_at")
        lots = lots_of(row.lots, row.serials, row.on_hand, "")
        return Count(
            Sku(row.sku), NodeId(row.node), row.on_hand, row.source, row.sequence, when, lots
        )
    when = moment(row.occurred_at, at, "/occurred_at")
    return Delta(
        row.kind, Sku(row.sku), NodeId(row.node), row.quantity, row.reference, row.source,
        row.sequence, when, lots=lots_of(row.lots, row.serials, abs(row.quantity), ""),
    )  # fmt: skip


async def _commit(request: Request, chunk: Sequence[tuple[int, Message]]) -> list[RowResult]:
    market = await request.app.world.market(request.principal.market)
    rows = [row for _, row in chunk]
    at = mint.now()

    async def work(conn: db.Connection) -> Booked:
        return await take_feed(conn, market, rows, at=at, actor=request.actor)

    booked = await db.in_transaction(request.app.pool, work)
    market.stock.put(booked.free)
    return booked.results


def _told(number: int, result: RowResult) -> LineAnswer:
    return LineAnswer(
        number, result.status.value, result.sku, result.node_id, result.on_hand, result.short
    )


def _invalid(number: int, wrong: Problem) -> LineAnswer:
    return LineAnswer(number, "invalid", errors=wrong.errors or [FieldError(wrong.detail)])


_encode = msgspec.json.Encoder().encode

ROUTES = [
    Route(
        "POST", "/v1/inventory/feed", post_feed, Scope.INVENTORY_WRITE, "Apply a feed, row by row",
        raw_body=True, answer=LineAnswer, answer_type=NDJSON,
    ),
    Route(
        "GET", "/v1/inventory/feeds", get_feeds, Scope.INVENTORY_READ, "How fresh feeds are",
        query=FeedsQuery, answer=FeedsAnswer,
    ),
]  # fmt: skip
