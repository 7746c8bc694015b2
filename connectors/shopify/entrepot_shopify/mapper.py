"""Shopify's order, as its webhooks and its REST API write it, to an order that was sold. Pure.

Members that are missing or null are read as not told: versions differ and stores leave much out.
README.md says every rule that is a choice.
"""

import re
from collections.abc import Iterable

from entrepot.ports.channel import (
    KEY_LENGTH_MAX,
    Doubt,
    DoubtKind,
    Ignored,
    Method,
    Service,
    SoldLine,
    SoldOrder,
    Unmapped,
)
from entrepot.ports.sale import Customer, Payment, ShipTo
from entrepot.terms.ids import NodeId, Sku
from entrepot_shopify.charges import Charge, charges, shipping_lines, units
from entrepot_shopify.wire import At, UnreadableError, decode, shop_money

_WORDS = re.compile(r"[^a-z0-9]+")
_PICKUP = re.compile(
    r" (pick ?up(?! points?)|click (and|n|&)? ?collect|collect in store|curb ?side) "
)
_CURBSIDE = re.compile(r" curb ?side ")
_NEXT_DAY = re.compile(r" (next ?day|overnight|same ?day|one day|1 ?day) ")
_EXPEDITED = re.compile(r" (express|expedited|priority|rush|second day|(2|two|2nd) ?day) ")


def read_order(body: bytes) -> SoldOrder | Ignored | Unmapped:
    """Translate an order's JSON, bare as in a webhook or under `order` as in the REST API."""
    try:
        root = decode(body)
        if not isinstance(root.value, dict):
            return Unmapped("an order belongs here", root.pointer)
        wrapped = root.get("order")
        return sold_order(wrapped if isinstance(wrapped.value, dict) else root)
    except UnreadableError as fault:
        return Unmapped(fault.reason, fault.pointer)


def sold_order(order: At) -> SoldOrder | Ignored | Unmapped:
    """Translate a decoded order; raises UnreadableError where a value makes no sense."""
    external_id = order.first("id", "admin_graphql_api_id").identifier()
    if not external_id:
        return Unmapped("an order has no id", order.get("id").pointer)
    if not order.get("line_items").given:
        return Unmapped("an order has no lines", order.get("line_items").pointer)
    currency = _currency(order)
    lines, shipping = _lines(order, currency)
    if not lines:
        return _nothing_left(order)
    method, pickup_node, place_unknown = _method(order)
    shipping_net, shipping_discount, shipping_tax = shipping.before_tax()
    return SoldOrder(
        external_id=external_id,
        placed_at=next(filter(None, (order.get(name).moment() for name in _TIMES)), None),
        currency=currency,
        lines=tuple(lines),
        customer=_customer(order),
        ship_to=_ship_to(order, only_shipping=place_unknown or method != "ship"),
        method=method,
        service=_service(order),
        pickup_node=pickup_node,
        shipping=shipping_net - shipping_discount,
        shipping_tax=shipping_tax,
        payment=_payment(order, external_id, currency),
        note=order.get("note").text(),
        number=order.get("name").text(),
        channel_total=_channel_total(order, currency),
        doubts=tuple(_doubts(order, place_unknown=place_unknown)),
    )


_TIMES = ("processed_at", "created_at", "updated_at")


def _nothing_left(order: At) -> Ignored | Unmapped:
    if order.get("cancelled_at").given:
        return Ignored("the order was canceled in Shopify and nothing of it is left")
    return Unmapped("no line has a unit left to deliver", order.get("line_items").pointer)


def _currency(order: At) -> str:
    """Give the shop's currency, which every plain amount of the payload is in."""
    member = order.get("currency")
    code = member.text() or order.get("total_price_set", "shop_money", "currency_code").text()
    if not re.fullmatch(r"[A-Za-z]{3}", code):
        raise UnreadableError("an order has no currency", member.pointer)
    return code.upper()


def _lines(order: At, currency: str) -> tuple[list[SoldLine], Charge]:
    every = list(order.get("line_items").items())
    for line in every:
        if not isinstance(line.value, dict):
            raise UnreadableError("a line belongs here", line.pointer)
    sold = [(place, line) for place, line in enumerate(every, 1) if units(line)[0]]
    costs, shipping = charges(order, [line for _, line in sold], currency)
    taken: set[str] = set()
    lines = []
    for (place, line), charge in zip(sold, costs, strict=True):
        _, wanted = units(line)
        if wanted:
            external_id = _line_id(line, place, taken)
            taken.add(external_id)
            lines.append(_line(line, external_id, charge.of_units(wanted)))
    return lines, shipping


def _line(line: At, external_id: str, charge: Charge) -> SoldLine:
    unit_price, discount, tax = charge.before_tax()
    variant = line.get("variant_id").identifier()
    stand_in = f"shopify:variant:{variant}" if variant else f"shopify:line:{external_id}"
    return SoldLine(
        external_id=external_id,
        sku=Sku(line.get("sku").text(KEY_LENGTH_MAX) or stand_in),
        quantity=charge.quantity,
        unit_price=unit_price,
        discount=discount,
        tax=tax,
        name=line.get("name").text() or line.get("title").text(),
        digital=line.get("requires_shipping").value is False or line.get("gift_card").flag(),
    )


def _line_id(line: At, place: int, taken: set[str]) -> str:
    """Give the line's id; its place where it has none (draft orders), or has another line's."""
    told = line.first("id", "admin_graphql_api_id").identifier()
    return told if told and told not in taken else f"{told or 'line'}-{place}"


