"""The rows of promises after the order: every read and write its verbs make."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from entrepot.plumbing import db, sql
from entrepot.promise.after_model import (
    Backlog,
    Look,
    MilestoneRow,
    Milestones,
    Overfull,
    Revision,
    Stirred,
    Told,
    Watched,
    Way,
)
from entrepot.terms.ids import FulfillmentOrderId, MarketId, NodeId, OrderId

Q = sql.load(__package__)


async def told_of(
    conn: db.Connection, market: MarketId, order_ids: Collection[OrderId]
) -> dict[OrderId, Told]:
    rows = await db.fetch(conn, Q["told_of"], Told, market=market, order_ids=list(order_ids))
    return {row.order_id: row.shifted(-1) if row.shift else row for row in rows}


async def stirred(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId], at: datetime
) -> list[OrderId]:
    rows = await db.fetch(
        conn, Q["stirred"], Stirred, market=market, order_ids=list(order_ids), at=at
    )
    return [row.order_id for row in rows]


async def ways_of(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> dict[OrderId, list[Way]]:
    found: dict[OrderId, list[Way]] = {}
    rows = await db.fetch(conn, Q["ways_of"], Way, market=market, order_ids=list(order_ids))
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found


async def put_revisions(
    conn: db.Connection, market: MarketId, rows: Sequence[Revision], at: datetime
) -> None:
    await db.execute(
        conn, Q["put_revisions"],
        market=market, at=at,
        order_ids=[row.order_id for row in rows],
        revision_nos=[row.revision_no for row in rows],
        earliests=[row.earliest for row in rows],
        latests=[row.latest for row in rows],
        wases=[row.was for row in rows],
        makers=[row.maker for row in rows],
        causes=[row.cause for row in rows],
        reasons=[row.reason for row in rows],
    )  # fmt: skip


Times = tuple[FulfillmentOrderId, OrderId, Milestones, datetime | None]
"""A fulfillment order, its order, its milestones, and when they are looked at next."""


async def put_milestones(conn: db.Connection, market: MarketId, rows: Sequence[Times]) -> None:
    await db.execute(
        conn, Q["put_milestones"],
        market=market, order_ids=[order_id for _, order_id, _, _ in rows], **_times(rows),
    )  # fmt: skip


async def milestones_to_recount(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[MilestoneRow]:
    return await db.fetch(
        conn, Q["milestones_to_recount"], MilestoneRow, market=market, order_ids=list(order_ids)
    )


async def recount_milestones(conn: db.Connection, market: MarketId, rows: Sequence[Times]) -> None:
    await db.execute(conn, Q["recount_milestones"], market=market, **_times(rows))


async def due_milestones(
    conn: db.Connection, market: MarketId, at: datetime, most: int
) -> list[Watched]:
    return await db.fetch(conn, Q["due_milestones"], Watched, market=market, at=at, most=most)


async def set_looks(
    conn: db.Connection, market: MarketId, looks: Mapping[FulfillmentOrderId, Look]
) -> None:
    await db.execute(
        conn, Q["set_looks"],
        market=market,
        fulfillment_order_ids=list(looks),
        watch_ats=[look.watch_at for look in looks.values()],
        alarms=[look.alarm for look in looks.values()],
        misseds=[look.missed for look in looks.values()],
        causes=[look.cause for look in looks.values()],
    )  # fmt: skip


async def backlog(
    conn: db.Connection, market: MarketId, node_ids: Sequence[NodeId]
) -> dict[NodeId, list[Backlog]]:
    found: dict[NodeId, list[Backlog]] = {}
    for row in await db.fetch(conn, Q["backlog"], Backlog, market=market, node_ids=list(node_ids)):
        found.setdefault(row.node_id, []).append(row)
    return found


async def waits_at_nodes(
    conn: db.Connection, market: MarketId, wanted: Sequence[Overfull]
) -> list[Watched]:
    return await db.fetch(
        conn, Q["waits_at_nodes"], Watched,
        market=market,
        node_ids=[each.node_id for each in wanted],
        days=[each.day for each in wanted],
        counts=[each.excess for each in wanted],
    )  # fmt: skip


def _times(rows: Sequence[Times]) -> Mapping[str, object]:
    return {
        "fulfillment_order_ids": [id_ for id_, _, _, _ in rows],
        "release_bys": [times.release_by for _, _, times, _ in rows],
        "accept_bys": [times.accept_by for _, _, times, _ in rows],
        "pick_bys": [times.pick_by for _, _, times, _ in rows],
        "ship_bys": [times.ship_by for _, _, times, _ in rows],
        "deliver_bys": [times.deliver_by for _, _, times, _ in rows],
        "watch_ats": [watch_at for _, _, _, watch_at in rows],
    }
