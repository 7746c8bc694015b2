"""Milestones are counted back in opening time, and each alarm is raised once."""

from dataclasses import replace
from datetime import date, time, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from entrepot.network.model import Cap, Method
from entrepot.policies.afterwards import Milestones as Terms
from entrepot.promise.after_model import AlarmCause, Backlog, Look, Milestone, Milestones, Watched
from entrepot.promise.milestones import (
    LOOK_AGAIN,
    RELEASE_GRACE,
    counted_back,
    last_day,
    looked,
    opening_after,
    opening_back,
    opening_seconds,
    overfull,
)
from entrepot.terms.calendar import ALWAYS_OPEN
from entrepot.terms.ids import NodeId
from promise.test_rules import EASTERN, MON_TO_SAT, WEEKDAYS, network, node, utc

HOUR = timedelta(hours=1)
MOMENTS = st.integers(0, 30 * 86_400).map(
    lambda second: utc("2026-10-20T00:00+00:00") + timedelta(seconds=second)
)
"""Over the end of daylight saving time."""


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def counted(at: str, ship_by: str, calendar=WEEKDAYS, order_by: str | None = None, **terms):
    compiled = network(node("A", calendar))
    return counted_back(
        0, utc(ship_by), utc("2026-11-20T20:00-05:00"), compiled, Terms(**terms), begins=utc(at),
        order_by=utc(order_by) if order_by else None,
    )  # fmt: skip


def test_counted_back_in_opening_time():
    found = counted("2026-11-02T09:00-05:00", "2026-11-03T10:00-05:00")
    # 30 minutes to pack, 60 to pick and 60 to take it on, and the store opens at nine
    assert found.ship_by == utc("2026-11-03T10:00-05:00")
    assert found.pick_by == utc("2026-11-03T09:30-05:00")
    assert found.accept_by == utc("2026-11-02T17:30-05:00")
    assert found.release_by == utc("2026-11-02T16:30-05:00")


def test_handling_hours_let_it_begin_earlier():
    found = counted(
        "2026-11-02T09:00-05:00", "2026-11-03T18:00-05:00", order_by="2026-11-02T11:00-05:00"
    )
    assert found.release_by == utc("2026-11-02T11:00-05:00")
    assert found.accept_by == utc("2026-11-03T16:30-05:00")


def test_where_time_is_short_each_step_has_its_share():
    found = counted("2026-11-02T16:45-05:00", "2026-11-02T18:00-05:00")  # half of 150 minutes
    assert found.pick_by == utc("2026-11-02T17:45-05:00")
    assert found.accept_by == utc("2026-11-02T17:15-05:00")
    assert found.release_by == utc("2026-11-02T16:50-05:00")


def test_patience_may_be_shorter_than_the_promise_needs():
    found = counted(
        "2026-11-02T17:50-05:00", "2026-11-05T18:00-05:00", replan_unaccepted_after_minutes=30
    )
    assert found.accept_by == utc("2026-11-03T09:20-05:00")


def test_what_cannot_leave_in_time_is_due_at_once():
    found = counted("2026-11-02T19:00-05:00", "2026-11-02T18:00-05:00")
    assert {found.release_by, found.accept_by, found.pick_by} == {utc("2026-11-02T19:00-05:00")}


@given(
    at=MOMENTS,
    lead=st.timedeltas(timedelta(0), timedelta(days=9)),
    minutes=st.tuples(*[st.integers(0, 2_000)] * 3),
    patience=st.none() | st.integers(5, 5_000),
    calendar=st.sampled_from([WEEKDAYS, MON_TO_SAT, ALWAYS_OPEN]),
)
def test_they_are_always_in_their_order_and_never_before_the_work_begins(
    at, lead, minutes, patience, calendar
):
    accept, pick, pack = minutes
    terms = Terms(
        accept_minutes=accept, pick_minutes=pick, pack_minutes=pack,
        replan_unaccepted_after_minutes=patience,
    )  # fmt: skip
    ship_by, compiled = at + lead, network(node("A", calendar))
    found = counted_back(0, ship_by, ship_by + HOUR, compiled, terms, begins=at, order_by=at + HOUR)
    steps = [at, found.release_by, found.accept_by, found.pick_by, found.ship_by]
    assert steps == sorted(steps)
    assert found.ship_by == ship_by


