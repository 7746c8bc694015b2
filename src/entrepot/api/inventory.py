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
from entrepot.inventory import browse, browse_transfers
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.model import (
    COUNTS_PER_CALL_MAX,
    QUANTITY_MAX,
    Count,
    Delta,
    MovementKind,
    Position,
    RowResult,
)
from entrepot.journey.stocktake import take_counts, take_movements, take_set_asides
from entrepot.orders.rules import AHEAD_MAX, EARLIEST
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku

Id = Annotated[str, Meta(min_length=1, max_length=128)]


class CountRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`on_hand` units were there at `counted_at` (now, where it is not said).

    All that were there: those that are set aside are among them.
    """

    sku: Id
    node: Id
    on_hand: Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]
    source: Annotated[str, Meta(min_length=1, max_length=64)] = "api"
    sequence: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    counted_at: Annotated[datetime, Meta(tz=True)] | None = None


class CountsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    counts: Annotated[list[CountRow], Meta(min_length=1, max_length=COUNTS_PER_CALL_MAX)]


class MovementRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`quantity` is signed: what comes in is positive, what goes out negative.

    `set_aside`: the units come in set aside for that reason, or leave from what is set aside so.
    """

    kind: MovementKind
    sku: Id
    node: Id
    quantity: Annotated[int, Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]
    reference: Annotated[str, Meta(max_length=200)] | None = None
    set_aside: AsideReason | None = None


class MovementsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    movements: Annotated[list[MovementRow], Meta(min_length=1, max_length=COUNTS_PER_CALL_MAX)]


class SetAsideRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`quantity` units more are set aside for the reason (+), or are sellable again (-)."""

    sku: Id
    node: Id
    reason: AsideReason
    quantity: Annotated[int, Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]
    reference: Annotated[str, Meta(max_length=200)] | None = None


class SetAsidesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rows: Annotated[list[SetAsideRow], Meta(min_length=1, max_length=COUNTS_PER_CALL_MAX)]


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
    """`available` is what could be sold from here by a channel without a buffer.

    `unavailable_by` takes `unavailable` apart by reason; `in_transit` is on its way here.
    """

    sku: str
    node: str
    on_hand: int
    reserved: int
    unavailable: int
    unavailable_by: dict[str, int]
    safety: int
    shortage: int
    available: int
    in_transit: int


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
    reason: str | None
    at: datetime


class LedgerAnswer(msgspec.Struct, frozen=True):
    items: list[LedgerEntry]


async def post_counts(request: Request) -> Answer:
    """Apply counts: one result per row, in order."""
    body: CountsBody = request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        for place, row in enumerate(body.counts):
            if row.counted_at is not None and not EARLIEST <= row.counted_at <= at + AHEAD_MAX:
                pointer = f"/counts/{place}/counted_at"
                raise invalid(pointer, "lies before 2000, or more than a day ahead")
        rows = [
            Count(Sku(c.sku), NodeId(c.node), c.on_hand, c.source, c.sequence, c.counted_at or at)
            for c in body.counts
        ]
        market = await request.app.world.market(request.principal.market)
        return _results(await take_counts(conn, market, rows, at=at))

    return await command(request, act)


async def post_movements(request: Request) -> Answer:
    """Apply movements: each row whole or not at all, one result per row, in order."""
    body: MovementsBody = request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        rows = [
            Delta(m.kind, Sku(m.sku), NodeId(m.node), m.quantity, m.reference, m.set_aside)
            for m in body.movements
        ]
        market = await request.app.world.market(request.principal.market)
        return _results(await take_movements(conn, market, rows, at=at))

    return await command(request, act)


async def post_set_asides(request: Request) -> Answer:
    """Set units aside, or make them sellable again: each row whole or not at all, in order."""
    body: SetAsidesBody = request.body

    async def act(conn: db.Connection, at: datetime) -> Answer:
        rows = [
            SetAside(Sku(r.sku), NodeId(r.node), r.reason, r.quantity, r.reference)
            for r in body.rows
        ]
        market = await request.app.world.market(request.principal.market)
        return _results(await take_set_asides(conn, market, rows, at=at))

    return await command(request, act)


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
        shown = await _positions(conn, request.principal.market, rows[: query.limit])
    if len(rows) <= query.limit:
        return json_answer(200, PositionsAnswer(shown, None))
    cursor = cursor_of(f"{shown[-1].sku}\n{shown[-1].node}")
    link = next_link("/v1/inventory/positions", cursor, limit=query.limit, node=query.node)
    return json_answer(200, PositionsAnswer(shown, cursor), link)


async def _positions(
    conn: db.Connection, market: MarketId, rows: list[Position]
) -> list[PositionAnswer]:
    """Take a page of positions apart: two statements, however many."""
    keys = [(p.sku, p.node_id) for p in rows]
    arriving = await browse_transfers.arriving(conn, market, keys)
    by: dict[tuple[Sku, NodeId], dict[str, int]] = {}
    for held in await browse.held_at(
        conn, market, [(p.sku, p.node_id) for p in rows if p.unavailable]
    ):
        by.setdefault((held.sku, held.node_id), {})[held.reason] = held.quantity
    return [
        PositionAnswer(
            p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable,
            by.get((p.sku, p.node_id), {}), p.safety, p.shortage, max(0, p.free),
            arriving.get((p.sku, p.node_id), 0),
        )
        for p in rows
    ]  # fmt: skip


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
                    e.reference, e.reason, e.at,
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
        "POST", "/v1/inventory/set-asides", post_set_asides, Scope.INVENTORY_WRITE,
        "Set units aside, or make them sellable again", body=SetAsidesBody, answer=RowsAnswer,
        keyed=True,
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
