"""The itemized bill of what a channel may sell, as it is told over HTTP."""

import msgspec

from entrepot.journey.bill import AtNode, Bill, Explained


class Deduction(msgspec.Struct, frozen=True, omit_defaults=True):
    """Units taken off: `what` is reserved, unavailable, safety, kept_back, protected, not_eligible.

    `asked` is there where more would have been taken than was left; `rule` is a place in the
    policy of `policy_version` (a JSON Pointer); `why` a segment, a reason, or a channel's buffer.
    """

    what: str
    units: int
    asked: int | None = None
    why: str | None = None
    rule: str | None = None
    note: str | None = None
    policy_version: int | None = None


class NodeBill(msgspec.Struct, frozen=True):
    """`on_hand` less the units of all `less` is `available`."""

    node: str
    on_hand: int
    less: list[Deduction]
    available: int


class SkuBill(msgspec.Struct, frozen=True):
    """The sum of the nodes' `available`, less `owed`, is `available`: units of a stocked sku.

    `per_unit` go into one unit of the kit that was asked for. `owed_in_all` wait in the market.
    """

    sku: str
    per_unit: int
    nodes: list[NodeBill]
    owed: int
    owed_in_all: int
    available: int


def bills(explained: Explained) -> list[SkuBill]:
    """Show a sku's bills: a kit has one for each part."""
    return [_bill(bill) for bill in explained.bills]


def _bill(bill: Bill) -> SkuBill:
    nodes = [_node(node) for node in bill.nodes]
    return SkuBill(bill.sku, bill.per_unit, nodes, bill.owed, bill.owed_in_all, bill.available)


def _node(node: AtNode) -> NodeBill:
    less = [
        Deduction(
            item.what.value,
            item.units,
            item.asked if item.asked != item.units else None,
            item.why or None,
            item.rule or None,
            item.note or None,
            item.policy_version,
        )
        for item in node.items
    ]
    return NodeBill(node.node, node.on_hand, less, node.available)
