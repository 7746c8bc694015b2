"""What a belief does, by tables and by thousands of shelves: always a probability, never upward."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from entrepot.inventory import truth
from entrepot.inventory.truth_model import COUNT_ERROR, MISSING_MAX

SURE = (1.0, *[0.0] * MISSING_MAX)

losses = st.floats(0, 40)
books = st.integers(0, 60)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("grown"), losses),
        st.tuples(st.just("found"), st.integers(-3, 30)),
        st.tuples(st.just("missed"), st.integers(0, 30)),
        st.tuples(st.just("bounded"), st.integers(0, 30)),
    ),
    max_size=8,
)


def lived(story) -> tuple[float, ...]:
    """Give what is believed after a story that began with a count."""
    missing = truth.counted()
    for what, value in story:
        if what == "grown":
            missing = truth.grown(missing, value)
        elif what == "found":
            missing = truth.found(missing, value)
        elif what == "missed":
            missing = truth.missed(missing, value, 0.02)
        else:
            missing = truth.bounded(missing, value)
    return missing


@given(steps, books)
@example([("grown", 7.037993763735708e-178), ("missed", 2), ("missed", 2), ("bounded", 0)], 0)
def test_it_is_a_distribution_and_falls_in_n(story, book):
    missing = lived(story)
    assert all(0 <= weight <= 1 for weight in missing)
    assert sum(missing) == pytest.approx(1)
    assert len(missing) == MISSING_MAX + 1
    chances = truth.at_least(missing, book)
    assert len(chances) == book
    assert all(0 <= chance <= 1 for chance in chances)
    assert all(more <= fewer for fewer, more in pairwise(chances))
    assert 0 <= truth.expected_missing(missing, book) <= book + 1e-9


@given(steps, losses, losses)
def test_two_times_after_each_other_are_as_both_at_once(story, one, two):
    missing = lived(story)
    twice = truth.grown(truth.grown(missing, one), two)
    assert twice == pytest.approx(truth.grown(missing, one + two), abs=1e-6)


@given(steps, losses, books)
def test_time_never_adds_a_unit(story, more, book):
    missing = lived(story)
    before, after = (truth.at_least(each, book) for each in (missing, truth.grown(missing, more)))
    assert all(late <= early + 1e-9 for early, late in zip(before, after, strict=True))


@given(steps, st.integers(1, 60), st.data())
def test_a_pick_that_finds_never_lowers_what_is_believed(story, book, data):
    missing = truth.bounded(lived(story), book)
    in_hand = data.draw(st.integers(0, book))
    before = truth.at_least(missing, book)
    after = truth.at_least(truth.found(missing, book - in_hand), book)
    assert all(late >= early - 1e-9 for early, late in zip(before, after, strict=True))
    if book - in_hand < MISSING_MAX:
        assert all(chance == pytest.approx(1) for chance in after[:in_hand])


@given(steps, st.integers(1, 60), st.data())
def test_a_pick_that_misses_lowers_all_but_what_is_in_hand(story, book, data):
    missing = truth.bounded(lived(story), book)
    in_hand = data.draw(st.integers(0, book - 1))
    possible = sum(missing[min(book - in_hand, MISSING_MAX) :]) > 1e-6
    before = truth.at_least(missing, book)
    after = truth.at_least(truth.missed(missing, book - in_hand, 0.02), book)
    for early, late in zip(before[in_hand:], after[in_hand:], strict=True):
        assert late <= early + 1e-9
        assert late < early or early < 1e-6 or not possible


@pytest.mark.parametrize(
    ("missing", "book", "bar", "doubtful"),
    [
        (SURE, 5, 0.999, 0),
        ((0.8, 0.15, 0.05, *[0.0] * 13), 5, 0.8, 0),
        ((0.8, 0.15, 0.05, *[0.0] * 13), 5, 0.9, 1),
        ((0.8, 0.15, 0.05, *[0.0] * 13), 5, 0.96, 2),
        ((0.8, 0.15, 0.05, *[0.0] * 13), 1, 0.9, 1),
        ((0.8, *[0.0] * 14, 0.2), 100, 0.9, 100),
        ((0.8, 0.15, 0.05, *[0.0] * 13), 0, 0.9, 0),
    ],
)
def test_what_is_doubtful_is_beyond_the_largest_n_that_reaches_the_bar(
    missing, book, bar, doubtful
):
    assert truth.doubtful(missing, book, bar) == doubtful


@given(steps, books, st.floats(0.5, 0.999))
def test_what_counts_reaches_the_bar_and_one_more_would_not(story, book, bar):
    missing = lived(story)
    counts = book - truth.doubtful(missing, book, bar)
    chances = truth.at_least(missing, book)
    assert counts == sum(chance >= bar for chance in chances)


def test_a_count_is_sure_up_to_its_error():
    chances = truth.at_least(truth.counted(), 3)
    assert chances == pytest.approx([1 - COUNT_ERROR / 2, 1 - COUNT_ERROR / 2, 1 - COUNT_ERROR])


@given(steps)
def test_a_unit_found_on_a_large_shelf_says_that_not_all_is_gone(story):
    missing = lived(story)
    before, after = (truth.at_least(each, 60) for each in (missing, truth.alive(missing)))
    assert all(late >= early - 1e-9 for early, late in zip(before, after, strict=True))
    assert sum(truth.alive(missing)) == pytest.approx(1)


def test_what_cannot_be_is_believed_when_it_is_seen():
    assert truth.found((0.0, 0.0, 1.0, *[0.0] * 13), 1) == (0.0, 1.0, *[0.0] * 14)
    assert truth.found(SURE, -2) == SURE
    assert truth.missed(SURE, 3, 0.0)[3] == 1.0
    assert truth.missed(SURE, 0, 0.02) == SURE


def test_of_a_large_book_the_last_place_means_perhaps_all():
    missing = truth.missed(truth.grown(truth.counted(), 1.0), 500, 0.02)
    assert truth.at_least(missing, 500)[0] < 0.5
    assert len(truth.at_least(missing, 500)) == 100
