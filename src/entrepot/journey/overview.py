"""Where everything stands: the way of orders in stages, and figures that ask to be looked at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from entrepot.journey.filters import Filters, Sort
from entrepot.journey.finding import find
from entrepot.journey.model import Position
from entrepot.journey.summary_rules import OPEN_STAGES
from entrepot.orders.phase import Phase
from entrepot.plumbing import db, sql
from entrepot.policies.today import Level, Today
from entrepot.terms.ids import MarketId

V = sql.load(__package__, "overview_views.sql")

COUNTED_MAX: Final = 100_000
"""Orders counted at a stage: an index-only scan of some milliseconds."""

FIGURE_MAX: Final = 1_000
"""Orders counted for a figure: beyond it the figure says "more"."""

DELIVERED_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class StageNow:
    """A stage, its orders, and when the oldest was placed."""

    stage: str
    orders: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows."""

    rows: int


@dataclass(frozen=True, slots=True)
class CountedSince:
    """Rows, and the time of the oldest."""

    rows: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class WasPlaced:
    """When an order was placed."""

    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """A count that asks to be looked at; `level`: good, warn or alarm.

    `filters` lists the orders; None where it is not orders that are counted.
    """

    name: str
    count: int
    more: bool
    oldest_at: datetime | None
    threshold: Level
    filters: Filters | None

    @property
    def level(self) -> Literal["good", "warn", "alarm"]:
        """How bad it is."""
        if self.threshold.alarm is not None and self.count >= self.threshold.alarm:
            return "alarm"
        if self.threshold.warn is not None and self.count >= self.threshold.warn:
            return "warn"
        return "good"


@dataclass(frozen=True, slots=True)
class Overview:
    """The way of orders, those delivered in the last day, and the figures."""

    stages: list[StageNow]
    delivered: int
    delivered_since: datetime
    figures: list[Figure]
    sequence: int


def figures_of(today: Today, at: datetime) -> list[tuple[str, Level, Filters]]:
    """Say which figures count orders, and which."""
    unaccepted = at - timedelta(minutes=today.unaccepted_minutes)
    waiting = (Phase.BACKORDERED.value, Phase.PENDING.value)
    return [
        ("late", today.late, Filters(late=True)),
        ("at_risk", today.at_risk, Filters(at_risk=True)),
        ("unaccepted", today.unaccepted, Filters(unaccepted_before=unaccepted)),
        ("held", today.held, Filters(held=True)),
        ("waiting", today.waiting, Filters(phase=waiting)),
    ]


async def look(conn: db.Connection, market: MarketId, today: Today, *, at: datetime) -> Overview:
    """Look at a market: what is open is read off indexes of what is open."""
    stages = await db.fetch(
        conn, V["stages_now"], StageNow,
        market=market, stages=[stage.value for stage in OPEN_STAGES], most=COUNTED_MAX,
    )  # fmt: skip
    since = at - DELIVERED_WITHIN
    (ended,) = await db.fetch(
        conn, V["ended_since"], Counted, market=market, since=since, most=COUNTED_MAX
    )
    figures = [
        await _figure(conn, market, name, level, filters, at)
        for name, level, filters in figures_of(today, at)
    ]
    (troubles,) = await db.fetch(
        conn, V["exceptions_now"], CountedSince, market=market, most=FIGURE_MAX + 1
    )
    (feeds,) = await db.fetch(conn, V["stale_feeds"], CountedSince, market=market)
    (oversold,) = await db.fetch(
        conn, V["oversold_now"], Counted, market=market, most=FIGURE_MAX + 1
    )
    figures += [
        _other("exceptions", troubles.rows, troubles.oldest_at, today.exceptions),
        _other("stale_feeds", feeds.rows, feeds.oldest_at, today.stale_feeds),
        _other("oversold", oversold.rows, None, today.oversold),
    ]
    end = await db.fetch(conn, V["feed_end"], Position, market=market)
    return Overview(stages, ended.rows, since, figures, end[0].sequence if end else 0)


def _other(name: str, rows: int, oldest_at: datetime | None, level: Level) -> Figure:
    return Figure(name, min(rows, FIGURE_MAX), rows > FIGURE_MAX, oldest_at, level, None)


async def _figure(
    conn: db.Connection,
    market: MarketId,
    name: str,
    level: Level,
    filters: Filters,
    at: datetime,
) -> Figure:
    found = await find(conn, market, filters, Sort.OLDEST, after=None, most=FIGURE_MAX, at=at)
    oldest_at = None
    if found.ids:
        rows = await db.fetch(conn, V["placed"], WasPlaced, market=market, order_id=found.ids[0])
        oldest_at = rows[0].placed_at if rows else None
    return Figure(name, len(found.ids), found.after is not None, oldest_at, level, filters)
