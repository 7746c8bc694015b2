"""What happens to orders -> promise.revise: their dates are reckoned again, and told if they moved.

    fulfillment.planned, fulfillment.released, fulfillment.shipped, order.unheld, delivery.scanned,
    milestone.missed -> promise.revise

One statement finds the orders whose date may be another one now: nearly none. Those are reckoned
again from where their parcels are; a customer is told when the day they see is another one.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from entrepot.journey.here import Here, orders_of
from entrepot.journey.milestones import recount, zones_of
from entrepot.plumbing import outbox
from entrepot.plumbing.model import Event
from entrepot.promise import store, told
from entrepot.promise.after_model import Expected, Revision, Told
from entrepot.promise.estimate import expected
from entrepot.promise.revision_rules import is_news
from entrepot.terms.ids import OrderId


async def revise(here: Here, events: Sequence[Event]) -> None:
    """Reckon the orders of these facts again; write and tell the dates that moved."""
    ids = await store.stirred(here.conn, here.market, orders_of(events), here.at)
    if not ids:
        return
    promises = await store.told_of(here.conn, here.market, ids)
    zones = await zones_of(here.conn, here.market, ids)
    news = await _news(here, promises, zones)
    if not news:
        return
    said = [
        (promises[order_id].shifted(+1), each.later(promises[order_id].shift))
        for order_id, each in news.items()
    ]
    rows = [_row(promise, each, here) for promise, each in said]
    await store.put_revisions(here.conn, here.market, rows, here.at)
    facts = [told.revised(promise, each) for promise, each in said]
    await outbox.tell(here.conn, here.market, facts, at=here.at)
    after = {
        order_id: msgspec.structs.replace(
            promises[order_id], earliest=each.earliest, latest=each.latest
        )
        for order_id, each in news.items()
    }
    await recount(here, after, zones)


async def _news(
    here: Here, promises: Mapping[OrderId, Told], zones: Mapping[OrderId, str]
) -> dict[OrderId, Expected]:
    market = await here.world.fresh(here.conn, here.market)
    terms = market.policy.revisions
    quiet = timedelta(hours=terms.quiet_hours)
    ways = await store.ways_of(here.conn, here.market, sorted(promises))
    news: dict[OrderId, Expected] = {}
    for order_id, promise in promises.items():
        zone = zones.get(order_id, "")
        found = expected(ways.get(order_id, ()), promise, zone, market.compiled, here.at)
        if found is None or found.latest <= here.at:  # what has come is told by its delivery
            continue
        if is_news(promise, found, zone, here.at, quiet=quiet, tell_earlier=terms.tell_earlier):
            news[order_id] = found
    return news


def _row(promise: Told, found: Expected, here: Here) -> Revision:
    return Revision(
        promise.order_id, promise.revision_no + 1, found.earliest, found.latest, promise.latest,
        found.maker, found.cause, found.reason, here.at,
    )  # fmt: skip
