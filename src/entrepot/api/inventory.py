"""Stock over HTTP: counts and movements in, balances out, as they are and as they were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_lots import LotName, Lots, Serials, lots_of
from entrepot.api.bounds import Anywhere, InBody
from entrepot.api.commands import REPLAYED, command, part_of
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.inventory import browse, browse_transfers, ledger
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import (
    COUNTS_PER_CALL_MAX,
    QUANTITY_MAX,
    ROWS_PER_COMMIT_MAX,
    Count,
    Delta,
    Free,
    MovementKind,
    Position,
    RowResult,
)
from entrepot.journey.stocktake import take_counts, take_movements, take_set_asides
from entrepot.journey.whole_lots import WholeLot, everywhere
from entrepot.journey.world import Market
from entrepot.orders.rules import AHEAD_MAX, EARLIEST
from entrepot.plumbing import db, mint
from entrepot.terms.ids import MarketId, NodeId, Sku

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Source = Annotated[str, Meta(min_length=1, max_length=64)]
Number = Annotated[int, Meta(ge=0, le=2**62)]
Units = Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]
Quantity = Annotated[int, Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]
Moment = Annotated[datetime, Meta(tz=True)]


class CountRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`on_hand` units were there at `counted_at` (now, where it is not said).

    All that were there: those that are set aside are among them. `lots`, or `serials`, say which
    they were; what they leave out is of an unknown lot.
    """

    sku: Id
    node: Id
    on_hand: Units
    source: Source = "api"
    sequence: Number | None = None
    counted_at: Moment | None = None
    lots: Lots = []
    serials: Serials = []


class CountsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    counts: Annotated[list[CountRow], Meta(min_length=1, max_length=COUNTS_PER_CALL_MAX)]


class MovementRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`quantity` is signed: what comes in is positive, what goes out negative.

    `set_aside`: the units come in set aside for that reason, or leave from what is set aside so.
    With a `source` and its `sequence` it is applied once, however often and late it is told.
    `lots`, or `serials`, say which units; what leaves unnamed leaves first expired, first out.
    """

    kind: MovementKind
    sku: Id
    node: Id
    quantity: Quantity
    reference: Annotated[str, Meta(max_length=200)] | None = None
    source: Source | None = None
    sequence: Number | None = None
    occurred_at: Moment | None = None
    set_aside: AsideReason | None = None
    lots: Lots = []
    serials: Serials = []


class MovementsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    movements: Annotated[list[MovementRow], Meta(min_length=1, max_length=COUNTS_PER_CALL_MAX)]


class SetAsideRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`quantity` units more are set aside for the reason (+), or are sellable again (-).

    `lot`, or `serials`, say which. With a lot the quantity may be left out: all that is sellable of
    it; and the node too: everywhere. Such a row is answered by one result for each node.
    """

    sku: Id
    reason: AsideReason
    node: Id | None = None
    quantity: Quantity | None = None
    reference: Annotated[str, Meta(max_length=200)] | None = None
    lot: LotName | None = None
    serials: Serials = []


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


BEFORE_ROWS, AFTER_ROWS = b'{"results":[', b"]}"
"""What stands around the rows of a `RowsAnswer`."""


class PositionsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`as_of` a past moment, the books as they were then, of a sku or a node."""

    sku: list[Id] = []
    node: Id | None = None
    as_of: Moment | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class PositionAnswer(msgspec.Struct, frozen=True):
    """`available` is what could be sold from here by a channel without a buffer.

    `unavailable_by` takes `unavailable` apart by reason; `in_transit` is on its way here. Of a past
    moment neither they nor `safety` are known: they are no entries of the ledger, or not by moment.
    """

    sku: str
    node: str
    on_hand: int
    reserved: int
    unavailable: int
    unavailable_by: dict[str, int] | None
    safety: int | None
    shortage: int
    available: int | None
    in_transit: int | None


class PositionsAnswer(msgspec.Struct, frozen=True):
    items: list[PositionAnswer]
    next: str | None


async def post_counts(request: Request) -> Answer:
    """Apply counts: one result per row, in order. A long list is applied commit by commit."""
    body: CountsBody = request.body
    now = mint.now()
    for place, row in enumerate(body.counts):
        if row.counted_at is not None:
            moment(row.counted_at, now, f"/counts/{place}/counted_at")
    market = await request.app.world.market(request.principal.market)
    parts = [
        await _counted(
            part_of(request, number), market, body.counts[at : at + ROWS_PER_COMMIT_MAX], at
        )
        for number, at in enumerate(range(0, len(body.counts), ROWS_PER_COMMIT_MAX))
    ]
    return _joined(parts)


async def _counted(
    request: Request, market: Market, counts: Sequence[CountRow], first: int
) -> Answer:
    """Apply one commit's counts, of which the first is that place of the body."""
    free: list[Free] = []

    async def act(conn: db.Connection, at: datetime) -> Answer:
        rows = [
            Count(
                Sku(c.sku), NodeId(c.node), c.on_hand, c.source, c.sequence,
                min(c.counted_at or at, at),
                lots_of(c.lots, c.serials, c.on_hand, f"/counts/{first + place}"),
            )
            for place, c in enumerate(counts)
        ]  # fmt: skip
        booked = await take_counts(conn, market, rows, at=at, actor=request.actor)
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
        rows = [_delta(m, at, f"/movements/{place}") for place, m in enumerate(body.movements)]
        booked = await take_movements(conn, market, rows, at=at, actor=request.actor)
        free[:] = booked.free
        return _results(booked.results)

    answer = await command(request, act)
    market.stock.put(free)
    return answer


def moment(said: datetime, at: datetime, pointer: str) -> datetime:
    """Give the moment a message speaks of; raises Problem for one that cannot be meant.

    A clock that runs ahead is set back: nothing happens after it was heard of.
    """
    if not EARLIEST <= said <= at + AHEAD_MAX:
        raise invalid(pointer, "lies before 2000, or more than a day ahead")
    return min(said, at)


def _delta(row: MovementRow, at: datetime, pointer: str) -> Delta:
    if row.sequence is not None and row.source is None:
        raise invalid(f"{pointer}/source", "is needed where there is a sequence")
    when = row.occurred_at
    return Delta(
        row.kind, Sku(row.sku), NodeId(row.node), row.quantity, row.reference, row.source,
        row.sequence, None if when is None else moment(when, at, f"{pointer}/occurred_at"),
        row.set_aside, lots_of(row.lots, row.serials, abs(row.quantity), pointer),
    )  # fmt: skip


async def post_set_asides(request: Request) -> Answer:
    """Set units aside, or make them sellable again: each row whole or not at all, in order."""
    body: SetAsidesBody = request.body
    market = await request.app.world.market(request.principal.market)
    free: list[Free] = []

    async def act(conn: db.Connection, at: datetime) -> Answer:
        asks = [_aside(row, place) for place, row in enumerate(body.rows)]
        rows = await everywhere(conn, market.id, asks)
        booked = await take_set_asides(conn, market, rows, at=at, actor=request.actor)
        free[:] = booked.free
        return _results(booked.results)

    answer = await command(request, act)
    market.stock.put(free)
    return answer


def _aside(row: SetAsideRow, place: int) -> SetAside | WholeLot:
    """Read what is to be set aside; raises Problem where too little is said."""
    pointer = f"/rows/{place}"
    if row.lot is not None and row.serials:
        raise invalid(f"{pointer}/serials", "are not named beside a lot")
    sku, node = Sku(row.sku), None if row.node is None else NodeId(row.node)
    if row.lot is not None and (node is None or row.quantity is None):
        if row.quantity is not None:
            raise invalid(f"{pointer}/quantity", "is left out where a lot is set aside everywhere")
        return WholeLot(sku, row.lot, node, row.reason, row.reference)
    if node is None:
        raise invalid(f"{pointer}/node", "is needed but for a whole lot")
    quantity = len(row.serials) if row.quantity is None else row.quantity
    if row.quantity is None and not row.serials:
        raise invalid(f"{pointer}/quantity", "is needed but for a whole lot")
    if row.serials and abs(quantity) != len(row.serials):
        raise invalid(f"{pointer}/serials", f"name {len(row.serials)} units of {abs(quantity)}")
    lots = lots_of([], row.serials, abs(quantity), pointer)
    if row.lot is not None and quantity:
        lots = (LotUnits(row.lot, abs(quantity)),)
    return SetAside(sku, node, row.reason, quantity, row.reference, lots=lots)


