"""From an order's rows to a past order, or to why there is none. Pure.

Every choice that is made here is a rule in `rules.py`, and noted where it is applied.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from entrepot.ports.amount import minor_units
from entrepot.ports.history import Effect, Finding, PastLine, PastOrder, Stage
from entrepot.ports.sale import Payment, ShipTo
from entrepot.terms.ids import NodeId, Sku
from entrepot_olist import times as when
from entrepot_olist.files import CUSTOMERS, ITEMS, ORDERS, PAYMENTS, Fields, Row
from entrepot_olist.places import COUNTRY, Centroids, prefix_of
from entrepot_olist.times import Times, Unusable

CURRENCY = "BRL"
SOURCE = "olist"

STAGES: Mapping[str, Stage] = {
    "created": Stage.UNPAID,
    "approved": Stage.PLANNED,
    "processing": Stage.ACCEPTED,
    "invoiced": Stage.ACCEPTED,
    "shipped": Stage.SHIPPED,
    "delivered": Stage.DELIVERED,
    "canceled": Stage.CANCELED,
    "unavailable": Stage.MISSING,
}
"""What each status says of how far an order came. A seller that works on an order, or has written
its invoice, has taken it on; how far it picked and packed is not told."""

NOTED = frozenset(
    {
        "canceled_after_hand_over", "customer_unknown", "estimate_missing", "payment_differs",
        "payment_missing", "price_zero", "category_missing",
    }
)  # fmt: skip
"""Rules that change nothing of what the files say."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All rows of one order. `customer` is None where there is none of its id."""

    order: Row
    customer: Row | None
    items: tuple[Row, ...]
    payments: tuple[Row, ...]


@dataclass(slots=True)
class Known:
    """What the other files hold: sellers, products, where postal prefixes are."""

    sellers: set[str]
    products: set[str]
    centroids: Centroids = field(default_factory=Centroids)


@dataclass(slots=True)
class Notes:
    """The findings of one order."""

    order_id: str
    row: int
    found: list[Finding] = field(default_factory=list)

    def note(self, rule: str, detail: str = "") -> None:
        """Note a finding of the order itself."""
        self.of(rule, ORDERS.name, self.row, detail)

    def of(self, rule: str, file: str, row: int, detail: str = "") -> None:
        """Note a finding of a row of another file."""
        effect = Effect.NOTED if rule in NOTED else Effect.REPAIRED
        self.found.append(Finding(rule, effect, file, row, self.order_id, detail))


def past_order(bundle: Bundle, known: Known) -> tuple[PastOrder | None, list[Finding]]:
    """Make the past order, and say what was found wrong on the way; None: it was rejected."""
    order_id = bundle.order.fields["order_id"]
    notes = Notes(order_id, bundle.order.number)
    try:
        return _order(bundle, known, notes), notes.found
    except Unusable as wrong:
        file, row = ORDERS.name, bundle.order.number
        rejected = Finding(wrong.rule, Effect.REJECTED, file, row, order_id, wrong.detail)
        return None, [*notes.found, rejected]


def _order(bundle: Bundle, known: Known, notes: Notes) -> PastOrder:
    fields = bundle.order.fields
    status = fields["order_status"]
    if status not in STAGES:
        raise Unusable("status_unknown", status)
    if not bundle.items:
        raise Unusable("order_without_items", status)
    told = _times(bundle, notes)
    stage = when.stage_by_dates(STAGES[status], told)
    if stage is not STAGES[status]:
        notes.note("status_behind", f"{status}, but {stage}")
    mended = when.mended(told, stage, notes.note)
    lines, shipping = _lines(bundle.items, known, stage, notes)
    owed = shipping + sum(line.quantity * line.unit_price for line in lines)
    canceled = stage is Stage.CANCELED
    return PastOrder(
        external_id=notes.order_id,
        placed_at=told.placed,
        currency=CURRENCY,
        lines=lines,
        stage=stage,
        status=status,
        reason=_reason(stage, status, told, notes),
        ship_to=_ship_to(bundle.customer, known.centroids, notes),
        shipping=shipping,
        payment=_payment(bundle.payments, owed, stage, notes),
        note=_note(bundle.customer),
        released_at=None if canceled else mended.approved,
        handed_over_at=None if canceled else mended.handed_over,
        delivered_at=None if canceled else mended.delivered,
        canceled_at=_last(told) if canceled else None,
        promised_by=_promised_by(mended, notes),
        ship_by=mended.limit,
    )


def _times(bundle: Bundle, notes: Notes) -> Times:
    fields = bundle.order.fields

    def read(row: Row, column: str, file: str) -> datetime | None:
        said = when.read(row.fields[column]) if row.fields[column] else None
        if said is None and row.fields[column]:
            notes.of("time_unreadable", file, row.number, f"{column}: {row.fields[column]}")
        return said

    placed = when.read(fields["order_purchase_timestamp"])
    if placed is None:
        raise Unusable("placed_unreadable", fields["order_purchase_timestamp"])
    limits = [read(row, "shipping_limit_date", ITEMS.name) for row in bundle.items]
    return Times(
        placed,
        read(bundle.order, "order_approved_at", ORDERS.name),
        read(bundle.order, "order_delivered_carrier_date", ORDERS.name),
        read(bundle.order, "order_delivered_customer_date", ORDERS.name),
        min((limit for limit in limits if limit is not None), default=None),
        read(bundle.order, "order_estimated_delivery_date", ORDERS.name),
    )


