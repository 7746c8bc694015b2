"""Where a step of the journey stands, and how it reads the facts it is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.journey.world import World
from entrepot.plumbing import db
from entrepot.plumbing.model import Event
from entrepot.terms.ids import LineNo, MarketId, NodeId, OrderId, Sku


@dataclass(frozen=True, slots=True)
class Here:
    """What a step may use: its transaction, the market, what the process knows, the time."""

    conn: db.Connection
    market: MarketId
    world: World
    at: datetime
    release_after_s: int


class LotTold(msgspec.Struct, frozen=True):
    lot: str
    quantity: int


class UnitsTold(msgspec.Struct, frozen=True):
    line: LineNo
    sku: Sku
    quantity: int
    lots: list[LotTold] = []
    serials: list[str] = []


class PackageTold(msgspec.Struct, frozen=True):
    carrier: str
    tracking_number: str


class WorkTold(msgspec.Struct, frozen=True):
    """What every fact of a fulfillment order says, as far as the journey needs it."""

    order_id: UUID
    fulfillment_order_id: UUID
    node: NodeId
    lines: list[UnitsTold] = []
    packages: list[PackageTold] = []
    reason: str | None = None


_work = msgspec.json.Decoder(WorkTold)


def work_told(events: Sequence[Event]) -> list[WorkTold]:
    """Read the facts of fulfillment orders."""
    return [_work.decode(event.data) for event in events]


def orders_of(events: Sequence[Event]) -> list[OrderId]:
    """The orders some facts are about, each once, ascending."""
    return sorted({OrderId(event.order_id) for event in events if event.order_id is not None})
