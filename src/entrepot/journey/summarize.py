"""* -> orders.summarize: the read model behind lists, rebuilt for orders something happened to."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from entrepot.journey import store
from entrepot.journey.here import Here, orders_of
from entrepot.journey.model import Summary
from entrepot.journey.progress import Standing, standings
from entrepot.journey.summary_rules import (
    has_sent,
    identity_of,
    is_identity,
    said_in,
    summary_of,
)
from entrepot.orders import browse as orders
from entrepot.plumbing import db
from entrepot.plumbing.model import Event
from entrepot.terms.ids import MarketId, OrderId


async def summarize(here: Here, events: Sequence[Event]) -> None:
    """Write these orders' summaries as they stand now, where that is not what is written."""
    ids = orders_of(events)
    known = {row.order_id: row for row in await store.summaries(here.conn, here.market, ids)}
    now = await summaries_of(here.conn, here.market, ids, known)
    changed = [row for row in now if known.get(row.order_id) != row]
    await store.put_summaries(here.conn, here.market, changed, here.at)
    had = [known[row.order_id] for row in changed if row.order_id in known]
    was = {(term, row.order_id) for row in had for term in row.terms}
    are = {(term, row.order_id) for row in changed for term in row.terms}
    await store.put_postings(here.conn, here.market, sorted(are - was), sorted(was - are))


async def summaries_of(
    conn: db.Connection,
    market: MarketId,
    order_ids: Sequence[OrderId],
    known: Mapping[UUID, Summary],
) -> list[Summary]:
    """Make orders' summaries from their rows.

    Whom an order names is read from its document once: of those `known` it is known.
    """
    standing = await standings(conn, market, order_ids)
    fresh = [order_id for order_id in standing if order_id not in known]
    documents = await orders.documents(conn, market, fresh) if fresh else {}
    closed = [order_id for order_id, each in standing.items() if each.closed]
    endings = await store.endings_of(conn, market, closed) if closed else {}
    dates = await store.dates_of(conn, market, list(standing))
    sent = [work for each in standing.values() for work in has_sent(each)]
    tracking = await store.tracking_of(conn, market, sent)
    return [
        summary_of(
            each,
            _identity(each, known.get(order_id), documents),
            tracking=tracking.get(order_id, ()),
            told=dates.get(order_id),
            closed_at=endings.get(order_id),
        )
        for order_id, each in standing.items()
    ]


def _identity(
    standing: Standing, known: Summary | None, documents: Mapping[UUID, str]
) -> list[str]:
    if known is not None:
        return [term for term in known.terms if is_identity(term)]
    return identity_of(standing, said_in(documents[standing.head.order_id]))
