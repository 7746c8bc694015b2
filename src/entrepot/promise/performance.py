"""Count how parcels and nodes' work went, and learn from the counts what lanes take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from entrepot.network.compiled import Compiled
from entrepot.plumbing import db, sql
from entrepot.policies.afterwards import LearnedTransit
from entrepot.promise import performance_rules as rules
from entrepot.promise.performance_model import (
    Arrived,
    Handled,
    Handling,
    LaneDays,
    LearnedLane,
    Tally,
    Transit,
    TransitTable,
)
from entrepot.terms.ids import FulfillmentOrderId, LaneId, MarketId, NodeId, OrderId

Q = sql.load(__package__, "performance.sql")

Learned = Mapping[tuple[NodeId, LaneId], int]
"""Promised transit days by node and lane, where a lane has shown other than its card says."""

_rows = msgspec.json.Decoder(list[LearnedLane])


@dataclass(frozen=True, slots=True)
class WorkOf:
    """A fulfillment order that is to be counted."""

    fulfillment_order_id: FulfillmentOrderId


@dataclass(frozen=True, slots=True)
class CountedTo:
    """Up to which fact of the feed outcomes are counted."""

    sequence: int


@dataclass(frozen=True, slots=True)
class TableVersion:
    """Which version is in force."""

    version: int


async def counted_to(conn: db.Connection, market: MarketId) -> int:
    """Say up to which fact outcomes are counted; whoever counts next waits for this transaction."""
    rows = await db.fetch(conn, Q["counted_to"], CountedTo, market=market)
    if not rows:
        await db.execute(conn, Q["begin_counting"], market=market)
        rows = await db.fetch(conn, Q["counted_to"], CountedTo, market=market)
    return rows[0].sequence


async def count_to(conn: db.Connection, market: MarketId, sequence: int) -> None:
    """Note how far the facts are counted, in the commit of what was counted."""
    await db.execute(conn, Q["count_to"], market=market, sequence=sequence)


async def arrived(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> list[Arrived]:
    """Read what was delivered of this work."""
    return await db.fetch(
        conn, Q["arrived"], Arrived, market=market, fulfillment_order_ids=list(ids)
    )


async def count_handling(
    conn: db.Connection,
    market: MarketId,
    ids: Sequence[FulfillmentOrderId],
    network: Compiled,
) -> None:
    """Count what left its node, or was given back, of this work. Each is to be counted once."""
    rows = await db.fetch(
        conn, Q["handled"], Handled, market=market, fulfillment_order_ids=list(ids)
    )
    if rows:
        counts = rules.handled([(row, rules.handling_of(row, network)) for row in rows])
        await _put_handling(conn, market, counts)


async def count_transit(
    conn: db.Connection, market: MarketId, counts: Mapping[Transit, Tally]
) -> None:
    """Add deliveries to what was counted. Each is to be counted once."""
    if counts:
        await db.execute(
            conn, Q["count_transit"],
            market=market,
            on_days=[key.day for key in counts],
            node_ids=[key.node_id for key in counts],
            lane_ids=[key.lane_id for key in counts],
            carriers=[key.carrier for key in counts],
            services=[key.service for key in counts],
            areas=[key.area for key in counts],
            weekdays=[key.weekday for key in counts],
            days=[key.days for key in counts],
            parcels=[each.count for each in counts.values()],
            promised=[each.dated for each in counts.values()],
            on_time=[each.on_time for each in counts.values()],
        )  # fmt: skip


async def _put_handling(
    conn: db.Connection, market: MarketId, counts: Mapping[Handling, Tally]
) -> None:
    await db.execute(
        conn, Q["count_handling"],
        market=market,
        on_days=[key.day for key in counts],
        node_ids=[key.node_id for key in counts],
        services=[key.service for key in counts],
        weekdays=[key.weekday for key in counts],
        outcomes=[key.outcome for key in counts],
        minutes=[key.minutes for key in counts],
        works=[each.count for each in counts.values()],
        due=[each.dated for each in counts.values()],
        on_time=[each.on_time for each in counts.values()],
    )  # fmt: skip


async def works_of_orders(
    conn: db.Connection, market: MarketId, order_ids: Sequence[OrderId]
) -> list[FulfillmentOrderId]:
    """Name the work of some orders."""
    rows = await db.fetch(
        conn, Q["works_of_orders"], WorkOf, market=market, order_ids=list(order_ids)
    )
    return [row.fulfillment_order_id for row in rows]


async def works_after(
    conn: db.Connection, market: MarketId, after: UUID, most: int
) -> list[FulfillmentOrderId]:
    """Name all work, a chunk at a time, ascending."""
    rows = await db.fetch(conn, Q["works_after"], WorkOf, market=market, after=after, most=most)
    return [row.fulfillment_order_id for row in rows]


async def forget(conn: db.Connection, market: MarketId) -> None:
    """Forget all that was counted, before it is counted again."""
    await db.execute(conn, Q["forget_transit"], market=market)
    await db.execute(conn, Q["forget_handling"], market=market)


async def learn(
    conn: db.Connection, market: MarketId, terms: LearnedTransit, network: Compiled, *, at: datetime
) -> int | None:
    """Learn transit days from what was counted; answers the new version, None where nothing moved.

    The caller owns the transaction; of two that learn at once one is run again.
    """
    since: date = (at - timedelta(days=terms.window_days)).date()
    seen = await db.fetch(conn, Q["lane_days"], LaneDays, market=market, since=since)
    found = rules.learned(
        seen, network, share=terms.share, card_weight=terms.card_weight
    )  # fmt: skip
    before = await table(conn, market)
    if found == before.rows:
        return None
    await db.execute(
        conn, Q["put_transit_table"],
        market=market, version=before.version + 1, at=at, document=db.json_text(found),
    )  # fmt: skip
    return before.version + 1


@dataclass(frozen=True, slots=True)
class Table:
    """The learned transit days in force; version 0 where nothing was learned."""

    version: int
    rows: list[LearnedLane]

    @property
    def days(self) -> Learned:
        """By node and lane."""
        return {(row.node, row.lane): row.days for row in self.rows}


async def table(conn: db.Connection, market: MarketId) -> Table:
    """Read the learned transit days in force."""
    rows = await db.fetch(conn, Q["transit_table"], TransitTable, market=market)
    return Table(rows[0].version, _rows.decode(rows[0].document)) if rows else Table(0, [])


async def version(conn: db.Connection, market: MarketId) -> int:
    """Say which version of them is in force."""
    rows = await db.fetch(conn, Q["transit_version"], TableVersion, market=market)
    return rows[0].version
