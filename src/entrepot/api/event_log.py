"""The feed read backwards: what happened last, and what somebody searches for in it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from entrepot.api.problems import Code, FieldError, Problem
from entrepot.plumbing import db
from entrepot.plumbing.look_back import FIRST, LAST, Looked, Search, look_back
from entrepot.terms.ids import MarketId
from entrepot.terms.order_number import id_range

WAIT_S_MAX = 30

Moment = Annotated[datetime, Meta(tz=True)]
Words = Annotated[str, Meta(min_length=2, max_length=100)]
Before = Annotated[
    int,
    Meta(
        ge=1, le=2**62,
        description="read backwards, the newest first, from before this sequence",
    ),
]  # fmt: skip


class FeedQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`types` are names, separated by commas or given more than once."""

    after: Annotated[int, Meta(ge=0, le=2**62, description="the last sequence seen; 0: from the start")] = 0  # fmt: skip  # noqa: E501 - one parameter
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200
    types: Annotated[list[Annotated[str, Meta(max_length=500)]], Meta(max_length=8)] = []
    wait: Annotated[float, Meta(ge=0, le=WAIT_S_MAX, description="seconds to wait for news")] = 0


class EventsQuery(FeedQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """With `before` the feed is read backwards, and may be searched; else it is read as it grows.

    `types` are names, separated by commas or given more than once.
    """

    before: Before | None = None
    subject: Annotated[str, Meta(min_length=1, max_length=300)] | None = None
    order: (
        Annotated[str, Meta(min_length=1, max_length=64, description="an order's id or number")]
        | None
    ) = None
    text: Annotated[Words, Meta(description="stands in the event's data")] | None = None
    from_: Moment | None = msgspec.field(name="from", default=None)
    to: Moment | None = None


ONLY_BACK = ("subject", "order", "text", "from_", "to")


async def searched(
    conn: db.Connection, market: MarketId, query: EventsQuery, types: set[str] | None, most: int
) -> Looked:
    """Look back for what a query says; raises Problem for what is no order or no span."""
    assert query.before is not None
    orders = None if query.order is None else _orders(query.order)
    for name, at in (("from", query.from_), ("to", query.to)):
        if at is not None and not FIRST < at < LAST:
            raise _wrong(name, "is no time that anything can have happened at")
    if query.from_ and query.to and query.from_ >= query.to:
        raise _wrong("from", "is at or after to")
    search = Search(query.before, types, query.subject, orders, query.text, query.from_, query.to)
    return await look_back(conn, market, search, most)


def only_forward(query: EventsQuery) -> None:
    """Refuse what is searched for where the feed is read as it goes on."""
    for name in ONLY_BACK:
        if getattr(query, name) is not None:
            raise _wrong(name.rstrip("_"), "is searched for backwards: give before, too")


def _orders(text: str) -> tuple[UUID, UUID]:
    try:
        order_id = UUID(text)
    except ValueError:
        found = id_range(text)
        if found is None:
            raise _wrong("order", "is no order's id or number") from None
        return found
    return order_id, order_id


def _wrong(name: str, detail: str) -> Problem:
    errors = [FieldError(detail, parameter=name)]
    return Problem(Code.INVALID, f"{name}: {detail}", errors=errors)
