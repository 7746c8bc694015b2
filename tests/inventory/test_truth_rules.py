"""How time, picks and counts become a belief, what nodes teach, and what is worth counting."""

from datetime import timedelta

import msgspec
import pytest
from bench.truth import simulated
from hypothesis import given
from hypothesis import strategies as st

from entrepot.inventory import truth, truth_rules
from entrepot.inventory.count_list import count_list
from entrepot.inventory.truth_model import (
    LOSSES_A_DAY,
    MISFIND,
    Candidate,
    Counting,
    Evidence,
    Look,
    NodeSums,
    Rates,
    Sighting,
)
from inventory.stock import LYON, NICE, NOON, TEE

RATES = Rates(0.02, 0.02)
BEGUN = truth_rules.begun(TEE, LYON, NOON)


def days(number: float):
    return NOON + timedelta(days=number)


def passed(belief, number, book=5, left=0):
    return truth_rules.advanced(belief, RATES, book=book, left=left, at=days(number))


def sighting(what, number, units=1, in_hand=0):
    return Sighting(TEE, LYON, Evidence(what), units, in_hand, days(number))


def any_at_all(belief, book=5):
    return truth.at_least(belief.missing, book)[0]


def test_the_longer_nobody_looked_the_less_is_sure():
    chances = [truth.at_least(passed(BEGUN, n).missing, 5)[4] for n in (0, 10, 30, 90, 360)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == pytest.approx(0.98)
    assert chances[4] < 0.2


def test_what_sells_wears_the_record_and_shows_it():
    quiet, busy = passed(BEGUN, 10, book=5), passed(BEGUN, 10, book=5, left=20)
    assert busy.running == pytest.approx(quiet.running + 6)
    assert busy.velocity > quiet.velocity == 0
    assert any_at_all(passed(BEGUN, 60, book=1, left=1), 1) > any_at_all(passed(BEGUN, 60, 1), 1)


def test_velocity_is_what_leaves_a_day():
    belief = BEGUN
    for day in range(1, 400):
        belief = passed(belief, day, book=50, left=2)
    assert belief.velocity == pytest.approx(2, rel=0.01)


def test_a_miss_lowers_a_find_restores_and_a_count_resets():
    belief = passed(BEGUN, 20)
    missed = truth_rules.seen(belief, RATES, sighting("empty", 20), book=5)
    assert any_at_all(missed) < any_at_all(belief)
    again = truth_rules.seen(missed, RATES, sighting("empty", 20), book=5)
    assert any_at_all(again) < 0.1 < any_at_all(missed)
    found = truth_rules.seen(again, RATES, sighting("found", 21, in_hand=2), book=5)
    assert any_at_all(found) == pytest.approx(1)
    look = Look(TEE, LYON, 5, 3, days(22))
    counted = truth_rules.looked(passed(again, 22), look)
    assert tuple(counted.missing) == truth.counted()
    assert (counted.shorted, counted.lost, counted.running) == (0, 2, 0.0)
    assert counted.exposed == pytest.approx(22)


def test_on_a_large_shelf_a_find_after_a_miss_is_believed():
    belief = BEGUN
    for number in (1, 2, 3):
        belief = truth_rules.seen(belief, RATES, sighting("empty", number), book=100)
    assert any_at_all(belief, 100) < 0.01
    told = truth_rules.seen(belief, RATES, sighting("found", 3, in_hand=1), book=100)
    assert (told.missing, told.picked) == (belief.missing, 0)
    for number in (4, 5, 6, 7):
        belief = truth_rules.seen(belief, RATES, sighting("found", number, in_hand=1), book=100)
    assert any_at_all(belief, 100) > 0.8


def test_a_rejection_of_more_than_is_there_says_less_than_an_empty_shelf():
    belief = passed(BEGUN, 60)
    fewer = truth_rules.seen(belief, RATES, sighting("fewer", 60, units=4), book=5)
    empty = truth_rules.seen(belief, RATES, sighting("empty", 60), book=5)
    assert any_at_all(empty) < any_at_all(fewer) < any_at_all(belief)


def test_what_was_seen_before_the_last_count_says_nothing():
    counted = truth_rules.looked(passed(BEGUN, 10), Look(TEE, LYON, 5, 5, days(10)))
    assert truth_rules.seen(counted, RATES, sighting("empty", 9), book=5) == counted


def test_a_count_from_before_a_miss_does_not_undo_it():
    missed = truth_rules.seen(passed(BEGUN, 10), RATES, sighting("empty", 10), book=5)
    assert truth_rules.looked(missed, Look(TEE, LYON, 5, 5, days(9))) == missed
    assert truth_rules.looked(missed, Look(TEE, LYON, 5, 5, days(10))).shorted == 0


def test_a_count_that_finds_everything_shows_that_the_pickers_overlooked_it():
    missed = truth_rules.seen(BEGUN, RATES, sighting("empty", 0), book=5)
    assert truth_rules.looked(missed, Look(TEE, LYON, 5, 5, NOON)).misfound == 1
    assert truth_rules.looked(missed, Look(TEE, LYON, 5, 0, NOON)).misfound == 0


def test_a_position_that_lost_before_is_believed_less():
    careful = msgspec.structs.replace(BEGUN, exposed=100.0, lost=0)
    careless = msgspec.structs.replace(BEGUN, exposed=100.0, lost=8)
    assert truth_rules.rate(careful, RATES) < RATES.losses_a_day < truth_rules.rate(careless, RATES)


def sums(node, lost, exposed, kind="store", attempts=0, misfound=0):
    return NodeSums(node, kind, lost, exposed, attempts, misfound)


def test_nodes_are_learned_from_their_counts_and_begin_with_their_kind():
    quiet, loose = sums(LYON, 10, 10_000), sums(NICE, 1000, 10_000)
    rates = truth_rules.learned([quiet, loose])
    assert rates[LYON].losses_a_day == pytest.approx(0.00196, rel=0.01)
    assert rates[NICE].losses_a_day == pytest.approx(0.1, rel=0.05)
    (untold,) = truth_rules.learned([sums(LYON, 0, 0)]).values()
    assert untold.losses_a_day == pytest.approx(LOSSES_A_DAY["store"])
    assert untold.misfind == pytest.approx(MISFIND)
    (blind,) = truth_rules.learned([sums(LYON, 0, 0, attempts=1000, misfound=200)]).values()
    assert 0.15 < blind.misfind < 0.2


@given(st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 1e6)), min_size=1, max_size=5))
def test_what_is_learned_is_a_rate(told):
    rows = [sums(f"N{place}", lost, exposed) for place, (lost, exposed) in enumerate(told)]
    for rates in truth_rules.learned(rows).values():
        assert rates.losses_a_day > 0
        assert 0 < rates.misfind < 1


