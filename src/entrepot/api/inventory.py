"""Stock over HTTP: counts and movements in, balances and their ledger out."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import invalid
from entrepot.inventory import browse
from entrepot.inventory.model import (
    COUNTS_PER_CALL_MAX,
    QUANTITY_MAX,
    Count,
    Delta,
    Free,
    MovementKind,
    RowResult,
)
from entrepot.journey.stocktake import take_counts, take_movements
from entrepot.orders.rules import AHEAD_MAX, EARLIEST
from entrepot.plumbing import db
from entrepot.terms.ids import NodeId, Sku

Id = Annotated[str, Meta(min_length=1, max_length=128)]


class CountRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`on_hand` units were there at `counted_at` (now, where it is not said)."""

    sku: Id
    node: Id
    on_hand: Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]
    source: Annotated[str, Meta(min_length=1, max_length=64)] = "api"
    sequence: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    counted_at: Annotated[datetime, Meta(tz=True)] | None = None


class CountsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    counts: Annotated[list[CountRow], Meta(min_length=1, max_length=COUNTS_PER_CALL_MAX)]


class MovementRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`quantity` is signed: what comes in is positive, what goes out negative."""

    kind: MovementKind
    sku: Id
    node: Id
    quantity: Annotated[int, Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]
    reference: Annotated[str, Meta(max_length=200)] | None = None


class MovementsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    movements: Annotated[list[MovementRow], Meta(min_length=1, max_length=COUNTS_PER_CALL_MAX)]


class RowAnswer(msgspec.Struct, frozen=True):
    """What became of a row. `short`: reserved units it found missing, which stand as a shortage."""

    sku: str
    node: str
    status: str
    on_hand: int | None
    short: int


class RowsAnswer(msgspec.Struct, frozen=True):
    results: list[RowAnswer]


class PositionsQuery(msgspec.Struct, frozen=True, kw_only=True):
    sku: list[Id] = []
    node: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class PositionAnswer(msgspec.Struct, frozen=True):
    """`available` is what could be sold from here by a channel without a buffer."""

    sku: str
    node: str
    on_hand: int
    reserved: int
    unavailable: int
    safety: int
    shortage: int
    available: int


class PositionsAnswer(msgspec.Struct, frozen=True):
    items: list[PositionAnswer]
    next: str | None


class LedgerQuery(msgspec.Struct, frozen=True, kw_only=True):
    sku: Id
    node: Id
    limit: Limit = 50


class LedgerEntry(msgspec.Struct, frozen=True):
    id: str
    kind: str
    on_hand_delta: int
    reserved_delta: int
    unavailable_delta: int
    order_id: str | None
    line: int | None
    reference: str | None
    at: datetime


class LedgerAnswer(msgspec.Struct, frozen=True):
    items: list[LedgerEntry]


async def post_counts(request: Request) -> Answer:
    """Apply counts: one result per row, in order."""
    body: CountsBody = request.body
    market = await request.app.world.market(request.principal.market)
    free: list[Free] = []

    async def act(conn: db.Connection, at: datetime) -> Answer:
        for place, row in enumerate(body.counts):
            if row.counted_at is not None and not EARLIEST <= row.counted_at <= at + AHEAD_MAX:
                pointer = f"/counts/{place}/counted_at"
                raise invalid(pointer, "lies before 2000, or more than a day ahead")
        rows = [
            Count(Sku(c.sku), NodeId(c.node), c.on_hand, c.source, c.sequence, c.counted_at or at)
            for c in body.counts
        ]
        booked = await take_counts(conn, market, rows, at=at)
        free[:] = booked.free
        return _results(booked.results)

    answer = await command(request, act)
    market.stock.put(free)
    return answer


async def post_movements(request: Request) -> Answer:
    """Apply movements: each row whole or not at all, one result per row, in order."""
    body: MovementsBody = request.body
    market = await request.app.world.market(request.principal.market)
    free: list[Free] = []

    async def act(conn: db.Connection, at: datetime) -> Answer:
        rows = [
            Delta(m.kind, Sku(m.sku), NodeId(m.node), m.quantity, m.reference)
            for m in body.movements
        ]
        booked = await take_movements(conn, market, rows, at=at)
        free[:] = booked.free
        return _results(booked.results)

    answer = await command(request, act)
    market.stock.put(free)
    return answer


async def get_positions(request: Request) -> Answer:
    """The balances, by sku and node."""
    query: PositionsQuery = request.query
    after = after_of(query.cursor).partition("\n") if query.cursor else ("", "", "")
    async with request.app.pool.acquire() as conn:
        rows = await browse.positions(
            conn, request.principal.market, skus=[Sku(s) for s in query.sku] or None,
            node_id=NodeId(query.node) if query.node else None,
            after=(after[0], after[2]), most=query.limit + 1,
        )  # fmt: skip
    shown = [
        PositionAnswer(
            p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable, p.safety, p.shortage,
            max(0, p.free),
        )
        for p in rows[: query.limit]
    ]  # fmt: skip
    if len(rows) <= query.limit:
        return json_answer(200, PositionsAnswer(shown, None))
    cursor = cursor_of(f"{shown[-1].sku}\n{shown[-1].node}")
    link = next_link("/v1/inventory/positions", cursor, limit=query.limit, node=query.node)
    return json_answer(200, PositionsAnswer(shown, cursor), link)


async def get_ledger(request: Request) -> Answer:
    """Why a position holds what it holds: its newest entries."""
    query: LedgerQuery = request.query
    async with request.app.pool.acquire() as conn:
        entries = await browse.ledger(
            conn, request.principal.market, Sku(query.sku), NodeId(query.node), query.limit
        )
    return json_answer(
        200,
        LedgerAnswer(
            [
                LedgerEntry(
                    str(e.movement_id), e.kind, e.on_hand_delta, e.reserved_delta,
                    e.unavailable_delta, str(e.order_id) if e.order_id else None, e.line_no,
                    e.reference, e.at,
                )
                for e in entries
            ]
        ),
    )  # fmt: skip


def _results(results: list[RowResult]) -> Answer:
    return json_answer(
        200,
        RowsAnswer(
            [RowAnswer(r.sku, r.node_id, r.status.value, r.on_hand, r.short) for r in results]
        ),
    )


ROUTES = [
    Route(
        "POST", "/v1/inventory/counts", post_counts, Scope.INVENTORY_WRITE, "Apply counts",
        body=CountsBody, answer=RowsAnswer, keyed=True,
    ),
    Route(
        "POST", "/v1/inventory/movements", post_movements, Scope.INVENTORY_WRITE,
        "Apply movements", body=MovementsBody, answer=RowsAnswer, keyed=True,
    ),
    Route(
        "GET", "/v1/inventory/positions", get_positions, Scope.INVENTORY_READ, "Balances",
        query=PositionsQuery, answer=PositionsAnswer,
    ),
    Route(
        "GET", "/v1/inventory/ledger", get_ledger, Scope.INVENTORY_READ, "Why a balance is so",
        query=LedgerQuery, answer=LedgerAnswer,
    ),
]  # fmt: skip
