"""The receipt: what an order is answered at capture, and keeps for ever as its document.

The same shapes are the order's resource; what changes later (phase, quantities by state, work,
parcels, holds) is put in place of the capture's values when the order is read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import msgspec

from entrepot.network.model import Method
from entrepot.orders.model import Address, Backorder, Customer, NewOrder, Payment
from entrepot.promise.model import Engine, Promise
from entrepot.sourcing.model import Plan
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku
from entrepot.terms.money import unit_shares
from entrepot.terms.order_number import number_of


class Quantities(msgspec.Struct, frozen=True):
    """Where a line's units are: `ordered` = canceled + waiting + reserved + shipped.

    Of the reserved ones some are `released` to their node, of the shipped ones some `delivered`.
    """

    ordered: int
    canceled: int = 0
    waiting: int = 0
    reserved: int = 0
    released: int = 0
    shipped: int = 0
    delivered: int = 0


class UnitShare(msgspec.Struct, frozen=True):
    """So many units bear this discount and this tax each, frozen at capture."""

    units: int
    discount: int
    tax: int


class LineView(msgspec.Struct, frozen=True):
    line: int
    external_id: str
    sku: str
    quantity: int
    unit_price: int
    discount: int
    tax: int
    shares: list[UnitShare]
    quantities: Quantities
    name: str | None = None


class PlannedLine(msgspec.Struct, frozen=True):
    line: int
    sku: str
    quantity: int


class PlannedShipment(msgspec.Struct, frozen=True):
    node: str
    lane: str | None
    lines: list[PlannedLine]
    shipping: int
    handling: int


class PlanView(msgspec.Struct, frozen=True):
    """Which units from which node, and what it costs us. Not what the customer pays."""

    cost: int
    extra: int
    exact: bool
    shipments: list[PlannedShipment]


class PromiseView(msgspec.Struct, frozen=True):
    earliest: datetime
    latest: datetime
    order_by: datetime
    confidence: float | None = None
    expected: datetime | None = None
    engine: Engine = Engine.STATIC
    version: int | None = None
    as_of: datetime | None = None
    stated_latest: datetime | None = None


class Receipt(msgspec.Struct, frozen=True):
    id: UUID
    number: str
    channel: str
    external_id: str
    placed_at: datetime
    captured_at: datetime
    currency: str
    phase: str
    method: Method
    service: str
    pickup_node: str | None
    backorder: Backorder
    customer: Customer | None
    ship_to: Address | None
    payment: Payment | None
    note: str | None
    shipping: int
    shipping_tax: int
    total: int
    lines: list[LineView]
    promise: PromiseView | None
    plan: PlanView | None


Allotment = Mapping[tuple[LineNo, Sku, NodeId], int]
"""Units of a plan by line, sku and node."""


def receipt(  # noqa: PLR0913 - all that was agreed
    order_id: OrderId,
    order: NewOrder,
    *,
    service: str,
    total: int,
    phase: str,
    quantities: Sequence[Quantities],
    plan: Plan | None,
    allotted: Allotment,
    promise: Promise | None,
    at: datetime,
) -> Receipt:
    """Make the receipt of an order about to be captured."""
    return Receipt(
        id=order_id,
        number=number_of(order_id),
        channel=order.channel,
        external_id=order.external_id,
        placed_at=order.placed_at,
        captured_at=at,
        currency=order.currency,
        phase=phase,
        method=order.method,
        service=service,
        pickup_node=order.pickup_node,
        backorder=order.backorder,
        customer=order.customer,
        ship_to=order.ship_to,
        payment=order.payment,
        note=order.note,
        shipping=order.shipping,
        shipping_tax=order.shipping_tax,
        total=total,
        lines=[
            LineView(
                number, line.external_id or str(number), line.sku, line.quantity, line.unit_price,
                line.discount, line.tax, shares_of(line.quantity, line.discount, line.tax),
                quantities[number - 1], line.name,
            )
            for number, line in enumerate(order.lines, start=1)
        ],
        promise=promise_view(promise),
        plan=None if plan is None else plan_view(plan, allotted),
    )  # fmt: skip


def promise_view(promise: Promise | None) -> PromiseView | None:
    """Show a promise; with `version` and `as_of` it can be made again."""
    if promise is None:
        return None
    return PromiseView(
        promise.earliest, promise.latest, promise.order_by, promise.confidence, promise.expected,
        promise.engine, promise.version, promise.as_of, promise.stated,
    )  # fmt: skip


def plan_view(plan: Plan, allotted: Allotment) -> PlanView:
    """Show a plan by lines."""
    return PlanView(
        plan.cost,
        plan.extra,
        plan.exact,
        [
            PlannedShipment(
                shipment.node_id,
                shipment.lane_id,
                [
                    PlannedLine(line, sku, units)
                    for (line, sku, node), units in allotted.items()
                    if node == shipment.node_id
                ],
                shipment.shipping,
                shipment.handling,
            )
            for shipment in plan.shipments
        ],
    )


def shares_of(quantity: int, discount: int, tax: int) -> list[UnitShare]:
    """Freeze a line's discount and tax per unit: the first units bear the larger shares."""
    low_discount, more_discount = unit_shares(discount, quantity)
    low_tax, more_tax = unit_shares(tax, quantity)
    if not more_discount and not more_tax:
        return [UnitShare(quantity, low_discount, low_tax)]
    edges = sorted({0, more_discount, more_tax, quantity})
    return [
        UnitShare(end - start, low_discount + (start < more_discount), low_tax + (start < more_tax))
        for start, end in pairwise(edges)
    ]
