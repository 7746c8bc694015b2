"""What a message means, whenever it comes: stock is reckoned from the newest count. Pure.

    on hand = what the newest count found + all that moved after it, never below zero

Every message has its place in time, whatever its place in the queue, so that the same messages
come to the same stock in any order, once or twice, early or late. docs/adr/0014 says it in full.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from entrepot.inventory import rules
from entrepot.inventory.buckets import Aside, AsideReason
from entrepot.inventory.model import Change, Claim, Count, CountMark, Delta, Position, RowStatus

NETTED = "netted"
"""The entry that takes back what a late message said, because a count had seen it already; or that
owes what the books did not have. Like a count it moves nothing physical."""

Key = rules.Key


def anchor(marks: Iterable[CountMark]) -> CountMark | None:
    """Give the count that stock is reckoned from: the newest moment, of one moment one source's."""
    return max(marks, key=lambda mark: (mark.counted_at, mark.source), default=None)


def others(
    counts: Sequence[Count], marks: Mapping[Key, Mapping[str, CountMark]]
) -> list[CountMark]:
    """Give the counts that may be newest again.

    A source that corrects its clock takes its newest count back to an earlier moment; then another
    source's may be the newest. Marks that do not know what they found cannot.
    """
    found: list[CountMark] = []
    for count in counts:
        there = marks.get((count.sku, count.node_id), {})
        mine = there.get(count.source)
        if mine is not None and count.counted_at < mine.counted_at:
            found += [m for m in there.values() if m is not mine and m.on_hand is not None]
    return found


def base(count: Count, before: CountMark | None, marks: Iterable[CountMark]) -> Count | None:
    """Give the count that stock is to be reckoned from now; None where it stays what it was.

    `marks` are those of the position, `count`'s among them; `before` is what its source's was.
    """
    newest = anchor(marks)
    assert newest is not None, "this very count is among them"
    if newest.source == count.source:
        return count
    was_newest = before is not None and (before.counted_at, before.source) > (
        newest.counted_at,
        newest.source,
    )
    if not was_newest or newest.on_hand is None:
        return None
    return Count(
        newest.sku, newest.node_id, newest.on_hand, newest.source, newest.sequence,
        newest.counted_at,
    )  # fmt: skip


def was_seen(delta: Delta, mark: CountMark | None) -> bool:
    """Whether the newest count was taken after this happened, and so has it already.

    What happened in the very moment of the count was seen by it, but where both are of one source
    and numbered: then the numbers say which came first. A delta that does not say when it happened
    happens when it is heard.
    """
    if mark is None or delta.occurred_at is None:
        return False
    if delta.occurred_at == mark.counted_at and delta.source == mark.source:
        return delta.sequence is None or mark.sequence is None or delta.sequence <= mark.sequence
    return delta.occurred_at <= mark.counted_at


def left_before(left_at: datetime, mark: CountMark | None) -> bool:
    """Whether the newest count was taken after these units had left."""
    return mark is not None and left_at <= mark.counted_at


def missing(found: int, moved_since: int) -> int:
    """Units that left since a count and that it had not found: the deficit it leaves."""
    return max(0, -(found + moved_since))


def told(
    position: Position, deficit: int, delta: Delta, aside: Aside, *, seen: bool
) -> tuple[list[Change], int] | None:
    """What a delta makes of a position and its deficit; None where it cannot be.

    A delta that a count has seen is written and netted; what it says of set-aside units no count
    has seen, but that a count ends doubt. A numbered one is a fact of its source's books and is
    never refused: what is not there is owed, and paid back by what comes later. One without a
    number is somebody's wish, and refused where more would leave than is there, or is set aside.
    """
    numbered = delta.sequence is not None
    if not seen and not deficit:
        change = rules.moved(position, delta, aside)
        if change is not None:
            return [change], 0
    there = position.on_hand - deficit + (0 if seen else delta.quantity)
    too_much = there < 0 or rules.takes_too_much(delta, aside)
    if too_much and not numbered and not seen and delta.quantity < 0:
        return None
    if seen and delta.set_aside is AsideReason.DOUBT:
        delta = replace(delta, set_aside=None)
    change = rules.left_with(position, max(0, there), delta, aside)
    return _in_full(change, delta.quantity), max(0, -there)


def status(delta: Delta, *, seen: bool, deficit: int) -> RowStatus:
    """Say what became of a delta that was written."""
    if seen:
        return RowStatus.ALREADY_COUNTED
    return RowStatus.BELOW_ZERO if deficit and delta.quantity < 0 else RowStatus.APPLIED


def shipped(
    position: Position, deficit: int, claim: Claim, at: datetime, aside: Aside, *, seen: bool
) -> tuple[list[Change], int]:
    """What units that left make of a position and its deficit: the claim ends in any case."""
    quantity = 0 if seen else claim.quantity
    there = position.on_hand - deficit - quantity
    change = rules.consumed(position, claim, at, aside, on_hand=max(0, there))
    return _in_full(change, -claim.quantity), max(0, -there)


def _in_full(change: Change, quantity: int) -> list[Change]:
    """Write what was said in full, and beside it what of it the books did not take."""
    netted = change.on_hand_delta - quantity
    if not netted:
        return [change]
    beside = replace(
        change, kind=NETTED, on_hand_delta=netted, reserved_delta=0, unavailable_delta=0, buckets=()
    )
    return [replace(change, on_hand_delta=quantity), beside]


def by_position(marks: Collection[CountMark]) -> dict[Key, dict[str, CountMark]]:
    """Sort marks by position, then source."""
    found: dict[Key, dict[str, CountMark]] = {}
    for mark in marks:
        found.setdefault((mark.sku, mark.node_id), {})[mark.source] = mark
    return found
