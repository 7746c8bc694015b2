"""The curve of what can be promised, and who is served by which supply: no unit twice."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.inventory import atp
from entrepot.inventory.atp import Point
from entrepot.inventory.supply_model import Due, Waiter
from inventory.stock import LYON, NICE, NOON, TEE, order_id

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "availability.md"


def day(number: int) -> datetime:
    """Give the moment so many days after noon."""
    return NOON + timedelta(days=number)


def due(number: int, units: int, supply: str | None = None, node=LYON) -> Due:
    """Let tees come to Lyon after so many days."""
    return Due(TEE, supply or f"PO{number}", node, day(number), units)


def waiter(number: int, quantity: int, told: tuple[int, str] | None = None) -> Waiter:
    """Let an order's line wait, having been told a day and what brings it, or nothing yet."""
    at, supply = (day(told[0]), told[1]) if told else (None, None)
    return Waiter(TEE, 5, NOON, order_id(number), 1, quantity, at, supply)


def days(points) -> list[tuple[int, int]]:
    """Write a curve as (days from now, units)."""
    return [((point.at - NOON).days, point.available) for point in points]


@pytest.mark.parametrize(
    ("free", "waiting", "coming", "curve"),
    [
        (0, 0, [], [(0, 0)]),
        (5, 0, [], [(0, 5)]),
        (5, 2, [], [(0, 3)]),
        (0, 0, [due(3, 10)], [(0, 0), (3, 10)]),
        (0, 4, [due(3, 10), due(9, 5)], [(0, 0), (3, 6), (9, 11)]),
        (0, 12, [due(3, 10), due(9, 5)], [(0, 0), (9, 3)]),
        (5, 7, [due(3, 1), due(9, 5)], [(0, 0), (9, 4)]),
        (5, 0, [due(3, 1), due(3, 2, "ASN")], [(0, 5), (3, 8)]),
        (5, 0, [due(0, 9), due(-2, 9)], [(0, 5)]),  # late: nobody is promised upon it
    ],
)
def test_what_waits_comes_off_the_earliest_units(free, waiting, coming, curve):
    assert days(atp.curve(free, waiting, coming, NOON)) == curve


def test_the_page_s_worked_table_is_what_the_function_answers():
    """Read the table of docs/algorithms/availability.md and run it."""
    section = PAGE.read_text(encoding="utf-8").partition("### A worked table")[2]
    rows = re.findall(
        r"^\| (\d+) \| ([^|]+) \| (\d+) \| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE
    )
    assert len(rows) >= 5
    for free, coming, waiting, curve, served in rows:
        supply = [
            due(int(at), int(units), name)
            for name, units, at in re.findall(r"(\w+): (\d+) on day (\d+)", coming)
        ]
        queue = [waiter(number, 1) for number in range(1, int(waiting) + 1)]
        made = atp.shares(queue, supply, nodes=[None] * len(queue), free={LYON: int(free)}, at=NOON)
        points = atp.curve(int(free), int(waiting), supply, NOON)
        assert ", ".join(f"{units} from day {at}" for at, units in days(points)) == curve.strip()
        assert ", ".join(_said(share) for share in made) == served.strip().replace("nobody", "")


def _said(share) -> str:
    if not share.whole:
        return "none"
    return f"day {(share.ready_at - NOON).days}" if share.taken else "stock"


def test_a_node_has_no_more_than_is_left_of_the_whole():
    whole = atp.curve(5, 4, [due(3, 10)], NOON)
    assert days(atp.capped(atp.curve(5, 0, [], NOON), whole)) == [(0, 1), (3, 5)]
    assert days(atp.capped(atp.curve(0, 0, [due(3, 10)], NOON), whole)) == [(0, 0), (3, 10)]


def test_a_kit_is_promised_as_often_as_its_scarcest_part_allows():
    tees = [Point(NOON, 1), Point(day(3), 9)]
    caps = [Point(NOON, 5), Point(day(5), 20)]
    assert days(atp.of_kit([(tees, 1), (caps, 2)])) == [(0, 1), (3, 2), (5, 9)]


def test_lines_are_served_in_turn_by_the_earliest_units_they_may_have():
    made = atp.shares(
        [waiter(1, 2), waiter(2, 2), waiter(3, 1), waiter(4, 9)],
        [due(3, 3), due(1, 1, "NICE", NICE), due(9, 2)],
        nodes=[frozenset([LYON]), None, None, None],
        free={},
        at=NOON,
    )
    assert [(each.taken, each.whole) for each in made] == [
        ((("PO3", 2),), True),
        ((("NICE", 1), ("PO3", 1)), True),
        ((("PO9", 1),), True),
        ((("PO9", 1),), False),
    ]
    assert [each.ready_at for each in made] == [day(3), day(3), day(9), None]


def test_what_is_free_serves_first_and_whom_it_serves_keeps_what_he_was_told():
    queue = [waiter(1, 2, (3, "PO3")), waiter(2, 1), waiter(3, 1)]
    made = atp.shares(queue, [due(3, 1)], nodes=[None] * 3, free={LYON: 2, NICE: 2}, at=NOON)
    assert atp.dated(made) == []
    made = atp.shares(queue, [due(3, 1)], nodes=[None] * 3, free={LYON: 2}, at=NOON)
    assert [(each.waiter.order_id, each.supply_id) for each in atp.dated(made)] == [
        (order_id(2), "PO3")
    ]


