"""fulfillment.delivered, fulfillment.collected, order.canceled -> orders.close: done is done."""

from collections.abc import Sequence

from entrepot.journey import told
from entrepot.journey.here import Here, orders_of
from entrepot.journey.progress import standings
from entrepot.orders import browse as orders
from entrepot.orders.close import close
from entrepot.plumbing import outbox
from entrepot.plumbing.model import Event


async def close_done(here: Here, events: Sequence[Event]) -> None:
    """Close those of these orders that have nothing left to do."""
    ids = orders_of(events)
    await orders.lock(here.conn, here.market, ids)
    standing = await standings(here.conn, here.market, ids)
    finished = [order_id for order_id in ids if order_id in standing and standing[order_id].done]
    closed = await close(here.conn, here.market, finished, at=here.at)
    await outbox.tell(here.conn, here.market, [told.closed(each) for each in closed], at=here.at)
