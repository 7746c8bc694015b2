"""What faces ask of nodes' work: one, a list, an order's, a parcel's. No locks, no writes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from entrepot.fulfillment.model import FulfillmentOrder, Move, OrderRow, PackageRow, Whole, Work
from entrepot.fulfillment.states import State
from entrepot.fulfillment.store import join, lines_of
from entrepot.plumbing import db, sql
from entrepot.terms.ids import FulfillmentOrderId, MarketId, NodeId, OrderId

V = sql.load(__package__, "views.sql")

BEFORE_ALL = UUID(int=0)
"""Where a list begins."""

AT_THE_NODE = frozenset(
    {
        State.RELEASED, State.ACCEPTED, State.PICKING, State.PICKED, State.PACKED,
        State.READY_FOR_PICKUP,
    }
)  # fmt: skip
"""States in which the work waits for its node."""

UNFINISHED = AT_THE_NODE | {State.PLANNED}
"""States of work that may still be canceled: few beside all that ever was, and indexed."""


async def one(conn: db.Connection, market: MarketId, id_: FulfillmentOrderId) -> Whole | None:
    """Read all there is to show of one fulfillment order."""
    heads = await db.fetch(
        conn, V["one"], FulfillmentOrder, market=market, fulfillment_order_id=id_
    )
    if not heads:
        return None
    work = join(heads, await lines_of(conn, market, [id_]))[0]
    return Whole(
        work,
        tuple(await packages_of(conn, market, [id_])),
        tuple(await moves_of(conn, market, [id_])),
    )


async def listed(  # noqa: PLR0913 - a list's filters and its cursor
    conn: db.Connection,
    market: MarketId,
    *,
    node_id: NodeId | None,
    states: Collection[State] | None,
    method: str | None,
    after: UUID,
    most: int,
) -> list[Work]:
    """Read a page, ascending by id, from the id after `after` on."""
    values = {"market": market, "node_id": node_id, "method": method, "after": after, "most": most}
    heads = await db.fetch(
        conn, V[_list_of(node_id, states)], FulfillmentOrder,
        states=None if states is None else sorted(states), **values,
    )  # fmt: skip
    return join(heads, await lines_of(conn, market, [h.fulfillment_order_id for h in heads]))


async def some(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> list[Work]:
    """Read some fulfillment orders, ascending by id; those unknown are left out."""
    if not ids:
        return []
    heads = await db.fetch(
        conn, V["some"], FulfillmentOrder, market=market, fulfillment_order_ids=list(ids)
    )
    return join(heads, await lines_of(conn, market, [h.fulfillment_order_id for h in heads]))


async def of_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[Work]:
    """Read all the work of some orders, by order, in the order it was made."""
    heads = await db.fetch(
        conn, V["of_orders"], FulfillmentOrder, market=market, order_ids=list(order_ids)
    )
    return join(heads, await lines_of(conn, market, [h.fulfillment_order_id for h in heads]))


async def unreleased(
    conn: db.Connection, market: MarketId, *, until: datetime, most: int
) -> list[OrderId]:
    """Find orders to be sent whose work is all planned, and none of it released before `until`."""
    rows = await db.fetch(conn, V["unreleased"], OrderRow, market=market, until=until, most=most)
    return [row.order_id for row in rows]


async def packages_of(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> list[PackageRow]:
    """Read the packages of some fulfillment orders."""
    return await db.fetch(
        conn, V["packages_of"], PackageRow, market=market, fulfillment_order_ids=list(ids)
    )


async def moves_of(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> list[Move]:
    """Read the moves of some fulfillment orders, each life in its order."""
    return await db.fetch(conn, V["moves_of"], Move, market=market, fulfillment_order_ids=list(ids))


async def by_tracking(
    conn: db.Connection, market: MarketId, tracking_number: str, carrier: str | None = None
) -> list[PackageRow]:
    """Read the packages that bear a tracking number, of one carrier or of any."""
    return await db.fetch(
        conn, V["packages_by_tracking"], PackageRow,
        market=market, tracking_number=tracking_number, carrier=carrier,
    )  # fmt: skip


def _list_of(node_id: NodeId | None, states: Collection[State] | None) -> str:
    """Name the statement whose indexes fit the filters."""
    if states is None or not UNFINISHED.issuperset(states):
        return "listed"
    return "work_list" if node_id is not None and AT_THE_NODE.issuperset(states) else "unfinished"
