"""The pieces of learning, each by itself."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.promise.learning import calibrate, gate, measured
from entrepot.promise.learning.blend import ALIKE, Choir, Voices
from entrepot.promise.learning.calibrate import Level
from entrepot.promise.learning.censored import given_age
from entrepot.promise.learning.features import Memory
from entrepot.promise.learning.forest import QUANTILES, ascending, grown
from entrepot.promise.learning.habit import Habits, habit_of
from entrepot.promise.learning.pace import paces
from entrepot.promise.learning.past import Past
from entrepot.promise.learning.questions import Question
from entrepot.promise.learning.recent import Recent
from entrepot.promise.learning.table import kilometers, parcels_of
from promise.learning.parcels import DAY, parcels, rows

days = st.floats(0, 100)


@given(st.lists(st.tuples(st.integers(0, 3), days, st.floats(-5, 5)), max_size=40), days)
def test_a_past_answers_what_a_person_would_count(told, now):
    keys = np.array([key for key, _, _ in told], np.int64)
    times = np.array([time for _, time, _ in told])
    values = np.array([value for _, _, value in told])
    past = Past(keys, times, values, 5)
    for _ in range(3):  # the second time all keys are told at once, the third they are known
        found = past.before(np.arange(4), np.full(4, now))
    for key in range(4):
        mine = sorted(
            ((np.floor(t * 86_400), n, v) for n, (k, t, v) in enumerate(told) if k == key),
        )
        last = [v for t, _, v in mine if t < np.floor(now * 86_400)][-5:]
        assert found.count[key] == len(last)
        if last:
            assert found.middle[key] == pytest.approx(np.median(last))
            assert found.mean[key] == pytest.approx(np.mean(last))
            assert found.high[key] == pytest.approx(np.quantile(last, 0.9))
        else:
            assert np.isnan(found.middle[key])


def test_a_great_circle_from_new_york_to_los_angeles():
    there = kilometers(*(np.array([each]) for each in (40.7128, -74.0060, 34.0522, -118.2437)))
    assert there[0] == pytest.approx(3_936, abs=2)


def test_what_is_open_is_given_what_others_took_who_had_come_as_far():
    residuals = np.log1p(np.array([1.0, 2.0, 3.0, 4.0, 9.0]))  # days beyond nothing thought
    thought, age = np.zeros(3), np.array([0.0, 2.5, 30.0])
    told = np.expm1(given_age(thought, age, residuals, 0.5))
    assert told[0] == pytest.approx(3.0), "the middle of all"
    assert told[1] == pytest.approx(4.0), "the middle of those beyond 2.5"
    assert 30.0 < told[2] < 34.0, "older than all: a little more than it is"


def test_learning_without_what_is_open_learns_that_things_are_fast():
    """Of what began in the last four days only the fast parcels are done."""
    dice = np.random.default_rng(3)
    begins = np.sort(dice.uniform(0, 104, 2_000))
    took = 6 * dice.lognormal(0, 0.5, 2_000)
    done = begins + took < 104
    thought = np.full(2_000, np.log1p(5.0))
    age = 104 - begins
    newest = np.flatnonzero(done)[np.argsort((begins + took)[done])[-700:]]
    residuals = np.log1p(took[newest]) - thought[newest]
    new = begins >= 100
    truth = np.median(took[new])
    blind = np.median(took[new & done])
    filled = np.where(done, np.log1p(took), given_age(thought, age, residuals, 0.5))
    seeing = np.expm1(np.median(filled[new]))
    assert blind < 0.5 * truth
    assert seeing == pytest.approx(truth, rel=0.15)


def test_windows_end_where_as_many_outcomes_lie_beyond_as_may():
    scores = np.arange(1.0, 100.0)  # 99 of them: the 95th of 100 places
    assert calibrate.tails(scores, scores, Level(0.05, 0.1)).low == 95.0
    assert calibrate.tails(scores, scores, Level(0.05, 0.1)).high == 90.0


def test_levels_ask_for_fewer_misses_where_there_were_too_many_and_come_back():
    goal = calibrate.goal_of(0.9)
    assert goal == Level(pytest.approx(0.05), pytest.approx(0.05))
    moved = calibrate.adapted(goal, goal, 0.05, 0.25)
    assert (moved.low, moved.high) == (pytest.approx(0.05), pytest.approx(0.03))
    for _ in range(20):
        moved = calibrate.adapted(moved, goal, 0.05, 0.05)
    assert moved.high == pytest.approx(0.05, abs=1e-4)


@given(st.lists(st.lists(st.floats(-3, 3), min_size=4, max_size=4), min_size=1, max_size=5))
def test_quantiles_ascend_and_the_middle_stays(told):
    found = ascending(np.array(told))
    assert (np.diff(found, axis=1) >= 0).all()
    assert (found[:, 1] == np.array(told)[:, 1]).all()


def test_the_same_rows_grow_the_same_forest():
    dice = np.random.default_rng(0)
    matrix, target = dice.normal(size=(400, 3)), dice.normal(size=400)
    one, other = (grown(("a", "b", "c"), matrix, [target] * 4, rounds=5) for _ in range(2))
    assert one == other
    assert len(one.texts) == len(QUANTILES)


def asked(begins, took, rules):
    """Ask about durations, with `rules` (days) as what was thought of them."""
    begins = np.asarray(begins, np.float64)
    nothing = np.empty((len(begins), 0))
    ends = begins + np.asarray(took)
    return Question("whole", (), nothing, np.log1p(rules), begins, ends, np.zeros(len(begins)))


def test_the_lane_is_the_rules_where_they_were_nearer():
    count = 200
    took = np.full(count, 5.0)
    lanes = np.array(["a", "b"] * (count // 2))
    model = np.log1p(np.where(lanes == "a", 5.5, 9.0))
    rules = np.log1p(np.where(lanes == "a", 7.0, 5.0))
    question = asked(np.linspace(0, 50, count), took, np.full(count, 6.0))
    scores = gate.scored(question, model, rules, lanes, 60.0)
    assert scores.count == count
    assert scores.lanes["a"] < 0 < scores.lanes["b"]
    assert scores.prefers_model(np.array(["a", "b"])).tolist() == [True, False]


def test_nobody_prefers_a_model_that_has_hardly_been_scored():
    question = asked(np.arange(20.0), np.full(20, 2.0), np.full(20, 2.0))
    perfect, wrong = np.log1p(np.full(20, 2.0)), np.log1p(np.full(20, 9.0))
    lanes = np.full(20, "a")
    scores = gate.scored(question, perfect, wrong, lanes, 60.0)
    assert scores.overall < 0
    assert not scores.prefers_model(lanes).any()


def test_a_lane_with_few_deliveries_takes_the_measure_of_all():
    told = parcels(days=60, per_day=6)
    one = rows(days=61, per_day=6)[-1]
    found = measured.tables(told, DAY + 60)
    new = parcels_of([one.__class__(**{**_fields(one), "region": "moon", "node": "new"})])
    slow, late = found.estimate(new)
    assert (slow[0], late[0]) == found.anywhere
    assert measured.tables(told, DAY + 0.0) is None, "nothing had been delivered"


def _fields(row):
    return {name: getattr(row, name) for name in row.__struct_fields__}


def test_whoever_has_been_nearer_is_heard_most():
    count = 120
    begins = np.linspace(0, 60, count)
    took = np.full(count, 6.0)
    question = asked(begins, took, np.full(count, 9.0))
    made = np.repeat(np.log1p(np.full(count, 6.2))[:, None], 4, axis=1)
    choir = Choir(question, made)
    assert choir.at(0) == ALIKE
    choir.blended()
    heard = choir.at(80)
    assert heard.weights[0] + heard.weights[1] > 0.6
    assert heard.moves[0] == 0.0
    assert np.expm1(heard.moves[3] + np.log1p(9.0)) < 9.0, "rules are moved towards what came"


def test_voices_that_say_the_same_say_it_together():
    heard = Voices((0.0, 0.0, 0.0, 0.0), (0.1, 0.2, 0.3, 0.4)).heard(np.ones(2), np.ones(2))
    assert heard.tolist() == [1.0, 1.0]


def test_a_pace_falls_when_what_is_due_does_not_come():
    dice = np.random.default_rng(5)
    began = np.sort(dice.uniform(0, 60, 1_200))
    ended = began + 4 * dice.lognormal(0, 0.2, 1_200)
    stalled = np.where((ended > 50) & (ended < 60), ended + 12, ended)
    codes, guess = np.zeros(1_200, np.int64), np.full(1_200, 4.0)
    now, one = np.array([50.0, 58.0]), np.zeros(2, np.int64)
    usual = paces(codes, began, ended, guess).at(one, now, 7)
    storm = paces(codes, began, stalled, guess).at(one, now, 7)
    assert usual == pytest.approx([0, 0], abs=0.3)
    assert storm[0] == pytest.approx(usual[0])
    assert storm[1] < usual[1] - 0.5
    assert paces(codes, began, ended, guess).at(np.array([-1]), np.array([50.0]), 7) == [0.0]


def test_weekends_and_holidays_ahead_are_counted_on_local_days():
    """Friday 22:00 in New York is Saturday in UTC; the Monday after is a holiday."""
    told = parcels(days=30, per_day=4)
    row = rows(days=1, per_day=1)[0]
    monday = DAY + 7
    memory = Memory(told, holidays=[monday])
    friday = parcels_of([row.__class__(**{**_fields(row), "clock_s": -5 * 3600.0})])
    found = memory.asked(friday, np.array([DAY + 5 + 3 / 24]), left=False)
    named = dict(zip(found.names, found.matrix[0], strict=True))
    assert (named["weekday"], named["hour"]) == (4.0, pytest.approx(22.0))
    assert named["closed_3"] == 3.0, "Saturday, Sunday, and the holiday"


@given(st.lists(st.tuples(st.integers(0, 2), days, st.floats(-5, 5)), max_size=40), days)
def test_the_newest_outcomes_count_most(told, now):
    keys = np.array([key for key, _, _ in told], np.int64)
    times = np.array([time for _, time, _ in told])
    values = np.array([value for _, _, value in told])
    found = Recent(keys, times, values, 3.0, 2.0).before(np.arange(-1, 3), np.full(4, now))
    assert found[0] == 0.0, "a key that nobody knows"
    for key in range(3):
        at = np.floor(now * 86_400)
        mine = [(np.floor(t * 86_400), v) for k, t, v in told if k == key]
        seen = [(0.5 ** ((at - t) / 86_400 / 3), v) for t, v in mine if t < at]
        heard = sum(weight for weight, _ in seen)
        expected = sum(weight * v for weight, v in seen) / (heard + 2.0)
        assert found[key + 1] == pytest.approx(expected, abs=1e-9)


def test_habits_are_hours_and_weekdays_at_which_things_come():
    local = DAY + np.array([n + 0.6 for n in range(28) if n % 7 < 5])  # day 0 is a Monday
    habit = habit_of(local)
    assert habit.hour == pytest.approx(0.6)
    assert habit.weekdays == (True,) * 5 + (False,) * 2
    said = DAY + np.array([0.5, 1.2, 4.9, 5.4, 6.2])
    assert habit.nearest(said) - DAY == pytest.approx([0.6, 1.6, 4.6, 4.6, 7.6])
    assert np.expm1(
        habit.set_to(np.log1p([0.1, 1.3]), DAY + np.array([0.7, 0.7]), np.zeros(2))
    ) == (pytest.approx([0.1, 0.9])), "it never comes before it was ordered"


def test_an_hour_near_midnight_is_one_hour():
    late = DAY + np.arange(200) + np.where(np.arange(200) % 2, 0.02, -0.02)
    assert habit_of(late).nearest(late) == pytest.approx(np.round(late), abs=0.03)


@pytest.mark.parametrize("whole_days", [True, False])
def test_estimates_are_set_to_habits_only_where_that_has_been_nearer(whole_days):
    dice = np.random.default_rng(5)
    begins = DAY + np.sort(dice.uniform(0, 60, 1_500))
    came = begins + 3 + dice.normal(0, 0.6, 1_500)
    ends = np.floor(came) + 0.6 if whole_days else came
    clock = np.zeros(1_500)
    question = Question("whole", (), np.empty((1_500, 0)), np.zeros(1_500), begins, ends, clock)
    said = np.log1p(np.full((1_500, 4), 3.0) + dice.normal(0, 0.2, (1_500, 1)))
    habits = Habits(question, said)
    assert (habits.at(int(DAY) + 50) is not None) == whole_days
    kept = habits.kept(said)
    off, was = (
        np.abs(np.expm1(each[:, 1]) - (ends - begins))[900:].mean() for each in (kept, said)
    )
    assert off < was if whole_days else off == was
    assert (kept[:, [0, 2, 3]] == said[:, [0, 2, 3]]).all()


def test_a_nodes_open_work_is_counted_in_days_of_what_its_day_holds():
    told = rows(days=20, per_day=6)
    some = [msgspec.structs.replace(row, capacity=2.0) for row in told]
    other = [*some[:-1], msgspec.structs.replace(some[-1], backlog=7.5)]
    for history, last in ((some, None), (other, 7.5)):
        made = parcels_of(history)
        asked_ = Memory(made).asked(made, made.placed, left=False)
        backlog = asked_.of(["backlog"])[:, 0]
        counted = asked_.of(["node_open"])[:, 0] / 2
        assert (backlog[:-1] == counted[:-1]).all()
        assert backlog[-1] == (counted[-1] if last is None else last)
