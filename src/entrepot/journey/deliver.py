"""delivery.delivered -> fulfillment.deliver: work is done when all its parcels have arrived."""

from collections.abc import Sequence

from entrepot.delivery import browse as delivery
from entrepot.fulfillment import tell
from entrepot.fulfillment.act import done
from entrepot.fulfillment.deliver import deliver
from entrepot.fulfillment.model import Ask
from entrepot.journey.here import Here, orders_of, work_told
from entrepot.orders import browse as orders
from entrepot.plumbing import outbox
from entrepot.plumbing.model import Event
from entrepot.terms.ids import FulfillmentOrderId


async def deliver_parcels(here: Here, events: Sequence[Event]) -> None:
    """Deliver the fulfillment orders of these parcels whose other parcels have arrived too."""
    await orders.lock(here.conn, here.market, orders_of(events))
    ids = {FulfillmentOrderId(told.fulfillment_order_id) for told in work_told(events)}
    whole = await delivery.all_delivered(here.conn, here.market, sorted(ids))
    asks = [Ask(each.fulfillment_order_id, "carrier", at=each.delivered_at) for each in whole]
    acted = done(await deliver(here.conn, here.market, asks, at=here.at))
    await outbox.tell(here.conn, here.market, tell.facts(acted), at=here.at)