@given(
    at=MOMENTS,
    span=st.integers(0, 40 * 3600),
    calendar=st.sampled_from([WEEKDAYS, MON_TO_SAT, ALWAYS_OPEN]),
)
def test_opening_time_back_and_forth_is_the_same(at, span, calendar):
    until = opening_after(calendar, EASTERN, at, timedelta(seconds=span))
    assert opening_seconds(calendar, EASTERN, at, until) == span
    again = opening_back(calendar, EASTERN, until, span)
    assert again >= at
    assert opening_seconds(calendar, EASTERN, again, until) == span


def test_the_last_day_that_makes_the_promise():
    compiled = network(node("A", MON_TO_SAT))
    lane = next(each for each in compiled.network.lanes if each.lane_id == "1-2")
    tuesday = utc("2026-11-10T20:00-05:00")
    # Friday's and Saturday's parcels both arrive on Tuesday
    assert last_day(0, lane, EASTERN, day("2026-11-06"), tuesday, compiled) == day("2026-11-07")
    assert last_day(0, lane, EASTERN, day("2026-11-05"), tuesday, compiled) == day("2026-11-07")
    # planned on Monday it is too late: Saturday is the last day that was not
    assert last_day(0, lane, EASTERN, day("2026-11-09"), tuesday, compiled) == day("2026-11-07")


NOON = utc("2026-11-02T12:00-05:00")


def work(state: str = "released", **changes) -> Watched:
    some = {
        "fulfillment_order_id": "f", "order_id": "o",
        "release_by": NOON + HOUR, "accept_by": NOON + 4 * HOUR, "pick_by": NOON + 5 * HOUR,
        "ship_by": NOON + 6 * HOUR, "deliver_by": NOON + 48 * HOUR, "alarm": None,
        "missed": False, "cause": None, "node_id": NodeId("A"), "state": state, "moved_at": NOON,
        "held": False,
    }  # fmt: skip
    return Watched(**some | changes)


def test_a_look_says_fine_at_risk_missed():
    assert looked(work(), NOON + 2 * HOUR, HOUR) == Look(NOON + 3 * HOUR)
    at_risk = looked(work(), NOON + 3 * HOUR, HOUR)
    assert (at_risk.alarm, at_risk.missed, at_risk.news) == (Milestone.ACCEPT, False, True)
    assert at_risk.watch_at == NOON + 4 * HOUR
    missed = looked(work(alarm="accept", cause="time"), NOON + 4 * HOUR, HOUR)
    assert (missed.alarm, missed.missed, missed.news) == (Milestone.ACCEPT, True, True)
    again = looked(work(alarm="accept", missed=True, cause="time"), NOON + 5 * HOUR, HOUR)
    assert (again.news, again.watch_at) == (False, NOON + 5 * HOUR + LOOK_AGAIN)


def test_half_of_its_time_must_have_passed_before_it_is_at_risk():
    assert looked(work(), NOON, timedelta(days=2)).watch_at == NOON + 2 * HOUR


def test_work_that_has_moved_on_is_fine_again():
    found = looked(work("picked", alarm="accept", missed=True, cause="time"), NOON + HOUR, HOUR)
    assert (found.alarm, found.over) == (None, True)


def test_who_was_told_late_has_a_moment_to_accept():
    late = work(moved_at=NOON + 5 * HOUR)
    assert looked(late, NOON + 5 * HOUR, HOUR).missed is False
    assert looked(late, NOON + 5 * HOUR + RELEASE_GRACE, HOUR).missed is True


def test_a_nodes_alarm_stands_until_the_work_has_moved_on():
    paused = work(alarm="accept", cause="paused")
    found = looked(paused, NOON, HOUR)
    assert (found.alarm, found.cause, found.news) == (Milestone.ACCEPT, AlarmCause.PAUSED, False)


def test_a_parcel_is_late_when_its_day_is_over_not_before():
    under_way = work("shipped")
    assert looked(under_way, NOON + 47 * HOUR, HOUR) == Look(NOON + 48 * HOUR)
    assert looked(under_way, NOON + 48 * HOUR, HOUR).missed is True
    assert looked(work("ready_for_pickup"), NOON + 48 * HOUR, HOUR).watch_at is None


