"""The journey's read model, as plain data."""

from dataclasses import dataclass
from uuid import UUID

from entrepot.terms.ids import OrderId, Sku


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
class Way:
    """By which channel an order came, and how it reaches its customer."""

    order_id: OrderId
    channel: str
    method: str


@dataclass(frozen=True, slots=True)
class Wanted:
    sku: Sku
