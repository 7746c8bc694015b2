"""The phase people are shown: every one of them, and which precedes which."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.fulfillment.states import State
from entrepot.orders.phase import Phase, Progress, Work, phase


def seen(
    left: int = 4, *, waiting=0, stuck=0, held=False, closed=False, digital=False, **works: int
):
    """Give the phase of an order of which so many units are in works of these states."""
    pieces = [Work(state, units) for state, units in works.items()]
    return phase(Progress(left, waiting, stuck, pieces, held, closed, digital))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Phase.CONFIRMED),
        ({"planned": 4}, Phase.PLANNED),
        ({"planned": 3}, Phase.CONFIRMED),
        ({"stuck": 1}, Phase.PENDING),
        ({"stuck": 1, "planned": 3}, Phase.PENDING),
        ({"waiting": 1}, Phase.BACKORDERED),
        ({"waiting": 1, "planned": 3}, Phase.BACKORDERED),
        ({"released": 4}, Phase.RELEASED),
        ({"released": 1, "planned": 3}, Phase.RELEASED),
        ({"accepted": 1, "released": 3}, Phase.IN_FULFILLMENT),
        ({"picking": 4}, Phase.IN_FULFILLMENT),
        ({"picked": 4}, Phase.IN_FULFILLMENT),
        ({"packed": 4}, Phase.IN_FULFILLMENT),
        ({"ready_for_pickup": 3}, Phase.IN_FULFILLMENT),
        ({"shipped": 1, "packed": 3}, Phase.PARTIALLY_SHIPPED),
        ({"delivered": 3}, Phase.PARTIALLY_SHIPPED),
        ({"shipped": 4}, Phase.SHIPPED),
        ({"shipped": 1, "delivered": 3}, Phase.SHIPPED),
        ({"ready_for_pickup": 4}, Phase.READY_FOR_PICKUP),
        ({"ready_for_pickup": 1, "collected": 3}, Phase.READY_FOR_PICKUP),
        ({"delivered": 4}, Phase.DELIVERED),
        ({"collected": 1, "delivered": 3}, Phase.DELIVERED),
        ({"collected": 4}, Phase.PICKED_UP),
        ({"held": True}, Phase.ON_HOLD),
        ({"closed": True, "delivered": 4}, Phase.CLOSED),
        ({"left": 0}, Phase.CANCELED),
        ({"left": 0, "digital": True}, Phase.DELIVERED),
        ({"left": 0, "digital": True, "held": True}, Phase.ON_HOLD),
        ({"left": 0, "digital": True, "closed": True}, Phase.CLOSED),
    ],
)
def test_each_phase(facts, expected):
    assert seen(**facts) is expected


ANY = {"waiting": 1, "stuck": 1, "held": True, "closed": True}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"left": 0, **ANY}, Phase.CANCELED),
        ({"left": 4, **ANY}, Phase.CLOSED),
        ({"left": 4, "held": True, "shipped": 4}, Phase.ON_HOLD),
        ({"left": 4, "held": True, "delivered": 4}, Phase.DELIVERED),  # nothing left to hold
        ({"left": 4, "held": True, "delivered": 3, "waiting": 1}, Phase.ON_HOLD),
        ({"left": 4, "waiting": 3, "released": 1}, Phase.RELEASED),
        ({"left": 4, "waiting": 2, "stuck": 2}, Phase.BACKORDERED),
    ],
)
def test_what_precedes_what(facts, expected):
    assert seen(**facts) is expected


FACTS = st.builds(
    Progress, st.integers(0, 6), st.integers(0, 3), st.integers(0, 3),
    st.lists(st.builds(Work, st.sampled_from([s.value for s in State]), st.integers(1, 4))),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip


@settings(deadline=None)
@given(FACTS)
def test_every_order_has_a_phase_and_held_orders_with_something_to_do_are_on_hold(facts):
    found = phase(facts)
    there = sum(w.units for w in facts.works if w.state in {"delivered", "collected"})
    if facts.held and not facts.closed and there < facts.left:
        assert found is Phase.ON_HOLD
    if found is Phase.CANCELED:
        assert (facts.left, facts.digital) == (0, False)
    never = {Phase.DRAFT, Phase.RETURNED, Phase.PARTIALLY_RETURNED}  # not of the way forward
    assert found not in never
