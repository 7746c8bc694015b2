"""Who gets the stock, and what counts and movements do to it. Pure: same inputs, same answers."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from entrepot.inventory import buckets, protection
from entrepot.inventory.buckets import FACTS, Aside, AsideReason, Bucket, SetAside
from entrepot.inventory.model import (
    Change,
    Claim,
    Count,
    CountMark,
    Delta,
    MovementKind,
    Position,
    RowResult,
    RowStatus,
    WhyNotReserved,
)
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku
from entrepot.terms.outcome import Done, Outcome, Refused

Key = tuple[Sku, NodeId]
Basket = Sequence[Claim]
"""All that one order asks for: reserved whole or not at all."""

Reserved = Outcome[Basket, WhyNotReserved]

CORRECTION = "correction"
"""The entry of a rebuild: what a row said and its ledger does not."""

_COMES_IN = (MovementKind.RECEIPT, MovementKind.TRANSFER_IN)
_GOES_OUT = (MovementKind.DAMAGE, MovementKind.TRANSFER_OUT)


def share_out(baskets: Sequence[Basket], positions: Sequence[Position]) -> list[Reserved]:
    """Answer the baskets in turn: first come, first served, each whole or not at all.

    Claims of one basket on the same position add up before they are compared with it, and with
    what is kept back there from whoever asks.
    """
    sharing = _Sharing(
        {(p.sku, p.node_id): p.free for p in positions}, drawn_at(baskets, positions)
    )
    return [sharing.answer(basket) for basket in baskets]


class _Sharing:
    """What is left of positions while baskets are answered, and what was drawn of them."""

    def __init__(self, free: dict[Key, int], drawn: dict[Key, dict[str, int]]) -> None:
        self._free, self._drawn = free, drawn

    def answer(self, basket: Basket) -> Reserved:
        """Take all that a basket claims, or nothing."""
        for at, claim in enumerate(basket):
            why = self._why_not(claim)
            if why is not None:
                for taken in basket[:at]:
                    self._take(taken, -taken.quantity)
                return Refused(why)
            self._take(claim, claim.quantity)
        return Done(basket)

    def _why_not(self, claim: Claim) -> WhyNotReserved | None:
        key = (claim.sku, claim.node_id)
        free = self._free.get(key)
        if free is None:
            return WhyNotReserved.UNKNOWN_POSITION
        keep = claim.keep
        for guard in claim.guards:
            keep += protection.left(guard, free, self._drawn[key])
        return WhyNotReserved.SHORT if free < claim.quantity + keep else None

    def _take(self, claim: Claim, quantity: int) -> None:
        key = (claim.sku, claim.node_id)
        self._free[key] -= quantity
        if claim.draws is not None:
            draw(self._drawn[key], claim.draws, quantity)


def drawn_at(baskets: Sequence[Basket], positions: Sequence[Position]) -> dict[Key, dict[str, int]]:
    """Read what was drawn where any of the claims draws or is guarded against."""
    asked = {
        (claim.sku, claim.node_id)
        for basket in baskets
        for claim in basket
        if claim.guards or claim.draws is not None
    }
    if not asked:
        return {}
    found = {
        key: protection.read(position.drawn)
        for position in positions
        if (key := (position.sku, position.node_id)) in asked
    }
    return {key: found.get(key, {}) for key in asked}


def draw(drawn: dict[str, int], segment: str, quantity: int) -> None:
    """Count units that a segment has drawn, in place; negative ones came back."""
    drawn[segment] = drawn.get(segment, 0) + quantity


def drawn_after(claims: Sequence[Claim], positions: Sequence[Position]) -> dict[Key, str]:
    """Give what positions have had drawn once the claims are theirs; only those it changes for."""
    drawing = [claim for claim in claims if claim.draws is not None]
    if not drawing:
        return {}
    found = drawn_at([drawing], positions)
    for claim in drawing:
        draw(found[claim.sku, claim.node_id], claim.draws or "", claim.quantity)
    return {key: protection.write(drawn) for key, drawn in found.items()}


def totals(claims: Sequence[Claim]) -> dict[Key, int]:
    """Sum claims by position."""
    sums: dict[Key, int] = {}
    for claim in claims:
        key = (claim.sku, claim.node_id)
        sums[key] = sums.get(key, 0) + claim.quantity
    return sums


def merged(claims: Sequence[Claim]) -> list[Claim]:
    """Add up what one line claims of one position: a claim has one row, however many ask."""
    sums: dict[tuple[OrderId, LineNo, Sku, NodeId], Claim] = {}
    for claim in claims:
        key = (claim.order_id, claim.line_no, claim.sku, claim.node_id)
        more = sums.get(key)
        sums[key] = claim if more is None else _together(more, claim)
    if len(sums) == len(claims):
        return list(claims)
    return list(sums.values())


def _together(one: Claim, other: Claim) -> Claim:
    return replace(one, quantity=one.quantity + other.quantity)


def is_stale(count: Count, mark: CountMark | None) -> bool:
    """A count is stale when the same source already said something newer, or this very thing.

    A source that numbers its messages is judged by its numbers alone; one that does not, by the
    time of counting.
    """
    if mark is None:
        return False
    if count.sequence is not None and mark.sequence is not None:
        return count.sequence <= mark.sequence
    return count.counted_at < mark.counted_at


def mark_of(count: Count) -> CountMark:
    """What is remembered of a count once it is applied."""
    return CountMark(
        count.sku, count.node_id, count.source, count.sequence, count.counted_at, count.on_hand
    )


def counted(position: Position, count: Count, moved_since: int, aside: Aside) -> Change:
    """What a count makes of a position: what was there then, and what came and went since.

    `moved_since` are the physical units that came (+) or left (-) after `counted_at`: a count
    taken before a sale left the building must not bring the sold units back. A count ends doubt:
    somebody has looked. What is set aside for any other reason was counted with the rest and stays.
    """
    on_hand = max(0, count.on_hand + moved_since)
    kept = buckets.fitting(buckets.without(aside, AsideReason.DOUBT), on_hand)
    change = _change(
        position, on_hand, position.reserved, buckets.turned(aside, kept),
        kind="count", reference=count.source,
    )  # fmt: skip
    return replace(change, source=count.source, sequence=count.sequence, lots=count.lots)


def is_nothing(change: Change) -> bool:
    """A count that found what the books say, none of it in doubt, changes nothing: no entry.

    One that says which lots it found is written whatever it found.
    """
    return not (change.on_hand_delta or change.reserved_delta or change.buckets or change.lots)


def sign_is_wrong(delta: Delta) -> bool:
    """Receipts and transfers in are positive, damage and transfers out negative, none is zero."""
    quantity = delta.quantity
    return not quantity or delta.kind in (_COMES_IN if quantity < 0 else _GOES_OUT)


def moved(position: Position, delta: Delta, aside: Aside) -> Change | None:
    """What a movement makes of a position; None where more would leave than is there."""
    on_hand = position.on_hand + delta.quantity
    if on_hand < 0 or takes_too_much(delta, aside):
        return None
    return left_with(position, on_hand, delta, aside)


def takes_too_much(delta: Delta, aside: Aside) -> bool:
    """Whether more would leave what is set aside for a reason than is set aside for it."""
    return delta.set_aside is not None and aside.get(delta.set_aside, 0) + delta.quantity < 0


def left_with(position: Position, on_hand: int, delta: Delta, aside: Aside) -> Change:
    """What a movement makes of a position that it leaves with so many units: never refused.

    What leaves is sellable, unless the movement says what it was set aside for; but no unit stays
    set aside that is not there.
    """
    then = aside
    if delta.set_aside is not None:
        units = max(0, aside.get(delta.set_aside, 0) + delta.quantity)
        then = {**aside, delta.set_aside: units}
    change = _change(
        position, on_hand, position.reserved,
        buckets.turned(aside, buckets.fitting(then, on_hand)),
        kind=delta.kind.value, reference=delta.reference, at=delta.occurred_at,
    )  # fmt: skip
    return replace(change, source=delta.source, sequence=delta.sequence, lots=delta.lots)


def set_aside(position: Position, ask: SetAside, aside: Aside) -> Change | RowStatus:
    """What setting units aside makes of a position, or making them sellable again.

    Refused: none (wrong_sign), more than is there and sellable (insufficient_stock), claimed units
    for a reason that is no fact of the goods (claimed), more back than was set aside
    (not_set_aside).
    """
    there = position.on_hand - position.unavailable
    if ask.quantity == 0:
        return RowStatus.WRONG_SIGN
    if ask.quantity > there:
        return RowStatus.INSUFFICIENT
    if ask.reason not in FACTS and ask.quantity > max(0, there - position.reserved):
        return RowStatus.CLAIMED
    if aside.get(ask.reason, 0) + ask.quantity < 0:
        return RowStatus.NOT_SET_ASIDE
    then = buckets.more(aside, ask.reason, ask.quantity)
    change = _change(
        position, position.on_hand, position.reserved, buckets.turned(aside, then),
        kind="set_aside", reference=ask.reference, at=ask.occurred_at,
    )  # fmt: skip
    return replace(change, source=ask.source, sequence=ask.sequence, lots=ask.lots)


def freed(position: Position, claim: Claim) -> Change:
    """The claim's units are for sale again, and protected again where it had drawn on that."""
    change = _change(
        position, position.on_hand, position.reserved - claim.quantity, (),
        kind="free", order_id=claim.order_id, line_no=claim.line_no,
    )  # fmt: skip
    if claim.draws is None:
        return change
    drawn = protection.read(position.drawn)
    draw(drawn, claim.draws, -claim.quantity)
    return replace(change, drawn=protection.write(drawn), drawn_by=claim.draws)


