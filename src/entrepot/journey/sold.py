"""From what a channel has sold to an order to be placed as a fact. Pure."""

import hashlib
from datetime import datetime

import msgspec

from entrepot.journey.placing import Placing
from entrepot.network.model import Method
from entrepot.orders.model import Address, Backorder, Customer, NewLine, NewOrder, Payment
from entrepot.ports.channel import ShipTo, SoldOrder

_encode = msgspec.json.Encoder().encode


def placing_of(sold: SoldOrder, channel: str, *, at: datetime) -> Placing:
    """Make the fact of a channel's sale.

    What the connector doubts, and a parcel without an address, is put on hold for a person.
    """
    order = NewOrder(
        channel=channel,
        external_id=sold.external_id,
        placed_at=sold.placed_at or at,
        currency=sold.currency,
        customer=Customer(
            email=sold.customer.email or None,
            name=sold.customer.name or None,
            phone=sold.customer.phone or None,
        ),
        ship_to=_address(sold.ship_to) if sold.ship_to else None,
        method=Method(sold.method),
        service=sold.service if sold.method == "ship" else None,
        pickup_node=sold.pickup_node,
        shipping=sold.shipping,
        shipping_tax=sold.shipping_tax,
        lines=[
            NewLine(
                external_id=line.external_id, sku=line.sku, quantity=line.quantity,
                unit_price=line.unit_price, discount=line.discount, tax=line.tax,
                name=line.name or None,
            )
            for line in sold.lines
        ],
        backorder=Backorder.REFUSE,
        payment=Payment(
            provider=sold.payment.provider,
            reference=sold.payment.reference,
            authorized=sold.payment.authorized,
        )
        if sold.payment
        else None,
        note=sold.note or None,
    )  # fmt: skip
    return Placing(
        order,
        hashlib.blake2b(_encode(order), digest_size=16).digest(),
        channel,
        fact=True,
        holds=tuple(_holds(sold)),
        digital=frozenset(n for n, line in enumerate(sold.lines, start=1) if line.digital),
    )


def _holds(sold: SoldOrder) -> list[tuple[str, str]]:
    holds = []
    if sold.doubts:
        holds.append(("manual", "; ".join(doubt.detail for doubt in sold.doubts)[:500]))
    if sold.method == "ship" and sold.ship_to is None and not all(x.digital for x in sold.lines):
        holds.append(("address", "the channel gave no address to ship to"))
    return holds


def _address(place: ShipTo) -> Address:
    return Address(
        name=place.name or None,
        line1=place.line1 or None,
        line2=place.line2 or None,
        city=place.city or None,
        region=place.region or None,
        postal_code=place.postal_code,
        country=place.country,
        latitude=place.latitude,
        longitude=place.longitude,
    )