STATES = ("planned", "released", "accepted", "picking", "picked", "packed", "shipped", "delivered")


@given(
    moves=st.lists(st.integers(0, 200), max_size=7).map(sorted),
    looks=st.lists(st.integers(0, 300), min_size=1, max_size=60).map(sorted),
    alert=st.integers(0, 300),
)
def test_whatever_the_pace_each_alarm_is_news_once(moves, looks, alert):
    """Times are quarter hours from noon; the row is kept between looks as the sweep keeps it."""
    quarter, news = HOUR / 4, []
    row = work("planned")
    for tick in looks:
        step = sum(move <= tick for move in moves)
        moved = NOON + quarter * (moves[step - 1] if step else 0)
        row = msgspec.structs.replace(row, state=STATES[step], moved_at=moved)
        found = looked(row, NOON + quarter * tick, alert * timedelta(minutes=1))
        if found.news:
            news.append((found.alarm, found.missed))
        row = msgspec.structs.replace(
            row, alarm=found.alarm, missed=found.missed, cause=found.cause
        )
        assert (found.alarm is None) == (found.cause is None)
        assert found.watch_at is not None or STATES[step] == "delivered"
    assert len(news) == len(set(news))


def full(*backlog: tuple[str, int, int], at: str, method: str = "ship", **limits):
    made = node("A", WEEKDAYS, cut_off=time(14))
    compiled = network(replace(made, **limits))
    rows = [Backlog(NodeId("A"), date.fromisoformat(d), method, w, a) for d, w, a in backlog]
    found = overfull(rows, 0, compiled, utc(at))
    return found and (found.day.isoformat(), found.excess)


def test_more_work_than_the_days_hold():
    morning, evening = "2026-11-02T09:00-05:00", "2026-11-02T15:00-05:00"
    assert full(("2026-11-02", 3, 0), capacity_per_day=3, at=morning) is None
    assert full(("2026-11-02", 5, 0), capacity_per_day=3, at=morning) == ("2026-11-02", 2)
    assert full(("2026-11-02", 5, 2), capacity_per_day=3, at=morning) is None  # told of before
    assert full(("2026-11-02", 3, 0), capacity_per_day=3, at=evening) == (
        "2026-11-02",
        3,
    )  # the day is over
    assert full(("2026-11-02", 4, 0), ("2026-11-03", 5, 0), capacity_per_day=4, at=morning) == (
        "2026-11-03", 1,
    )  # fmt: skip
    # what is left from days before has to be done in those to come
    assert full(("2026-10-30", 4, 0), ("2026-11-03", 3, 0), capacity_per_day=3, at=morning) == (
        "2026-10-30", 4,
    )  # fmt: skip


def test_a_days_cap_and_what_is_sent_have_limits_of_their_own():
    morning, monday = "2026-11-02T09:00-05:00", date(2026, 11, 2)
    two = {"caps": (Cap(monday, 2),)}
    assert full(("2026-11-02", 5, 0), at=morning, **two) == ("2026-11-02", 3)
    assert full(("2026-11-03", 500, 0), at=morning, **two) is None, "other days hold anything"
    assert full(("2026-11-02", 5, 0), at=morning, capacity_per_day=4, **two) == ("2026-11-02", 3)
    sent = {"capacity_per_service": ((Method.SHIP, 1),)}
    assert full(("2026-11-02", 3, 0), at=morning, capacity_per_day=9, **sent) == ("2026-11-02", 2)
    assert full(("2026-11-02", 3, 0), at=morning, method="pickup", **sent) is None
    closed = {"caps": (Cap(monday, 0, Method.SHIP),)}
    assert full(("2026-11-02", 3, 1), at=morning, **closed) == ("2026-11-02", 2)
    # both are too much: the larger serves both
    assert full(("2026-11-02", 6, 0), at=morning, capacity_per_day=4, **sent) == ("2026-11-02", 5)


def test_milestones_name_their_times():
    times = Milestones(*[NOON + n * HOUR for n in range(5)])
    assert [times.of(each) for each in Milestone] == [NOON + n * HOUR for n in range(5)]
