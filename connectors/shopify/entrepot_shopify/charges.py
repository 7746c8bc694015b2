"""What a Shopify order costs, in Entrepot's terms: prices before tax, tax and discount per line.

Shopify's payloads have told this in several ways over the years. Whichever they use, the lines and
the shipping made here add up to `total_price` whenever the payload's own figures do.

- Discounts: `discount_allocations` hold all of a line's discounts, its share of an order's discount
  included. Where no line has any (old versions, draft orders), a line has its `total_discount`, and
  what `total_discounts` says beyond is shared over the lines by what is left of their value.
- Taxes: `tax_lines` per line and per shipping line. Where none has any and the order has a
  `total_tax`, that is shared over the taxable lines by value.
- Taxes included: the price the shop shows has the tax in it. It is taken out: the unit price is
  then the price before tax, rounded up to the minor unit, and the discount takes up the rounding
  (less than one minor unit for each unit sold), so that the line's total is what was paid.
- Duties are tax on top, or in the price where `duties_included` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from entrepot.ports.channel import AMOUNT_MAX, QUANTITY_MAX
from entrepot.terms.money import share_of_units, shares
from entrepot_shopify.wire import At, UnreadableError, shop_money, to_minor


@dataclass(frozen=True, slots=True)
class Charge:
    """A line's or the shipping's money in minor units.

    `price` is a unit's as the shop shows it; `discount`, the tax `inside` the price and the tax
    `on_top` of it are for all `quantity` units.
    """

    price: int
    quantity: int
    discount: int
    inside: int
    on_top: int
    taxable: bool = True

    @property
    def paid(self) -> int:
        """What is left of the price after the discount, tax on top aside."""
        return self.price * self.quantity - self.discount

    def of_units(self, count: int) -> "Charge":
        """Give the part of the charge that `count` of its units bear."""
        part = [
            share_of_units(whole, self.quantity, 0, count)
            for whole in (self.discount, self.inside, self.on_top)
        ]
        return Charge(self.price, count, part[0], part[1], part[2], self.taxable)

    def before_tax(self) -> tuple[int, int, int]:
        """Give (unit price before tax, discount, tax); they add up to what the customer pays."""
        if not self.inside:
            return self.price, self.discount, self.on_top
        net = self.paid - self.inside
        net_discount = self.discount * net // self.paid
        unit = -(-(net + net_discount) // self.quantity)
        return unit, unit * self.quantity - net, self.inside + self.on_top


def charges(order: At, lines: Sequence[At], currency: str) -> tuple[list[Charge], Charge]:
    """Work out every line's charge, for all the units it was sold with, and the shipping's."""
    goods = [_line_charge(order, line, currency) for line in lines]
    shipping = _shipping_charge(order, currency)
    if not any(line.get("discount_allocations").value for line in lines):
        goods, shipping = _with_order_discount(order, goods, shipping, currency)
    if not any(charge.inside or charge.on_top for charge in (*goods, shipping)):
        goods = _with_order_tax(order, goods, currency)
    return [_sane(charge) for charge in goods], _sane(shipping)


def units(line: At) -> tuple[int, int]:
    """Say how many units the line was sold with, and how many are still wanted."""
    sold, current = line.get("quantity"), line.get("current_quantity")
    count, left = sold.units(QUANTITY_MAX), current.units(QUANTITY_MAX)
    if count is None and left is None:
        raise UnreadableError("a line has no quantity", sold.pointer)
    return max(count or 0, left or 0), (count or 0) if left is None else left


def shipping_lines(order: At) -> list[At]:
    """Give the shipping lines that stand; a draft order has at most one, under another name."""
    plural, single = list(order.get("shipping_lines").items()), order.get("shipping_line")
    return [
        line for line in (plural or [single]) if line.given and not line.get("is_removed").flag()
    ]


def _line_charge(order: At, line: At, currency: str) -> Charge:
    count, _ = units(line)
    price = shop_money(line, "price").minor(currency)
    if price * count > AMOUNT_MAX:
        raise UnreadableError("a line worth more than belief", line.get("price").pointer)
    tax, duties = _sum(line, "tax_lines", "price", currency), _duties(line, currency)
    in_price = order.get("taxes_included").flag() * tax
    in_price += order.get("duties_included").flag() * duties
    return Charge(
        price=price,
        quantity=count,
        discount=_line_discount(line, currency),
        inside=in_price,
        on_top=tax + duties - in_price,
        taxable=line.get("taxable").value is not False,
    )


def _line_discount(line: At, currency: str) -> int:
    if line.get("discount_allocations").value:
        return _sum(line, "discount_allocations", "amount", currency)
    whole = shop_money(line, "total_discount")
    return (whole if whole.given else line.get("applied_discount", "amount")).minor(currency)


def _duties(line: At, currency: str) -> int:
    duties = list(line.get("duties").items())
    amount = sum((duty.get("shop_money", "amount").amount() for duty in duties), Decimal(0))
    taxes = sum(_sum(duty, "tax_lines", "price", currency) for duty in duties)
    return to_minor(amount, currency, line.get("duties").pointer) + taxes


def _shipping_charge(order: At, currency: str) -> Charge:
    lines = shipping_lines(order)
    tax = sum(_sum(line, "tax_lines", "price", currency) for line in lines)
    included = order.get("taxes_included").flag()
    return Charge(
        price=sum(shop_money(line, "price").minor(currency) for line in lines),
        quantity=1,
        discount=sum(_shipping_discount(line, currency) for line in lines),
        inside=tax if included else 0,
        on_top=0 if included else tax,
    )


def _shipping_discount(line: At, currency: str) -> int:
    if line.get("discount_allocations").value:
        return _sum(line, "discount_allocations", "amount", currency)
    reduced = shop_money(line, "discounted_price")
    if not reduced.given:
        return 0
    return max(0, shop_money(line, "price").minor(currency) - reduced.minor(currency))


def _with_order_discount(
    order: At, goods: list[Charge], shipping: Charge, currency: str
) -> tuple[list[Charge], Charge]:
    """Share what the order's discount says beyond the lines' own.

    Shipping codes go to the shipping, the rest to the lines by what is left of their value, and
    what exceeds that to the shipping too.
    """
    whole = shop_money(order, "total_discounts")
    draft = order.get("applied_discount", "amount")  # a draft's own, beside its lines' discounts
    known = sum(charge.discount for charge in (*goods, shipping))
    beyond = whole.minor(currency) - known if whole.given else draft.minor(currency)
    room = [max(0, charge.paid) for charge in goods]
    if beyond <= 0:
        return goods, shipping
    to_goods = min(beyond - min(beyond, _shipping_codes(order, currency)), sum(room))
    reduced = [
        replace(charge, discount=charge.discount + share)
        for charge, share in zip(goods, shares(to_goods, room) if room else [], strict=True)
    ]
    return reduced, replace(shipping, discount=shipping.discount + beyond - to_goods)


def _shipping_codes(order: At, currency: str) -> int:
    codes = [
        code for code in order.get("discount_codes").items() if code.get("type").value == "shipping"
    ]
    return sum(code.get("amount").minor(currency) for code in codes)


def _with_order_tax(order: At, goods: list[Charge], currency: str) -> list[Charge]:
    """Share a tax that is told for the order only, over the taxable lines by what they cost."""
    said = shop_money(order, "total_tax")
    tax = said.minor(currency) if said.given else _sum(order, "tax_lines", "price", currency)
    if not tax or not goods:
        return goods
    weights = [max(0, charge.paid) * charge.taxable for charge in goods]
    parts = shares(tax, weights if any(weights) else [max(0, charge.paid) for charge in goods])
    if order.get("taxes_included").flag():
        return [replace(c, inside=part) for c, part in zip(goods, parts, strict=True)]
    return [replace(c, on_top=part) for c, part in zip(goods, parts, strict=True)]


def _sane(charge: Charge) -> Charge:
    """Keep the discount within the price and the tax inside within what is paid."""
    kept = replace(charge, discount=min(charge.discount, charge.price * charge.quantity))
    return replace(kept, inside=min(kept.inside, kept.paid))


def _sum(of: At, array: str, amount: str, currency: str) -> int:
    """Add up a member of an array's objects, exactly, and only then round to minor units."""
    members = of.get(array)
    total = sum((shop_money(member, amount).amount() for member in members.items()), Decimal(0))
    return to_minor(total, currency, members.pointer)
