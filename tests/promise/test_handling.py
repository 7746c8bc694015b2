"""A node's handling hours: opening hours between an order and the hand-over to the carrier."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.compiled import WORK_DAYS_AHEAD_MAX, Compiled
from entrepot.network.model import HANDLING_HOURS_MAX, Lane, Method, Network, Node, NodeKind
from entrepot.promise.model import Promise
from entrepot.promise.rules import promised
from entrepot.terms.calendar import ALWAYS_OPEN, calendar_of
from entrepot.terms.ids import LaneId, MarketId, NodeId
from entrepot.terms.place import Place

A = NodeId("A")
ZONE = "America/New_York"
DAYS = ("mon", "tue", "wed", "thu", "fri")
WEEKDAYS = calendar_of(
    {"weekly": {day: ["09:00-18:00"] for day in DAYS}, "holidays": ["2026-11-26"]}
)
LUNCH = calendar_of({"weekly": {day: ["09:00-12:00", "13:00-18:00"] for day in DAYS}})
MONDAYS = calendar_of({"weekly": {"mon": ["09:00-10:00"]}})


def node(hours: int, calendar=WEEKDAYS, cut_off: time | None = None) -> Compiled:
    services = frozenset(Method)
    one = Node(
        A, "A", NodeKind.SUPPLIER, Place("US", ""), ZONE, services, calendar, cut_off,
        handling_hours=hours,
    )  # fmt: skip
    lane = Lane(LaneId("L"), "ups", "ground", 1, 2, (), transit_days_min=2)
    return Compiled(Network(MarketId("m"), 1, (one,), (lane,), ()))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def day(compiled: Compiled, at: str) -> str:
    found = int(compiled.days(utc(at)).work_day[0])
    return date.fromordinal(found).isoformat() if found >= 0 else "never"


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (0, "2026-11-16T13:59", "2026-11-16"),
        (0, "2026-11-16T14:00", "2026-11-17"),
        (2, "2026-11-16T11:59", "2026-11-16"),
        (2, "2026-11-16T12:00", "2026-11-17"),
        (5, "2026-11-16T08:59", "2026-11-16"),  # the morning is just long enough
        (5, "2026-11-16T09:00", "2026-11-17"),
        (6, "2026-11-16T08:00", "2026-11-17"),  # it is not, by an hour of the day before
        (6, "2026-11-16T16:59", "2026-11-17"),
        (6, "2026-11-16T17:00", "2026-11-18"),
        (6, "2026-11-20T18:00", "2026-11-24"),  # Friday evening: Monday has five hours only
        (9, "2026-11-25T13:59", "2026-11-27"),  # Thursday is a holiday
        (9, "2026-11-25T14:00", "2026-11-30"),
        (45, "2026-11-16T13:59", "2026-11-23"),  # a week of work
    ],
)
def test_work_is_done_on_the_first_day_that_leaves_the_hours(hours, at, expected):
    assert day(node(hours, cut_off=time(14)), at) == expected


def test_lunch_is_no_working_time():
    compiled = node(4, LUNCH, time(15))
    assert day(compiled, "2026-11-16T09:59") == "2026-11-16"
    assert day(compiled, "2026-11-16T10:00") == "2026-11-17"


def test_around_the_clock_hours_are_hours_also_where_clocks_change():
    compiled = node(24, ALWAYS_OPEN, time(14))
    assert day(compiled, "2026-11-17T13:59") == "2026-11-18"
    assert compiled.order_by(0, date(2026, 11, 1).toordinal()) == utc("2026-10-31T15:00")


def test_a_node_that_has_not_the_hours_in_thirty_days_is_asked_nothing():
    assert day(node(4, MONDAYS), "2026-11-16T08:00") == "2026-12-07"
    assert day(node(9, MONDAYS), "2026-11-16T08:00") == "never"
    compiled = node(9, MONDAYS)
    assert promised([(A, LaneId("L"))], Question(), compiled, utc("2026-11-16T08:00")) is None


class Question:
    """To somewhere whose time zone is not known."""

    method = Method.SHIP
    destination = None


def shipped(compiled: Compiled, at: str) -> Promise:
    found = promised([(A, LaneId("L"))], Question(), compiled, utc(at))
    assert found is not None
    return found


def test_the_promise_counts_them_and_says_until_when_it_holds():
    assert shipped(node(6, cut_off=time(14)), "2026-11-16T10:00") == Promise(
        earliest=utc("2026-11-19T08:00"),
        latest=utc("2026-11-19T20:00"),
        order_by=utc("2026-11-16T17:00"),
        ship_by=utc("2026-11-17T14:00"),
    )


def test_a_day_says_how_long_it_stays_what_it_is():
    found = node(6, cut_off=time(14)).days(utc("2026-11-16T10:00"))
    assert found.valid_until == utc("2026-11-16T17:00")


def test_a_pickup_has_its_own_lead_time():
    at = utc("2026-11-16T10:00")

    class Pickup(Question):
        method = Method.PICKUP

    slow, quick = (promised([(A, None)], Pickup(), node(hours), at) for hours in (40, 0))
    assert slow == quick


MOMENTS = st.integers(0, 60 * 24 * 40).map(
    lambda minutes: datetime(2026, 10, 20, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(
    at=MOMENTS,
    hours=st.integers(0, HANDLING_HOURS_MAX),
    calendar=st.sampled_from([WEEKDAYS, LUNCH, MONDAYS, ALWAYS_OPEN]),
    cut_off=st.sampled_from([None, time(14)]),
)
@settings(max_examples=300, deadline=None)
def test_the_hours_lie_between_the_order_and_the_hand_over_and_no_earlier_day_has_them(
    at, hours, calendar, cut_off
):
    compiled = node(hours, calendar, cut_off)
    today = at.astimezone(ZoneInfo(ZONE)).date().toordinal()
    ahead = range(today, today + WORK_DAYS_AHEAD_MAX + 1)
    fitting = [d for d in ahead if _worked(compiled, at, d) > timedelta(hours=hours)]
    assert compiled.work_day(0, at) == next(iter(fitting), -1)


def _worked(compiled: Compiled, at: datetime, day: int) -> timedelta:
    """Opening time from `at` to a day's cut-off; none where the day is closed.

    Counted forwards and a moment more where the node is closed at `at`, since nothing is lost then.
    """
    calendar, ends = compiled.network.nodes[0].calendar, compiled.cut_off(0, day)
    if not calendar.is_open_day(date.fromordinal(day)):
        return timedelta(0)
    zone, worked, inside = ZoneInfo(ZONE), timedelta(0), False
    for each in range(at.astimezone(zone).date().toordinal(), day + 1):
        for first, last in calendar.spans(date.fromordinal(each)):
            opens, closes = (_at(each, minute, zone) for minute in (first, last))
            worked += max(min(closes, ends) - max(opens, at), timedelta(0))
            inside = inside or opens <= at < closes
    return worked if inside or at >= ends else worked + timedelta(microseconds=1)


def _at(day: int, minute: int, zone: ZoneInfo) -> datetime:
    midnight = datetime.combine(date.fromordinal(day + minute // 1440), time(), zone)
    wall = midnight + timedelta(
        minutes=minute % 1440
    )  # wall time; no span begins where clocks jump
    return wall.astimezone(UTC)
