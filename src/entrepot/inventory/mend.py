"""What a row should say, by its ledger and its claims, and the entry that says so. Pure."""

from collections.abc import Iterator

from entrepot.inventory.buckets import Aside, AsideReason, Bucket
from entrepot.inventory.feed_model import Drift
from entrepot.inventory.model import Change, Position
from entrepot.inventory.rules import CORRECTION


def mended(position: Position, drift: Drift, entered: Aside, held: Aside) -> Change:
    """Set a position to what its ledger says, and its reserved units to its open claims.

    Whoever has written since the drift was found has moved row and ledger alike: the difference is
    what it was. The entry carries what the ledger itself lacks, mostly nothing: then it only tells
    in its reference what the row had said. Units out of nowhere (a ledger below zero) are entered.
    `entered` is what the ledger of the locked position says is set aside, `held` what its rows say.
    """
    entered_on_hand = position.on_hand - (drift.on_hand - drift.entered_on_hand)
    entered_reserved = position.reserved - (drift.reserved - drift.entered_reserved)
    reserved = position.reserved - (drift.reserved - drift.claimed)
    on_hand = max(0, entered_on_hand)
    buckets = tuple(_buckets(entered, held))
    unavailable = sum(max(0, units) for units in entered.values())
    said = f"{position.on_hand}/{position.reserved}/{position.unavailable}"
    return Change(
        sku=position.sku,
        node_id=position.node_id,
        on_hand=on_hand,
        reserved=reserved,
        unavailable=unavailable,
        shortage=max(0, reserved + unavailable - on_hand),
        kind=CORRECTION,
        on_hand_delta=on_hand - entered_on_hand,
        reserved_delta=reserved - entered_reserved,
        unavailable_delta=sum(each.delta for each in buckets),
        reference=f"said {said} (on hand/reserved/unavailable)",
        buckets=buckets,
    )


def lots_mended(position: Position) -> Change:
    """Leave a position as it is, with an entry under which its lots are set to what theirs say."""
    return Change(
        sku=position.sku,
        node_id=position.node_id,
        on_hand=position.on_hand,
        reserved=position.reserved,
        unavailable=position.unavailable,
        shortage=position.shortage,
        kind=CORRECTION,
        on_hand_delta=0,
        reserved_delta=0,
        unavailable_delta=0,
        reference="its lots",
    )


def _buckets(entered: Aside, held: Aside) -> Iterator[Bucket]:
    for reason in AsideReason:
        said = entered.get(reason, 0)
        units = max(0, said)
        if units != said or units != held.get(reason, 0):
            yield Bucket(reason, units, units - said)
