"""Whose turn it is follows from the time alone, and a ticket cannot be made up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.inventory import launch_rules
from entrepot.inventory.launch_model import FIRST_MAX, PER_S_MAX, Launch, Line
from entrepot.terms.ids import LaunchId, MarketId, Sku

US = MarketId("US")
OPENS = datetime(2026, 12, 1, 9, tzinfo=UTC)
LAUNCH = Launch(
    LaunchId("drop"), "open", [Sku("SHOE")], OPENS, 10, 5, 0, b"s" * 32, None, OPENS, OPENS, 1
)
lines = st.builds(Line, st.integers(0, FIRST_MAX), st.integers(1, PER_S_MAX))
moments = st.integers(0, 10**12).map(lambda us: OPENS + timedelta(microseconds=us))


@pytest.mark.parametrize(
    ("after_s", "admitted"),
    [(-1, 0), (0, 10), (0.199, 10), (0.2, 11), (1, 15), (1.999, 19), (60, 310)],
)
def test_so_many_are_admitted_at_the_opening_and_so_many_in_each_second_after(after_s, admitted):
    at = OPENS + timedelta(seconds=after_s)
    assert launch_rules.admitted(Line(10, 5), OPENS, at) == admitted


@given(lines, st.integers(1, 10**9))
def test_a_turn_is_the_first_moment_at_which_its_ticket_is_admitted(line, number):
    turn = launch_rules.turn_at(line, OPENS, number)
    assert launch_rules.admitted(line, OPENS, turn) >= number
    if turn > OPENS:
        before = turn - timedelta(microseconds=1)
        assert launch_rules.admitted(line, OPENS, before) < number


@given(lines, moments, moments)
def test_nobody_who_was_admitted_is_ever_sent_back(line, one, other):
    early, late = sorted((one, other))
    assert launch_rules.admitted(line, OPENS, early) <= launch_rules.admitted(line, OPENS, late)


@given(lines, st.integers(1, 10**9), moments)
def test_who_is_admitted_has_nobody_before_him(line, number, at):
    before = launch_rules.ahead(line, OPENS, number, at)
    if launch_rules.admitted(line, OPENS, at) >= number - 1:
        assert before == 0
    else:
        assert before == number - 1 - launch_rules.admitted(line, OPENS, at)


@given(st.integers(1, 10**9 - 1))
def test_a_token_gives_its_number_back(number):
    token = launch_rules.token(LAUNCH, US, number)
    assert launch_rules.number_of(LAUNCH, US, token) == number
    assert token.isascii()
    assert len(token) <= 34


def test_a_token_is_good_for_its_own_market_launch_and_secret_only():
    token = launch_rules.token(LAUNCH, US, 7)
    others = [
        (replace(LAUNCH, secret=b"t" * 32), US),
        (replace(LAUNCH, launch_id=LaunchId("other")), US),
        (LAUNCH, MarketId("CA")),
    ]
    assert [launch_rules.number_of(launch, market, token) for launch, market in others] == [
        None
    ] * 3


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token.replace("7.", "8.", 1),
        lambda token: "0" + token,
        lambda token: token[:-1],
        lambda token: token + "=",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace(".", ":"),
        lambda _: "7.",
        lambda _: ".",
        lambda _: "",
        lambda _: "\u0667." + "A" * 24,
        lambda _: "7." + "é" * 24,
        lambda _: "9" * 30 + "." + "A" * 24,
    ],
)
def test_a_token_that_was_tampered_with_is_none(change):
    token = launch_rules.token(LAUNCH, US, 7)
    assert launch_rules.number_of(LAUNCH, US, change(token)) is None


def test_a_wait_is_whole_seconds_and_never_none():
    at = OPENS
    waits = [
        (timedelta(0), 1),
        (timedelta(milliseconds=1), 1),
        (timedelta(seconds=2), 2),
        (timedelta(seconds=2.5), 3),
        (timedelta(seconds=-5), 1),
    ]
    assert [launch_rules.wait_s(at + wait, at) for wait, _ in waits] == [s for _, s in waits]
