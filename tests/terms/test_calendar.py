from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.terms.calendar import (
    ALWAYS_OPEN,
    DAY_MINUTES,
    Calendar,
    business_days_after,
    calendar_json,
    calendar_of,
    instant,
    time_zone,
)

NEW_YORK = time_zone("America/New_York")
THANKSGIVING = date(2026, 11, 26)
SHOP = {
    "weekly": {
        "mon": ["09:00-12:30", "13:30-18:00"],
        "thu": ["09:00-18:00"],
        "sat": ["20:00-24:00"],
    },
    "holidays": ["2026-11-26"],
}


def test_a_calendar_knows_its_hours_by_weekday():
    shop = calendar_of(SHOP)
    assert shop.spans(date(2026, 11, 23)) == ((540, 750), (810, 1080))
    assert shop.spans(date(2026, 11, 28)) == ((1200, 1440),)
    assert shop.closes(date(2026, 11, 23)) == 1080


def test_a_weekday_that_is_not_named_is_closed():
    shop = calendar_of(SHOP)
    assert shop.is_open_day(date(2026, 11, 19))
    assert not shop.is_open_day(date(2026, 11, 24))
    assert shop.closes(date(2026, 11, 24)) is None


def test_a_holiday_closes_an_open_weekday():
    assert calendar_of(SHOP).spans(THANKSGIVING) == ()


def test_the_next_open_day_is_after_the_day_and_past_the_holiday():
    shop = calendar_of(SHOP)
    assert shop.next_open_day(date(2026, 11, 23)) == date(2026, 11, 28)
    assert shop.next_open_day(date(2026, 11, 28)) == date(2026, 11, 30)


def test_a_place_that_never_opens_has_no_next_open_day():
    assert calendar_of({"weekly": {}}).next_open_day(THANKSGIVING) is None


def test_the_next_open_day_is_looked_for_no_farther_than_asked():
    mondays = calendar_of({"weekly": {"mon": ["09:00-10:00"]}})
    assert mondays.next_open_day(date(2026, 11, 23), days_max=6) is None
    assert mondays.next_open_day(date(2026, 11, 23), days_max=7) == date(2026, 11, 30)


@pytest.mark.parametrize("value", [None, {}])
def test_no_calendar_is_always_open(value):
    assert calendar_of(value) == ALWAYS_OPEN
    assert ALWAYS_OPEN.spans(THANKSGIVING) == ((0, 1440),)


def test_holidays_alone_close_a_place_that_is_otherwise_always_open():
    assert calendar_of({"holidays": ["2026-12-25"]}) == Calendar(
        ALWAYS_OPEN.weekly, frozenset({date(2026, 12, 25)})
    )


def test_a_calendar_prints_as_it_was_read():
    assert calendar_json(calendar_of(SHOP)) == SHOP