def consumed(
    position: Position, claim: Claim, at: datetime, aside: Aside, *, on_hand: int | None = None
) -> Change:
    """The claim's units have left. Where the books held fewer, the books end at 0.

    `on_hand` is what is left, where somebody knows better.
    """
    on_hand = max(0, position.on_hand - claim.quantity) if on_hand is None else on_hand
    return _change(
        position, on_hand, position.reserved - claim.quantity,
        buckets.turned(aside, buckets.fitting(aside, on_hand)),
        kind="ship", order_id=claim.order_id, line_no=claim.line_no, at=at,
    )  # fmt: skip


def doubted(position: Position, aside: Aside) -> Change:
    """The node could not find what the books say it has: no more of it is sold until a count."""
    unclaimed = max(0, position.on_hand - position.reserved - position.unavailable)
    return _change(
        position, position.on_hand, position.reserved,
        buckets.turned(aside, buckets.more(aside, AsideReason.DOUBT, unclaimed)),
        kind="doubt",
    )  # fmt: skip


def after(position: Position, change: Change) -> Position:
    """The position once the change is written; what it does not say of draws stays."""
    drawn = position.drawn if change.drawn is None else change.drawn
    return Position(
        position.sku, position.node_id, change.on_hand, change.reserved, change.unavailable,
        position.safety, change.shortage, drawn,
    )  # fmt: skip


def applied(position: Position, change: Change, status: RowStatus = RowStatus.APPLIED) -> RowResult:
    """Answer a row that changed a position so."""
    mended = position.shortage > 0 and change.shortage == 0
    return RowResult(
        position.sku, position.node_id, status, change.on_hand, change.shortage, mended
    )


def _change(  # noqa: PLR0913 - one place where a position's arithmetic is written
    position: Position,
    on_hand: int,
    reserved: int,
    turned: tuple[Bucket, ...],
    *,
    kind: str,
    order_id: OrderId | None = None,
    line_no: LineNo | None = None,
    reference: str | None = None,
    at: datetime | None = None,
) -> Change:
    unavailable = position.unavailable + sum(each.delta for each in turned)
    return Change(
        sku=position.sku,
        node_id=position.node_id,
        on_hand=on_hand,
        reserved=reserved,
        unavailable=unavailable,
        shortage=max(0, reserved + unavailable - on_hand),
        kind=kind,
        on_hand_delta=on_hand - position.on_hand,
        reserved_delta=reserved - position.reserved,
        unavailable_delta=unavailable - position.unavailable,
        order_id=order_id,
        line_no=line_no,
        reference=reference,
        at=at,
        drawn=position.drawn,
        buckets=turned,
    )
