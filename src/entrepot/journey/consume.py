"""fulfillment.shipped, .collected -> inventory.consume: what has left is nobody's claim."""

from collections.abc import Sequence

from entrepot.inventory.model import Claim
from entrepot.inventory.resolve import consume
from entrepot.journey.here import Here, orders_of, work_told
from entrepot.journey.mend import mend
from entrepot.orders import browse as orders
from entrepot.plumbing.model import Event
from entrepot.terms.ids import OrderId


async def consume_shipped(here: Here, events: Sequence[Event]) -> None:
    """Consume the claims behind what these facts say has left, as of when it left."""
    await orders.lock(here.conn, here.market, orders_of(events))
    left = [
        (Claim(OrderId(told.order_id), line.line, line.sku, told.node, line.quantity), event.at)
        for event, told in zip(events, work_told(events), strict=True)
        for line in told.lines
    ]
    mended = await consume(here.conn, here.market, left, at=here.at)
    await mend(here.conn, here.market, mended, at=here.at)
