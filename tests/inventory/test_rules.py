"""What counts, movements, sales and doubts make of a position."""

import pytest

from entrepot.inventory import rules
from entrepot.inventory.buckets import NOTHING, AsideReason, Bucket, SetAside
from entrepot.inventory.model import CountMark, RowStatus
from inventory.stock import (
    LYON,
    NOON,
    TEE,
    balances,
    claim,
    counted,
    delta,
    doubtful,
    minutes,
    order_id,
    position,
)


@pytest.mark.parametrize(
    ("count", "mark", "stale"),
    [
        (counted(5), None, False),
        (counted(5, sequence=8), (7, NOON), False),
        (counted(5, sequence=7), (7, NOON), True),
        (counted(5, sequence=6), (7, NOON), True),
        (counted(5, sequence=8, at=minutes(-9)), (7, NOON), False),  # numbers alone decide
        (counted(5, sequence=6, at=minutes(9)), (7, NOON), True),
        (counted(5, at=minutes(-1)), (None, NOON), True),
        (counted(5, at=minutes(1)), (None, NOON), False),
        (counted(5, at=minutes(1)), (7, NOON), False),  # no number to compare: the time does
        (counted(5, sequence=6, at=minutes(-1)), (None, NOON), True),
    ],
)
def test_a_count_is_stale_when_its_source_has_said_something_newer(count, mark, stale):
    known = CountMark(TEE, LYON, "wms", *mark, 5) if mark else None
    assert rules.is_stale(count, known) is stale


@pytest.mark.parametrize(
    ("before", "found", "since", "after"),
    [
        (position(5), 8, 0, (8, 0, 0, 0)),
        (position(5, reserved=3), 8, -2, (6, 3, 0, 0)),  # two have left since it was taken
        (position(5, reserved=3), 1, 0, (1, 3, 0, 2)),  # claimed units are missing, and said so
        (position(5), 0, -2, (0, 0, 0, 0)),
        (position(1, reserved=3, shortage=2), 4, 0, (4, 3, 0, 0)),
        (position(5, unavailable=4), 5, 0, (5, 0, 0, 0)),  # somebody has looked: no more doubt
        (position(5), 5, 3, (8, 0, 0, 0)),
    ],
)
def test_a_count_is_what_was_there_and_what_moved_since(before, found, since, after):
    change = rules.counted(before, counted(found), since, doubtful(before))
    assert balances(change) == after
    assert change.on_hand_delta == after[0] - before.on_hand
    assert change.unavailable_delta == -before.unavailable
    assert (change.kind, change.reference) == ("count", "wms")


@pytest.mark.parametrize(
    ("kind", "quantity", "wrong"),
    [
        ("receipt", 1, False), ("receipt", -1, True), ("receipt", 0, True),
        ("transfer_in", 1, False), ("transfer_in", -1, True),
        ("damage", -1, False), ("damage", 1, True),
        ("transfer_out", -1, False), ("transfer_out", 1, True),
        ("adjustment", -1, False), ("adjustment", 1, False), ("adjustment", 0, True),
    ],
)  # fmt: skip
def test_a_movement_goes_the_way_its_kind_says(kind, quantity, wrong):
    assert rules.sign_is_wrong(delta(kind, quantity)) is wrong


@pytest.mark.parametrize(
    ("before", "quantity", "after"),
    [
        (position(5), 3, (8, 0, 0, 0)),
        (position(5), -5, (0, 0, 0, 0)),
        (position(5), -6, None),
        (position(5, reserved=4), -3, (2, 4, 0, 2)),  # a physical fact is never refused
        (position(2, reserved=4, shortage=2), 3, (5, 4, 0, 0)),
        (position(5, unavailable=4), -3, (2, 0, 2, 0)),
    ],
)
def test_a_movement_is_applied_whole_or_not_at_all(before, quantity, after):
    change = rules.moved(before, delta("adjustment", quantity, reference="r1"), doubtful(before))
    if after is None:
        assert change is None
    else:
        assert change is not None
        assert balances(change) == after
        assert (change.kind, change.reference) == ("adjustment", "r1")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (position(5, reserved=3), (5, 1, 0, 0)),
        (position(1, reserved=3, shortage=2), (1, 1, 0, 0)),
    ],
)
def test_freed_units_are_for_sale_again(before, after):
    change = rules.freed(before, claim(1, 2))
    assert balances(change) == after
    assert (change.reserved_delta, change.on_hand_delta) == (-2, 0)
    assert (change.order_id, change.line_no, change.kind) == (order_id(1), 1, "free")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (position(5, reserved=3), (3, 1, 0, 0)),
        (position(1, reserved=3, shortage=2), (0, 1, 0, 1)),  # what left was there
        (position(3, reserved=2, unavailable=1), (1, 0, 1, 0)),
        (position(2, reserved=2, unavailable=2, shortage=2), (0, 0, 0, 0)),
    ],
)
def test_consumed_units_have_left(before, after):
    change = rules.consumed(before, claim(1, 2), minutes(3), doubtful(before))
    assert balances(change) == after
    assert change.on_hand_delta == after[0] - before.on_hand
    assert (change.kind, change.at) == ("ship", minutes(3))


@pytest.mark.parametrize(
    ("before", "unavailable"),
    [
        (position(5), 5),
        (position(5, reserved=2), 3),
        (position(5, reserved=2, unavailable=1), 3),
        (position(1, reserved=3, shortage=2), 0),
    ],
)
def test_of_a_doubted_position_nothing_is_free(before, unavailable):
    change = rules.doubted(before, doubtful(before))
    assert balances(change) == (before.on_hand, before.reserved, unavailable, before.shortage)
    assert rules.after(before, change).free <= 0


