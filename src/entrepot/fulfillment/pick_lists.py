"""Pick lists: the work that one person picks in one walk, on nobody else's list meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from entrepot.fulfillment.model import FulfillmentOrder
from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import FulfillmentOrderId, MarketId, NodeId

Q = sql.load(__package__, "pick_lists.sql")

SIZES: Final = (1, 5, 10)
"""Orders in one walk: one, a basket, a cart."""

IDLE: Final = timedelta(minutes=45)
"""A list of which nothing has come for so long was forgotten: others may pick what it holds."""


class How(StrEnum):
    """How a pick list ended."""

    DONE = "done"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class PickList:
    """The row. `picker_id` is who picks, `picker` their name."""

    pick_list_id: UUID
    node_id: NodeId
    picker_id: str
    picker: str
    size: int
    made_at: datetime
    ended_at: datetime | None
    ended_how: str | None


@dataclass(frozen=True, slots=True)
class Picking:
    """A piece of work and its place on a list; `let_go_at`: others may pick it since then."""

    pick_list_id: UUID
    place: int
    fulfillment_order_id: FulfillmentOrderId
    let_go_at: datetime | None


@dataclass(frozen=True, slots=True)
class Over:
    """A list that is over: all of it picked, or forgotten."""

    pick_list_id: UUID
    done: bool


@dataclass(frozen=True, slots=True)
class EndedList:
    """A list that passed the guard of a write."""

    pick_list_id: UUID


async def one(conn: db.Connection, market: MarketId, id_: UUID) -> PickList | None:
    """Read a pick list; None where there is none."""
    rows = await db.fetch(conn, Q["pick_list"], PickList, market=market, pick_list_id=id_)
    return rows[0] if rows else None


async def open_at(
    conn: db.Connection, market: MarketId, node_id: NodeId, picker_id: str | None = None
) -> list[PickList]:
    """Read who picks what at a node now; the lists of one picker alone where one is named."""
    return await db.fetch(
        conn, Q["pick_lists_open"], PickList, market=market, node_id=node_id, picker_id=picker_id
    )


async def work_of(
    conn: db.Connection, market: MarketId, ids: Sequence[UUID]
) -> dict[UUID, list[Picking]]:
    """Read the work of some pick lists, in the order of their places."""
    found: dict[UUID, list[Picking]] = {id_: [] for id_ in ids}
    for row in await db.fetch(
        conn, Q["picking_of"], Picking, market=market, pick_list_ids=list(ids)
    ):
        found[row.pick_list_id].append(row)
    return found


async def end_over(conn: db.Connection, market: MarketId, node_id: NodeId, *, at: datetime) -> None:
    """End the lists of a node of which all is picked, or nothing has come for too long."""
    over = await db.fetch(
        conn, Q["pick_lists_over"], Over, market=market, node_id=node_id, idle_since=at - IDLE
    )
    ends = [(each.pick_list_id, How.DONE if each.done else How.TIMED_OUT) for each in over]
    await end(conn, market, ends, at=at)


async def end(
    conn: db.Connection, market: MarketId, ends: Sequence[tuple[UUID, How]], *, at: datetime
) -> int:
    """End lists that have not ended, and let go of their work; answers how many did."""
    if not ends:
        return 0
    ended = await db.fetch(
        conn, Q["end_pick_lists"], EndedList,
        market=market, pick_list_ids=[id_ for id_, _ in ends],
        hows=[how.value for _, how in ends], at=at,
    )  # fmt: skip
    return len(ended)


async def take(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId], *, most: int
) -> list[FulfillmentOrder]:
    """Lock the first of some work that nobody picks, in the order given."""
    if not ids:
        return []
    heads = await db.fetch(
        conn, Q["heads_to_pick"], FulfillmentOrder,
        market=market, fulfillment_order_ids=list(ids), most=most,
    )  # fmt: skip
    place = {id_: at for at, id_ in enumerate(ids)}
    return sorted(heads, key=lambda head: place[head.fulfillment_order_id])


async def begin(  # noqa: PLR0913 - who picks what, where and when
    conn: db.Connection,
    market: MarketId,
    node_id: NodeId,
    ids: Sequence[FulfillmentOrderId],
    *,
    picker: tuple[str, str],
    size: int,
    at: datetime,
) -> UUID:
    """Put work on a new list of a picker (id, name), each at the next place; answers its id."""
    id_ = MINT.one()
    await db.execute(
        conn, Q["open_pick_list"],
        market=market, pick_list_id=id_, node_id=node_id, picker_id=picker[0], picker=picker[1],
        size=size, at=at, places=list(range(1, len(ids) + 1)), fulfillment_order_ids=list(ids),
    )  # fmt: skip
    return id_
