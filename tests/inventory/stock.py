"""What the tests of stock share: orders, skus, nodes, a moment."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from entrepot.inventory.buckets import NOTHING, Aside, AsideReason
from entrepot.inventory.model import Change, Claim, Count, Delta, MovementKind, Position
from entrepot.terms.ids import LineNo, MarketId, NodeId, OrderId, Sku

US, BR = MarketId("US"), MarketId("BR")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEE, CAP = Sku("TEE"), Sku("CAP")
LYON, NICE = NodeId("LYON"), NodeId("NICE")


def minutes(number: float) -> datetime:
    """Give the moment so many minutes after noon."""
    return NOON + timedelta(minutes=number)


def order_id(number: int) -> OrderId:
    """Give the id of the test's order of that number."""
    return OrderId(UUID(int=0x019C_0000_0000_7000_8000_0000_0000_0000 + number))


def claim(order: int, quantity: int, sku: Sku = TEE, node: NodeId = LYON, line: int = 1) -> Claim:
    """Claim tees in Lyon for an order."""
    return Claim(order_id(order), LineNo(line), sku, node, quantity)


def position(on_hand: int = 5, sku: Sku = TEE, node: NodeId = LYON, **balances: int) -> Position:
    """Give a position: tees in Lyon, as the invariants allow them."""
    some = {"reserved": 0, "unavailable": 0, "safety": 0, "shortage": 0} | balances
    return Position(sku, node, on_hand, **some)


def counted(
    on_hand: int, source: str = "wms", sequence: int | None = None, at: datetime = NOON, **where
) -> Count:
    """Count tees in Lyon."""
    return Count(where.get("sku", TEE), where.get("node", LYON), on_hand, source, sequence, at)


def delta(
    kind: str,
    quantity: int,
    sku: Sku = TEE,
    node: NodeId = LYON,
    reference=None,
    set_aside: AsideReason | None = None,
) -> Delta:
    """Let a node report a movement."""
    return Delta(MovementKind(kind), sku, node, quantity, reference, set_aside=set_aside)


def doubtful(before: Position) -> Aside:
    """Say that all of a position that is not for sale is in doubt."""
    return {AsideReason.DOUBT: before.unavailable} if before.unavailable else NOTHING


def balances(change: Change | Position) -> tuple[int, int, int, int]:
    """Give (on hand, reserved, unavailable, shortage)."""
    return change.on_hand, change.reserved, change.unavailable, change.shortage