def _lines(
    items: Iterable[Row], known: Known, stage: Stage, notes: Notes
) -> tuple[tuple[PastLine, ...], int]:
    """Make a line of each (product, seller, price), and add up the freight."""
    units: dict[tuple[str, str, int], list[str]] = {}
    shipping = 0
    for row in items:
        price, freight = _amount(row, "price"), _amount(row, "freight_value")
        shipping += freight
        if price == 0:
            notes.of("price_zero", ITEMS.name, row.number)
        sku, seller = sku_of(row.fields), row.fields["seller_id"]
        if sku not in known.products:
            notes.of("product_unknown", ITEMS.name, row.number, sku)
        if seller not in known.sellers and stage not in {Stage.CANCELED, Stage.MISSING}:
            raise Unusable("seller_unknown", seller)
        units.setdefault((sku, seller, price), []).append(row.fields["order_item_id"])
    lines = tuple(
        PastLine(
            external_id=ids[0], sku=Sku(sku), quantity=len(ids), unit_price=price,
            node_id=NodeId(seller) if seller in known.sellers else None,
        )
        for (sku, seller, price), ids in units.items()
    )  # fmt: skip
    return lines, shipping


def sku_of(fields: Fields) -> str:
    """Give an item's sku: its product's id, or a stand-in where it names none."""
    return fields["product_id"] or "unknown-product"


def _amount(row: Row, column: str) -> int:
    amount = minor(row.fields[column])
    if amount is None:
        raise Unusable("amount_unreadable", f"{ITEMS.name} row {row.number}, {column}")
    return amount


def minor(text: str) -> int | None:
    """Read an amount of reais as centavos; None where it is none, or negative."""
    try:
        amount = minor_units(Decimal(text), CURRENCY)
    except (InvalidOperation, ValueError):
        return None
    return amount if amount >= 0 else None


def _payment(rows: Iterable[Row], owed: int, stage: Stage, notes: Notes) -> Payment | None:
    paid, kinds = 0, dict[str, None]()
    for row in rows:
        amount = minor(row.fields["payment_value"])
        if amount is None:
            said = row.fields["payment_value"]
            notes.of("payment_unreadable", PAYMENTS.name, row.number, said)
            continue
        paid += amount
        kinds[row.fields["payment_type"] or "unknown"] = None
    if not kinds:
        notes.note("payment_missing")
        return None
    if paid != owed:
        notes.note("payment_differs", f"paid {paid}, owed {owed} ({paid - owed:+})")
    provider = "+".join(sorted(kinds))[:60]
    return Payment(provider, "", 0 if stage is Stage.UNPAID else paid)


def _reason(stage: Stage, status: str, told: Times, notes: Notes) -> str:
    match stage:
        case Stage.UNPAID:
            return "its payment was never approved"
        case Stage.MISSING:
            return f"{status} at its seller"
        case Stage.CANCELED if told.handed_over is not None:
            left = f"canceled after it was handed over ({told.handed_over:%Y-%m-%d %H:%M})"
            if told.delivered is not None:
                left += f" and delivered ({told.delivered:%Y-%m-%d %H:%M})"
            notes.note("canceled_after_hand_over", left)
            return left
        case Stage.CANCELED:
            return "canceled; why was not told"
        case _:
            return ""


def _last(told: Times) -> datetime:
    """Nobody noted when an order was canceled: it was not before the last thing known of it."""
    said = (told.placed, told.approved, told.handed_over, told.delivered)
    return max(each for each in said if each is not None)


def _promised_by(told: Times, notes: Notes) -> datetime | None:
    if told.estimated is None:
        notes.note("estimate_missing")
        return None
    return when.end_of_day(told.estimated)


def _ship_to(customer: Row | None, centroids: Centroids, notes: Notes) -> ShipTo | None:
    if customer is None:
        notes.note("customer_unknown")
        return None
    fields = customer.fields
    said = fields["customer_zip_code_prefix"]
    prefix = prefix_of(said)
    point = centroids.of(prefix)
    if point is None:
        point = centroids.near(prefix)
        notes.of("postal_code_unknown", CUSTOMERS.name, customer.number, said)
    return ShipTo(
        name="",
        line1="",
        city=fields["customer_city"],
        postal_code=(prefix or said)[:20] or "unknown",
        country=COUNTRY,
        region=fields["customer_state"],
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
    )


def _note(customer: Row | None) -> str:
    """Keep who it was: the history has no name, only an id that a person's orders share."""
    person = customer.fields["customer_unique_id"] if customer else ""
    return f"Olist customer {person}" if person else ""
