"""The journey's read model and what it finds at risk, as plain data."""

from dataclasses import dataclass
from uuid import UUID

from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku


@dataclass(frozen=True, slots=True)
class Summary:
    """An order as lists filter it."""

    order_id: UUID
    channel: str
    phase: str
    nodes: list[str]
    skus: list[str]


@dataclass(frozen=True, slots=True)
class Listed:
    """An order in a list: where the cursor stands, and its document."""

    order_id: UUID
    phase: str | None


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Claimed units that are missing at their node, and can still come from another."""

    order_id: OrderId
    line_no: LineNo
    sku: Sku
    node_id: NodeId
    quantity: int


@dataclass(frozen=True, slots=True)
class StillShort:
    """A position where claimed units are missing, and the orders that have them in hand."""

    sku: Sku
    node_id: NodeId
    on_hand: int
    shortage: int
    order_ids: list[OrderId]


@dataclass(frozen=True, slots=True)
class Way:
    """By which channel an order came, and how it reaches its customer."""

    order_id: OrderId
    channel: str
    method: str


@dataclass(frozen=True, slots=True)
class Wanted:
    sku: Sku
