"""Which change is worth telling: crossings always, steps as the rule says, nothing twice."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.journey.material import band, material, news
from entrepot.journey.model import Due, Published, Why
from entrepot.policies.model import Publication

AT = datetime(2026, 11, 20, tzinfo=UTC)

units = st.integers(0, 5_000)
rules = st.builds(
    Publication,
    channel=st.just("web"),
    low_at=st.integers(0, 50),
    step_units=st.none() | st.integers(1, 500),
    step_share=st.none() | st.floats(0.01, 1),
)


def rule(**said) -> Publication:
    return Publication(channel="web", **said)


@pytest.mark.parametrize(
    ("was", "now", "said", "why"),
    [
        (None, 0, {}, Why.FIRST),
        (None, 5, {}, Why.FIRST),
        (5, 5, {}, None),
        (5, 4, {}, Why.STEP),
        (0, 1, {"step_units": None}, Why.THRESHOLD),
        (1, 0, {"step_units": 100}, Why.THRESHOLD),
        (6, 5, {"low_at": 5, "step_units": 100}, Why.THRESHOLD),
        (5, 6, {"low_at": 5, "step_units": 100}, Why.THRESHOLD),
        (5, 1, {"low_at": 5, "step_units": 100}, None),
        (100, 91, {"step_units": 10}, None),
        (100, 90, {"step_units": 10}, Why.STEP),
        (100, 110, {"step_units": 10}, Why.STEP),
        (100, 81, {"step_units": None, "step_share": 0.2}, None),
        (100, 80, {"step_units": None, "step_share": 0.2}, Why.STEP),
        (1000, 950, {"step_units": 50, "step_share": 0.2}, Why.STEP),
        (10, 8, {"step_units": 50, "step_share": 0.2}, Why.STEP),
        (1000, 951, {"step_units": 50, "step_share": 0.2}, None),
        (100, 1, {"step_units": None}, None),
    ],
)
def test_a_change_is_told_as_the_rule_says(was, now, said, why):
    assert material(rule(**said), was, now) is why


@given(rules, units, units)
def test_a_crossing_is_always_told(rule, was, now):
    crossed = band(was, rule.low_at) is not band(now, rule.low_at)
    assert (material(rule, was, now) is Why.THRESHOLD) is crossed


@given(rules, units)
def test_what_has_not_changed_is_not_told(rule, was):
    assert material(rule, was, was) is None


@given(rules, units, units)
def test_a_change_smaller_than_both_steps_is_not_told(rule, was, now):
    if band(was, rule.low_at) is band(now, rule.low_at):
        small = (rule.step_units is None or abs(now - was) < rule.step_units) and (
            rule.step_share is None or abs(now - was) < rule.step_share * was
        )
        assert (material(rule, was, now) is None) is (small or was == now)


@given(rules, st.lists(units, min_size=1, max_size=40))
def test_what_was_told_last_never_strays_further_than_the_rule_allows(rule, walk):
    """However small the steps: each is compared with what was told, not with what was."""
    told, version = None, 0
    for now in walk:
        before = {}
        if told is not None:
            before = {("web", "A"): Published("web", "A", told, version, AT)}
        found = news([Due("web", "A", False)], {"web": rule}, {("web", "A"): now}, before)  # noqa: FBT003 - a row
        for each in found:
            assert (each.was, each.version) == (told, version + 1)
            told, version = each.available, each.version
        assert material(rule, told, now) is None
        if rule.step_units is not None:
            assert abs(now - told) < rule.step_units


def test_a_republish_tells_what_has_not_changed_and_leaves_out_what_is_not_known():
    due = [Due("web", "A", True), Due("web", "B", False), Due("web", "C", True)]  # noqa: FBT003 - rows
    before = {("web", s): Published("web", s, 3, 7, AT) for s in "AB"}
    now = {("web", "A"): 3, ("web", "B"): 3}
    (one,) = news(due, {"web": rule()}, now, before)
    assert (one.sku, one.available, one.was, one.version, one.why) == ("A", 3, 3, 8, Why.REPUBLISH)
