"""fulfillment.shipped, .collected -> inventory.consume: what has left is nobody's claim."""

from collections.abc import Sequence

from entrepot.fulfillment import lots as picked
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import Claim
from entrepot.inventory.resolve import consume
from entrepot.journey.here import Here, UnitsTold, orders_of, work_told
from entrepot.journey.mend import mend
from entrepot.orders import browse as orders
from entrepot.plumbing.model import Event
from entrepot.terms.ids import FulfillmentOrderId, OrderId


async def consume_shipped(here: Here, events: Sequence[Event]) -> None:
    """Consume the claims behind what these facts say has left, as of when it left."""
    await orders.lock(here.conn, here.market, orders_of(events))
    told = work_told(events)
    left = [
        (Claim(OrderId(work.order_id), line.line, line.sku, work.node, line.quantity), event.at)
        for event, work in zip(events, told, strict=True)
        for line in work.lines
    ]
    lines = [line for work in told for line in work.lines]
    lots = {place: _lots(line) for place, line in enumerate(lines) if line.lots or line.serials}
    mended = await consume(here.conn, here.market, left, at=here.at, lots=lots)
    await mend(here.conn, here.market, mended, at=here.at)
    if lots:
        ids = [FulfillmentOrderId(work.fulfillment_order_id) for work in told]
        await picked.have_gone(here.conn, here.market, ids)


def _lots(line: UnitsTold) -> tuple[LotUnits, ...]:
    serials = (LotUnits(serial, 1, serial=True) for serial in line.serials)
    return (*(LotUnits(each.lot, each.quantity) for each in line.lots), *serials)
