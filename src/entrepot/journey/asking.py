"""From an order to sourcing's question, and from sourcing's answer to claims by line. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from entrepot.catalog.model import Made
from entrepot.catalog.rules import units_of
from entrepot.inventory.model import Claim
from entrepot.network.model import Method
from entrepot.orders.model import Address, Customer, NewOrder
from entrepot.sourcing.model import Ask, Plan, Want
from entrepot.terms.geo import located
from entrepot.terms.ids import ChannelId, LineNo, NodeId, OrderId, Sku
from entrepot.terms.place import Place

Need = tuple[LineNo, Sku, int]
"""Units of stock a line needs: its own sku, or a kit's parts."""


class Asking(msgspec.Struct, frozen=True, gc=False):
    """An order's question, its needs by line, and what its kits are made of.

    `weights` are in grams, `volumes` in cubic centimeters where they are known, of one unit.
    `unknown` are the lines (from 1) whose sku the market does not know: they are in no need.
    """

    ask: Ask
    needs: tuple[Need, ...]
    weights: Mapping[Sku, int]
    parts: tuple[tuple[LineNo, Sku, int], ...]
    unknown: tuple[LineNo, ...]
    volumes: Mapping[Sku, int] = {}


def asking(
    order: NewOrder,
    service: str,
    items: Mapping[Sku, Made],
    *,
    barred: frozenset[tuple[Sku, NodeId]] = frozenset(),
) -> Asking:
    """Explode an order's lines and ask for them."""
    needs: list[Need] = []
    weights: dict[Sku, int] = {}
    volumes: dict[Sku, int] = {}
    parts: list[tuple[LineNo, Sku, int]] = []
    unknown: list[LineNo] = []
    for number, line in enumerate(order.lines, start=1):
        no, sku = LineNo(number), Sku(line.sku)
        made = items.get(sku)
        if made is not None and not made.parts:  # by far the most: no kit
            needs.append((no, sku, line.quantity))
            weights[sku] = made.weight_g
            if made.volume_cm3:
                volumes[sku] = made.volume_cm3
            continue
        units = units_of(sku, items)
        if units is None:
            unknown.append(no)
            continue
        for unit in units:
            needs.append((no, unit.sku, unit.per_unit * line.quantity))
            weights[unit.sku] = unit.weight_g
            if unit.volume_cm3:
                volumes[unit.sku] = unit.volume_cm3
        parts += [(no, unit.sku, unit.per_unit) for unit in units]
    ask = Ask(
        channel=ChannelId(order.channel),
        method=order.method,
        service=service,
        wants=wants(needs, weights, volumes),
        destination=destination(order.ship_to) if order.method is Method.SHIP else None,
        pickup_node=NodeId(order.pickup_node) if order.pickup_node else None,
        barred=barred,
        customer_class=class_of(order.customer),
    )
    return Asking(ask, tuple(needs), weights, tuple(parts), tuple(unknown), volumes)


def class_of(customer: Customer | None) -> str:
    """Say of which class a customer is; "": of none that was said."""
    return (customer.customer_class or "") if customer is not None else ""


def wants(
    needs: Iterable[Need], weights: Mapping[Sku, int], volumes: Mapping[Sku, int]
) -> tuple[Want, ...]:
    """Sum needs by sku: sourcing is asked once for each."""
    units: dict[Sku, int] = {}
    for _, sku, quantity in needs:
        units[sku] = units.get(sku, 0) + quantity
    if not volumes:
        return tuple([Want(sku, quantity, weights.get(sku, 0)) for sku, quantity in units.items()])
    return tuple(
        [
            Want(sku, quantity, weights.get(sku, 0), volumes.get(sku, 0))
            for sku, quantity in units.items()
        ]
    )


def destination(address: Address | None) -> Place | None:
    """Find where a parcel goes: coordinates and time zone are filled in where they are known."""
    if address is None:
        return None
    return located(
        address.country, address.postal_code, address.region or "", address.latitude,
        address.longitude,
    )  # fmt: skip


def claims(order_id: OrderId, plan: Plan, needs: Sequence[Need]) -> list[Claim]:
    """Share a plan's units among the lines that need them, in the order of the lines."""
    left = [quantity for _, _, quantity in needs]
    made: list[Claim] = []
    for shipment in plan.shipments:
        for sku, units in shipment.items:
            rest = units
            for at, (line, wanted, _) in enumerate(needs):
                if wanted != sku or not left[at]:
                    continue
                quantity = min(rest, left[at])
                made.append(Claim(order_id, line, sku, shipment.node_id, quantity))
                left[at] -= quantity
                rest -= quantity
                if not rest:
                    break
    return made


def without(needs: Sequence[Need], missing: Mapping[Sku, int]) -> list[Need]:
    """Take missing units off the needs, the last lines' first: the first get what can be had."""
    short = dict(missing)
    kept: list[Need] = []
    for line, sku, quantity in reversed(needs):
        less = min(quantity, short.get(sku, 0))
        if less:
            short[sku] -= less
        if quantity > less:
            kept.append((line, sku, quantity - less))
    kept.reverse()
    return kept


def difference(needs: Sequence[Need], had: Sequence[Need]) -> list[Need]:
    """What of the needs is not among those that can be had."""
    got: dict[tuple[LineNo, Sku], int] = {}
    for line, sku, quantity in had:
        got[line, sku] = got.get((line, sku), 0) + quantity
    rest = []
    for line, sku, quantity in needs:
        less = min(quantity, got.get((line, sku), 0))
        got[line, sku] = got.get((line, sku), 0) - less
        if quantity > less:
            rest.append((line, sku, quantity - less))
    return rest


def whole_units(
    order: NewOrder,
    parts: Sequence[tuple[LineNo, Sku, int]],
    needs: Sequence[Need],
    had: Sequence[Need],
) -> dict[LineNo, int]:
    """How many whole units of each line can be had: of a kit, as many as every part allows."""
    per_unit: dict[LineNo, list[tuple[Sku, int]]] = {}
    for line, sku, units in parts:
        per_unit.setdefault(line, []).append((sku, units))
    got: dict[tuple[LineNo, Sku], int] = {}
    for line, sku, quantity in had:
        got[line, sku] = got.get((line, sku), 0) + quantity
    lines = {line for line, _, _ in needs}
    return {
        line: min(
            got.get((line, sku), 0) // units
            for sku, units in per_unit.get(line, [(Sku(order.lines[line - 1].sku), 1)])
        )
        for line in lines
    }


def trimmed(
    order: NewOrder,
    parts: Sequence[tuple[LineNo, Sku, int]],
    units: Mapping[LineNo, int],
) -> list[Need]:
    """The needs of so many whole units of each line."""
    per_unit: dict[LineNo, list[tuple[Sku, int]]] = {}
    for line, sku, quantity in parts:
        per_unit.setdefault(line, []).append((sku, quantity))
    return [
        (line, sku, quantity * count)
        for line, count in sorted(units.items())
        if count
        for sku, quantity in per_unit.get(line, [(Sku(order.lines[line - 1].sku), 1)])
    ]
