"""fulfillment.shipped -> delivery.expect: every package that left is a parcel to be followed."""

from collections.abc import Sequence

from entrepot.delivery import tell
from entrepot.delivery.expect import expect
from entrepot.journey.here import Here, work_told
from entrepot.plumbing import outbox
from entrepot.plumbing.model import Event
from entrepot.terms.ids import FulfillmentOrderId


async def expect_parcels(here: Here, events: Sequence[Event]) -> None:
    """Follow the packages of these shipments; scans that came before them are applied now."""
    ids = sorted({FulfillmentOrderId(told.fulfillment_order_id) for told in work_told(events)})
    news = await expect(here.conn, here.market, ids, at=here.at)
    await outbox.tell(here.conn, here.market, tell.facts(news, actor="carrier"), at=here.at)
