import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.access.throttle import Allowance, Throttle, level_after, wait_s

THREE = Allowance(3, 10.0)


def test_so_many_tries_at_once_then_one_at_a_time():
    throttle = Throttle(THREE)
    assert [throttle.take("mia", 0.0) for _ in range(4)] == [0, 0, 0, 10.0]
    assert throttle.take("mia", 4.0) == pytest.approx(6.0)
    assert throttle.take("mia", 10.0) == 0
    assert throttle.take("mia", 10.0) == pytest.approx(10.0)


def test_a_refused_try_costs_nothing_and_others_are_not_touched():
    throttle = Throttle(THREE)
    for _ in range(20):
        throttle.take("mia", 0.0)
    assert throttle.take("mia", 10.0) == 0
    assert throttle.take("tom", 0.0) == 0


def test_who_was_right_has_not_tried():
    throttle = Throttle(THREE)
    for _ in range(20):
        assert throttle.take("mia", 0.0) == 0
        throttle.give_back("mia", 0.0)


@given(names=st.lists(st.integers(0, 50).map(str), max_size=300))
@settings(max_examples=50, deadline=None)
def test_what_is_kept_is_bounded_whatever_is_asked(names):
    throttle = Throttle(THREE, most=5)
    for at, name in enumerate(names):
        throttle.take(name, float(at))
        assert len(throttle) <= 5


@given(
    tries=st.lists(st.floats(0, 30), min_size=1, max_size=200),
    burst=st.integers(1, 20),
    every_s=st.floats(0.5, 60),
)
@settings(max_examples=200, deadline=None)
def test_over_any_time_no_more_get_through_than_were_promised(tries, burst, every_s):
    allowance, now, through = Allowance(burst, every_s), 0.0, 0
    throttle = Throttle(allowance)
    for pause in tries:
        now += pause
        through += throttle.take("mia", now) == 0
    assert through <= burst + now / every_s + 1e-6


@given(level=st.floats(0, 3), passed=st.floats(0, 1e6))
@settings(max_examples=200, deadline=None)
def test_who_waits_as_long_as_told_may_try(level, passed):
    wait = wait_s(level, THREE)
    assert (wait == 0) == (level >= 1)
    assert level_after(level, wait, THREE) >= 1 - 1e-9
    assert level_after(level, passed, THREE) <= THREE.burst
    assert level_after(level, -1.0, THREE) == level, "a clock that went back gives nothing"