async def get_positions(request: Request) -> Answer:
    """The balances, by sku and node, now or at a past moment."""
    query: PositionsQuery = request.query
    after = after_of(query.cursor).partition("\n") if query.cursor else ("", "", "")
    shown = await _positions(request, query, (after[0], after[2]))
    if len(shown) <= query.limit:
        return json_answer(200, PositionsAnswer(shown, None))
    shown.pop()
    cursor = cursor_of(f"{shown[-1].sku}\n{shown[-1].node}")
    link = next_link(
        "/v1/inventory/positions", cursor, limit=query.limit, sku=query.sku, node=query.node,
        as_of=None if query.as_of is None else query.as_of.isoformat(),
    )  # fmt: skip
    return json_answer(200, PositionsAnswer(shown, cursor), link)


async def _positions(
    request: Request, query: PositionsQuery, after: tuple[str, str]
) -> list[PositionAnswer]:
    skus = [Sku(sku) for sku in query.sku] or None
    node = NodeId(query.node) if query.node else None
    market, most = request.principal.market, query.limit + 1
    if query.as_of is None:
        async with request.app.pool.acquire() as conn:
            rows = await browse.positions(
                conn, market, skus=skus, node_id=node, after=after, most=most
            )
            return await _apart(conn, market, rows)
    if skus is None and node is None:
        raise _query("sku", "or node is needed where as_of is given")
    if query.as_of > mint.now():
        raise _query("as_of", "lies ahead: nobody knows yet")
    async with request.app.pool.acquire() as conn:
        then = await ledger.positions_as_of(
            conn, market, query.as_of, skus=skus, node_id=node, after=after, most=most
        )
    return [
        PositionAnswer(
            p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable, None, None,
            max(0, p.reserved + p.unavailable - p.on_hand), None, None,
        )
        for p in then
    ]  # fmt: skip


async def _apart(
    conn: db.Connection, market: MarketId, rows: list[Position]
) -> list[PositionAnswer]:
    """Take a page of positions apart: two statements, however many."""
    keys = [(p.sku, p.node_id) for p in rows]
    arriving = await browse_transfers.arriving(conn, market, keys)
    aside = [(p.sku, p.node_id) for p in rows if p.unavailable]
    by: dict[tuple[Sku, NodeId], dict[str, int]] = {}
    for held in await browse.held_at(conn, market, aside):
        by.setdefault((held.sku, held.node_id), {})[held.reason] = held.quantity
    return [
        PositionAnswer(
            p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable,
            by.get((p.sku, p.node_id), {}), p.safety, p.shortage, max(0, p.free),
            arriving.get((p.sku, p.node_id), 0),
        )
        for p in rows
    ]  # fmt: skip


def _query(name: str, what: str) -> Problem:
    return Problem(Code.INVALID, f"{name}: {what}", errors=[FieldError(what, parameter=name)])


def _joined(parts: Sequence[Answer]) -> Answer:
    """One answer of all: a replay where every part was one."""
    if len(parts) == 1:
        return parts[0]
    inside = (part.body[len(BEFORE_ROWS) : -len(AFTER_ROWS)] for part in parts)
    replayed = all(REPLAYED in part.headers for part in parts)
    headers = (REPLAYED,) if replayed else ()
    return Answer(200, BEFORE_ROWS + b",".join(inside) + AFTER_ROWS, headers)


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
        body=CountsBody, answer=RowsAnswer, keyed=True, at=InBody("counts"),
    ),
    Route(
        "POST", "/v1/inventory/movements", post_movements, Scope.INVENTORY_WRITE,
        "Apply movements", body=MovementsBody, answer=RowsAnswer, keyed=True,
        at=InBody("movements"),
    ),
    Route(
        "POST", "/v1/inventory/set-asides", post_set_asides, Scope.INVENTORY_WRITE,
        "Set units aside, or make them sellable again", body=SetAsidesBody, answer=RowsAnswer,
        keyed=True, at=InBody("rows"),
    ),
    Route(
        "GET", "/v1/inventory/positions", get_positions, Scope.INVENTORY_READ, "Balances",
        query=PositionsQuery, answer=PositionsAnswer,
        at=Anywhere("a store says where else something is to be had"),
    ),
]  # fmt: skip
