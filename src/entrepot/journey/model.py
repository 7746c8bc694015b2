"""The journey's read model, as plain data."""

from dataclasses import dataclass
from uuid import UUID

from entrepot.terms.ids import NodeId, Sku


@dataclass(frozen=True, slots=True)
class Summary:
    """An order as lists filter it."""

    order_id: UUID
    channel: str
    phase: str
    nodes: list[str]
    skus: list[str]


@dataclass(frozen=True, slots=True)
class InHand:
    """Units of a sku that are picked at a node and have not left it."""

    sku: Sku
    node_id: NodeId
    units: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An order in a list: where the cursor stands, and its document."""

    order_id: UUID
    phase: str | None