def test_late_supply_serves_those_who_were_told_it_and_nobody_else():
    queue = [waiter(1, 2, (-1, "PO-1")), waiter(2, 1), waiter(3, 5, (-1, "PO-1"))]
    made = atp.shares(queue, [due(-1, 4), due(3, 9)], nodes=[None] * 3, free={}, at=NOON)
    moved = [(d.waiter.order_id, d.expected_at, d.supply_id, d.why) for d in atp.dated(made)]
    assert moved == [
        (order_id(2), day(3), "PO3", "dated"),
        (order_id(3), day(3), "PO3", "later"),
    ]


@pytest.mark.parametrize(
    ("told", "coming", "why", "to"),
    [
        (None, [due(3, 1)], "dated", 3),
        ((3, "PO3"), [due(5, 1, "PO3")], "later", 5),
        ((3, "PO3"), [due(2, 1, "PO3")], "earlier", 2),
        ((3, "PO3"), [], "unsupplied", None),
        ((3, "PO3"), [due(3, 1, "ASN3")], "unmoved", 3),
    ],
)
def test_a_line_is_told_why_its_date_moved(told, coming, why, to):
    made = atp.shares([waiter(1, 1, told)], coming, nodes=[None], free={}, at=NOON)
    (moved,) = atp.dated(made)
    assert (moved.why, moved.expected_at) == (why, None if to is None else day(to))


def test_a_line_whose_date_stands_is_not_dated_again():
    queue = [waiter(1, 1, (3, "PO3")), waiter(2, 1)]
    made = atp.shares(queue, [due(3, 1)], nodes=[None] * 2, free={}, at=NOON)
    assert atp.dated(made) == []


SUPPLY = st.lists(
    st.builds(
        lambda number, at, units, node: due(at, units, f"S{number}", node),
        st.integers(0, 10_000), st.integers(-2, 9), st.integers(1, 20),
        st.sampled_from([LYON, NICE]),
    ),
    max_size=8, unique_by=lambda each: each.supply_id,
)  # fmt: skip
QUEUE = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.none() | st.tuples(st.integers(-2, 9), st.integers(0, 10_000).map(lambda n: f"S{n}")),
        st.sampled_from([None, frozenset([LYON]), frozenset([NICE]), frozenset()]),
    ),
    max_size=12,
)
FREE = st.fixed_dictionaries({LYON: st.integers(0, 9), NICE: st.integers(0, 9)})


def served(queue, coming, free):
    waiters = [waiter(number, units, told) for number, (units, told, _) in enumerate(queue, 1)]
    return atp.shares(waiters, coming, nodes=[may for _, _, may in queue], free=free, at=NOON)


@given(QUEUE, SUPPLY, FREE)
def test_no_unit_serves_two_and_none_serves_where_it_may_not(queue, coming, free):
    left = {each.supply_id: each.units for each in coming}
    node = {each.supply_id: each.node_id for each in coming}
    from_stock = 0
    for share, (units, told, may) in zip(served(queue, coming, free), queue, strict=True):
        for supply, taken in share.taken:
            left[supply] -= taken
            assert may is None or node[supply] in may or (told and told[1] == supply)
        dated = sum(taken for _, taken in share.taken)
        assert dated <= units
        if share.whole:
            from_stock += units - dated
    assert min(left.values(), default=0) >= 0
    assert from_stock <= sum(free.values())


@given(QUEUE, SUPPLY, st.integers(0, 9))
def test_who_comes_later_changes_nothing_for_who_was_before(queue, coming, more):
    free = {LYON: more}
    whole = served(queue, coming, free)
    for length in range(len(queue)):
        assert served(queue[:length], coming, free) == whole[:length]


@given(st.lists(st.integers(1, 9), max_size=9), SUPPLY, FREE)
def test_what_waits_and_what_is_promised_together_are_what_there_is(queue, coming, free):
    """The curve's last point and all that is served are never more than all there will be."""
    asked = [(units, None, None) for units in queue]
    late = [each for each in coming if each.expected_at <= NOON]
    made = served(asked, coming, free)
    dated = sum(units for share in made for _, units in share.taken)
    stock = sum(s.waiter.quantity - sum(u for _, u in s.taken) for s in made if s.whole)
    points = atp.curve(sum(free.values()), sum(queue), coming, NOON)
    there = sum(free.values()) + sum(e.units for e in coming) - sum(e.units for e in late)
    assert dated + stock + points[-1].available <= there
    if points[-1].available:
        assert all(share.whole for share in made)


@given(st.integers(0, 50), st.integers(0, 50), SUPPLY, st.integers(-2, 9), st.integers(1, 20))
def test_more_supply_never_lowers_the_curve(free, waiting, coming, at, units):
    before = atp.curve(free, waiting, coming, NOON)
    after = atp.curve(free, waiting, [*coming, due(at, units, "MORE")], NOON)
    for number in range(12):
        moment = day(number)
        assert atp.available(after, moment) >= atp.available(before, moment)
    assert all(a.available < b.available for a, b in pairwise(after))


@given(QUEUE, SUPPLY, st.integers(1, 9), st.integers(1, 20))
def test_more_supply_for_all_leaves_nobody_without_a_date_who_had_one(queue, coming, at, units):
    """Of lines that any node may serve; with others, units may go to who could have waited."""
    asked = [(wanted, None, None) for wanted, _, _ in queue]
    before = served(asked, coming, {})
    after = served(asked, [*coming, due(at, units, "MORE")], {})
    for old, new in zip(before, after, strict=True):
        if old.whole:
            assert new.whole
            assert new.ready_at <= old.ready_at
