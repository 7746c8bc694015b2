"""Which lots come, go and change state, beside a model that counts units one by one."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.inventory.lots_model import FITTED, NAMED, SELLABLE, HeldLot, LotEntry, LotUnits
from entrepot.inventory.lots_rules import STATES, LotShelf, Step, first_out, pick, split
from inventory.stock import LYON, TEE

EASTER = date(2026, 4, 5)


def day(number: int) -> date:
    """Give the day so many days after Easter."""
    return EASTER + timedelta(days=number)


def held(lot: str, quantity: int, days: int | None = None, reason: str = SELLABLE) -> HeldLot:
    """Have units of a lot in Lyon."""
    last = None if days is None else day(days)
    return HeldLot(TEE, LYON, lot, reason, serial=False, expires_on=last, quantity=quantity)


def serial(name: str, reason: str = SELLABLE) -> HeldLot:
    """Have a unit with a serial number in Lyon."""
    return HeldLot(TEE, LYON, name, reason, serial=True, expires_on=None, quantity=1)


def left(units: int, *named: LotUnits) -> Step:
    """Let sellable units leave."""
    return Step(-units, {SELLABLE: -units}, named)


def came(units: int, *named: LotUnits, state: str = SELLABLE) -> Step:
    """Let units come in."""
    return Step(units, {state: units}, named)


def test_what_expires_first_leaves_first_and_what_nobody_knows_last():
    shelf = LotShelf([held("late", 3, 9), held("soon", 2, 1), held("never", 2)])
    assert shelf.apply(left(3)) == [LotEntry("soon", "", -2), LotEntry("late", "", -1)]
    assert shelf.apply(left(3)) == [LotEntry("late", "", -2), LotEntry("never", "", -1)]
    assert shelf.apply(left(4)) == [LotEntry("never", "", -1)]  # three of an unknown lot
    assert shelf.units == {}


def test_of_one_day_the_lot_whose_name_sorts_first_leaves_first():
    shelf = LotShelf([held("B", 1, 1), held("A", 1, 1)])
    assert shelf.apply(left(1)) == [LotEntry("A", "", -1)]


def test_what_is_named_leaves_whatever_expires_first():
    shelf = LotShelf([held("late", 3, 9), held("soon", 2, 1)])
    assert shelf.apply(left(3, LotUnits("late", 2))) == [
        LotEntry("late", "", -2), LotEntry("soon", "", -1),
    ]  # fmt: skip


def test_what_comes_in_named_is_known_and_the_rest_is_not():
    shelf = LotShelf([], [LotUnits("A", 2)])
    assert shelf.apply(came(5, LotUnits("A", 2))) == [LotEntry("A", "", 2)]
    assert shelf.units == {("A", ""): 2}


def test_what_pays_a_deficit_back_never_comes_to_the_shelf():
    shelf = LotShelf([])
    step = Step(1, {SELLABLE: 1}, (LotUnits("A", 3),))  # three came, two were owed
    assert shelf.apply(step) == [LotEntry("A", "", 1)]


def test_what_is_set_aside_takes_its_lot_along_and_brings_it_back():
    shelf = LotShelf([held("A", 3, 1), held("B", 3, 2)])
    aside = Step(0, {SELLABLE: -2, "quarantine": 2}, (LotUnits("B", 2),))
    assert shelf.apply(aside) == [LotEntry("B", "", -2), LotEntry("B", "quarantine", 2)]
    back = Step(0, {SELLABLE: 1, "quarantine": -1})
    assert shelf.apply(back) == [LotEntry("B", "quarantine", -1), LotEntry("B", "", 1)]


def test_a_lot_that_left_though_it_was_set_aside_changes_places_with_another():
    shelf = LotShelf([held("old", 2, -1, "expired"), held("new", 5, 9)])
    entries = shelf.apply(left(2, LotUnits("old", 2)))
    assert entries == [
        LotEntry("old", "expired", -2), LotEntry("new", "", -2), LotEntry("new", "expired", 2),
    ]  # fmt: skip
    assert shelf.units == {("new", ""): 3, ("new", "expired"): 2}


def test_units_that_turn_out_to_be_of_another_lot_are_named_and_leave():
    shelf = LotShelf([held("A", 2, 1)], [LotUnits("B", 2)])
    assert shelf.apply(left(2, LotUnits("B", 2))) == [
        LotEntry("B", "", 2, NAMED), LotEntry("B", "", -2),
    ]  # fmt: skip
    assert shelf.fit({SELLABLE: 0}) == [LotEntry("A", "", -2, FITTED)]


def test_a_count_says_what_is_there_and_what_was_set_aside_stays_so():
    shelf = LotShelf([held("A", 3), held("A", 2, reason="damaged"), held("B", 4)])
    found = Step(-2, {SELLABLE: -2}, (LotUnits("A", 4), LotUnits("C", 1)), found=True)
    shelf.apply(found)
    assert shelf.units == {("A", ""): 2, ("A", "damaged"): 2, ("C", ""): 1}


def test_what_a_count_had_seen_already_is_told_and_changes_nothing():
    shelf = LotShelf([held("A", 3)])
    seen = Step(0, {SELLABLE: 0}, (LotUnits("A", 2),))
    assert shelf.apply(seen) == [LotEntry("A", "", 2, NAMED), LotEntry("A", "", -2)]
    assert shelf.units == {("A", ""): 3}


def test_serial_numbers_stay_until_there_are_fewer_units_than_numbers():
    shelf = LotShelf([serial("S1"), serial("S2")])
    assert shelf.apply(left(2)) == []
    assert shelf.fit({SELLABLE: 3}) == []
    assert shelf.fit({SELLABLE: 1}) == [LotEntry("S1", "", -1, FITTED)]


def test_what_has_no_room_in_its_state_moves_to_where_room_is():
    shelf = LotShelf([held("A", 5, 1)])
    assert shelf.fit({SELLABLE: 3, "damaged": 1}) == [
        LotEntry("A", "", -2, FITTED), LotEntry("A", "damaged", 1, FITTED),
    ]  # fmt: skip
    assert shelf.units == {("A", ""): 3, ("A", "damaged"): 1}


def test_entries_that_took_more_than_there_was_are_brought_up_to_nothing():
    shelf = LotShelf([held("A", -2), held("B", 1)])
    assert shelf.owed() == [LotEntry("A", "", 2, FITTED)]


def test_picking_goes_by_last_days_and_leaves_what_others_have():
    there = [held("late", 3, 9), held("soon", 2, 1)]
    assert pick(there, {"soon": 1}, 3) == (
        [LotUnits("soon", 1, day(1)), LotUnits("late", 2, day(9))], 0,
    )  # fmt: skip
    assert pick(there, {"soon": 2}, 5) == ([LotUnits("late", 3, day(9))], 2)
    assert pick([], {}, 2) == ([], 2)


def test_lots_are_split_at_any_number_of_units():
    lots = (LotUnits("A", 2), LotUnits("B", 3))
    assert split(lots, 3) == (
        (LotUnits("A", 2), LotUnits("B", 1)), (LotUnits("B", 2),),
    )  # fmt: skip
    assert split(lots, 0) == ((), lots)
    assert split(lots, 9) == (lots, ())


LOTS = {"A": 3, "B": 1, "C": 1, "D": None}
NAMES = st.sampled_from(sorted(LOTS))
SOME = st.dictionaries(NAMES, st.integers(1, 4), max_size=3)
HELD = st.dictionaries(st.tuples(NAMES, st.sampled_from(STATES)), st.integers(1, 4), max_size=6)


def shelved(there: dict[tuple[str, str], int]) -> list[HeldLot]:
    return [held(lot, units, LOTS[lot], state) for (lot, state), units in there.items()]


def named(some: dict[str, int]) -> tuple[LotUnits, ...]:
    return tuple(LotUnits(lot, units) for lot, units in some.items())


def known(units: dict[tuple[str, str], int]) -> Counter[str]:
    by_state: Counter[str] = Counter()
    for (_, state), quantity in units.items():
        by_state[state] += quantity
    return by_state


@st.composite
def steps(draw):
    """Draw what there is of known and unknown lots, and a step that the units allow."""
    there = draw(HELD)
    unknown = draw(st.dictionaries(st.sampled_from(STATES), st.integers(1, 4)))
    units = known(there) + Counter(unknown)
    by_state = {
        state: draw(st.integers(-units[state], 3))
        for state in draw(st.sets(st.sampled_from(STATES), max_size=3))
    }
    return there, units, Step(sum(by_state.values()), by_state, named(draw(SOME)))


@given(steps())
def test_no_state_has_more_of_known_lots_than_it_has_units(drawn):
    there, units, step = drawn
    shelf = LotShelf(shelved(there), step.named)
    entries = shelf.apply(step)
    after = {state: units[state] + step.by_state.get(state, 0) for state in STATES}
    entries += shelf.fit(after)

    assert all(known(shelf.units)[state] <= after[state] for state in STATES)
    assert min(shelf.units.values(), default=1) > 0
    balance = Counter(there)
    for each in entries:
        balance[each.lot, each.reason] += each.quantity
    assert {key: n for key, n in balance.items() if n} == shelf.units, "entries say it all"


@given(steps())
def test_without_a_name_nothing_needs_to_be_fitted(drawn):
    there, units, step = drawn
    shelf = LotShelf(shelved(there))
    shelf.apply(Step(step.on_hand, step.by_state))
    after = {state: units[state] + step.by_state.get(state, 0) for state in STATES}
    assert shelf.fit(after) == []


@given(st.dictionaries(NAMES, st.integers(1, 6)), st.integers(0, 20))
def test_what_leaves_is_what_a_model_takes_unit_by_unit(there, quantity):
    shelf = LotShelf([held(lot, units, LOTS[lot]) for lot, units in there.items()])
    line = sorted(
        (lot for lot, units in there.items() for _ in range(units)),
        key=lambda lot: first_out(None if LOTS[lot] is None else day(LOTS[lot]), lot),
    )
    gone = Counter(line[:quantity])
    entries = shelf.apply(left(quantity)) if quantity else []
    assert {e.lot: -e.quantity for e in entries} == dict(gone)


@given(HELD, SOME, st.integers(0, 20))
def test_a_lot_named_that_leaves_is_told_in_full(there, some, more):
    quantity = sum(some.values()) + more
    shelf = LotShelf(shelved(there), named(some))
    entries = shelf.apply(left(quantity, *named(some))) if quantity else []
    told: Counter[str] = Counter()
    for each in entries:
        told[each.lot] -= 0 if each.why else each.quantity
    assert all(told[lot] >= units for lot, units in some.items())


@pytest.mark.parametrize("units", [1, 2, 5])
@given(found=SOME)
def test_a_count_leaves_exactly_what_it_found(units, found):
    shelf = LotShelf([held("A", units, 3), held("B", units, 1, "quarantine")])
    shelf.apply(Step(0, {SELLABLE: 0}, named(found), found=True))
    totals: Counter[str] = Counter()
    for (lot, _), quantity in shelf.units.items():
        totals[lot] += quantity
    assert totals == Counter(found)