def test_spans_are_put_in_order_and_may_touch():
    read = calendar_of({"weekly": {"tue": ["13:00-14:00", "09:00-13:00"]}})
    assert read.weekly[1] == ((540, 780), (780, 840))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "calendar: must be an object"),
        ({"week": {}}, "calendar/week: unknown; expected weekly, holidays"),
        ({"weekly": []}, "calendar/weekly: must be an object"),
        (
            {"weekly": {"monday": []}},
            "calendar/weekly/monday: unknown; expected mon, tue, wed, thu, fri, sat, sun",
        ),
        ({"weekly": {"mon": "09:00-18:00"}}, "calendar/weekly/mon: must be a list"),
        ({"weekly": {"mon": ["9-18"]}}, 'calendar/weekly/mon/0: must look like "09:00-18:00"'),
        ({"weekly": {"mon": [900]}}, 'calendar/weekly/mon/0: must look like "09:00-18:00"'),
        (
            {"weekly": {"mon": ["09:00-18:00\n"]}},
            'calendar/weekly/mon/0: must look like "09:00-18:00"',
        ),
        ({"weekly": {"mon": ["09:00-24:01"]}}, "calendar/weekly/mon/0: 24:01 is not a time of day"),
        ({"weekly": {"mon": ["09:60-11:00"]}}, "calendar/weekly/mon/0: 09:60 is not a time of day"),
        (
            {"weekly": {"fri": ["08:00-09:00", "22:00-06:00"]}},
            "calendar/weekly/fri/1: must close after it opens; split a night at 24:00",
        ),
        (
            {"weekly": {"sun": ["09:00-12:00", "11:59-13:00"]}},
            "calendar/weekly/sun/1: overlaps another span of the day",
        ),
        ({"weekly": {"sun": ["09:00-12:00"] * 9}}, "calendar/weekly/sun: at most 8"),
        ({"holidays": {}}, "calendar/holidays: must be a list"),
        (
            {"holidays": ["2026-11-26", "2026-02-30"]},
            'calendar/holidays/1: must be a date like "2026-11-26"',
        ),
        ({"holidays": ["20261126"]}, 'calendar/holidays/0: must be a date like "2026-11-26"'),
        ({"holidays": [20261126]}, 'calendar/holidays/0: must be a date like "2026-11-26"'),
        ({"holidays": ["2026-11-26"] * 1001}, "calendar/holidays: at most 1000"),
    ],
)
def test_a_bad_calendar_is_refused_by_naming_the_field(value, said):
    with pytest.raises(ValueError, match="calendar") as caught:
        calendar_of(value)
    assert str(caught.value) == said


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "America", "x" * 5000])
def test_what_is_no_time_zone_is_a_value_error(name):
    with pytest.raises(ValueError, match="is not a time zone"):
        time_zone(name)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        ("America/New_York", "2026-03-07", "02:30", "2026-03-07T07:30"),  # the day before: EST
        ("America/New_York", "2026-03-08", "01:59", "2026-03-08T06:59"),
        ("America/New_York", "2026-03-08", "02:00", "2026-03-08T07:00"),  # does not exist: 03:00
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30"),  # does not exist: 03:30
        ("America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),  # twice: the first, EDT
        ("America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00"),
        ("America/New_York", "2026-11-01", "24:00", "2026-11-02T05:00"),
        ("America/Los_Angeles", "2026-03-08", "02:15", "2026-03-08T10:15"),
        ("America/Los_Angeles", "2026-11-01", "01:00", "2026-11-01T08:00"),
        ("America/Phoenix", "2026-03-08", "02:30", "2026-03-08T09:30"),
        ("America/Phoenix", "2026-11-01", "01:30", "2026-11-01T08:30"),
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00"),  # midnight does not exist
    ],
)
def test_a_wall_clock_becomes_the_right_instant(zone, day, clock, expected):
    hours, minutes = map(int, clock.split(":"))
    found = instant(date.fromisoformat(day), hours * 60 + minutes, time_zone(zone))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_days_are_23_and_25_hours_long_when_clocks_change():
    def length(day: date) -> timedelta:
        return instant(day, DAY_MINUTES, NEW_YORK) - instant(day, 0, NEW_YORK)

    assert length(date(2026, 3, 8)) == timedelta(hours=23)
    assert length(date(2026, 11, 1)) == timedelta(hours=25)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-11-20", 0, "2026-11-20"),  # a Friday
        ("2026-11-21", 0, "2026-11-23"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-11-24", 2, "2026-11-27"),  # over Thanksgiving
        ("2026-11-26", 0, "2026-11-27"),
        ("2026-11-20", 10, "2026-12-07"),
    ],
)
def test_business_days_skip_weekends_and_the_carriers_holidays(day, count, expected):
    found = business_days_after(date.fromisoformat(day), count, {THANKSGIVING})
    assert found == date.fromisoformat(expected)


minutes = st.integers(0, DAY_MINUTES)
weeks = st.lists(
    st.lists(st.tuples(minutes, minutes).filter(lambda s: s[0] < s[1]), max_size=1).map(tuple),
    min_size=7,
    max_size=7,
).map(tuple)
calendars = st.builds(Calendar, weeks, st.frozensets(st.dates(), max_size=4))
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@settings(max_examples=100, deadline=None)
@given(calendars)
def test_every_calendar_survives_its_json(calendar):
    assert calendar_of(calendar_json(calendar)) == calendar


@settings(max_examples=100, deadline=None)
@given(calendars, days)
def test_no_open_day_is_skipped(calendar, day):
    found = calendar.next_open_day(day)
    last = found or day + timedelta(days=367)
    between = [day + timedelta(days=n) for n in range(1, (last - day).days)]
    assert not any(calendar.is_open_day(each) for each in between)
    assert found is None or calendar.is_open_day(found)


@settings(max_examples=200, deadline=None)
@given(days, st.integers(0, 20), st.integers(0, 20))
def test_business_days_add_up(day, first, then):
    start = business_days_after(day, 0)
    assert business_days_after(business_days_after(start, first), then) == business_days_after(
        start, first + then
    )
