"""Who gets the stock: first come, first served, each whole or not at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.inventory.model import WhyNotReserved
from entrepot.inventory.rules import share_out, totals
from entrepot.terms.outcome import Done, Refused
from inventory.stock import CAP, LYON, NICE, TEE, claim, position

SHORT = Refused(WhyNotReserved.SHORT)
UNKNOWN = Refused(WhyNotReserved.UNKNOWN_POSITION)


def test_first_come_is_first_served():
    first, second = [claim(1, 3)], [claim(2, 3)]
    assert share_out([first, second], [position(5)]) == [Done(first), SHORT]


def test_a_basket_that_is_refused_gives_back_what_it_had_taken():
    greedy = [claim(1, 5), claim(1, 1, CAP)]
    modest = [claim(2, 5)]
    assert share_out([greedy, modest], [position(5), position(0, CAP)]) == [SHORT, Done(modest)]


def test_a_sku_on_two_lines_of_one_basket_adds_up():
    twice = [claim(1, 3, line=1), claim(1, 3, line=2)]
    assert share_out([twice], [position(5)]) == [SHORT]
    assert share_out([twice], [position(6)]) == [Done(twice)]


def test_the_same_sku_at_two_nodes_is_two_positions():
    both = [claim(1, 2), claim(1, 2, node=NICE)]
    assert share_out([both], [position(2), position(2, node=NICE)]) == [Done(both)]


@pytest.mark.parametrize(
    ("basket", "answer"),
    [
        ([claim(1, 1, CAP), claim(1, 9)], UNKNOWN),  # the first claim that fails says why
        ([claim(1, 9), claim(1, 1, CAP)], SHORT),
        ([claim(1, 1, node=NICE)], UNKNOWN),
        ([], Done([])),
    ],
)
def test_each_refusal(basket, answer):
    assert share_out([basket], [position(5)]) == [answer]


@pytest.mark.parametrize(
    ("balances", "free"),
    [
        ({"reserved": 2}, 3),
        ({"unavailable": 2}, 3),
        ({"safety": 2}, 3),
        ({"reserved": 1, "unavailable": 1, "safety": 1}, 2),
        ({"reserved": 7, "shortage": 2}, -2),
    ],
)
def test_free_is_what_nobody_has_and_nothing_speaks_against(balances, free):
    stock = position(5, **balances)
    assert stock.free == free
    basket = [claim(1, max(1, free))]
    assert share_out([basket], [stock]) == [Done(basket) if free > 0 else SHORT]
    assert share_out([[claim(1, max(1, free) + 1)]], [stock]) == [SHORT]


CLAIMS = st.lists(
    st.builds(claim, st.just(1), st.integers(1, 6), st.sampled_from([TEE, CAP])),
    min_size=1, max_size=3,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(CLAIMS, max_size=8), st.integers(0, 15), st.integers(0, 15))
def test_never_a_unit_twice_and_never_one_kept_from_somebody(baskets, tees, caps):
    answers = share_out(baskets, [position(tees), position(caps, CAP)])

    left = {(TEE, LYON): tees, (CAP, LYON): caps}
    for basket, answer in zip(baskets, answers, strict=True):
        wanted = totals(basket)
        fits = all(left[key] >= units for key, units in wanted.items())
        assert answer == (Done(basket) if fits else SHORT)
        if fits:
            left = {key: units - wanted.get(key, 0) for key, units in left.items()}
    assert min(left.values()) >= 0
