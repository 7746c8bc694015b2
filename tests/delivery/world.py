"""What the tests of parcels share: work that was shipped, and a carrier's words."""

from datetime import datetime, timedelta

from entrepot.delivery.model import Status, TrackingEvent
from entrepot.fulfillment.model import Ask, Packed
from entrepot.fulfillment.ship import ship
from entrepot.terms.ids import FulfillmentOrderId
from fulfillment.world import KIM, NOON, TO_SHIPPED, US, bring, new, opened


def hours(number: float) -> datetime:
    """Give the moment so many hours after everything was shipped."""
    return NOON + timedelta(hours=number)


def event(status: str, after_h: float, number: str = "1", carrier: str = "acme") -> TrackingEvent:
    """Let a carrier say something of a parcel, so many hours after it was shipped."""
    return TrackingEvent(number, carrier, Status(status), hours(after_h))


async def shipped(conn, *numbers: str, order: int = 1) -> FulfillmentOrderId:
    """Ship an order's work in packages with these numbers."""
    (id_,) = await opened(conn, new(order=order))
    await bring(conn, id_, *TO_SHIPPED[:-1])
    packages = tuple(Packed(number, "acme") for number in numbers)
    await ship(conn, US, [Ask(id_, KIM, packages=packages)], at=NOON)
    return id_
