"""A customer hears of another day, never of another hour, and never to and fro."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.promise.after_model import Cause, Expected, Told
from entrepot.promise.revision_rules import is_news, moved_days
from entrepot.terms.ids import OrderId

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY, QUIET = timedelta(days=1), timedelta(hours=12)
ZONE = "America/Chicago"


def told(latest: datetime, **before) -> Told:
    return Told(OrderId("o"), before.get("was"), before.get("at"), 0, latest, latest)


def expects(latest: datetime) -> Expected:
    return Expected(latest, latest, Cause.SCAN, "a reason")


@pytest.mark.parametrize(
    ("hours", "days"), [(0, 0), (1, 0), (11, 0), (-1, 0), (24, 1), (12, 1), (-24, -1), (-13, -1)]
)
def test_days_are_those_of_the_destination(hours, days):
    # noon of Chicago's 20 November
    noon = datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert moved_days(noon, noon + timedelta(hours=hours), ZONE) == days


def test_a_first_move_is_told_and_an_hour_is_not():
    assert is_news(told(NOON), expects(NOON + DAY), ZONE, NOON, quiet=QUIET)
    assert is_news(told(NOON), expects(NOON - DAY), ZONE, NOON, quiet=QUIET)
    assert not is_news(told(NOON), expects(NOON + timedelta(hours=1)), ZONE, NOON, quiet=QUIET)


def test_it_moves_on_at_once_and_back_only_after_a_while():
    later = told(NOON + DAY, was=NOON, at=NOON)
    soon, afterwards = NOON + timedelta(hours=1), NOON + QUIET
    assert is_news(later, expects(NOON + 2 * DAY), ZONE, soon, quiet=QUIET)
    assert not is_news(later, expects(NOON), ZONE, soon, quiet=QUIET)
    assert is_news(later, expects(NOON), ZONE, afterwards, quiet=QUIET)


def test_earlier_dates_may_stay_untold_but_a_delay_that_ends_is_told():
    ask = {"quiet": QUIET, "tell_earlier": False}
    assert not is_news(told(NOON), expects(NOON - DAY), ZONE, NOON, **ask)
    later = told(NOON + DAY, was=NOON, at=NOON)
    assert is_news(later, expects(NOON), ZONE, NOON + DAY, **ask)


@given(
    news=st.lists(st.tuples(st.integers(0, 30), st.integers(-200, 200)), min_size=1, max_size=40),
    quiet_hours=st.integers(0, 72),
    zone=st.sampled_from([ZONE, "Pacific/Auckland", "Europe/Lisbon", ""]),
)
def test_no_date_ever_flaps(news, quiet_hours, zone):
    """Whatever is expected when: moves are of days, and turn back only after the quiet hours."""
    quiet, at, now = timedelta(hours=quiet_hours), NOON, told(NOON)
    moves: list[tuple[datetime, int]] = []
    for wait, hours in news:
        at += timedelta(hours=wait)
        found = expects(NOON + timedelta(hours=hours))
        if not is_news(now, found, zone, at, quiet=quiet):
            continue
        moves.append((at, moved_days(now.latest, found.latest, zone)))
        now = msgspec.structs.replace(
            now, latest=found.latest, earliest=found.earliest, was=now.latest, revised_at=at,
            revision_no=now.revision_no + 1,
        )  # fmt: skip
    assert all(days for _, days in moves)
    for (before, one), (after, other) in pairwise(moves):
        if one * other < 0:
            assert after - before >= quiet
