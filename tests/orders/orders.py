"""What the tests of orders share: an order that is right in itself, and how it is captured."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from entrepot.orders.capture import capture
from entrepot.orders.model import Address, Captured, Customer, NewLine, NewOrder
from entrepot.orders.rules import total
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, OrderId

US, BR = MarketId("US"), MarketId("BR")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME = Address(name="Kim Doe", line1="1 Main St", city="Austin", postal_code="78701", country="US")
KIM = Customer(email="Kim@Example.com", name="Kim Doe")


def minutes(number: float) -> datetime:
    """Give the moment so many minutes after noon."""
    return NOON + timedelta(minutes=number)


def order_id(number: int) -> OrderId:
    """Give the id of the test's order of that number."""
    return OrderId(UUID(int=0x019C_0000_0000_7000_8000_0000_0000_0000 + number))


def line(sku: str = "TEE", quantity: int = 2, **changes) -> NewLine:
    """Sell some of a sku."""
    return NewLine(**{"sku": sku, "quantity": quantity, "unit_price": 1999} | changes)


def order(*lines: NewLine, **changes) -> NewOrder:
    """Write an order of these lines, or of two tees, to be shipped home."""
    some = {
        "channel": "web", "external_id": "100045", "placed_at": NOON, "currency": "USD",
        "customer": KIM, "ship_to": HOME, "shipping": 599, "lines": list(lines) or [line()],
    }  # fmt: skip
    return NewOrder(**some | changes)


def captured(number: int, placed: NewOrder | None = None, **changes) -> Captured:
    """Make an order ready to be written."""
    placed = placed or order(external_id=str(number))
    some = {
        "order_id": order_id(number), "order": placed, "service": "standard",
        "total": total(placed), "fingerprint": b"f", "promised_earliest": None,
        "promised_latest": None, "canceled": {}, "parts": (),
        "document": msgspec.json.encode(placed).decode(),
    }  # fmt: skip
    return Captured(**some | changes)


async def standing(conn: db.Connection, *numbers: int) -> None:
    """Capture orders of these numbers."""
    await capture(conn, US, [captured(number) for number in numbers], at=NOON)