def candidate(sku, missing, book=5, offered=5, velocity=0.5):
    return Candidate(sku, missing, book, offered, velocity)


def test_the_list_is_ranked_by_what_a_second_saves_and_fits_the_time():
    sure, worn = truth.counted(), truth.grown(truth.counted(), 2.0)
    counting = Counting(seconds=50, unit_seconds=2)
    told = [
        candidate("SURE", sure, velocity=0.02),
        candidate("SLOW", worn, velocity=0.02),
        candidate("FAST", worn, velocity=2.0),
        candidate("WITHHELD", worn, offered=0, velocity=2.0),
        candidate("HUGE", worn, book=400, offered=400, velocity=2.0),
        candidate("NONE", worn, book=0, offered=0),
    ]
    tasks = count_list(told, counting, minutes=5)
    assert [task.sku for task in tasks] == ["WITHHELD", "FAST", "SLOW", "SURE"]
    assert sum(task.seconds for task in tasks) <= 300
    assert [task.sku for task in count_list(told, counting, minutes=1)] == ["WITHHELD"]


@given(
    st.lists(st.tuples(st.floats(0, 20), st.integers(0, 300), st.floats(0, 50)), max_size=8),
    st.integers(1, 60),
)
def test_a_list_never_takes_longer_than_it_may(told, minutes):
    rows = [
        candidate(f"K{place}", truth.grown(truth.counted(), lost), book, book, velocity)
        for place, (lost, book, velocity) in enumerate(told)
    ]
    tasks = count_list(rows, Counting(), minutes=minutes)
    assert sum(task.seconds for task in tasks) <= minutes * 60
    worth = [task.saves / task.seconds for task in tasks]
    assert worth == sorted(worth, reverse=True)


def test_simulated_stores_are_believed_rightly():
    outcome = simulated(7, stores=3, skus=40, days=120)
    assert outcome.probes.total > 1_000
    assert outcome.probes.ece < 0.05
    assert outcome.probes.brier < outcome.probes.brier_by_book
    assert outcome.counts_that_found > 50
