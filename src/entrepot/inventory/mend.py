"""What a row should say, by its ledger and its claims, and the entry that says so. Pure."""

from entrepot.inventory.feed_model import Drift
from entrepot.inventory.model import Change, Position
from entrepot.inventory.rules import CORRECTION


def mended(position: Position, drift: Drift) -> Change:
    """Set a position to what its ledger says, and its reserved units to its open claims.

    The entry carries what the ledger itself lacks, mostly nothing: then it only tells in its
    reference what the row had said. Units out of nowhere (a ledger below zero) are entered.
    """
    on_hand = max(0, drift.entered_on_hand)
    unavailable = max(0, drift.entered_unavailable)
    said = f"{drift.on_hand}/{drift.reserved}/{drift.unavailable}"
    return Change(
        sku=position.sku,
        node_id=position.node_id,
        on_hand=on_hand,
        reserved=drift.claimed,
        unavailable=unavailable,
        shortage=max(0, drift.claimed + unavailable - on_hand),
        kind=CORRECTION,
        on_hand_delta=on_hand - drift.entered_on_hand,
        reserved_delta=drift.claimed - drift.entered_reserved,
        unavailable_delta=unavailable - drift.entered_unavailable,
        reference=f"said {said} (on hand/reserved/unavailable)",
    )
