"""* -> orders.summarize: the read model behind lists, rebuilt for orders something happened to."""

from collections.abc import Sequence

from entrepot.journey import store
from entrepot.journey.here import Here, orders_of
from entrepot.journey.model import Summary
from entrepot.journey.progress import Standing, standings
from entrepot.plumbing.model import Event


async def summarize(here: Here, events: Sequence[Event]) -> None:
    """Write these orders' summaries as they stand now."""
    standing = await standings(here.conn, here.market, orders_of(events))
    rows = [summary_of(each) for each in standing.values()]
    await store.put_summaries(here.conn, here.market, rows, here.at)


def summary_of(standing: Standing) -> Summary:
    """What lists need to know of an order."""
    nodes = {each.node_id for each in standing.reservations if each.open or each.consumed}
    skus = {line.sku for line in standing.lines} | {each.sku for each in standing.reservations}
    return Summary(
        standing.head.order_id, standing.head.channel, standing.phase, sorted(nodes), sorted(skus)
    )
