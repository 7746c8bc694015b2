"""The rows of nodes' work: every read and write its verbs make, and nothing they decide."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from entrepot.fulfillment.model import (
    FulfillmentOrder,
    Guarded,
    Line,
    Move,
    NewFulfillmentOrder,
    PackageRow,
    Standing,
    Work,
)
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import FulfillmentOrderId, MarketId, OrderId

Q = sql.load(__package__)


async def open_fulfillment_orders(
    conn: db.Connection, market: MarketId, new: Sequence[NewFulfillmentOrder], at: datetime
) -> list[FulfillmentOrderId]:
    ids = [FulfillmentOrderId(each) for each in MINT.ids(len(new))]
    lines = [(id_, line) for id_, each in zip(ids, new, strict=True) for line in each.lines]
    await db.execute(
        conn, Q["open_fulfillment_orders"],
        market=market,
        fulfillment_order_ids=ids,
        order_ids=[n.order_id for n in new],
        node_ids=[n.node_id for n in new],
        methods=[n.method for n in new],
        services=[n.service for n in new],
        carriers=[n.carrier for n in new],
        lane_ids=[n.lane_id for n in new],
        days=[n.day for n in new],
        ship_bys=[n.ship_by for n in new],
        release_ats=[n.release_at for n in new],
        made_ats=[n.made_at or at for n in new],
        line_ids=[id_ for id_, _ in lines],
        line_nos=[line.line_no for _, line in lines],
        skus=[line.sku for _, line in lines],
        quantities=[line.quantity for _, line in lines],
    )  # fmt: skip
    return ids


async def works_for_update(
    conn: db.Connection, market: MarketId, ids: Iterable[FulfillmentOrderId]
) -> list[Work]:
    heads = await db.fetch(
        conn, Q["heads_for_update"], FulfillmentOrder,
        market=market, fulfillment_order_ids=list(ids),
    )  # fmt: skip
    return await _with_lines(conn, market, heads)


async def works_of_orders_for_update(
    conn: db.Connection, market: MarketId, order_ids: Iterable[OrderId]
) -> list[Work]:
    heads = await db.fetch(
        conn, Q["heads_of_orders_for_update"], FulfillmentOrder,
        market=market, order_ids=list(order_ids),
    )  # fmt: skip
    return await _with_lines(conn, market, heads)


async def due_works_for_update(
    conn: db.Connection, market: MarketId, *, at: datetime, most: int
) -> list[Work]:
    heads = await db.fetch(
        conn, Q["due_heads_for_update"], FulfillmentOrder, market=market, at=at, most=most
    )
    return await _with_lines(conn, market, heads)


async def standing_holds(
    conn: db.Connection, market: MarketId, order_ids: Iterable[OrderId]
) -> set[OrderId]:
    rows = await db.fetch(
        conn, Q["standing_holds"], Standing, market=market, order_ids=list(order_ids)
    )
    return {row.order_id for row in rows}


async def record_moves(
    conn: db.Connection,
    market: MarketId,
    turned: Sequence[tuple[Work, Work]],
    moves: Sequence[Move],
    packages: Sequence[PackageRow],
) -> int:
    """Write what became of each (before, after), and answer how many passed the guard."""
    changed = [
        line
        for before, after in turned
        for was, line in zip(before.lines, after.lines, strict=True)
        if was != line
    ]
    guarded = await db.fetch(
        conn, Q["record_moves"], Guarded,
        market=market,
        fulfillment_order_ids=[after.id for _, after in turned],
        was_versions=[before.head.version for before, _ in turned],
        versions=[after.head.version for _, after in turned],
        states=[after.head.state for _, after in turned],
        moved_ats=[after.head.moved_at for _, after in turned],
        **_lines(changed),
        **_moves(moves),
        **_packages(packages),
    )  # fmt: skip
    return guarded[0].passed


def _lines(lines: Sequence[Line]) -> Mapping[str, object]:
    return {
        "line_ids": [line.fulfillment_order_id for line in lines],
        "line_nos": [line.line_no for line in lines],
        "skus": [line.sku for line in lines],
        "pickeds": [line.picked for line in lines],
        "shorteds": [line.shorted for line in lines],
        "canceleds": [line.canceled for line in lines],
    }


def _moves(moves: Sequence[Move]) -> Mapping[str, object]:
    return {
        "move_ids": [move.fulfillment_order_id for move in moves],
        "move_nos": [move.move_no for move in moves],
        "from_states": [move.from_state for move in moves],
        "verbs": [move.verb for move in moves],
        "actors": [move.actor for move in moves],
        "reasons": [move.reason for move in moves],
        "ats": [move.at for move in moves],
    }


def _packages(packages: Sequence[PackageRow]) -> Mapping[str, object]:
    return {
        "package_ids": [each.fulfillment_order_id for each in packages],
        "package_nos": [each.package_no for each in packages],
        "package_orders": [each.order_id for each in packages],
        "package_carriers": [each.carrier for each in packages],
        "package_services": [each.service for each in packages],
        "tracking_numbers": [each.tracking_number for each in packages],
        "package_lines": [each.lines for each in packages],
        "shipped_ats": [each.shipped_at for each in packages],
    }


async def _with_lines(
    conn: db.Connection, market: MarketId, heads: Sequence[FulfillmentOrder]
) -> list[Work]:
    if not heads:
        return []
    return join(heads, await lines_of(conn, market, [h.fulfillment_order_id for h in heads]))


async def lines_of(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> list[Line]:
    return await db.fetch(conn, Q["lines_of"], Line, market=market, fulfillment_order_ids=list(ids))


def join(heads: Sequence[FulfillmentOrder], lines: Sequence[Line]) -> list[Work]:
    """Put each line to its fulfillment order; the order of both is kept."""
    by_id: dict[FulfillmentOrderId, list[Line]] = {h.fulfillment_order_id: [] for h in heads}
    for line in lines:
        by_id[line.fulfillment_order_id].append(line)
    return [Work(head, tuple(by_id[head.fulfillment_order_id])) for head in heads]
