"""Nothing that is said of a moment has seen anything after it."""

import numpy as np
import pytest

from entrepot.promise.learning.past import Past
from entrepot.promise.learning.replay import replayed
from entrepot.promise.learning.table import parcels_of
from promise.learning.parcels import DAY, other_future, rows

AT = 84.0
"""A Monday: day 0 of the world is one."""


@pytest.fixture(scope="module")
def both():
    """Replay a history, and the same with everything after AT told differently."""
    told = rows(days=98, per_day=10)
    found = []
    for history in (told, other_future(told, AT)):
        parcels = parcels_of(history)
        said = replayed(
            parcels, first=DAY + 49, last=DAY + 98, stages=("whole", "transit"), rounds=15
        )
        found.append((parcels, said))
    return found


@pytest.mark.parametrize("stage", ["whole", "transit"])
def test_what_was_said_before_a_moment_does_not_change_with_what_comes_after_it(both, stage):
    answers = []
    for parcels, said in both:
        told = said[stage]
        rows_before = told.asked.begins < DAY + AT
        order = np.lexsort((parcels.placed[rows_before], told.asked.begins[rows_before]))
        answers.append(
            [
                each[rows_before][order]
                for each in (
                    told.middle, told.window.low, told.window.high, told.rules, told.by_model
                )
            ]
        )  # fmt: skip
    assert len(answers[0][0]) > 700
    assert np.isfinite(answers[0][1]).sum() > 150, "windows were claimed"
    for one, other in zip(*answers, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_said_afterwards_does_change():
    told = rows(days=98, per_day=10)
    later = []
    for history in (told, other_future(told, AT)):
        parcels = parcels_of(history).known_at(DAY + AT + 7)
        later.append(np.nanmean(parcels.whole))
    assert later[0] != later[1], "the canary would sing"


def test_a_value_at_the_very_moment_is_not_before_it():
    past = Past(np.zeros(2, np.int64), np.array([5.0, 6.0]), np.array([1.0, 9.0]), 10)
    told = past.before(np.zeros(3, np.int64), np.array([5.0, 6.0, 6.5]))
    assert told.count.tolist() == [0, 1, 2]
    assert told.middle[1:].tolist() == [1.0, 5.0]
    assert np.isnan(told.middle[0])
