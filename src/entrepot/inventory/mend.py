"""What a row should say, by its ledger and its claims, and the entry that says so. Pure."""

from entrepot.inventory.feed_model import Drift
from entrepot.inventory.model import Change, Position
from entrepot.inventory.rules import CORRECTION


def mended(position: Position, drift: Drift) -> Change:
    """Set a position to what its ledger says, and its reserved units to its open claims.

    Whoever has written since the drift was found has moved row and ledger alike: the difference is
    what it was. The entry carries what the ledger itself lacks, mostly nothing: then it only tells
    in its reference what the row had said. Units out of nowhere (a ledger below zero) are entered.
    """
    entered = position.on_hand - (drift.on_hand - drift.entered_on_hand)
    entered_unavailable = position.unavailable - (drift.unavailable - drift.entered_unavailable)
    entered_reserved = position.reserved - (drift.reserved - drift.entered_reserved)
    reserved = position.reserved - (drift.reserved - drift.claimed)
    on_hand, unavailable = max(0, entered), max(0, entered_unavailable)
    said = f"{position.on_hand}/{position.reserved}/{position.unavailable}"
    return Change(
        sku=position.sku,
        node_id=position.node_id,
        on_hand=on_hand,
        reserved=reserved,
        unavailable=unavailable,
        shortage=max(0, reserved + unavailable - on_hand),
        kind=CORRECTION,
        on_hand_delta=on_hand - entered,
        reserved_delta=reserved - entered_reserved,
        unavailable_delta=unavailable - entered_unavailable,
        reference=f"said {said} (on hand/reserved/unavailable)",
    )
