"""A node's days as operations see them: what is planned, what is left, open or not, and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from entrepot.journey.model import Wanted
from entrepot.journey.world import Market
from entrepot.network import overrides
from entrepot.network.compiled import Compiled
from entrepot.network.model import Method, Node, OverrideKind, OverrideRow
from entrepot.plumbing import db, sql
from entrepot.sourcing import browse as sourcing
from entrepot.sourcing.model import ALL_WORK
from entrepot.terms.calendar import DAY_MINUTES, instant
from entrepot.terms.ids import MarketId, NodeId, OrderId, Sku

Q = sql.load(__package__, "days.sql")

STANDING_MAX = 1_000
"""Overrides of one node that a page looks at: two a day for a year and more."""

CLEARED_MAX = 2_000
"""Work looked at by one commit that clears a day: more than a store does in one."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """Fulfillment orders of a method on a day, and those of them that nobody has begun."""

    day: date
    method: str
    works: int
    not_begun: int


@dataclass(frozen=True, slots=True)
class NotBegun:
    """A fulfillment order that is to be sent and that its node has not begun."""

    fulfillment_order_id: UUID
    order_id: OrderId
    node_id: NodeId
    day: date


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a day is planned; `service` is a method, or "" for all work. None: no limit."""

    service: str
    limit: int | None
    planned: int

    @property
    def left(self) -> int | None:
        """What more may be planned; never less than nothing."""
        return None if self.limit is None else max(0, self.limit - self.planned)


@dataclass(frozen=True, slots=True)
class Day:
    """A node's local day. `cut_off` and `order_by` are UTC, None on a day it is closed.

    `takes_work`: something new may be planned on it, of one service at least. `why` says in words
    why not, or not of each service; the first reason first.
    """

    day: date
    open: bool
    cut_off: datetime | None
    order_by: datetime | None
    uses: tuple[Use, ...]
    not_begun: int
    takes_work: bool
    why: tuple[str, ...]
    overrides: tuple[OverrideRow, ...]


async def page(
    conn: db.Connection, market: Market, node_id: NodeId, first: date, last: date, *, at: datetime
) -> list[Day]:
    """Read a node's days, `first` to `last`. The node is one that the market's network has."""
    counts = await counted(conn, market.id, node_id, first, last)
    rows = await sourcing.node_days_of(conn, market.id, node_id, first, last)
    said = await overrides.of_node(conn, market.id, node_id, most=STANDING_MAX)
    planned = {(row.day, row.service): row.planned for row in rows}
    ix = market.compiled.index[node_id]
    found = []
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        mine = [each for each in counts if each.day == day]
        uses = _uses(market.network.nodes[ix], day, mine, planned)
        about = tuple(each for each in said if _about(each, day, market.compiled, ix))
        found.append(_day(market.compiled, ix, day, uses, mine, about, at))
    return found


async def counted(
    conn: db.Connection, market: MarketId, node_id: NodeId, first: date, last: date
) -> list[DayCount]:
    """Count a node's work of some days, by method."""
    return await db.fetch(
        conn, Q["work_of_days"], DayCount, market=market, node_id=node_id, first=first, last=last
    )


async def not_begun(conn: db.Connection, market: Market, row: OverrideRow) -> int:
    """Count the work of an override's days that nobody has begun."""
    first, last = span(market.compiled, row)
    counts = await counted(conn, market.id, row.node_id, first, last)
    return sum(each.not_begun for each in counts if row.method in {None, each.method})


async def skus_waiting(conn: db.Connection, market: MarketId, nodes: Sequence[NodeId]) -> set[Sku]:
    """Find the skus that orders wait for and these nodes have."""
    rows = await db.fetch(conn, Q["skus_waiting"], Wanted, market=market, node_ids=list(nodes))
    return {row.sku for row in rows}


def span(compiled: Compiled, row: OverrideRow) -> tuple[date, date]:
    """Give the first and the last local day that an override is about."""
    if row.day is not None:
        return row.day, row.day
    zone = compiled.zone_info(compiled.index[row.node_id])
    return row.begins_at.astimezone(zone).date(), row.ends_at.astimezone(zone).date()


def _about(row: OverrideRow, day: date, compiled: Compiled, ix: int) -> bool:
    if row.day is not None:
        return row.day == day
    zone = compiled.zone_info(ix)
    return row.begins_at < instant(day, DAY_MINUTES, zone) and row.ends_at > instant(day, 0, zone)


def _uses(
    node: Node,
    day: date,
    counts: Sequence[DayCount],
    planned: Mapping[tuple[date, str], int],
) -> tuple[Use, ...]:
    """Say what is planned of all work and of each service the node offers or limits.

    Of what has a limit, as it is counted against it; of what has none, the work there is.
    """
    works = {each.method: each.works for each in counts}
    uses = [_use(ALL_WORK, node.limit_on(day), sum(works.values()), planned.get((day, ALL_WORK)))]
    for method in Method:
        limit = node.limit_on(day, method)
        if limit is not None or method in node.services:
            uses.append(_use(method, limit, works.get(method, 0), planned.get((day, method))))
    return tuple(uses)


def _use(service: str, limit: int | None, works: int, planned: int | None) -> Use:
    return Use(service, limit, works if limit is None else planned or 0)


def _day(  # noqa: PLR0913, PLR0917 - all that a day is made of
    compiled: Compiled,
    ix: int,
    day: date,
    uses: tuple[Use, ...],
    counts: Sequence[DayCount],
    about: tuple[OverrideRow, ...],
    at: datetime,
) -> Day:
    node, ordinal = compiled.network.nodes[ix], day.toordinal()
    is_open = node.calendar.is_open_day(day)
    order_by = compiled.order_by(ix, ordinal) if is_open else None
    stopped = _stopped(about, at)
    takes = node.enabled and order_by is not None and at < order_by and None not in stopped
    return Day(
        day,
        is_open,
        compiled.cut_off(ix, ordinal) if is_open else None,
        order_by,
        uses,
        sum(each.not_begun for each in counts),
        takes and uses[0].left != 0 and any(_has_room(node, use, stopped) for use in uses[1:]),
        tuple(_why(node, order_by, uses, about, at)),
        about,
    )


def _stopped(about: Sequence[OverrideRow], at: datetime) -> set[str | None]:
    """Say which services are paused just now; None stands for all work."""
    return {
        row.method
        for row in about
        if row.kind == OverrideKind.PAUSE and row.begins_at <= at < row.ends_at
    }


def _has_room(node: Node, use: Use, stopped: Collection[str | None]) -> bool:
    return use.left != 0 and use.service in node.services and use.service not in stopped


def _why(
    node: Node,
    order_by: datetime | None,
    uses: Sequence[Use],
    about: Sequence[OverrideRow],
    at: datetime,
) -> list[str]:
    """Say why nothing more is planned on a day."""
    why = [] if node.enabled else ["the node is switched off"]
    for row in about:
        if row.kind == OverrideKind.PAUSE and row.begins_at <= at < row.ends_at:
            of = f" for {row.method}" if row.method else ""
            why.append(f"paused{of} until {row.ends_at.isoformat()}: {row.reason}")
    closed = next((row for row in about if row.kind == OverrideKind.CLOSE), None)
    if order_by is None:
        why.append(f"closed: {closed.reason}" if closed else "closed by its calendar")
    elif order_by <= at:
        why.append(f"past {order_by.isoformat()}, when it stops taking work for this day")
    why += [
        f"full: {use.planned} of {use.limit}{f' for {use.service}' if use.service else ''}"
        for use in uses
        if use.left == 0
    ]
    return why
