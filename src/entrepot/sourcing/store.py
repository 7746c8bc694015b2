"""Sourcing's rows: decisions, the networks they saw, days' work, and nodes barred."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from entrepot.plumbing import db, sql
from entrepot.plumbing.mint import MINT
from entrepot.sourcing.model import Bar, DayKey, Kept, Made, NodeDay, OrderDecision, Snapshot
from entrepot.terms.ids import MarketId, NodeId, OrderId

Q = sql.load(__package__)


async def record_decisions(  # noqa: PLR0913 - a decision's columns
    conn: db.Connection,
    market: MarketId,
    places: Mapping[OrderId, int],
    record: bytes,
    *,
    kind: str,
    network_version: int,
    policy_version: int | None,
    at: datetime,
) -> int:
    if not places:
        return 0
    return await db.execute(
        conn, Q["record_decisions"],
        market=market, order_ids=list(places), decision_ids=MINT.ids(len(places)),
        places=list(places.values()), kind=kind, network_version=network_version,
        policy_version=policy_version, record_id=MINT.one(), record=record, at=at,
    )  # fmt: skip


async def decisions_of(conn: db.Connection, market: MarketId, order_id: OrderId) -> list[Kept]:
    return await db.fetch(conn, Q["decisions_of"], Kept, market=market, order_id=order_id)


async def decisions_of_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[OrderDecision]:
    return await db.fetch(
        conn, Q["decisions_of_orders"], OrderDecision, market=market, order_ids=list(order_ids)
    )


async def keep_snapshot(
    conn: db.Connection, market: MarketId, version: int, document: bytes
) -> None:
    await db.execute(conn, Q["keep_snapshot"], market=market, version=version, document=document)


async def snapshot(conn: db.Connection, market: MarketId, version: int) -> bytes | None:
    rows = await db.fetch(conn, Q["snapshot"], Snapshot, market=market, version=version)
    return rows[0].document if rows else None


async def lock_node_days(
    conn: db.Connection, market: MarketId, keys: Sequence[DayKey]
) -> dict[DayKey, int]:
    """Lock these days, made where they are new; answers what is planned on each."""
    places = _places(keys)
    rows = await db.fetch(conn, Q["node_days_for_update"], NodeDay, market=market, **places)
    if len(rows) < len(keys):
        await db.execute(conn, Q["make_node_days"], market=market, **places)
        rows = await db.fetch(conn, Q["node_days_for_update"], NodeDay, market=market, **places)
    return {(row.node_id, row.day, row.service): row.planned for row in rows}


def _places(keys: Iterable[DayKey]) -> dict[str, object]:
    rows = list(keys)
    return {
        "node_ids": [node for node, _, _ in rows],
        "days": [day for _, day, _ in rows],
        "services": [service for _, _, service in rows],
    }


async def add_to_node_days(
    conn: db.Connection, market: MarketId, counts: dict[DayKey, int]
) -> None:
    if counts:
        await db.execute(
            conn, Q["add_to_node_days"],
            market=market, **_places(counts), counts=list(counts.values()),
        )  # fmt: skip


async def node_days_from(conn: db.Connection, market: MarketId, day: date) -> list[NodeDay]:
    return await db.fetch(conn, Q["node_days_from"], NodeDay, market=market, day=day)


async def node_days_of(
    conn: db.Connection, market: MarketId, node_id: NodeId, first: date, last: date
) -> list[NodeDay]:
    return await db.fetch(
        conn, Q["node_days_of"], NodeDay, market=market, node_id=node_id, first=first, last=last
    )


async def decisions_made(conn: db.Connection, market: MarketId, order_id: OrderId) -> list[Made]:
    return await db.fetch(conn, Q["decisions_made"], Made, market=market, order_id=order_id)


async def bar_nodes(
    conn: db.Connection, market: MarketId, bars: Sequence[Bar], at: datetime
) -> None:
    if bars:
        await db.execute(
            conn, Q["bar_nodes"],
            market=market, order_ids=[b.order_id for b in bars], skus=[b.sku for b in bars],
            node_ids=[b.node_id for b in bars], reasons=[b.reason for b in bars], at=at,
        )  # fmt: skip


async def lift_bars(conn: db.Connection, market: MarketId, bars: Sequence[Bar]) -> None:
    await db.execute(
        conn, Q["lift_bars"],
        market=market, order_id=bars[0].order_id, skus=[b.sku for b in bars],
        node_ids=[b.node_id for b in bars],
    )  # fmt: skip


async def bars_of(conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]) -> list[Bar]:
    return await db.fetch(conn, Q["bars_of"], Bar, market=market, order_ids=list(order_ids))
