"""Lots over HTTP: where they are, what expires, and which orders got them."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from entrepot.access.model import Scope
from entrepot.api.bounds import InQuery
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.inventory import Id
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.inventory import lots_browse as browse
from entrepot.inventory.lots_model import LotGone, LotSeen
from entrepot.terms.ids import NodeId, Sku
from entrepot.terms.order_number import number_of

PATH = "/v1/inventory/lots"

BEFORE_ALL = (browse.BEFORE_ALL, 0, "")


class LotsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`expires_before`: lots whose last day lies before this one; those without a day are not."""

    sku: list[Id] = []
    node: Id | None = None
    expires_before: date | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class LotAtNode(msgspec.Struct, frozen=True):
    """What a node has of a lot; `set_aside` of it are not for sale, by reason."""

    sku: str
    node: str
    lot: str
    expires_on: date | None
    on_hand: int
    set_aside: dict[str, int]


class LotsAnswer(msgspec.Struct, frozen=True):
    """By sku, node and lot."""

    items: list[LotAtNode]
    next: str | None


class LotQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`limit` and `cursor` are of the orders."""

    sku: Id
    limit: Limit = 50
    cursor: Cursor = ""


class LotPlace(msgspec.Struct, frozen=True):
    """What a node has of the lot."""

    node: str
    on_hand: int
    set_aside: dict[str, int]


class LotOnTheRoad(msgspec.Struct, frozen=True):
    """What of the lot a transfer has taken and not brought yet."""

    transfer: str
    to: str
    quantity: int


class LotOrder(msgspec.Struct, frozen=True):
    """What of the lot left for an order's line, and when the last of it did."""

    order_id: UUID
    order_number: str
    line: int
    node: str
    quantity: int
    left_at: datetime


class LotWhole(msgspec.Struct, frozen=True):
    """A lot: where its units are, and a page of the orders that have got some."""

    sku: str
    lot: str
    expires_on: date | None
    first_told_at: datetime
    nodes: list[LotPlace]
    in_transit: list[LotOnTheRoad]
    orders: list[LotOrder]
    next: str | None


async def list_lots(request: Request) -> Answer:
    """What nodes have of lots, by sku, node and lot."""
    query: LotsQuery = request.query
    after = ("", "", "")
    if query.cursor:
        after = _three(after_of(query.cursor))
    async with request.app.pool.acquire() as conn:
        rows = await browse.page(
            conn, request.principal.market, skus=[Sku(sku) for sku in query.sku] or None,
            node_id=NodeId(query.node) if query.node else None,
            expires_before=query.expires_before, after=after, most=query.limit + 1,
        )  # fmt: skip
    shown = [
        LotAtNode(r.sku, r.node_id, r.lot, r.expires_on, r.quantity, asides(r))
        for r in rows[: query.limit]
    ]
    if len(rows) <= query.limit:
        return json_answer(200, LotsAnswer(shown, None))
    last = shown[-1]
    cursor = cursor_of(f"{last.sku}\n{last.node}\n{last.lot}")
    before = None if query.expires_before is None else query.expires_before.isoformat()
    link = next_link(
        PATH, cursor, limit=query.limit, sku=query.sku, node=query.node, expires_before=before
    )
    return json_answer(200, LotsAnswer(shown, cursor), link)


async def get_lot(request: Request) -> Answer:
    """Where a lot's units are, and which orders got them: what a recall asks."""
    query: LotQuery = request.query
    market, sku, lot = request.principal.market, Sku(query.sku), parameter(request, "lot")
    after = BEFORE_ALL
    if query.cursor:
        order, line, node = _three(after_of(query.cursor))
        after = _after(order, line, node)
    async with request.app.pool.acquire() as conn:
        told = await browse.told(conn, market, sku, lot)
        if told is None or told.serial:
            raise Problem(Code.NOT_FOUND, f"there is no lot {lot} of {sku}")
        places = await browse.page(
            conn, market, skus=[sku], node_id=None, expires_before=None, lot=lot,
            after=("", "", ""), most=browse.PLACES_MAX,
        )  # fmt: skip
        travels = await browse.travels(conn, market, sku, lot)
        gone = await browse.orders_of(conn, market, sku, lot, after, query.limit + 1)
    orders = [_order(each) for each in gone[: query.limit]]
    cursor, links = None, []
    if len(gone) > query.limit:
        last = gone[query.limit - 1]
        cursor = cursor_of(f"{last.order_id}\n{last.line_no}\n{last.node_id}")
        links = [next_link(f"{PATH}/{lot}", cursor, limit=query.limit, sku=sku)]
    answer = LotWhole(
        sku, lot, told.expires_on, told.made_at,
        [LotPlace(each.node_id, each.quantity, asides(each)) for each in places],
        [LotOnTheRoad(each.transfer_id, each.to_node, each.quantity) for each in travels],
        orders, cursor,
    )  # fmt: skip
    return json_answer(200, answer, *links)


def asides(row: LotSeen) -> dict[str, int]:
    """Give what is set aside of a lot at a node, by reason."""
    return dict(zip(row.asides or (), row.asided or (), strict=True))


def _order(gone: LotGone) -> LotOrder:
    return LotOrder(
        gone.order_id, number_of(gone.order_id), gone.line_no, gone.node_id, gone.quantity, gone.at
    )


def _three(text: str) -> tuple[str, str, str]:
    parts = text.split("\n")
    if len(parts) != 3:
        raise _not_ours()
    return parts[0], parts[1], parts[2]


def _after(order: str, line: str, node: str) -> tuple[UUID, int, str]:
    try:
        after = UUID(order), int(line), node
    except ValueError:
        raise _not_ours() from None
    if not 0 <= after[1] < 2**15:
        raise _not_ours()
    return after


def _not_ours() -> Problem:
    return Problem(
        Code.INVALID, "cursor: is none of ours",
        errors=[FieldError("is none of ours", parameter="cursor")],
    )  # fmt: skip


ROUTES = [
    Route(
        "GET", PATH, list_lots, Scope.INVENTORY_READ, "Lots", query=LotsQuery, answer=LotsAnswer,
        at=InQuery(),
    ),
    Route(
        "GET", f"{PATH}/{{lot}}", get_lot, Scope.INVENTORY_READ,
        "A lot: where it is, and who got it", query=LotQuery, answer=LotWhole,
    ),
]  # fmt: skip