def test_safety_stays_what_it_was_whatever_is_changed():
    before = position(5, safety=2)
    assert rules.after(before, rules.counted(before, counted(9), 0, NOTHING)) == position(
        9, safety=2
    )


DAMAGED, DISPLAY, DOUBT, QUARANTINE = (
    AsideReason(x) for x in ["damaged", "display", "doubt", "quarantine"]
)


@pytest.mark.parametrize(
    ("found", "aside", "then"),
    [
        (9, {DOUBT: 2, DISPLAY: 1}, {DISPLAY: 1}),  # somebody has looked; the shelf piece is there
        (9, {DAMAGED: 2, QUARANTINE: 1}, {DAMAGED: 2, QUARANTINE: 1}),
        (2, {DAMAGED: 2, QUARANTINE: 1, DISPLAY: 1}, {DAMAGED: 2}),  # no more than is there
        (1, {DAMAGED: 2, DOUBT: 2}, {DAMAGED: 1}),
        (0, {DISPLAY: 1}, {}),
    ],
)
def test_a_count_ends_doubt_and_leaves_what_is_set_aside_for_other_reasons(found, aside, then):
    before = position(9, unavailable=sum(aside.values()))
    change = rules.counted(before, counted(found), 0, aside)
    after = {**aside, **{each.reason: each.quantity for each in change.buckets}}
    assert {reason: units for reason, units in after.items() if units} == then
    assert change.unavailable == sum(then.values())
    assert change.unavailable_delta == sum(each.delta for each in change.buckets)


@pytest.mark.parametrize(
    ("kind", "quantity", "reason", "after"),
    [
        ("damage", -2, None, (3, 0, 3, 0)),  # sellable units, for nothing else was said
        ("damage", -2, DAMAGED, (3, 0, 1, 0)),  # thrown away, what was broken before
        ("damage", -3, DAMAGED, None),
        ("damage", -1, DISPLAY, (4, 0, 2, 0)),
        ("receipt", 2, QUARANTINE, (7, 0, 5, 0)),  # came in, and is not for sale yet
        ("transfer_out", -1, QUARANTINE, None),
        ("damage", -4, None, (1, 0, 1, 0)),  # no unit stays set aside that is not there
    ],
)
def test_a_movement_may_say_what_its_units_were_set_aside_for(kind, quantity, reason, after):
    told = delta(kind, quantity, set_aside=reason)
    change = rules.moved(position(5, unavailable=3), told, {DAMAGED: 2, DISPLAY: 1})
    assert (change and balances(change)) == after


@pytest.mark.parametrize(
    ("before", "reason", "quantity", "after"),
    [
        (position(5), DISPLAY, 2, (5, 0, 2, 0)),
        (position(5, reserved=3), DISPLAY, 2, (5, 3, 2, 0)),
        (position(5, reserved=3), DISPLAY, 3, RowStatus.CLAIMED),  # a wish waits for who has bought
        (position(5, reserved=3), DOUBT, 3, RowStatus.CLAIMED),
        (position(5, reserved=3), DAMAGED, 3, (5, 3, 3, 1)),  # a fact does not
        (position(5, reserved=3), QUARANTINE, 5, (5, 3, 5, 3)),
        (position(2, reserved=3, shortage=1), DAMAGED, 1, (2, 3, 1, 2)),
        (position(2, reserved=3, shortage=1), DISPLAY, 1, RowStatus.CLAIMED),
        (position(5), DAMAGED, 6, RowStatus.INSUFFICIENT),
        (position(5, unavailable=2), DAMAGED, 4, RowStatus.INSUFFICIENT),
        (position(5, unavailable=2), DOUBT, -2, (5, 0, 0, 0)),
        (position(5, unavailable=2), DOUBT, -3, RowStatus.NOT_SET_ASIDE),
        (position(5, unavailable=2), DAMAGED, -1, RowStatus.NOT_SET_ASIDE),
        (position(5, reserved=4, unavailable=2, shortage=1), DOUBT, -1, (5, 4, 1, 0)),
        (position(5), DISPLAY, 0, RowStatus.WRONG_SIGN),
        (position(5, safety=4), DISPLAY, 2, (5, 0, 2, 0)),  # what is not sold may be shown
    ],
)
def test_units_are_set_aside_whole_or_not_at_all(before, reason, quantity, after):
    ask = SetAside(TEE, LYON, reason, quantity, "r1")
    decided = rules.set_aside(before, ask, doubtful(before))
    if isinstance(after, RowStatus):
        assert decided is after
        return
    assert balances(decided) == after
    assert (decided.kind, decided.reference) == ("set_aside", "r1")
    was = doubtful(before).get(reason, 0)
    assert decided.buckets == (Bucket(reason, was + quantity, quantity),)


@pytest.mark.parametrize(
    ("before", "found", "short", "mended"),
    [
        (position(5, reserved=4), 3, 1, False),
        (position(3, reserved=4, shortage=1), 2, 2, False),
        (position(3, reserved=4, shortage=1), 4, 0, True),
        (position(5, reserved=4), 9, 0, False),
    ],
)
def test_a_row_says_what_it_found_missing_and_whether_that_has_ended(before, found, short, mended):
    answer = rules.applied(before, rules.counted(before, counted(found), 0, NOTHING))
    assert (answer.status, answer.on_hand) == (RowStatus.APPLIED, found)
    assert (answer.short, answer.mended) == (short, mended)
