"""What a document of supply becomes: told again, received, called off; and how many may wait."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.inventory import supply_rules as rules
from entrepot.inventory.supply_model import (
    Due,
    NewSupply,
    Supply,
    SupplyKind,
    SupplyLine,
    SupplyRow,
    Terms,
    WhyNotSupplied,
)
from entrepot.inventory.supply_rules import Telling
from inventory.stock import CAP, LYON, NICE, NOON, TEE

LATER = NOON + timedelta(days=3)


def told(*lines, sequence=None, at=NOON, kind=SupplyKind.PURCHASE, name="PO", order=None):
    return NewSupply(name, kind, LYON, at, lines or ((TEE, 10),), "acme", order, sequence)


def line(quantity=10, received=0, canceled=0, sku=TEE, name="PO"):
    return SupplyLine(name, sku, quantity, received, canceled)


def stands(*lines, name="PO", kind="purchase", node=LYON, carried=None, **row):
    some = {
        "supplier": "acme", "purchase_order": None, "expected_at": NOON, "sequence": None,
        "version": 1, "state": "open", "updated_at": NOON,
    } | row  # fmt: skip
    head = SupplyRow(supply_id=name, kind=kind, node_id=node, **some)
    return Supply(head, lines or (line(),), carried or {})


@pytest.mark.parametrize(
    ("before", "new", "is_"),
    [
        (stands(version=0), told(), Telling.CREATED),
        (stands(), told(), Telling.UNCHANGED),
        (stands(sequence=7), told(sequence=3), Telling.UNCHANGED),
        (stands(), told(at=LATER), Telling.UPDATED),
        (stands(sequence=7), told(at=LATER, sequence=8), Telling.UPDATED),
        (stands(sequence=7), told(at=LATER, sequence=7), Telling.STALE),
        (stands(sequence=7), told(at=LATER, sequence=6), Telling.STALE),
        (stands(sequence=7), told(at=LATER), Telling.UPDATED),
        (stands(), told((TEE, 9)), Telling.UPDATED),
    ],
)
def test_a_number_that_is_not_above_the_one_that_stands_is_stale(before, new, is_):
    assert rules.telling(before, rules.retold(before.lines, new), new) is is_


@pytest.mark.parametrize(
    ("before", "order", "new", "why"),
    [
        (None, None, told(), None),
        (None, None, told(kind=SupplyKind.ASN, order="PO-9"), None),  # it may come later
        (stands(), None, told(kind=SupplyKind.ASN), WhyNotSupplied.KIND_CHANGED),
        (None, stands(kind="asn"), told(kind=SupplyKind.ASN), WhyNotSupplied.NOT_A_PURCHASE),
        (stands(state="canceled"), None, told(), WhyNotSupplied.CANCELED),
        (stands(state="received"), None, told((TEE, 20)), None),
    ],
)
def test_what_may_not_be_told(before, order, new, why):
    refused = rules.refused(before, order, new)
    assert (refused and refused[0]) == why


def test_a_sku_that_is_not_told_of_any_more_is_canceled_and_comes_back_when_it_is():
    before = [line(10, 4, 0, CAP), line(10, 0, 0)]
    now = rules.retold(before, told((TEE, 12)))
    assert now == [line(10, 4, 6, CAP), line(12)]
    assert rules.retold(now, told((TEE, 12), (CAP, 5))) == [line(5, 4, 0, CAP), line(12)]


@pytest.mark.parametrize(
    ("before", "came", "final", "after", "state"),
    [
        (line(), 4, False, line(10, 4), "open"),
        (line(), 4, True, line(10, 4, 6), "received"),
        (line(), 10, False, line(10, 10), "received"),
        (line(), 12, False, line(10, 12), "received"),
        (line(), 12, True, line(10, 12), "received"),
        (line(10, 10), 1, False, line(10, 11), "received"),
        (line(), 0, True, line(10, 0, 10), "canceled"),
    ],
)
def test_less_stays_outstanding_or_is_canceled_and_more_is_taken(before, came, final, after, state):
    now = rules.received([before], {TEE: came}, final=final)
    assert now == [after]
    assert rules.state_of(now) == state
    assert after.over == max(0, after.received - 10)


def test_an_order_stands_for_what_its_notices_do_not_carry():
    order = stands(line(10, 2), carried={TEE: 5})
    assert order.expected(order.lines[0]) == 3
    more = replace(order, carried={TEE: 12})
    assert more.expected(more.lines[0]) == 0


def test_what_is_booked_on_an_order_comes_off_it_first_then_off_its_earliest_notice_here():
    order = stands(line(10), carried={TEE: 8})
    late = stands(line(5, name="B"), name="B", kind="asn", expected_at=LATER)
    early = stands(line(3, name="C"), name="C", kind="asn")
    elsewhere = stands(line(9, name="A"), name="A", kind="asn", node=NICE)
    spread = rules.spread(order, [late, early, elsewhere], {TEE: 7})
    assert spread == {"C": {TEE: 3}, "B": {TEE: 2}}
    assert rules.spread(order, [late, early], {TEE: 2}) == {}
    assert rules.spread(order, [late], {TEE: 99}) == {"B": {TEE: 5}}


@pytest.mark.parametrize(
    ("at", "version", "why"),
    [(NOON, 1, "changed"), (LATER, 1, "later"), (NOON - timedelta(1), 1, "earlier"),
     (NOON, 0, "announced")],
)  # fmt: skip
def test_a_telling_is_named_by_what_it_moved(at, version, why):
    assert rules.why_changed(stands(version=version).row, told(at=at)) == why


def test_units_can_be_sent_the_sku_s_lead_days_after_they_come():
    coming = [Due(TEE, "PO", LYON, NOON, 5), Due(CAP, "PO", LYON, NOON, 5)]
    terms = {TEE: Terms(TEE, None, None, None, 3, 1)}
    assert [each.expected_at for each in rules.ready(coming, terms)] == [LATER, NOON]


@pytest.mark.parametrize(
    ("terms", "waiting", "room"),
    [
        (None, 10**6, None),
        (Terms(TEE, None, None, None, 0, 1), 10**6, None),
        (Terms(TEE, 5, None, None, 0, 1), 3, 2),
        (Terms(TEE, 5, None, None, 0, 1), 9, 0),
        (Terms(TEE, 0, None, None, 0, 1), 0, 0),
        (Terms(TEE, 5, 9, LATER, 0, 1), 3, 6),  # not on sale yet: the preorder's limit
        (Terms(TEE, 5, None, LATER, 0, 1), 3, None),
        (Terms(TEE, 5, 9, NOON, 0, 1), 3, 2),  # on sale from this moment on
    ],
)
def test_so_many_more_may_wait(terms, waiting, room):
    assert rules.room(terms, waiting, NOON) == room


def test_an_order_waits_whole_or_is_told_how_many_are_too_many():
    terms = {TEE: Terms(TEE, 5, None, None, 0, 1)}
    assert rules.beyond({TEE: 2, CAP: 99}, {TEE: 3}, terms, NOON) == {}
    assert rules.beyond({TEE: 3}, {TEE: 3}, terms, NOON) == {TEE: 1}
    assert rules.beyond({TEE: 3}, {TEE: 30}, terms, NOON) == {TEE: 3}


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("told"), st.integers(1, 20)),
        st.tuples(st.just("came"), st.integers(1, 20)),
        st.tuples(st.just("final"), st.integers(0, 20)),
        st.tuples(st.just("gone"), st.just(0)),
    ),
    max_size=12,
)


@given(EVENTS)
def test_whatever_is_told_what_came_is_counted_once_and_nothing_is_below_nothing(events):
    lines, came = [line()], 0
    for what, units in events:
        if what == "told":
            lines = rules.retold(lines, told((TEE, units)))
        elif what == "gone":
            lines = rules.called_off(lines)
        else:
            lines = rules.received(lines, {TEE: units}, final=what == "final")
            came += units
        (now,) = lines
        assert now.received == came
        assert 0 <= now.canceled <= now.quantity
        assert now.outstanding == max(0, now.quantity - now.received - now.canceled)
        assert (rules.state_of(lines) == "open") == bool(now.outstanding)
        if what in {"gone", "final"}:
            assert now.outstanding == 0
