"""Fill in an order from what a channel or another system's history tells of it. Pure.

What they do not tell is "" in their words and None in ours.
"""

from datetime import datetime

from entrepot.orders.model import Address, Customer, NewLine, NewOrder, Payment
from entrepot.ports import sale
from entrepot.ports.channel import SoldOrder
from entrepot.ports.history import PastOrder


def filled(told: SoldOrder | PastOrder, channel: str, *, placed_at: datetime) -> NewOrder:
    """Give the order, to be shipped by the service that was told."""
    return NewOrder(
        channel=channel,
        external_id=told.external_id,
        placed_at=placed_at,
        currency=told.currency,
        customer=_customer(told.customer) if told.customer else None,
        ship_to=_address(told.ship_to) if told.ship_to else None,
        service=told.service,
        shipping=told.shipping,
        shipping_tax=told.shipping_tax,
        lines=[
            NewLine(
                external_id=line.external_id, sku=line.sku, quantity=line.quantity,
                unit_price=line.unit_price, discount=line.discount, tax=line.tax,
                name=line.name or None,
            )
            for line in told.lines
        ],
        payment=_payment(told.payment) if told.payment else None,
        note=told.note or None,
    )  # fmt: skip


def _customer(told: sale.Customer) -> Customer:
    return Customer(email=told.email or None, name=told.name or None, phone=told.phone or None)


def _address(told: sale.ShipTo) -> Address:
    return Address(
        name=told.name or None,
        line1=told.line1 or None,
        line2=told.line2 or None,
        city=told.city or None,
        region=told.region or None,
        postal_code=told.postal_code,
        country=told.country,
        latitude=told.latitude,
        longitude=told.longitude,
    )


def _payment(told: sale.Payment) -> Payment:
    return Payment(provider=told.provider, reference=told.reference, authorized=told.authorized)
