"""What makes an order valid, and what it comes to. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from entrepot.network.model import Method
from entrepot.orders.model import AMOUNT_MAX, Address, Fault, NewOrder
from entrepot.terms.email import is_email
from entrepot.terms.ids import LineNo, Sku
from entrepot.terms.money import CURRENCIES

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing was placed before: an older time is a clock or unit error."""

AHEAD_MAX = timedelta(days=1)
"""A sender's clock may be wrong by a day; more is an error."""


def faults(order: NewOrder, at: datetime) -> list[Fault]:
    """Everything about an order that is wrong in itself, whatever the market sells or stocks."""
    return [*_head_faults(order, at), *_method_faults(order), *_line_faults(order)]


def total(order: NewOrder) -> int:
    """What the customer pays, in minor units: lines less discounts plus tax, and shipping."""
    goods = sum(line.unit_price * line.quantity - line.discount + line.tax for line in order.lines)
    return goods + order.shipping + order.shipping_tax


def service_of(order: NewOrder) -> str:
    """The carrier service asked for; pickup and curbside have none."""
    return (order.service or "standard") if order.method is Method.SHIP else ""


def is_person(address: Address | None) -> bool:
    """Whether a parcel could be addressed at all."""
    return address is not None and bool(address.postal_code.strip())


def _head_faults(order: NewOrder, at: datetime) -> Iterator[Fault]:
    if order.currency not in CURRENCIES:
        yield Fault("/currency", f"{order.currency} is not a currency we know")
    if order.placed_at < EARLIEST:
        yield Fault("/placed_at", "lies before the year 2000")
    if order.placed_at > at + AHEAD_MAX:
        yield Fault("/placed_at", "lies more than a day ahead")
    email = order.customer.email if order.customer else None
    if email and not is_email(email):
        yield Fault("/customer/email", "is not an e-mail address")
    if total(order) > AMOUNT_MAX:
        yield Fault("/lines", f"the order's total is beyond {AMOUNT_MAX}")


def _method_faults(order: NewOrder) -> Iterator[Fault]:
    if order.method is Method.SHIP:
        if order.ship_to is None:
            yield Fault("/ship_to", "is needed to ship")
        elif not is_person(order.ship_to):
            yield Fault("/ship_to/postal_code", "is empty")
        if order.pickup_node is not None:
            yield Fault("/pickup_node", "belongs to pickup and curbside only")
    else:
        if order.pickup_node is None:
            yield Fault("/pickup_node", f"is needed for {order.method}")
        if order.service is not None and order.service != "standard":
            yield Fault("/service", f"there is no carrier service in {order.method}")


def _line_faults(order: NewOrder) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, line in enumerate(order.lines):
        if line.discount > line.unit_price * line.quantity:
            yield Fault(f"/lines/{index}/discount", "is more than the line is worth")
        name = line.external_id or str(index + 1)
        if name in seen:
            yield Fault(f"/lines/{index}/external_id", "stands on another line too")
        seen.add(name)


Lines = list[tuple[LineNo, Sku, int]]
"""Lines as (number, sku, units); a kit's parts as several rows of its number."""
