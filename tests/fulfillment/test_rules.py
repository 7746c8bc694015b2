"""What each verb does, decided without a database."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from entrepot.fulfillment import rules
from entrepot.fulfillment.model import (
    Ask,
    FulfillmentOrder,
    Line,
    Named,
    Package,
    Packed,
    Turn,
    Units,
    WhyNot,
    Work,
)
from entrepot.fulfillment.states import FULFILLMENT_ORDER, State, Verb
from entrepot.terms.outcome import Done, Refused
from fulfillment.world import KIM, LATER, NOON

ID = UUID(int=7)


def line(line_no=1, sku="GLOVE", quantity=3, picked=0, shorted=0, canceled=0) -> Line:
    return Line(ID, line_no, sku, quantity, picked, shorted, canceled)


def work(state: State, *lines: Line, method: str = "ship") -> Work:
    head = FulfillmentOrder(
        ID, UUID(int=1), "LYON", method, "standard", "acme", "lane-1", state.value,
        date(2026, 3, 2), LATER, NOON, NOON, NOON, 4,
    )  # fmt: skip
    return Work(head, lines or (line(),))


def ask(*units: Named, packages: tuple[Packed, ...] = ()) -> Ask:
    return Ask(ID, KIM, units=units, packages=packages)


def turn(decided) -> Turn:
    assert isinstance(decided, Done), decided
    return decided.value


def why(decided) -> tuple[WhyNot, str]:
    assert isinstance(decided, Refused), decided
    return decided.why, decided.detail


def test_all_that_is_left_is_picked_when_nothing_is_named():
    it = turn(rules.pick(work(State.ACCEPTED, line(quantity=3), line(2, "HAT", 1)), ask()))
    assert it.verbs == (Verb.FINISH_PICK,)
    assert it.units == (Units(1, "GLOVE", 3), Units(2, "HAT", 1))
    assert it.lines == (line(quantity=3, picked=3), line(2, "HAT", 1, picked=1))


def test_a_part_is_picked_and_the_rest_stays_to_be_picked():
    it = turn(rules.pick(work(State.ACCEPTED), ask(Named(1, 1), Named(1, 1, "GLOVE"))))
    assert it == Turn((Verb.PICK,), (line(picked=2),), (Units(1, "GLOVE", 2),))


def test_the_last_unit_finishes_the_picking():
    it = turn(rules.pick(work(State.PICKING, line(picked=2)), ask(Named(1, 1))))
    assert it.verbs == (Verb.FINISH_PICK,)


@pytest.mark.parametrize(
    ("named", "refused", "detail"),
    [
        (Named(9, 1), WhyNot.UNKNOWN_LINE, "line 9 is not part of it"),
        (Named(1, 1, "HAT"), WhyNot.UNKNOWN_LINE, "line 1 of HAT is not part of it"),
        (Named(2, 1), WhyNot.UNKNOWN_LINE, "line 2 is a kit: name one of BOX, TEA"),
        (Named(1, 4), WhyNot.TOO_MANY_UNITS, "line 1: 4 of GLOVE are named, 3 are left"),
        (Named(1, 0), WhyNot.NOTHING_TO_DO, "line 1: 0 units of GLOVE"),
    ],
)
def test_units_that_are_not_there_cannot_be_picked(named, refused, detail):
    lines = (line(), line(2, "BOX", 1), line(2, "TEA", 2))
    assert why(rules.pick(work(State.ACCEPTED, *lines), ask(named))) == (refused, detail)


def test_units_named_twice_add_up_before_they_are_compared():
    decided = rules.short(work(State.ACCEPTED), ask(Named(1, 2), Named(1, 2)))
    assert why(decided)[0] is WhyNot.TOO_MANY_UNITS


def test_a_component_of_a_kit_is_named_by_its_sku():
    lines = (line(1, "BOX", 1), line(1, "TEA", 2))
    it = turn(rules.pick(work(State.ACCEPTED, *lines), ask(Named(1, 2, "TEA"))))
    assert it.units == (Units(1, "TEA", 2),)
    assert it.verbs == (Verb.PICK,)


def test_a_unit_picked_short_leaves_the_work_where_it_is():
    it = turn(rules.short(work(State.ACCEPTED), ask(Named(1, 1))))
    assert it == Turn((Verb.SHORT,), (line(shorted=1),), (Units(1, "GLOVE", 1),))


def test_the_last_unit_picked_short_finishes_the_picking():
    it = turn(rules.short(work(State.PICKING, line(picked=2)), ask()))
    assert it.verbs == (Verb.SHORT, Verb.FINISH_PICK)
    assert it.lines == (line(picked=2, shorted=1),)


def test_everything_picked_short_is_a_rejection():
    it = turn(rules.short(work(State.ACCEPTED), ask()))
    all_of_it = (Units(1, "GLOVE", 3),)
    assert it == Turn((Verb.REJECT,), (line(shorted=3),), all_of_it, missing=all_of_it)


def test_a_rejection_gives_back_picked_units_too_and_says_what_was_missing():
    lines = (line(quantity=5, picked=2, shorted=1, canceled=1), line(2, "HAT", 1))
    it = turn(rules.reject(work(State.PICKING, *lines), ask(Named(2, 1))))
    assert it.verbs == (Verb.REJECT,)
    assert it.units == (Units(1, "GLOVE", 3), Units(2, "HAT", 1))
    assert it.missing == (Units(2, "HAT", 1),)
    assert it.lines == (
        line(quantity=5, shorted=4, canceled=1),
        line(2, "HAT", 1, shorted=1),
    )


def test_a_rejection_that_names_nothing_missed_everything():
    it = turn(rules.reject(work(State.RELEASED), ask()))
    assert it.missing == it.units == (Units(1, "GLOVE", 3),)


def test_what_is_packed_is_rejected_no_more():
    assert why(rules.reject(work(State.PACKED, line(picked=3)), ask())) == (
        WhyNot.ILLEGAL_TRANSITION,
        "a fulfillment order for ship that is packed does not allow reject; its node may do: ship",
    )


@pytest.mark.parametrize(
    ("method", "state", "verbs"),
    [
        ("ship", State.PLANNED, []),
        ("ship", State.RELEASED, ["accept", "reject"]),
        ("ship", State.ACCEPTED, ["pick", "short", "reject"]),
        ("ship", State.PICKING, ["pick", "short", "reject"]),
        ("ship", State.PICKED, ["pack", "reject"]),
        ("pickup", State.PICKED, ["pack", "ready", "reject"]),
        ("ship", State.PACKED, ["ship"]),
        ("curbside", State.PACKED, ["ready"]),
        ("pickup", State.READY_FOR_PICKUP, ["collect"]),
        ("ship", State.SHIPPED, []),
    ],
)
def test_a_node_may_do_what_fits_the_state_and_the_method(method, state, verbs):
    assert rules.possible(work(state, method=method)) == verbs


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("method", ["ship", "pickup", "curbside"])
@pytest.mark.parametrize(
    ("decide", "verb"),
    [
        (rules.release, Verb.RELEASE), (rules.accept, Verb.ACCEPT), (rules.reject, Verb.REJECT),
        (rules.pick, Verb.FINISH_PICK), (rules.short, Verb.SHORT), (rules.pack, Verb.PACK),
        (rules.ready, Verb.READY), (rules.collect, Verb.COLLECT), (rules.ship, Verb.SHIP),
        (rules.deliver, Verb.DELIVER),
    ],
)  # fmt: skip
def test_a_verb_is_done_where_table_and_method_allow_it_and_nowhere_else(
    state, method, decide, verb
):
    fits = method in rules.METHODS.get(verb, {method})
    picked = 3 if verb in {Verb.PACK, Verb.READY, Verb.SHIP} else 0
    it = work(state, line(picked=picked), method=method)
    decided = decide(it, ask(packages=(Packed("1Z", "acme"),)))
    if fits and FULFILLMENT_ORDER.after(state, verb) is not None:
        assert isinstance(decided, Done)
    else:
        assert why(decided)[0] is WhyNot.ILLEGAL_TRANSITION


TWO_GLOVES = "2 of GLOVE (line 1)"
PICKED = work(State.PACKED, line(picked=2, shorted=1), line(2, "HAT", 1, picked=1))


def test_one_package_holds_everything_when_nobody_says_what_is_in_it():
    it = turn(rules.ship(PICKED, ask(packages=(Packed("1Z", "acme"),))))
    everything = (Units(1, "GLOVE", 2), Units(2, "HAT", 1))
    assert it.packages == (Package("1Z", "acme", "standard", everything),)
    assert it.units == everything


def test_of_several_packages_nobody_may_know_what_is_in_which():
    it = turn(rules.ship(PICKED, ask(packages=(Packed("1", "a"), Packed("2", "a", "express")))))
    assert it.packages == (Package("1", "a", "standard", ()), Package("2", "a", "express", ()))


def test_packages_that_say_what_is_in_them_hold_exactly_what_was_picked():
    first = Packed("1", "acme", units=(Named(1, 1),))
    second = Packed("2", "acme", units=(Named(1, 1), Named(2, 1)))
    it = turn(rules.ship(PICKED, ask(packages=(first, second))))
    assert [p.units for p in it.packages] == [
        (Units(1, "GLOVE", 1),),
        (Units(1, "GLOVE", 1), Units(2, "HAT", 1)),
    ]


@pytest.mark.parametrize(
    ("packages", "refused", "detail"),
    [
        ((), WhyNot.PACKAGES_DO_NOT_MATCH, "what is shipped leaves in a package"),
        (
            (Packed("1", "a", units=(Named(1, 2),)), Packed("2", "a")),
            WhyNot.PACKAGES_DO_NOT_MATCH,
            "either every package names its units or none does",
        ),
        (
            (Packed("1", "a"), Packed("1", "a")),
            WhyNot.PACKAGES_DO_NOT_MATCH,
            "a tracking number is named twice",
        ),
        (
            (Packed("1", "a", units=(Named(1, 2),)),),
            WhyNot.PACKAGES_DO_NOT_MATCH,
            f"the packages hold {TWO_GLOVES}, picked were {TWO_GLOVES}, 1 of HAT (line 2)",
        ),
        (
            (Packed("1", "a", units=(Named(1, 3), Named(2, 1))),),
            WhyNot.TOO_MANY_UNITS,
            "line 1: 3 of GLOVE are named, 2 are left",
        ),
        (
            (Packed("1", "a", units=(Named(3, 1),)),),
            WhyNot.UNKNOWN_LINE,
            "line 3 is not part of it",
        ),
    ],
)
def test_packages_that_do_not_match_are_refused(packages, refused, detail):
    assert why(rules.ship(PICKED, ask(packages=packages))) == (refused, detail)


def test_unpicked_units_are_withdrawn_before_picked_ones():
    it = rules.withdraw(work(State.PICKING, line(picked=2)), {(1, "GLOVE"): 2})
    assert it == Turn(
        (Verb.WITHDRAW, Verb.FINISH_PICK), (line(picked=1, canceled=2),), (Units(1, "GLOVE", 2),)
    )


def test_with_its_last_unit_withdrawn_the_work_is_canceled():
    it = rules.withdraw(work(State.PACKED, line(picked=2, shorted=1)), {(1, "GLOVE"): 9})
    assert it == Turn((Verb.CANCEL,), (line(shorted=1, canceled=2),), (Units(1, "GLOVE", 2),))


def test_units_of_other_lines_and_of_what_has_left_are_not_withdrawn():
    assert rules.withdraw(work(State.PLANNED), {(1, "HAT"): 1, (2, "GLOVE"): 1}) is None
    assert rules.withdraw(work(State.SHIPPED, line(picked=3)), {(1, "GLOVE"): 1}) is None


def test_units_of_the_same_line_and_sku_are_merged():
    units = [Units(2, "B", 1), Units(1, "A", 2), Units(2, "B", 3)]
    assert rules.merged(units) == (Units(1, "A", 2), Units(2, "B", 4))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["accept", "pick", "short", "reject", "pack", "ready", "collect", "ship", "withdraw"]
        ),
        st.integers(1, 2),
        st.integers(1, 3),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["ship", "pickup"]), STEPS)
def test_however_it_goes_no_unit_is_lost_and_the_state_fits_the_counters(method, steps):
    it = work(State.RELEASED, line(), line(2, "HAT", 2), method=method)
    for verb, line_no, quantity in steps:
        if verb == "withdraw":
            sku = "GLOVE" if line_no == 1 else "HAT"
            taken = rules.withdraw(it, {(line_no, sku): quantity})
        else:
            units = (Named(line_no, quantity),) if verb in {"pick", "short"} else ()
            asked = replace(ask(*units), packages=(Packed("1Z", "acme"),))
            decided = getattr(rules, verb)(it, asked)
            taken = decided.value if isinstance(decided, Done) else None
        it = it if taken is None else rules.after(it, taken, NOON)

        assert all(min(x.picked, x.shorted, x.canceled, x.to_pick) >= 0 for x in it.lines)
        ended = it.state in {State.REJECTED, State.CANCELED}
        assert ended == (rules.live(it.lines) == ())
        if it.state in {State.RELEASED, State.ACCEPTED}:
            assert rules.picked(it.lines) == ()
        elif it.state is State.PICKING:
            assert rules.to_pick(it.lines) != ()
        else:
            assert rules.to_pick(it.lines) == ()
