"""Units by their serial numbers over HTTP: where each is, and the order that took it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from entrepot.access.model import Scope
from entrepot.api.bounds import InQuery
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.inventory import Id
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, Problem
from entrepot.fulfillment import lots as picked
from entrepot.fulfillment.model import PickedFor
from entrepot.inventory import lots_browse as browse
from entrepot.inventory.lots_model import FITTED, SELLABLE, LotStep, SerialSeen
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, Sku
from entrepot.terms.order_number import number_of

PATH = "/v1/inventory/serials"


class SerialState(StrEnum):
    """Where a unit is: at a node, picked for an order, with a customer, on the road, or gone."""

    IN_STOCK = "in_stock"
    PICKED = "picked"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    MISSING = "missing"
    ADJUSTED_OUT = "adjusted_out"


class SerialQuery(msgspec.Struct, frozen=True, kw_only=True):
    sku: Id


class SerialsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`node`: what it has. `in_stock`: what any node has; else every unit there ever was."""

    sku: Id
    node: Id | None = None
    in_stock: bool = False
    limit: Limit = 50
    cursor: Cursor = ""


class SerialAnswer(msgspec.Struct, frozen=True):
    """A unit. `node` has it, or had it last; the order is the one it was picked or left for."""

    sku: str
    serial: str
    state: SerialState
    node: str | None
    set_aside: str | None
    expires_on: date | None
    order_id: UUID | None
    order_number: str | None
    line: int | None
    transfer: str | None
    at: datetime | None


class SerialStep(msgspec.Struct, frozen=True):
    """A step of a unit's way: it came to a state of a node (+1), or left it (-1)."""

    at: datetime
    kind: str
    node: str
    set_aside: str | None
    quantity: int
    order_id: UUID | None
    line: int | None
    transfer: str | None


class SerialWhole(msgspec.Struct, frozen=True):
    """A unit, and its way, newest first."""

    unit: SerialAnswer
    steps: list[SerialStep]


class SerialsAnswer(msgspec.Struct, frozen=True):
    """By serial number."""

    items: list[SerialAnswer]
    next: str | None


async def list_serials(request: Request) -> Answer:
    """An item's units by serial number."""
    query: SerialsQuery = request.query
    market = request.principal.market
    after = after_of(query.cursor) if query.cursor else ""
    async with request.app.pool.acquire() as conn:
        rows = await browse.serials(
            conn, market, Sku(query.sku), node_id=NodeId(query.node) if query.node else None,
            in_stock=query.in_stock, after=after, most=query.limit + 1,
        )  # fmt: skip
        shown = await _shown(conn, market, rows[: query.limit])
    if len(rows) <= query.limit:
        return json_answer(200, SerialsAnswer(shown, None))
    cursor = cursor_of(shown[-1].serial)
    link = next_link(
        PATH, cursor, limit=query.limit, sku=query.sku, node=query.node,
        in_stock="true" if query.in_stock else None,
    )  # fmt: skip
    return json_answer(200, SerialsAnswer(shown, cursor), link)


async def get_serial(request: Request) -> Answer:
    """Where one unit is, and its way there."""
    query: SerialQuery = request.query
    market, sku, serial = request.principal.market, Sku(query.sku), parameter(request, "serial")
    async with request.app.pool.acquire() as conn:
        rows = await browse.serials_named(conn, market, [(sku, serial)])
        if not rows:
            raise Problem(Code.NOT_FOUND, f"there is no unit {serial} of {sku}")
        (unit,) = await _shown(conn, market, rows)
        steps = await browse.steps(conn, market, sku, serial)
    return json_answer(200, SerialWhole(unit, [_step(each) for each in steps]))


async def _shown(
    conn: db.Connection, market: MarketId, rows: Sequence[SerialSeen]
) -> list[SerialAnswer]:
    there = [(r.sku, r.node_id, r.serial) for r in rows if r.node_id is not None]
    taken = {(p.sku, p.lot): p for p in await picked.picked_for(conn, market, there)}
    return [_answer(row, taken.get((row.sku, row.serial))) for row in rows]


def state(row: SerialSeen, taken: PickedFor | None) -> SerialState:
    """Say where a unit is, by what its node has and what was last told of it."""
    if row.node_id is not None:
        return SerialState.IN_STOCK if taken is None else SerialState.PICKED
    gone = {
        "ship": SerialState.SHIPPED,
        "transfer_out": SerialState.IN_TRANSIT,
        FITTED: SerialState.MISSING,
        "count": SerialState.MISSING,
    }
    return gone.get(row.last_kind or "", SerialState.ADJUSTED_OUT)


def _answer(row: SerialSeen, taken: PickedFor | None) -> SerialAnswer:
    order_id, line = (row.order_id, row.line_no) if row.node_id is None else (None, None)
    if taken is not None:
        order_id, line = taken.order_id, taken.line_no
    return SerialAnswer(
        sku=row.sku,
        serial=row.serial,
        state=state(row, taken),
        node=row.node_id or row.last_node,
        set_aside=row.reason if row.reason != SELLABLE else None,
        expires_on=row.expires_on,
        order_id=order_id,
        order_number=None if order_id is None else number_of(order_id),
        line=line,
        transfer=row.transfer_id if row.node_id is None else None,
        at=row.at,
    )


def _step(step: LotStep) -> SerialStep:
    aside = step.reason if step.reason != SELLABLE else None
    return SerialStep(
        step.at, step.kind, step.node_id, aside, step.quantity, step.order_id, step.line_no,
        step.transfer_id,
    )  # fmt: skip


ROUTES = [
    Route(
        "GET", PATH, list_serials, Scope.INVENTORY_READ, "Units by serial number",
        query=SerialsQuery, answer=SerialsAnswer, at=InQuery(),
    ),
    Route(
        "GET", f"{PATH}/{{serial}}", get_serial, Scope.INVENTORY_READ,
        "A unit by its serial number", query=SerialQuery, answer=SerialWhole,
    ),
]  # fmt: skip