def _customer(order: At) -> Customer:
    buyer = order.get("customer")
    emails = (order.get("email"), order.get("contact_email"), buyer.get("email"))
    places = [order.get("shipping_address"), order.get("billing_address"), _home(order)]
    return Customer(
        email=_told(*emails)[:KEY_LENGTH_MAX],
        name=_person(buyer) or next(filter(None, map(_person, places)), ""),
        phone=_told(order.get("phone"), buyer.get("phone"), *(p.get("phone") for p in places)),
    )


def _home(order: At) -> At:
    return order.get("customer", "default_address")


def _told(*members: At) -> str:
    return next(filter(None, (member.text() for member in members)), "")


def _person(here: At) -> str:
    parts = (here.get("first_name").text(), here.get("last_name").text())
    return here.get("name").text() or " ".join(filter(None, parts))


def _ship_to(order: At, *, only_shipping: bool) -> ShipTo | None:
    """Find where the parcel goes. Goods to be picked up are never sent to a billing address."""
    places = [order.get("shipping_address")]
    if not only_shipping:
        places += [order.get("billing_address"), _home(order)]
    return next((_address(place) for place in places if _is_address(place)), None)


def _is_address(place: At) -> bool:
    return any(place.get(name).text() for name in ("address1", "city", "zip"))


def _address(place: At) -> ShipTo:
    """Translate an address.

    The port has no member for a company: it leads the second line, or stands for a name that is
    missing, so that it is printed on the label.
    """
    name, company = _person(place), place.get("company").text()
    country = place.get("country_code").text() or place.get("country").text()
    latitude, longitude = place.get("latitude").degrees(90), place.get("longitude").degrees(180)
    known = latitude is not None and longitude is not None
    return ShipTo(
        name=name or company,
        line1=place.get("address1").text(),
        line2=", ".join(filter(None, (company if name else "", place.get("address2").text()))),
        city=place.get("city").text(),
        region=_told(place.get("province_code"), place.get("province")),
        postal_code=place.get("zip").text(),
        country=country.upper() if re.fullmatch(r"[A-Za-z]{2}", country) else "",
        latitude=latitude if known else None,
        longitude=longitude if known else None,
    )


def _method(order: At) -> tuple[Method, NodeId | None, bool]:
    """Say how the goods reach the customer, from which node, and whether that node is missing.

    Webhooks do not say for certain that an order is picked up: its shipping line bears the
    location's name. What tells is a delivery category or a title with the word, or the order
    attributes that pickup apps write (`Checkout-Method`, `Pickup-Location-Id`).
    """
    attributes = _attributes(order)
    said = [attributes.get("checkout-method", "")]
    for line in shipping_lines(order):
        said += [line.get(name).text() for name in ("delivery_category", "code", "title")]
    words = _words(said)
    if not _PICKUP.search(words):
        return "ship", None, False
    place = attributes.get("pickup-location-id") or order.get("location_id").identifier()
    if not place:
        return "ship", None, True
    return (
        ("curbside" if _CURBSIDE.search(words) else "pickup"),
        NodeId(place[:KEY_LENGTH_MAX]),
        False,
    )


def _attributes(order: At) -> dict[str, str]:
    pairs = order.get("note_attributes").items()
    return {pair.get("name").text().lower(): pair.get("value").text() for pair in pairs}


def _service(order: At) -> Service:
    """Read the service from the words of the shipping lines; the fastest of several counts."""
    words = _words(
        line.get(name).text() for line in shipping_lines(order) for name in ("code", "title")
    )
    if _NEXT_DAY.search(words):
        return "next_day"
    return "expedited" if _EXPEDITED.search(words) else "standard"


def _words(texts: Iterable[str]) -> str:
    """Put texts beside each other as plain lower-case words, a blank before and after each."""
    return f" {' | '.join(_WORDS.sub(' ', text.lower()).strip() for text in texts)} "


def _payment(order: At, external_id: str, currency: str) -> Payment:
    """Say what the financial status vouches for; the order's id leads to its transactions."""
    gateways = [gateway.text() for gateway in order.get("payment_gateway_names").items()]
    provider = next(filter(None, [*gateways, order.get("gateway").text()]), "shopify")
    total = shop_money(order, "total_price").minor(currency)
    match order.get("financial_status").text():
        case "authorized" | "paid":
            authorized = total
        case "partially_paid":
            owed = shop_money(order, "total_outstanding")
            authorized = max(0, total - owed.minor(currency)) if owed.given else 0
        case "partially_refunded":
            current = shop_money(order, "current_total_price")
            authorized = current.minor(currency) if current.given else total
        case _:
            authorized = 0
    return Payment(provider, external_id, authorized)


def _channel_total(order: At, currency: str) -> int | None:
    """Give what the customer pays: the current total once units were taken back, else the total."""
    lines = [units(line) for line in order.get("line_items").items()]
    changed = any(sold != wanted for sold, wanted in lines)
    total = shop_money(order, "current_total_price" if changed else "total_price")
    return total.minor(currency) if total.given else None


def _doubts(order: At, *, place_unknown: bool) -> list[Doubt]:
    doubts = []
    canceled = order.get("cancelled_at")
    if canceled.given:
        reason = order.get("cancel_reason").text() or "no reason given"
        detail = f"canceled in Shopify at {canceled.text()}: {reason}"
        doubts.append(Doubt(DoubtKind.CANCELED, detail))
    states = [line.get("fulfillment_status").text() for line in order.get("line_items").items()]
    if {"fulfilled", "partial"} & {order.get("fulfillment_status").text(), *states}:
        detail = "Shopify says that units of this order were handed over already"
        doubts.append(Doubt(DoubtKind.HANDED_OVER, detail))
    if place_unknown:
        title = next((line.get("title").text() for line in shipping_lines(order)), "")
        detail = f"the customer picks up, and Shopify does not say where: {title or 'no title'}"
        doubts.append(Doubt(DoubtKind.PICKUP_PLACE_UNKNOWN, detail))
    return doubts
