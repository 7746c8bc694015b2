"""Lists of orders: a page of those that fit, read whole; how many there are, up to a bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from entrepot.journey.filters import LAST, Filters, Sort
from entrepot.journey.finding import find
from entrepot.journey.finding_model import Place
from entrepot.journey.read import read_orders
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, OrderId

COUNTED_MAX: Final = 1_000
"""Beyond it a count says "more": nobody reads a larger one off a tab."""


@dataclass(frozen=True, slots=True)
class Count:
    """Orders that fit; `more`: there are more than were counted."""

    orders: int
    more: bool


async def list_orders(  # noqa: PLR0913 - what, from where, how many, when
    conn: db.Connection,
    market: MarketId,
    filters: Filters,
    sort: Sort,
    *,
    after: Place | None,
    most: int,
    at: datetime,
    upto: UUID = LAST,
) -> tuple[list[dict[str, Any]], Place | None]:
    """Give at most `most` orders that fit, and where the next page begins."""
    found = await find(conn, market, filters, sort, after=after, most=most, at=at, upto=upto)
    ids: Sequence[OrderId] = [OrderId(each) for each in found.ids]
    return await read_orders(conn, market, ids), found.after


async def count_orders(
    conn: db.Connection, market: MarketId, filters: Filters, *, at: datetime, most: int
) -> Count:
    """Count the orders that fit, up to `most`."""
    found = await find(conn, market, filters, Sort.OLDEST, after=None, most=most, at=at)
    return Count(len(found.ids), more=found.after is not None)
